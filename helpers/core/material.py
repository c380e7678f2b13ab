"""The raw material of a one-step attack: computed once, reused at every budget."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


class Material(Protocol):
    """What a one-step attack computes once.

    Attributes:
        passes: backward passes spent on each sample.
        none: (b,) bool, samples without a direction.
    """

    passes: int

    @property
    def none(self) -> Tensor: ...

    def at(self, budget: float | Tensor) -> Tensor:
        """Perturbation (b, ...) of norm `budget`, a number or (b,)."""
        ...


@dataclass(frozen=True)
class Directions:
    """One direction for all budgets: `unit` (b, ...) of unit norm, zero where there is none."""

    unit: Tensor
    passes: int

    @property
    def none(self) -> Tensor:
        """(b,) bool: samples without a direction."""
        return ~self.unit.flatten(1).any(1)

    def at(self, budget: float | Tensor) -> Tensor:
        """Perturbation (b, ...) of norm `budget`, a number or (b,)."""
        return scaled(budget, self.unit)


def scaled(size: float | Tensor, directions: Tensor) -> Tensor:
    """`directions` (b, ...) times a number, or times one number (b,) a sample."""
    return (size.reshape(-1, *[1] * (directions.dim() - 1)) if isinstance(size, Tensor) else size) * directions
