"""Seeds and valid pixels: Algorithm 1-10 in the box and rounded to 8 bits, on every seed's network (Q4)."""

from helpers.papers.convex_programming.attacks import BOX, METHODS, against
from helpers.papers.convex_programming.networks import attacked, budgets, fcnn
from helpers.papers.convex_programming.panels import ratio
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import cell, table
from helpers.units.unit import Unit

SIZES = budgets("FCNN", (2, 4, 6))
WAYS = {"no box": {}, "box": {"box": BOX}, "box, 8 bit": {"box": BOX, "round": True}}


def units(settings: Settings) -> dict[Key, Unit]:
    """Every seed's network, three ways."""
    found, where = {}, attacked(settings, "FCNN")
    count = where["images"] or "all"
    for seed in range(settings.seed, settings.seed + settings.seeds):
        trained = fcnn(settings, seed)
        for label, how in WAYS.items():
            said = f"Algorithm 1-10, {label}, {count} images, on {trained.label}, three budgets"
            found[Key(f"FCNN, {label}", seed=seed)] = against(
                trained, METHODS["Algorithm 1-10"], SIZES, said, **where, **how
            )
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Fooling ratios over seeds."""
    cells = [
        cell(row, f"{size:.4f}", ratio(results, row, SIZES, index), "share")
        for row in dict.fromkeys(key.row for key in results)
        for index, size in enumerate(SIZES)
    ]
    count = "all" if settings.images is None else settings.images
    note = f"Algorithm 1-10, trained networks: {settings.seeds}; data: {settings.mnist}, {count} test images."
    return Drawn(table("table_pixels", cells), note=note)


ITEM = Item("table_pixels", "Seeds and valid pixels", units, draw, order=28)
