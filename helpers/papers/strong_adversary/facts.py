"""Numbers that follow from what the paper and its authors report; the errata quote them."""

from itertools import pairwise

from helpers.core.statistics import wilson
from helpers.papers.reported import Reported
from helpers.papers.strong_adversary.networks import MLP

TESTED = 10_000
"""Test images behind every printed share."""

TABLES = ("table_1", "table_2", "table_3")


def half_width(share: float) -> float:
    """Half of the 95 % interval of a share of the test images."""
    found = wilson(round(share * TESTED), TESTED)
    return (found.high - found.low) / 2


def weights(*hidden: int) -> float:
    """Parameters of the fully connected network 784-hidden-10, in thousands."""
    return sum((a + 1) * b for a, b in pairwise((784, *hidden, 10))) / 1000


def facts(reported: Reported) -> dict[str, float]:
    """Each number by what it is."""
    rows = [(item, row) for item in TABLES for row in reported.rows(item)]
    gaps = [reported.number(*place, "Adv_Loss") - reported.number(*place, "Adv_Alpha") for place in rows]
    sizes = reported.columns("figure_1", "authors")
    loss, alpha = (
        [reported.number("figure_1", row, size, "authors") for size in sizes] for row in ("Adv_Loss", "Adv_Alpha")
    )
    curve = [a - b for a, b in zip(loss, alpha, strict=True)]
    gains = [
        reported.number("table_1", "Dropout", column) - reported.number("table_1", "Normal", column)
        for column in reported.columns("table_1")
    ]
    return {
        "half-width of .990": half_width(reported.number("table_1", "LWA", "Validation")),
        "half-width of Normal's Adv_Loss in Table 3": half_width(reported.number("table_3", "Normal", "Adv_Loss")),
        "Dropout's smallest gain in Table 1": min(gains),
        "rows of the tables": len(rows),
        "rows in which Adv_Alpha is weaker": sum(gap < 0 for gap in gaps),
        "largest gap of the tables": max(gaps),
        "sizes of the authors' curve": len(sizes),
        "sizes at which the authors' Adv_Alpha is weaker": sum(gap < 0 for gap in curve),
        "largest gap of the authors' curve": max(curve),
        "the authors' last size": float(sizes[-1]),
        "images that the authors' LeNet misclassifies": round(TESTED * (1 - alpha[0])),
        "8517 / 10112": 8517 / 10112,
        **{f"rows of Table {item[-1]}": len(reported.rows(item)) for item in TABLES},
        **{f"thousand weights of {row}": weights(*recipe.hidden) for row, recipe in MLP.items()},
    }
