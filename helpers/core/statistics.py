"""Intervals: Wilson for a proportion, Student's t over seeds, paired differences, bootstrap for the rest."""

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval [low, high]; n is the number of images or seeds behind it."""

    value: float
    low: float
    high: float
    n: int


BLOCK = 1_000_000
"""Entries resampled at once."""

NOTHING = Estimate(math.nan, -math.inf, math.inf, 0)
"""Of no images nothing is known."""


def exact(value: float, n: int = 1) -> Estimate:
    """A computed fact without sampling error."""
    return Estimate(float(value), float(value), float(value), n)


def wilson(successes: int, n: int, level: float = 0.95) -> Estimate:
    """Proportion successes/n with its Wilson score interval; NaN without bounds for n = 0."""
    if n == 0:
        return NOTHING
    z = stats.norm.ppf(0.5 + level / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Estimate(share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)), n)


def over_seeds(values: Sequence[float], level: float = 0.95) -> Estimate:
    """Mean of one value per seed with Student's t interval; needs two seeds for an interval of finite width."""
    values = np.asarray(values, dtype=float)
    mean, n = float(values.mean()), len(values)
    if n < 2:
        return Estimate(mean, -math.inf, math.inf, n)
    half = float(stats.t.ppf(0.5 + level / 2, n - 1) * values.std(ddof=1) / math.sqrt(n))
    return Estimate(mean, mean - half, mean + half, n)


def accuracy(correct: Sequence[np.ndarray]) -> Estimate:
    """Share of ones from one array of bits per seed: Wilson over the images of one seed, Student's t over several seeds.

    The interval over seeds is never narrower than the Wilson interval of one seed's images would be for the mean seed
    (seeds share the test images, so more seeds do not remove that error).
    """
    if len(correct) == 1 or not min(bits.size for bits in correct):
        return wilson(int(correct[0].sum()), correct[0].size)
    between = over_seeds([bits.mean() for bits in correct])
    count = min(bits.size for bits in correct)
    images = wilson(round(between.value * count), count)
    return Estimate(between.value, max(0.0, min(between.low, images.low)), min(1.0, max(between.high, images.high)), len(correct))


def paired(first: Sequence[np.ndarray], second: Sequence[np.ndarray], level: float = 0.95) -> Estimate:
    """Mean of first - second, paired image by image: with one seed over images, with several over seeds.

    Args:
        first, second: one array of bits (or values) per seed, in the same order of images.

    Over seeds the interval is never narrower than that of the seeds' mean over the images, which all seeds share. Bits that are
    alike on all n images leave room for a share of 3 / n.
    """
    count = min(len(first), len(second))
    differences = [np.asarray(a, float) - np.asarray(b, float) for a, b in zip(first[:count], second[:count], strict=True)]
    if len({one.shape for one in differences}) > 1:
        return _unlike(differences, level)
    differences = np.stack(differences)
    if not differences.size:
        return NOTHING
    means = differences.mean(0).ravel()
    half = float(stats.norm.ppf(0.5 + level / 2) * means.std(ddof=1 if means.size > 1 else 0) / math.sqrt(means.size))
    if half == 0 and np.isin(differences, (-1, 0, 1)).all():
        # No image differs: the rule of three bounds the share of images that would.
        half = min(1.0, 3 / means.size)
    mean = float(means.mean())
    if count == 1:
        return Estimate(mean, mean - half, mean + half, means.size)
    between = over_seeds(differences.reshape(count, -1).mean(1), level)
    return Estimate(mean, min(between.low, mean - half), max(between.high, mean + half), count)


def _unlike(differences: Sequence[np.ndarray], level: float) -> Estimate:
    """paired over seeds that have unlike images: the seeds' interval, never narrower than the widest over images."""
    between = over_seeds([one.mean() for one in differences], level)
    z = stats.norm.ppf(0.5 + level / 2)
    half = max(float(z * one.std(ddof=1) / math.sqrt(one.size)) for one in differences)
    return Estimate(between.value, min(between.low, between.value - half), max(between.high, between.value + half), between.n)


def bootstrap(
    function: Callable[..., float], *arrays: np.ndarray, draws: int = 1000, seed: int = 0, level: float = 0.95
) -> Estimate:
    """function(*arrays) with its percentile interval over images drawn with replacement; all arrays (n, ...) alike. No bounds where
    the value, or more than one draw in twenty, is not a number. A function that takes `axis` gets many draws (k, n) at once."""
    count = len(arrays[0])
    if count == 0:
        return NOTHING
    random = np.random.default_rng(seed)
    value = float(function(*arrays))
    rows = "axis" in inspect.signature(function).parameters
    block = max(1, BLOCK // count)
    found: list[float] = []
    for start in range(0, draws, block):
        chosen = random.integers(0, count, (min(block, draws - start), count))
        if rows:
            found.extend(function(*(array[chosen] for array in arrays), axis=1))
        else:
            found.extend(float(function(*(array[one] for array in arrays))) for one in chosen)
    tail = 100 * (1 - level) / 2
    if not math.isfinite(value) or np.isnan(found).mean() > 0.05:
        # An interval of the draws that happen to be defined would say too much.
        return Estimate(value, -math.inf, math.inf, count)
    with np.errstate(invalid="ignore"):
        low, high = np.nanpercentile(found, [tail, 100 - tail], method="nearest")
    return Estimate(value, min(value, float(low)), max(value, float(high)), count)


def mean_ratio(first: np.ndarray, second: np.ndarray, axis: int = -1) -> np.ndarray:
    """mean(first) / mean(second) along `axis`."""
    return first.mean(axis) / second.mean(axis)


def auc(scores: np.ndarray, positive: np.ndarray, axis: int = -1) -> np.ndarray:
    """Area under the ROC curve of scores for bits along `axis`, by ranks (ties count half); NaN where one kind is missing."""
    positive = positive.astype(bool)
    count = positive.sum(axis)
    pairs = count * (positive.shape[axis] - count)
    above = (stats.rankdata(scores, axis=axis) * positive).sum(axis) - count * (count + 1) / 2
    return np.where(pairs > 0, above / np.where(pairs > 0, pairs, 1), math.nan)[()]
