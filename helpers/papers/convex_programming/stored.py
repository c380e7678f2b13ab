"""Numbers behind the errata: what the authors' constants, stored curves and weights say."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from helpers.papers.convex_programming.plan import largest
from helpers.papers.errata_lines import Cell
from helpers.papers.paper import Results
from helpers.papers.reported import Reported
from helpers.units.networks import build
from helpers.units.unit import Unit

REPORTED = Reported("convex_programming")
OTHER_CLASSES = 9
"""Backward passes of one DeepFool step on ten classes."""

RANGE = {"NIN": ((125.307, 122.95, 113.865), (62.9932, 62.0887, 66.7048)), "DenseNet": ((125.307, 122.95, 113.865), (128.0, 128.0, 128.0))}
"""The authors' channel means and divisors, in pixels of 0 to 255."""


def true_budgets(name: str) -> list[float]:
    """Pixel budget by channel over the nominal one: eps times the global range of the preprocessed data (E9)."""
    means, divisors = RANGE[name]
    largest = max((255 - mean) / divisor for mean, divisor in zip(means, divisors, strict=True))
    least = min(-mean / divisor for mean, divisor in zip(means, divisors, strict=True))
    return [(largest - least) * divisor / 255 for divisor in divisors]


def mean_size(item: str) -> float:
    """Mean of DeepFool's norm over the range, from the authors' stored curve: the area above it."""
    columns = REPORTED.columns(item, "authors")
    points = sorted({float(column): REPORTED.number(item, "DeepFool", column, "authors") for column in columns}.items())
    sizes, ratios = zip((0.0, 0.0), *points, strict=True)
    return float(np.trapezoid(1 - np.array(ratios), sizes))


def deepfool_and_its_first_step(results: Results, key: str) -> tuple[float, float, float]:
    """Steps an image, Spearman's correlation of DeepFool's norm with rho_2's term, and the median of their ratio."""
    deepfool, ratio = results[f"{key}/deepfool"].value, results[f"{key}/distances"].value.arrays["ratio"]
    chosen = deepfool.arrays["clean"] & np.isfinite(deepfool.arrays["sizes"])
    sizes, first = deepfool.arrays["sizes"][chosen], ratio[chosen]
    rank = float(stats.spearmanr(sizes, first).statistic) if len(sizes) > 1 else float("nan")
    return deepfool.numbers["gradient_evaluations"] / OTHER_CLASSES, rank, float(np.median(sizes / first)) if len(sizes) else float("nan")


def crossing(item: str, share: float) -> float:
    """The budget at which the authors' stored DeepFool curve passes `share`, between its points."""
    columns = sorted(REPORTED.columns(item, "authors"), key=float)
    sizes, ratios = zip(*((float(column), REPORTED.number(item, "DeepFool", column, "authors")) for column in columns), strict=True)
    index = next(index for index, ratio in enumerate(ratios) if ratio > share)
    return float(np.interp(share, ratios[index - 1 : index + 1], sizes[index - 1 : index + 1]))


def distances_to_stored(cell: Cell, ours: str, theirs: Sequence[str]) -> dict[str, float | None]:
    """Mean distance over the budgets of our curve on the authors' network to each of their stored curves of Figure 2b."""
    columns = [column for column in REPORTED.columns("figure_2b", "authors") if cell("figure_authors", ours, column) is not None]
    found = dict.fromkeys(theirs)
    for name in theirs if columns else ():
        found[name] = float(np.mean([abs(cell("figure_authors", ours, column) - REPORTED.number("figure_2b", name, column, "authors")) for column in columns]))
    return found


def middle(name: str, sizes: Sequence[float]) -> float:
    """Of the budgets tried on a network the one nearest two fifths of its grid."""
    return min(sizes, key=lambda size: abs(size - 0.4 * largest(name)))


def so_few(error: float, printed: float, images: int = 10_000, drawn: int = 1_536) -> float:
    """Probability that `drawn` of `images` test images with the share `error` of errors show at most the `printed` share."""
    return float(stats.hypergeom.cdf(round(printed * drawn), images, round(error * images), drawn))


def weights(unit: Unit) -> int:
    """Parameters of a network."""
    return sum(parameter.numel() for parameter in build(unit.settings).parameters())
