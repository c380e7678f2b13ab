"""A claim's verdict, computed from the intervals of its conditions."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.core.statistics import Estimate

REPRODUCED, CONTRADICTED, UNDECIDED, NOT_RUN = "reproduced", "contradicted", "undecided", "not run"


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
        low, high, bar = self.estimate.low, self.estimate.high, self.threshold
        if low > bar or (low == bar and not self.strict):
            return REPRODUCED
        if high < bar or (high == bar and self.strict):
            return CONTRADICTED
        return UNDECIDED


def verdict(conditions: Sequence[Condition]) -> str:
    """Reproduced if all conditions clear their threshold, contradicted if one clearly fails, else undecided."""
    if not conditions:
        return NOT_RUN
    found = {condition.verdict for condition in conditions}
    if CONTRADICTED in found:
        return CONTRADICTED
    return UNDECIDED if UNDECIDED in found else REPRODUCED
