"""python -m helpers.runner.bench [--quick] [--out FILE]: run the benchmark, print its table, write the csv file."""

import logging
import sys
from pathlib import Path

import click
import torch
from torch import Tensor

from helpers.core.errors import UserError
from helpers.core.model import PixelModel
from helpers.core.paths import cache_folder, reports_folder
from helpers.core.seeds import generator, make_deterministic
from helpers.data.load import load
from helpers.networks.lenet_tanh import lenet_tanh
from helpers.networks.mlp import mlp
from helpers.runner.bench.against import contests, library_rows
from helpers.runner.bench.bare import bare_rows
from helpers.runner.bench.table import heading, printed, write_csv
from helpers.runner.bench.timing import Plan
from helpers.training.driver import InMemory, train_network
from helpers.training.plain import plain
from helpers.training.schedule import Schedule

STD = 256 / 255


def embedded(split: str) -> tuple[Tensor, Tensor]:
    """The embedded MNIST images (n, 1, 28, 28) in [0, 1] and their labels (n,)."""
    data = load("embedded_mnist", split, cache=cache_folder())
    return data.floats().contiguous(memory_format=torch.channels_last), data.labels


def trained_lenet(epochs: int) -> PixelModel:
    """LeNet after a few epochs on the 4,000 embedded training images."""
    model = PixelModel(lenet_tanh(generator(0, "weights")), 0.0, STD).to(memory_format=torch.channels_last)
    schedule = Schedule(((epochs, 0.05),), one_cycle=True, batch=50, momentum=0.9)
    train_network(model, InMemory(*embedded("train")), plain, schedule, seed=0)
    return model


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Few repetitions and images: whether it runs, not what it costs.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The csv file, else reports/bench.csv.")
def main(quick: bool, out: Path | None) -> None:
    """Ratios of cost: attacks and a training step against their bare passes, and against other libraries."""
    make_deterministic()
    plan = Plan(repeats=2, seconds=0.2) if quick else Plan()
    tasks = contests(200, 100, 10, 2) if quick else contests()
    batches = (50,) if quick else (200, 500)
    out = out or reports_folder() / "bench.csv"
    try:
        lenet = trained_lenet(epochs=1 if quick else 3)
        images, labels = embedded("test")
        fully_connected = PixelModel(mlp(generator(0, "mlp")), 0.0, STD)
        rows = []
        click.echo(heading())
        for found in (
            bare_rows(lenet, fully_connected, images, labels, plan, batches=batches),
            library_rows(lenet, images, labels, plan, click.echo, tasks=tasks),
        ):
            for row in found:
                click.echo(printed(row))
                rows.append(row)
        write_csv(rows, out)
    except UserError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    click.echo(f"{sum(row.holds == 'yes' for row in rows)} of {len(rows)} rows hold their target.\n{out}")


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    main()
