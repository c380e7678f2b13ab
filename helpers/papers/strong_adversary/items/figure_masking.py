"""One step against many, over sizes (Q1)."""

from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed, curve, over_sizes
from helpers.papers.strong_adversary.columns import Attacked
from helpers.papers.strong_adversary.networks import lenet
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import table
from helpers.report.specs import Curves, Figure
from helpers.units.attack import attack
from helpers.units.unit import Unit

SIZES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
ROWS, COLUMNS = ("Normal", "LWA"), ("Adv_Loss", "PGD")
ALT = "Accuracy against l2 size for one step and for projected steps, on LeNet trained normally and by LWA."


def units(settings: Settings) -> dict[Key, Unit]:
    """PGD over sizes on the two LeNets, beside one step on the same images."""
    many = {"norm": 2, "steps": settings.pgd_steps, "seed": settings.seed}
    ways = {"PGD": ("pgd", many), "Adv_Loss": ("fast_gradient", {"norm": 2})}
    at = Attacked(settings.mnist, SIZES, min(500, settings.pgd_images))
    return {
        Key(row, column): Unit(
            attack, at.attack(name, options, SIZES), {"network": network}, f"{column} over sizes on {network.label}"
        )
        for row, network in ((row, lenet(settings, row, settings.seed)) for row in ROWS)
        for column, (name, options) in ways.items()
    }


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Accuracy against size."""
    made = table(
        "figure_masking",
        [one for r in ROWS for column in COLUMNS for one in over_sizes(results, r, column, SIZES, f"{r}, {column}")],
    )
    axes = "l2 size (pixel / 256)", "accuracy"
    panels = [
        Curves(
            f"LeNet {row}",
            *axes,
            tuple(curve(made, f"{row}, {column}", column, column) for column in COLUMNS),
            (0, SIZES[-1]),
            (0, 1),
        )
        for row in ROWS
    ]
    note = f"MNIST, first {min(500, settings.pgd_images)} test images; one start of {settings.pgd_steps} steps."
    return Drawn(made, Figure(tuple(panels), columns=2, alt=ALT), note)


ITEM = Item("figure_masking", "One step against many, over sizes", units, draw, order=19)
