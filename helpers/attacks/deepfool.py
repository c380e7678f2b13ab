"""Repeated steps onto the nearest linearised class boundary."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from helpers.core.active import ActiveSet
from helpers.core.boundaries import nearest_boundary
from helpers.core.checks import Box, clip
from helpers.core.model import evaluating
from helpers.core.objectives import differentiable, forward
from helpers.core.perturbed import Perturbed, spent


def free(normal: Tensor, x: Tensor, box: Box) -> Tensor:
    """The gradient (b, ...) less the pixels that the box keeps from following it."""
    if box is None:
        return normal
    blocked = ((x <= box[0]) & (normal < 0)) | ((x >= box[1]) & (normal > 0))
    return torch.where(blocked, 0, normal)


def deepfool(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = 2,
    steps: int = 50,
    overshoot: float = 0.02,
    candidates: int | None = None,
    box: Box = (0, 1),
) -> Perturbed:
    """r <- r + (z_y - z_j) / ||grad(z_j - z_y)||_q * steepest, j nearest; x = images + (1 + overshoot) r. [Balda Eq. 8]

    Args:
        norm: p > 1 or inf; steps: at most; overshoot: the total is scaled by 1 + overshoot, as in the original.
        candidates: how many of the highest other classes are examined; all by default.

    A sample that has left its label leaves the batch; one already outside returns untouched. A sample whose gradients
    all vanish stops where it is, not fooled.
    """
    with evaluating(model):
        logits, leaf = forward(model, images, labels)
        result, passes = images.clone(), spent(0, images)
        total = torch.zeros_like(images)
        active = ActiveSet(len(images), images.device)
        for _ in range(steps):
            y = labels[active.index]
            unfinished = logits.detach().argmax(1) == y
            active.keep(unfinished)
            if not len(active):
                break
            if not bool(unfinished.all()):
                # The graph of the finished samples is not walked: the survivors are forwarded alone.
                y = labels[active.index]
                logits, leaf = differentiable(model, result[active.index])
            found = nearest_boundary(logits, leaf, y, p=norm, candidates=candidates)
            passes[active.index] += found.passes
            step = replace(found, normal=free(found.normal, leaf.detach(), box)).step(norm)
            total[active.index] += step
            moved = images[active.index] + (1 + overshoot) * total[active.index]
            result[active.index] = clip(moved, box)
            active.keep(step.flatten(1).any(1))
            if not len(active):
                break
            logits, leaf = differentiable(model, result[active.index])
    return Perturbed(result, images, labels, passes, model)
