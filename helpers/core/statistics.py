"""Intervals: Wilson for a proportion, Student's t over seeds, paired differences, bootstrap for the rest."""

import inspect
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from sklearn.metrics import roc_auc_score


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
    interval = stats.binomtest(successes, n).proportion_ci(level, method="wilson")
    share = successes / n
    return Estimate(share, min(share, float(interval.low)), max(share, float(interval.high)), n)


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
    """function(*arrays) with its percentile interval over images drawn with replacement; all arrays (n, ...) alike.

    A function that takes `axis` gets many draws (k, n) at once, the others one draw (n, ...) at a time. No bounds where the
    value, or more than one draw in twenty, is not a number.
    """
    count = len(arrays[0])
    if count == 0:
        return NOTHING
    value = float(function(*arrays))
    drawn = np.array([value]) if count == 1 else _drawn(function, arrays, draws, np.random.default_rng(seed))
    if not math.isfinite(value) or np.isnan(drawn).mean() > 0.05:
        # An interval of the draws that happen to be defined would say too much.
        return Estimate(value, -math.inf, math.inf, count)
    tail = 100 * (1 - level) / 2
    with np.errstate(invalid="ignore"):
        low, high = np.nanpercentile(drawn, [tail, 100 - tail], method="nearest")
    return Estimate(value, min(value, float(low)), max(value, float(high)), count)


def _drawn(function: Callable, arrays: Sequence[np.ndarray], draws: int, random: np.random.Generator) -> np.ndarray:
    """Values (draws,) of the function on samples drawn with replacement."""
    rows = "axis" in inspect.signature(function).parameters and all(array.ndim == 1 for array in arrays)
    # One draw at a time, positions are drawn, so that arrays of any shape can be.
    sample = [np.asarray(array, float) for array in arrays] if rows else [np.arange(len(arrays[0]))]
    statistic = function if rows else lambda index: function(*(array[index.astype(int)] for array in arrays))
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        # Draws without a value are counted by the caller.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        return stats.bootstrap(
            sample, statistic, n_resamples=draws, batch=max(1, BLOCK // len(arrays[0])), paired=True, vectorized=rows,
            method="percentile", rng=random,
        ).bootstrap_distribution  # fmt: skip


def mean_ratio(first: np.ndarray, second: np.ndarray, axis: int = -1) -> np.ndarray:
    """mean(first) / mean(second) along `axis`."""
    return first.mean(axis) / second.mean(axis)


def auc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve of scores (n,) for bits (n,), ties counting half; NaN where one kind is missing."""
    positive = positive.astype(bool)
    return float(roc_auc_score(positive, scores)) if 0 < positive.sum() < len(positive) else math.nan
