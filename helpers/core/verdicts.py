"""A claim's verdict, computed from the intervals of its conditions."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.core.statistics import Estimate

REPRODUCED, WEAKER, CONTRADICTED = "reproduced", "weaker", "contradicted"
UNDECIDED, NOT_RUN = "undecided", "not run"
VERDICTS = (REPRODUCED, WEAKER, CONTRADICTED, UNDECIDED, NOT_RUN)
"""In the order in which ledgers count them."""

SENSES = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than", "==": "exactly"}


@dataclass(frozen=True)
class Condition:
    """`estimate` compared with `bar` in the sense >=, >, <=, < or == (for facts).

    Attributes:
        text: what the estimate is of, for a reader.
        ours: the bar is ours: the paper says "much" and names no number.
        direction: what the bare direction then asks for; None where another condition asks for it.
    """

    text: str
    estimate: Estimate
    sense: str = ">="
    bar: float = 0.0
    ours: bool = False
    direction: float | None = None

    @property
    def verdict(self) -> str:
        """Reproduced where the whole interval clears the bar, contradicted where the whole interval misses it.

        A bar of ours can be missed while the direction holds: weaker. An interval that covers what it is compared with
        leaves the condition undecided.
        """
        against_bar = self._against(self.bar)
        if not self.ours or against_bar == REPRODUCED:
            return against_bar
        direction = REPRODUCED if self.direction is None else self._against(self.direction)
        if direction == REPRODUCED and against_bar == CONTRADICTED:
            return WEAKER
        return CONTRADICTED if direction == CONTRADICTED else UNDECIDED

    def _against(self, bar: float) -> str:
        low, high = self._above(bar)
        strict = self.sense in (">", "<")
        if low > 0 or (low == 0 and not strict):
            return REPRODUCED
        if high < 0 or (high == 0 and strict):
            return CONTRADICTED
        return UNDECIDED

    def _above(self, bar: float) -> tuple[float, float]:
        """By how much the ends of the interval clear `bar`, the worse end first."""
        low, high = self.estimate.low, self.estimate.high
        if self.sense == "==":
            return -max(abs(low - bar), abs(high - bar)), -max(low - bar, bar - high, 0.0)
        return (bar - high, bar - low) if self.sense in ("<=", "<") else (low - bar, high - bar)

    @property
    def room(self) -> float:
        """How far the whole interval clears the bar; negative: by how much it fails to."""
        return self._above(self.bar)[0]


def verdict(conditions: Sequence[Condition]) -> str:
    """Of a claim that needs all its conditions: the worst of contradicted, undecided, weaker and reproduced."""
    kinds = {condition.verdict for condition in conditions}
    return next((kind for kind in (CONTRADICTED, UNDECIDED, WEAKER, REPRODUCED) if kind in kinds), NOT_RUN)


def deciding(conditions: Sequence[Condition]) -> Condition:
    """The condition on which the verdict rests: of those with the claim's own verdict the one with the least room."""
    kind = verdict(conditions)
    return min((one for one in conditions if one.verdict == kind), key=lambda condition: condition.room)
