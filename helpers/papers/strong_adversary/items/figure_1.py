"""Figure 1: accuracy of LeNet against the size of the perturbation, three attacks."""

from itertools import pairwise

from helpers.core.quantities import ours
from helpers.papers.claims import claim
from helpers.papers.paper import Drawn, Item
from helpers.papers.reported import Reported
from helpers.papers.shares import Keyed, curve, over_sizes, reported_curve
from helpers.papers.strong_adversary.columns import ATTACKS, grid
from helpers.papers.strong_adversary.items.table_2 import network_units
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import table
from helpers.papers.tables import Tables
from helpers.report.specs import Curves, Figure

REPORTED = Reported("strong_adversary")
ALT = "Accuracy of LeNet against the l2 size: Adv_Alpha and Adv_Loss fall together, the sign step later."
NOTE = "MNIST, LeNet Normal, first seed; bands are 95 % intervals over images; dashed: the authors' stored curve."


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Accuracy against l2 size, three attacks on LeNet trained normally. [Huang Sec. 7.1]"""
    sizes = grid(settings)[:-1]
    first = {key: result for key, result in results.items() if key.seed == settings.seed}
    cells = [one for column in ATTACKS for one in over_sizes(first, "Normal", column, sizes)]
    made = table("figure_1", cells)
    lines = [curve(made, column) for column in ATTACKS]
    lines += [reported_curve(REPORTED, "figure_1", column, "authors", f"{column}, authors") for column in ATTACKS]
    axes = (0, settings.top), (0, 1)
    panel = Curves("LeNet, Normal", "l2 size (pixel / 256)", "accuracy", tuple(lines), *axes)
    return Drawn(made, Figure((panel,), alt=ALT), NOTE)


ITEM = Item(
    "figure_1",
    "Figure 1: accuracy against l2 size",
    lambda settings: network_units(settings, ("Normal",)),
    draw,
    reading=lambda t: reading(t),
    order=3,
)


def sizes_of(t: Tables) -> tuple[float, ...]:
    """The curves' sizes above 0."""
    return tuple(size for size in t.figure_1.columns("Adv_Loss") if size > 0)


def reading(t: Tables) -> list[str]:
    """What the curves say at one size."""
    at = min(sizes_of(t), key=lambda size: abs(size - t.settings.budget))
    loss, alpha, sign = (t.figure_1[row, at].value for row in ("Adv_Loss", "Adv_Alpha", "Adv_Loss_Sign"))
    return [
        f"At size {at:g} LeNet keeps {loss:.3f} under Adv_Loss, {alpha:.3f} under Adv_Alpha and {sign:.3f} under the "
        "sign step of the same l2 size.",
        f"Adv_Alpha and Adv_Loss differ by {abs(loss - alpha):.3f} there, the sign step stays {sign - loss:.3f} "
        "behind.",
    ]


@claim("C1", "7.1, Figure 1")
def c1(t: Tables):
    """Accuracy falls as the perturbation grows (by at most .005 against the trend, per step of the grid)."""
    curves = t.figure_1
    for row in ATTACKS:
        for smaller, larger in pairwise(curves.columns(row)):
            yield curves[row, smaller] - curves[row, larger] >= -0.005


@claim("C2", "abstract, 7.1, Figure 1")
def c2(t: Tables):
    """Adv_Alpha is consistently at least as strong as Adv_Loss (within .005)."""
    return [t.figure_1["Adv_Loss", size] - t.figure_1["Adv_Alpha", size] >= -0.005 for size in sizes_of(t)]


@claim("C3", "7.1")
def c3(t: Tables):
    """Adv_Alpha leads Adv_Loss only slightly (our bar: summed over sizes, at most .2 of Adv_Loss's lead over the sign
    step)."""
    sizes = sizes_of(t)
    over_sign = sum(t.figure_1["Adv_Loss_Sign", size] - t.figure_1["Adv_Loss", size] for size in sizes)
    over_loss = sum(t.figure_1["Adv_Loss", size] - t.figure_1["Adv_Alpha", size] for size in sizes)
    lead = (over_loss - 0.2 * over_sign).named("Adv_Alpha's lead less a fifth of Adv_Loss's, summed over sizes")
    return lead <= 0


@claim("C4", "abstract, 7.1")
def c4(t: Tables):
    """Both are far stronger than the sign step at equal l2 size (our bar: .05, for sizes from 1 to 3)."""
    for size in sizes_of(t):
        if 1 <= size <= 3:
            yield t.figure_1["Adv_Loss_Sign", size] - t.figure_1["Adv_Loss", size] >= ours(0.05)
            yield t.figure_1["Adv_Loss_Sign", size] - t.figure_1["Adv_Alpha", size] >= ours(0.05)
