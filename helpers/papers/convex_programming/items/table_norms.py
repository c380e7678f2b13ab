"""Algorithm 1 in three norms, without the box, clipped to it, and with the box inside the program (X6)."""

from dataclasses import dataclass

from helpers.core.quantities import share
from helpers.papers.convex_programming.attacks import BOX
from helpers.papers.convex_programming.networks import attacked, network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import cell, table
from helpers.units.attack import Attack, attack
from helpers.units.unit import Unit

SIZES = {"1": (2.0, 5.0, 10.0), "2": (0.5, 1.0, 2.0), "inf": (0.02, 0.05, 0.1)}


@dataclass(frozen=True)
class Way:
    """What is done about the box."""

    box: tuple[float, float] | None
    exact: bool = False


WAYS = {"no box": Way(None), "clipped": Way(BOX), "box in the program": Way(BOX, exact=True)}


def units(settings: Settings) -> dict[Key, Unit]:
    """Every norm and way."""
    trained, where = network(settings, "LeNet-5"), attacked(settings, "LeNet-5")
    count = min(where["images"] or 1_000, 1_000)
    found = {}
    for p, sizes in SIZES.items():
        for name, way in WAYS.items():
            options = {"norm": "inf" if p == "inf" else float(p), **({"exact_box": True} if way.exact else {})}
            how = Attack(where["data"], "linearised", sizes, options, images=count, box=way.box, measure=p)
            found[Key(p, name)] = Unit(
                attack, how, {"network": trained}, f"Algorithm 1, p = {p}, {name}, on {trained.label}"
            )
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Fooling ratio, changed entries and entries outside [0, 1]."""
    cells = []
    for key, result in results.items():
        arrays, numbers = result.value.arrays, result.value.numbers
        for index, size in enumerate(SIZES[key.row]):
            row = f"p = {key.row}, size {size:g}, {key.column}"
            fooled = ~arrays["correct"][index][arrays["clean"]]
            cells += [
                cell(row, "fooled", share([fooled]), "share"),
                cell(row, "entries changed", numbers["changed"][index], "entries"),
                cell(row, "entries outside [0, 1]", numbers["outside"][index], "entries"),
            ]
    note = "LeNet-5; sizes in each norm's own units; means over the correctly classified images."
    return Drawn(table("table_norms", cells), note=note)


ITEM = Item("table_norms", "Other norms, and the pixel box as a constraint", units, draw, order=15)
