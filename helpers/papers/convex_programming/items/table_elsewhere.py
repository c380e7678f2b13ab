"""Noise on another network and on another image: what transferable and universal mean (E21)."""

from helpers.core.quantities import share
from helpers.papers.convex_programming.networks import network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.table import cell, table
from helpers.units.elsewhere import Elsewhere, elsewhere
from helpers.units.unit import Unit

BUDGET = 0.1
"""The size of the noise that is carried elsewhere."""

COLUMNS = {"own": "where it was made", "network": "on the other network", "image": "on another image"}
PAIRS = (("FCNN", "LeNet-5"), ("LeNet-5", "FCNN"))


def units(settings: Settings) -> dict[str, Unit]:
    """Algorithm 1's noise made on one of the MNIST networks, judged on both."""
    how = Elsewhere(settings.mnist, "linearised", BUDGET, {"norm": "inf"}, settings.strong_images)
    return {
        f"{name} to {other}": Unit(
            elsewhere,
            how,
            {"network": network(settings, name), "other": network(settings, other)},
            f"Algorithm 1's noise from {name} to {other}",
        )
        for name, other in PAIRS
    }


def draw(settings: Settings, results: Results) -> Drawn:
    """Fooling ratios of the same noise in three places."""
    cells = [
        cell(name, column, share([result.value.arrays[key]]), "share")
        for name, result in results.items()
        for key, column in COLUMNS.items()
    ]
    note = (
        f"Algorithm 1, l_inf, size {BUDGET:g}, no box; of the first {settings.strong_images} test images those that both "
        "networks have right."
    )
    return Drawn(table("table_elsewhere", cells), note=note)


ITEM = Item("table_elsewhere", "Noise elsewhere: another network, another image", units, draw, order=12)
