"""One-step attacks over many budgets: one backward pass, one forward pass per budget."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from helpers.core.checks import (
    Box,
    check_box,
    check_budget,
    check_images,
    check_labels,
    check_logits,
    check_output,
    clip,
    round_pixels,
)
from helpers.core.material import Material
from helpers.core.model import evaluating
from helpers.core.objectives import left


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
    check_images(images)
    check_box(box, images)
    with evaluating(model), torch.no_grad():
        for budget in budgets:
            moved = clip(images + material.at(check_budget(budget, images.dtype)), box)
            logits = check_output(model(round_pixels(moved) if rounded else moved))
            if not rows:
                check_logits(logits, len(images))
                check_labels(labels, logits)
            rows.append(left(logits, labels))
    return torch.stack(rows) if rows else torch.zeros(0, len(images), dtype=torch.bool, device=images.device)
