"""Conditions of claims: over paired success bits, and over the numbers of a check."""

from collections.abc import Mapping, Sequence

import numpy as np

from helpers.core.statistics import exact, paired
from helpers.core.verdicts import Condition

Checks = Mapping[str, Mapping[str, float]]


def at_most(checks: Checks, check: str, name: str, bound: float) -> Condition:
    """A number of a check is at most `bound`."""
    value = checks[check][name]
    return Condition(f"{check}, {name.replace('_', ' ')}: {value:.2g} <= {bound:g}", exact(bound - value), plain=True)


def above(checks: Checks, check: str, name: str, bound: float = 0.0) -> Condition:
    """A number of a check is above `bound`."""
    value = checks[check][name]
    return Condition(f"{check}, {name.replace('_', ' ')}: {value:.3g} > {bound:g}", exact(value), bound, strict=True, plain=True)


def scaled(found: Sequence[np.ndarray], slope: float, offset: float = 0.0) -> list[np.ndarray]:
    """offset + slope * bits, per seed."""
    return [offset + slope * values.astype(float) for values in found]


def at_least(text: str, first: Sequence[np.ndarray], second: Sequence[np.ndarray], by: float = 0.0, strict: bool = False) -> Condition:
    """mean(first) - mean(second) >= by, paired."""
    return Condition(text, paired(first, second), by, strict)
