"""The sign step at linf budgets, beside Loss and Alpha rescaled to them (Q4)."""

from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed, correct
from helpers.papers.strong_adversary.columns import PIXEL, Attacked
from helpers.papers.strong_adversary.networks import colour, lenet
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.attack import attack
from helpers.units.unit import Unit

WAYS = {
    "Sign": ("fast_gradient", {"norm": "inf"}),
    "Loss": ("fast_gradient", {"norm": 2, "measure": "inf"}),
    "Alpha": ("adv_alpha", {"norm": 2, "measure": "inf"}),
    "Alpha, linf": ("adv_alpha", {"norm": "inf"}),
}
DIGITS = {"0.1": 0.1, "0.3": 0.3}
COLOUR = {"8/255": 8 / 255 / PIXEL}
"""linf sizes in the paper's pixels, by how a table writes them."""


def sizes(row: str) -> dict[str, float]:
    """The linf sizes of a row."""
    return COLOUR if row.startswith("colour") else DIGITS


def units(settings: Settings) -> dict[Key, Unit]:
    """Four ways on LeNet and on a colour network."""
    digits = {f"LeNet {row}": lenet(settings, row, settings.seed) for row in ("Normal", "LWA")}
    found = {}
    for row, network in {**digits, "colour Normal": colour(settings, "Normal", settings.seed)}.items():
        budgets = tuple(sizes(row).values())
        on_colour = row.startswith("colour")
        at = Attacked(
            settings.colour if on_colour else settings.mnist, budgets, settings.colour_test if on_colour else None
        )
        for column, (name, options) in WAYS.items():
            label = f"{column}, linf {', '.join(sizes(row))}, on {network.label}"
            found[Key(row, column)] = Unit(attack, at.attack(name, options, budgets), {"network": network}, label)
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Accuracies, a column for each attack and size."""
    cells = [
        cell(key.row, f"{key.column} {size}", correct(results, key.row, key.column, index))
        for key in results
        for index, size in enumerate(sizes(key.row))
    ]
    return Drawn(table("table_own_norm", cells), note="linf sizes in the paper's pixels; no box; first seed.")


def reading(t: Tables) -> list[str]:
    """The sign step beside the rescaled one."""
    sign, loss = (t.table_own_norm["LeNet Normal", f"{column} 0.1"].value for column in ("Sign", "Loss"))
    return [
        f"At linf size .1 LeNet Normal keeps {sign:.3f} under the sign step and {loss:.3f} under the rescaled Loss."
    ]


ITEM = Item("table_own_norm", "The sign step in its own norm", units, draw, reading=reading, order=24)
