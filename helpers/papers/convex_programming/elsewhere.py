"""Noise on other images and networks, and the two preprocessings of DenseNet: what two slips of the paper mean (E21, E25)."""

from helpers.core.statistics import accuracy
from helpers.papers.convex_programming.plan import attacked, expected, network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results, row, table
from helpers.units.elsewhere import Elsewhere, elsewhere
from helpers.units.recentred import Recentred, recentred
from helpers.units.unit import Unit

BUDGET = 0.1
"""The size of the noise that is carried elsewhere."""

COLUMNS = {"own": "where it was made", "network": "on the other network", "image": "on another image"}


def elsewhere_units(settings: Settings) -> dict[str, Unit]:
    """Algorithm 1's noise made on one of the MNIST networks, judged on both."""
    found = {}
    for name, other in (("FCNN", "LeNet-5"), ("LeNet-5", "FCNN")):
        chosen = Elsewhere(settings.mnist, "linearised", BUDGET, {"norm": "inf"}, settings.strong_images)
        made = {"network": network(settings, name), "other": network(settings, other)}
        found[f"{name} to {other}"] = Unit(elsewhere, chosen, made, f"Algorithm 1's noise from {name} to {other}", expected(settings, 10))
    return found


def draw_elsewhere(settings: Settings, results: Results) -> Drawn:
    """Fooling ratios of the same noise in three places."""
    rows = [
        row("table_elsewhere", name, column, accuracy([result.value.arrays[key]]), "share")
        for name, result in results.items() for key, column in COLUMNS.items()
    ]  # fmt: skip
    note = f"Algorithm 1, l_inf, size {BUDGET:g}, no box; of the first {settings.strong_images} test images those that both networks have right."
    return Drawn(table(rows), note=note)


def preprocessing_units(settings: Settings) -> dict[str, Unit]:
    """DenseNet with the means of training, and with pixel means."""
    made = network(settings, "DenseNet")
    chosen = Recentred(settings.colour, attacked(settings, "DenseNet")["images"])
    return {"DenseNet": Unit(recentred, chosen, {"network": made}, f"two means for {made.label}", 10)}


def draw_preprocessing(settings: Settings, results: Results) -> Drawn:
    """Test errors under both."""
    rows = [
        row("table_preprocessing", name, f"error, {key} means", accuracy([~result.value.arrays[key]]), "error")
        for name, result in results.items() for key in ("channel", "pixel")
    ]  # fmt: skip
    count = results["DenseNet"].value.numbers["training"]
    note = (
        f"Ours is trained with channel means; pixel means of {count} training images. The authors' was trained with pixel means and "
        "attacked with channel means."
    )
    return Drawn(table(rows), note=note)


ELSEWHERE = (
    Item("table_elsewhere", "Noise elsewhere: another network, another image", elsewhere_units, draw_elsewhere),
    Item("table_preprocessing", "Two preprocessings", preprocessing_units, draw_preprocessing),
)
