"""A stronger reference: PGD with restarts, FMN, and AutoAttack where it is installed (Q1)."""

import numpy as np

from helpers.attacks.auto_attack import installed
from helpers.core.quantities import share
from helpers.papers.convex_programming.attacks import BOX, METHODS, Method, against, few
from helpers.papers.convex_programming.networks import budgets, network
from helpers.papers.convex_programming.panels import fooled
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import Cell, cell, table
from helpers.papers.tables import Tables
from helpers.units.unit import Unit

POINTS = (3, 5)
"""Which of the ten budgets the stronger attacks are given."""

NETWORKS = ("FCNN", "LeNet-5")
PLACES = {"no box": None, "box": BOX}
STRONG = ("PGD", "FMN", "AutoAttack")
FMN = Method("fast_minimum_norm", {"norm": "inf"}, least=True)


def methods(settings: Settings, box: tuple[float, float] | None) -> dict[str, Method]:
    """The attacks compared; AutoAttack works in the box only."""
    many = {
        "norm": "inf",
        "steps": settings.strong_steps,
        "restarts": settings.strong_restarts,
        "seed": settings.seed,
    }
    found = {
        "Algorithm 1-10": METHODS["Algorithm 1-10"],
        "FastGrad": METHODS["FastGrad"],
        "PGD": Method("pgd", many),
        "DeepFool": METHODS["DeepFool"],
        "FMN": FMN,
    }
    if box is not None and settings.auto_attack and installed():
        found["AutoAttack"] = Method("auto_attack", {"norm": "inf", "seed": settings.seed})
    return found


def units(settings: Settings) -> dict[Key, Unit]:
    """Every attack on both MNIST networks, without and with the box."""
    found = {}
    for name in NETWORKS:
        trained, sizes = network(settings, name), budgets(name, POINTS)
        for place, box in PLACES.items():
            for label, method in methods(settings, box).items():
                said = f"{label}, {place}, {settings.strong_images} images, on {trained.label}"
                found[Key(f"{name}, {place}", label)] = against(trained, method, sizes, said, box=box, **few(settings))
    return found


def cells_of(results: Keyed, row: str, sizes: tuple[float, ...]) -> list[Cell]:
    """Fooling ratios at two budgets, of any strong attack together, and how far Algorithm 1-10 falls short of that."""
    bits = {key.column: fooled(result, sizes) for key, result in results.items() if key.row == row}
    together = np.logical_or.reduce([bits[label] for label in STRONG if label in bits])
    cells = []
    for index, size in enumerate(sizes):
        label = f"{row}, eps {size:.4f}"
        cells += [cell(label, method, share([found[index]]), "share") for method, found in bits.items()]
        strong, ten = share([together[index]]), share([bits["Algorithm 1-10"][index]])
        cells.append(cell(label, "any strong", strong, "share"))
        cells.append(cell(label, "any strong - 1-10", strong - ten, "difference"))
    return cells


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Both networks, without and with the box."""
    cells = []
    for name in NETWORKS:
        for place in PLACES:
            cells += cells_of(results, f"{name}, {place}", budgets(name, POINTS))
    note = (
        f"First {settings.strong_images} test images. PGD: {settings.strong_steps} steps, {settings.strong_restarts} starts, "
        "on z_k - logsumexp of the others; FMN: 100 steps, counted where its least norm is below eps; any strong: fooled by "
        "one of them"
    )
    run = settings.auto_attack and installed()
    return Drawn(table("table_reference", cells), note=note + ("." if run else "; AutoAttack was not run."))


def reading(t: Tables) -> list[str]:
    """How much Algorithm 1-10 leaves to a stronger attack."""
    gap = {row: t.table_reference[row, "any strong - 1-10"].value for row in t.table_reference.rows}
    most = max(gap, key=gap.get)
    return [f"A stronger attack fools at most {gap[most]:.3f} more of the images than Algorithm 1-10 does ({most})."]


ITEM = Item("table_reference", "A stronger reference: fooling ratios", units, draw, reading=reading, order=23)
