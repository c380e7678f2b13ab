"""The raw material of a one-step attack: computed once, reused at every budget."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Directions:
    """`unit` (b, ...) directions of unit norm (zero where there is none); `passes`: backward passes spent per sample."""

    unit: Tensor
    passes: int

    def at(self, budget: float) -> Tensor:
        """Perturbation (b, ...) of norm `budget`."""
        return budget * self.unit
