"""Conditions of claims: over paired success bits, and over the numbers of a check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.core.statistics import Estimate, exact, paired
from helpers.core.verdicts import CONTRADICTED, NOT_RUN, REPRODUCED, UNDECIDED


@dataclass(frozen=True)
class Condition:
    """`estimate` must be at least `threshold`; strict: above it; plain: `text` already says the numbers."""

    text: str
    estimate: Estimate
    threshold: float = 0.0
    strict: bool = False
    plain: bool = False

    @property
    def verdict(self) -> str:
        """Reproduced, contradicted or undecided."""
        low, high, bar = self.estimate.low, self.estimate.high, self.threshold
        if low > bar or (low == bar and not self.strict):
            return REPRODUCED
        if high < bar or (high == bar and self.strict):
            return CONTRADICTED
        return UNDECIDED


def verdict(conditions: Sequence[Condition]) -> str:
    """Reproduced if all conditions clear their threshold, contradicted if one clearly fails, else undecided."""
    kinds = {condition.verdict for condition in conditions}
    return next((kind for kind in (CONTRADICTED, UNDECIDED, REPRODUCED) if kind in kinds), NOT_RUN)


@dataclass(frozen=True)
class Claim:
    """A claim of the paper; no conditions means that this profile does not run what it needs (`needs` names which)."""

    id: str
    statement: str
    where: str
    conditions: Sequence[Condition] = ()
    evidence: str = ""
    needs: str = ""


Checks = Mapping[str, Mapping[str, float]]


def at_most(checks: Checks, check: str, name: str, bound: float) -> Condition:
    """A number of a check is at most `bound`."""
    value = checks[check][name]
    return Condition(f"{check}, {name.replace('_', ' ')}: {value:.2g} <= {bound:g}", exact(bound - value), plain=True)


def above(checks: Checks, check: str, name: str, bound: float = 0.0) -> Condition:
    """A number of a check is above `bound`."""
    value = checks[check][name]
    return Condition(f"{check}, {name.replace('_', ' ')}: {value:.3g} > {bound:g}", exact(value), bound, strict=True, plain=True)


def no_more(text: str, found: Estimate, bar: float, strict: bool = False) -> Condition:
    """An estimate is at most `bar` (strict: below it)."""
    band = "" if found.low == found.high else f" [{found.low:.4g}, {found.high:.4g}]"
    told = f"{text}: {found.value:.4g}{band} {'<' if strict else '<='} {bar:g}"
    return Condition(told, Estimate(bar - found.value, bar - found.high, bar - found.low, found.n), 0.0, strict, plain=True)


def scaled(found: Sequence[np.ndarray], slope: float, offset: float = 0.0) -> list[np.ndarray]:
    """offset + slope * bits, per seed."""
    return [offset + slope * values.astype(float) for values in found]


def at_least(text: str, first: Sequence[np.ndarray], second: Sequence[np.ndarray], by: float = 0.0, strict: bool = False) -> Condition:
    """mean(first) - mean(second) >= by, paired."""
    return Condition(text, paired(first, second), by, strict)
