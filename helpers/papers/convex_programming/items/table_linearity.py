"""How linear the networks are around an image, and whether rho_2 orders images as an attack does."""

import numpy as np
from scipy import stats

from helpers.core.quantities import ours
from helpers.core.statistics import bootstrap
from helpers.papers.claims import claim
from helpers.papers.convex_programming.networks import AUTHORS, NETWORKS
from helpers.papers.convex_programming.robustness import BORDER, SHOWN, units
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import Cell, cell, table
from helpers.papers.tables import Tables
from helpers.units.unit import Value

OTHER_CLASSES = 9
"""Backward passes of one DeepFool step on ten classes."""

NOTE = (
    "Stretch: least size that fools along the linear model's step over the size at which the linear model is fooled; 1 for "
    "an affine classifier."
)


def spearman(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's correlation; infinite values rank last."""
    return float(stats.spearmanr(first, second).statistic)


def ninth(values: np.ndarray) -> float:
    """The value that nine of ten stay below."""
    return float(np.quantile(values, 0.9, method="higher"))


def first_steps(label: str, deepfool: Value, first: np.ndarray) -> list[Cell]:
    """How far DeepFool's first step, rho_2's term, tells its end: steps an image, rank correlation, median ratio (E5)."""
    kept = deepfool.arrays["clean"] & np.isfinite(deepfool.arrays["sizes"])
    sizes, first = deepfool.arrays["sizes"][kept], first[kept]
    if len(sizes) < 2:
        return []
    return [
        cell(label, "DeepFool, steps", deepfool.numbers["gradient_evaluations"] / OTHER_CLASSES, "steps"),
        cell(label, "DeepFool, Spearman with its first step", spearman(sizes, first), "correlation"),
        cell(label, "DeepFool, median over its first step", float(np.median(sizes / first)), "ratio"),
    ]


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Stretch and rank correlation of every network. [Balda Remark 1]"""
    cells = []
    for name, label in SHOWN.items():
        place = Key(name, "distances", settings.seed)
        if place not in results:
            continue
        arrays = results[place].value.arrays
        stretch = (arrays["along"] / arrays["ratio"])[arrays["clean"]]
        cells.append(cell(label, "stretch, median", bootstrap(np.median, stretch), "ratio"))
        cells.append(cell(label, "stretch, 90 % below", bootstrap(ninth, stretch), "ratio"))
        deepfool = results[Key(name, "deepfool", settings.seed)].value
        cells += first_steps(label, deepfool, arrays["ratio"])
        if "least" in arrays:
            found = bootstrap(spearman, arrays["ratio"][arrays["least_of"]], arrays["least"])
            cells.append(cell(label, "Spearman with Algorithm 1-10", found, "correlation"))
    return Drawn(table("table_linearity", cells), note=NOTE)


ITEM = Item("table_linearity", "How linear the networks are", units, draw, order=9)


@claim("C15", "II")
def c15(t: Tables):
    """rho_2's term tells how easily an image is fooled (our bar: Spearman .7 with the least budget of Algorithm 1-10)."""
    names = NETWORKS if t.settings.full else ("FCNN", "LeNet-5")
    return [t.table_linearity[NETWORKS[name], "Spearman with Algorithm 1-10"] >= ours(0.7) for name in names]


def linear(t: Tables, names: list[str]):
    return [t.table_linearity[name, "stretch, median"] <= ours(1.25, direction=None) for name in names]


@claim("C16", "Remark 1")
def c16(t: Tables):
    """A classifier is nearly linear around an image (our bar: the least step is at most 1.25 times the linear one, median)."""
    lenet = AUTHORS if AUTHORS in t.table_linearity.rows else NETWORKS["LeNet-5"]
    colour = [NETWORKS["NIN"], NETWORKS["DenseNet"]] if t.settings.full else []
    return linear(t, [SHOWN[BORDER], lenet, *colour])


c16.beyond("on our networks")(lambda t: linear(t, [NETWORKS["FCNN"], NETWORKS["LeNet-5"]]))
