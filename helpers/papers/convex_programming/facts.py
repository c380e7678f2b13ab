"""Numbers that follow from what the paper and its authors report; the errata quote them."""

from itertools import pairwise

import numpy as np
from scipy import stats

from helpers.core.statistics import wilson
from helpers.papers.convex_programming.networks import NETWORKS, PANELS
from helpers.papers.reported import Reported

RANGE = {
    "NIN": ((125.307, 122.95, 113.865), (62.9932, 62.0887, 66.7048)),
    "DenseNet": ((125.307, 122.95, 113.865), (128.0, 128.0, 128.0)),
}
"""The authors' channel means and divisors, in pixels of 0 to 255."""

CHANNELS = ("red", "green", "blue")
DRAWN, TESTED = 1_536, 10_000
"""Images of the authors' draw, and of the test set."""


def true_budgets(name: str) -> list[float]:
    """Pixel budget by channel over the nominal one: eps times the global range of the preprocessed data (E9)."""
    means, divisors = RANGE[name]
    largest = max((255 - mean) / divisor for mean, divisor in zip(means, divisors, strict=True))
    least = min(-mean / divisor for mean, divisor in zip(means, divisors, strict=True))
    return [(largest - least) * divisor / 255 for divisor in divisors]


def stored_curve(reported: Reported, item: str) -> tuple[list[float], list[float]]:
    """Sizes and fooling ratios of the authors' stored DeepFool curve."""
    columns = sorted(reported.columns(item, "authors", "DeepFool"), key=float)
    return [float(column) for column in columns], [reported.number(item, "DeepFool", c, "authors") for c in columns]


def mean_size(reported: Reported, item: str) -> float:
    """Mean of DeepFool's norm over the range, from the stored curve: the area above it."""
    sizes, ratios = stored_curve(reported, item)
    return float(np.trapezoid(1 - np.array([0.0, *ratios]), [0.0, *sizes]))


def crossing(reported: Reported, item: str, share: float) -> float:
    """The budget at which the stored DeepFool curve passes `share`, between its points."""
    sizes, ratios = stored_curve(reported, item)
    index = next(index for index, ratio in enumerate(ratios) if ratio > share)
    return float(np.interp(share, ratios[index - 1 : index + 1], sizes[index - 1 : index + 1]))


def parameters(*sizes: int) -> int:
    """Parameters of a fully connected network of these widths."""
    return sum((a + 1) * b for a, b in pairwise(sizes))


def half_width(count: int) -> float:
    """Half of the 95 % interval of one half over `count` images."""
    found = wilson(count // 2, count)
    return (found.high - found.low) / 2


def facts(reported: Reported) -> dict[str, float]:
    """Each number by what it is."""
    found = {
        "parameters as printed": parameters(784, 150, 100, 10),
        "parameters as stored": parameters(1024, 500, 150, 10),
        "half-width of one half over 1,024 images": half_width(1_024),
        "half-width of one half over 10,000 images": half_width(TESTED),
        "true over nominal budget, DenseNet": true_budgets("DenseNet")[0],
    }
    for channel, value in zip(CHANNELS, true_budgets("NIN"), strict=True):
        found[f"true over nominal budget, NIN {channel}"] = value
    for name, row in NETWORKS.items():
        rho_1 = reported.number("table_1", row, "rho_1", "authors")
        found[f"rho_1 over DeepFool's mean norm, {name}"] = rho_1 / mean_size(reported, PANELS[name])
        found[f"size at which the stored curve passes .99, {name}"] = crossing(reported, PANELS[name], 0.99)
    row = NETWORKS["DenseNet"]
    logged = reported.number("table_1_training_log", row, "final test error (10000 images)", "authors")
    printed = reported.number("table_1", row, "Test error")
    few = stats.hypergeom.cdf(round(printed * DRAWN), TESTED, round(logged * TESTED), DRAWN)
    return found | {"so few errors in a draw, DenseNet": float(few)}
