"""What an attack returns."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn

from helpers.core.model import predict
from helpers.core.norms import norm
from helpers.core.objectives import left, reached


@dataclass(frozen=True, eq=False)
class Perturbed:
    """Perturbed images beside their originals.

    Attributes:
        images, originals: (b, ...) in the same units.
        labels: (b,) the classes that were to be left (or reached).
        gradient_evaluations: (b,) int64, backward passes spent on each sample.
        model: the attacked model, asked once for `success`.
        reach: `labels` are the classes to reach, not to leave.
    """

    images: Tensor
    originals: Tensor
    labels: Tensor
    gradient_evaluations: Tensor
    model: nn.Module
    reach: bool = False

    @property
    def perturbation(self) -> Tensor:
        """images - originals (b, ...), after clipping to the pixel box."""
        return self.images - self.originals

    def norm(self, p: float) -> Tensor:
        """l_p norm (b,) of the perturbation."""
        return norm(self.perturbation, p)

    @cached_property
    def success(self) -> Tensor:
        """(b,) bool: the model's answer on the returned images is not the label, or is it (one forward pass, then kept)."""
        logits = predict(self.model, self.images, batch=max(len(self.images), 1))
        return reached(logits, self.labels) if self.reach else left(logits, self.labels)


def spent(count: int, images: Tensor) -> Tensor:
    """(b,) int64 filled with `count`."""
    return torch.full((len(images),), count, dtype=torch.int64, device=images.device)
