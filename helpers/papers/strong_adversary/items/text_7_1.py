"""Section 7.1: the training and validation accuracy of LeNet that the text gives in words."""

from helpers.core.quantities import share
from helpers.papers.claims import claim
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed, seeds
from helpers.papers.strong_adversary import networks
from helpers.papers.strong_adversary.networks import lenet, long_networks
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.score import Score, score
from helpers.units.unit import Unit

SPLITS = {"train": "Training", "test": "Validation"}
NOTE = "MNIST. The authors trained for 25 epochs of plain SGD; the first row has one cycle with momentum."


def units(settings: Settings) -> dict[Key, Unit]:
    """Training and test accuracy of the LeNet of Figure 1, and of the longer run."""
    seeds_run = networks.seeds(settings, settings.lenet_seeds)
    judged = {("LeNet Normal", seed): lenet(settings, "Normal", seed) for seed in seeds_run}
    judged |= {(f"LeNet Normal, {name}", settings.seed): network for name, network in long_networks(settings).items()}
    return {
        Key(row, split, seed): Unit(
            score, Score(settings.mnist, split), {"network": network}, f"{split} accuracy of {network.label}"
        )
        for (row, seed), network in judged.items()
        for split in SPLITS
    }


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Accuracy on both splits, over seeds."""
    cells = []
    for row in dict.fromkeys(key.row for key in results):
        for split, column in SPLITS.items():
            bits = [results[Key(row, split, seed)].value.arrays["correct"] for seed in seeds(results, row)]
            cells.append(cell(row, column, share(bits)))
    return Drawn(table("text_7_1", cells), note=NOTE)


ITEM = Item("text_7_1", "Section 7.1: LeNet's accuracy", units, draw, order=2)


@claim("C7", "7.1", needs="cpu")
def c7(t: Tables):
    """LeNet reaches 100 % training and 99.1 % validation accuracy (ours rounded as the print is)."""
    # The paper trained by plain SGD: where that run was made, it is the one that is judged.
    row = t.text_7_1.rows[-1]
    return [t.text_7_1[row, "Training"].rounded(2) >= 1, t.text_7_1[row, "Validation"].rounded(3) >= 0.991]
