"""Every class's margin and gradient at once: what Algorithm 1 needs at any budget."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from helpers.core.boundaries import class_boundaries
from helpers.core.material import scaled
from helpers.core.model import evaluating
from helpers.core.norms import steepest
from helpers.core.objectives import forward


def class_gradients(
    model: nn.Module, images: Tensor, labels: Tensor, candidates: int | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Classes (c, b) other than the label, margins L_j (c, b) and their gradients (c, b, ...); one forward pass."""
    with evaluating(model):
        logits, leaf = forward(model, images, labels)
        gaps, normals, _, classes = zip(*class_boundaries(logits, leaf, labels, candidates=candidates), strict=True)
    return torch.stack(classes), torch.stack(gaps), torch.stack(normals).neg_()


@dataclass(frozen=True)
class ClassSteps:
    """What Algorithm 1 needs at any budget: margins and dual norms (c, b) of the classes, their gradients (c, b, ...)."""

    gaps: Tensor
    lengths: Tensor
    gradients: Tensor
    norm: float
    passes: int

    @property
    def none(self) -> Tensor:
        """(b,) bool: samples whose class gradients all vanish."""
        return ~(self.lengths > 0).any(0)

    def at(self, budget: float | Tensor) -> Tensor:
        """Perturbation (b, ...): the step of the class with the least L_j - budget ||g_j||_q."""
        value = torch.where(self.lengths > 0, self.gaps - budget * self.lengths, torch.inf)
        chosen = value.argmin(0)
        gradient = self.gradients[chosen, torch.arange(len(chosen), device=chosen.device)]
        return scaled(budget, -steepest(gradient, self.norm))
