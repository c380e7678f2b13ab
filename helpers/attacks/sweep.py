"""One-step attacks over many budgets: one backward pass, one forward pass per budget."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from helpers.core.checks import Box, check_budget, clip, round_pixels
from helpers.core.material import Material
from helpers.core.model import evaluating


@torch.no_grad()
def sweep(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    material: Material,
    budgets: Sequence[float],
    *,
    box: Box = (0, 1),
    rounded: bool = False,
) -> Tensor:
    """(B, b) bool: at budget B the model's answer on images + material.at(budget) is not the label.

    `rounded` moves the perturbed images to the nearest 8-bit levels first.
    `model` may be another network than the one the material was computed on (a transferred attack).
    """
    rows = []
    with evaluating(model):
        for budget in budgets:
            moved = clip(images + material.at(check_budget(budget)), box)
            rows.append(model(round_pixels(moved) if rounded else moved).argmax(1) != labels)
    return torch.stack(rows) if rows else torch.zeros(0, len(images), dtype=torch.bool, device=images.device)
