"""Arithmetic: FastGrad exact and through the cross-entropy, in single and double precision (Q3)."""

from helpers.papers.convex_programming.attacks import METHODS, RAW, against, few
from helpers.papers.convex_programming.networks import budgets, fcnn, network
from helpers.papers.convex_programming.panels import ratio
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import cell, table
from helpers.units.unit import Unit

ARITHMETIC = {"FastGrad, exact": METHODS["FastGrad"], "FastGrad through the cross-entropy": RAW}
PRECISIONS = {"float32": False, "float64": True}
NOTE = "Fooling ratio at each budget; float32, float64: precision of the network and of the gradient's arithmetic."


def masked(settings: Settings) -> dict[str, Unit]:
    """The networks compared: the printed pair, and the stored shape on which the authors ran FastGrad (E2)."""
    stored = fcnn(settings, settings.seed, stored=True)
    return {"FCNN": network(settings, "FCNN"), "FCNN 500x150": stored, "LeNet-5": network(settings, "LeNet-5")}


def sizes_of(name: str) -> tuple[float, ...]:
    """Two budgets of the panel, and the whole pixel range, which hides everything."""
    return (*budgets("LeNet-5" if name == "LeNet-5" else "FCNN", (6, 9)), 1.0)


def units(settings: Settings) -> dict[Key, Unit]:
    """Every network, arithmetic and precision."""
    found = {}
    for name, trained in masked(settings).items():
        for label, method in ARITHMETIC.items():
            for precision, double in PRECISIONS.items():
                said = f"{label}, {precision}, {settings.strong_images} images, on {trained.label}"
                found[Key(name, f"{label}, {precision}")] = against(
                    trained, method, sizes_of(name), said, double=double, **few(settings)
                )
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Fooling ratios of the four."""
    cells = [
        cell(
            f"{key.row}, {key.column}",
            f"{size:.4f}",
            ratio(results, key.row, sizes_of(key.row), index, key.column),
            "share",
        )
        for key in results
        for index, size in enumerate(sizes_of(key.row))
    ]
    return Drawn(table("table_masking", cells), note=NOTE)


ITEM = Item("table_masking", "Arithmetic", units, draw, order=26)
