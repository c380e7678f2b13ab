"""Figure 2: (a) learning curves, as the text says, and (b) accuracy against l2 size, as the caption says."""

from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.shares import Key, curve, over_sizes
from helpers.papers.strong_adversary.columns import ATTACKS, grid
from helpers.papers.strong_adversary.items.table_2 import network_units
from helpers.papers.strong_adversary.networks import lenet
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import Cell, cell, table
from helpers.papers.tables import Tables
from helpers.report.specs import Curve, Curves, Figure
from helpers.units.unit import Unit

ALT = (
    "Top: accuracy of Normal and LWA while training. Bottom: accuracy against l2 size under three attacks; "
    "LWA stays high."
)
NOTE = (
    "MNIST, LeNet, first seed. The text says learning curves, the caption l2 size: both are drawn, (a) on the first "
    "2,000 test images, (b) on all."
)
WATCHED = {"clean": "Validation", "adv_loss": "Adv_Loss"}


def units(settings: Settings) -> dict[Key, Unit]:
    """Both readings of Figure 2; the networks of (a) are Table 2's first seed, judged after every epoch."""
    watched = {Key("watch", name): lenet(settings, name, settings.seed) for name in ("Normal", "LWA")}
    return network_units(settings, ("Normal", "LWA")) | watched


def learning_curves(
    results: Results, title: str, y_range: tuple[float, float] | None
) -> tuple[list[Cell], list[Curves]]:
    """Validation and Adv_Loss accuracy per epoch of the networks under Key("watch", name), a panel each."""
    cells, lines = [], {field: [] for field in WATCHED}
    for key, result in results.items():
        if key.row != "watch":
            continue
        history = [entry for entry in result.value.numbers["history"] if "clean" in entry]
        epochs = [entry["epoch"] for entry in history]
        for field, column in WATCHED.items():
            values = [entry[field] for entry in history]
            cells += [cell(f"{key.column}, {column}", f"epoch {e}", v) for e, v in zip(epochs, values, strict=True)]
            lines[field].append(Curve(key.column, epochs, values, method=key.column))
    panels = [
        Curves(f"{title}{column}", "epoch", "accuracy", tuple(lines[field]), None, y_range)
        for field, column in WATCHED.items()
    ]
    return cells, panels


def draw(settings: Settings, results: Results) -> Drawn:
    """(a) accuracy per epoch, (b) accuracy against l2 size, Normal and LWA. [Huang Sec. 7.2]"""
    cells, panels = learning_curves(results, "(a) while training, ", (0, 1))
    first = {key: result for key, result in results.items() if key.seed == settings.seed}
    sizes = grid(settings)[:-1]
    for name in ("Normal", "LWA"):
        swept = [one for column in ATTACKS for one in over_sizes(first, name, column, sizes, f"{name}, {column}")]
        cells += swept
        made = table("figure_2", swept)
        lines = tuple(curve(made, f"{name}, {column}", column) for column in ATTACKS)
        panels.append(Curves(f"(b) {name}", "l2 size (pixel / 256)", "accuracy", lines, (0, settings.top), (0, 1)))
    return Drawn(table("figure_2", cells), Figure(tuple(panels), columns=2, alt=ALT), NOTE)


def reading(t: Tables) -> list[str]:
    """Both networks at the largest size drawn."""
    top = t.figure_2.columns("LWA, Adv_Loss")[-1]
    last = t.figure_2.columns("Normal, Adv_Loss")
    at = min((size for size in last if isinstance(size, float)), key=lambda size: abs(size - t.settings.budget))
    normal, trained = (t.figure_2[f"{name}, Adv_Loss", at].value for name in ("Normal", "LWA"))
    far = t.figure_2["LWA, Adv_Loss", top].value
    return [
        f"At size {at:g} under Adv_Loss Normal keeps {normal:.3f} and LWA {trained:.3f}.",
        f"LWA's curve falls too, only later: {far:.3f} at size {top:g}.",
    ]


ITEM = Item(
    "figure_2", "Figure 2: learning curves, and accuracy against l2 size", units, draw, reading=reading, order=12
)
