"""Optimiser and learning rate as data."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Schedule:
    """Optimiser and learning rate as data.

    Attributes:
        phases: (epochs, rate) one after the other; with `one_cycle`, a single phase whose rate is the peak.
        one_cycle: linear warm-up over the first quarter of the steps, then linear to zero.
        batch, momentum, weight_decay (weights of at least two dimensions only), clip (gradient entries of the batch sum).
        optimiser: "sgd" or "adam" (betas 0.9, 0.999; no momentum); nesterov: the look-ahead form of SGD's momentum.
    """

    phases: tuple[tuple[int, float], ...]
    one_cycle: bool = False
    batch: int = 100
    momentum: float = 0.0
    weight_decay: float = 0.0
    clip: float | None = None
    optimiser: Literal["sgd", "adam"] = "sgd"
    nesterov: bool = False

    @property
    def epochs(self) -> int:
        """Epochs of all phases."""
        return sum(epochs for epochs, _ in self.phases)

    def rate(self, step: int, per_epoch: int) -> float:
        """Learning rate of optimiser step `step`, counted from 0."""
        if self.one_cycle:
            total, peak = self.epochs * per_epoch, self.phases[0][1]
            rise = max(1, total // 4)
            return peak * ((step + 1) / rise if step < rise else (total - step) / (total - rise))
        epoch = step // per_epoch
        for epochs, rate in self.phases:
            if epoch < epochs:
                return rate
            epoch -= epochs
        return self.phases[-1][1]
