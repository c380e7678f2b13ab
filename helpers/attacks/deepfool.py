"""Repeated steps onto the nearest linearised class boundary."""

import torch
from torch import Tensor, nn

from helpers.core.active import ActiveSet
from helpers.core.boundaries import nearest_boundary
from helpers.core.checks import Box, clip
from helpers.core.model import evaluating
from helpers.core.norms import per_sample, steepest
from helpers.core.objectives import differentiable, forward
from helpers.core.perturbed import Perturbed, spent

EXTRA = 3e-4
"""Added to the distance of a sample whose last step the box cut: the rest shrinks geometrically, this ends it."""


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
    """x <- clip(x + (1 + overshoot) (z_y - z_j) / ||grad(z_j - z_y)||_q * steepest), j nearest. [Balda Eq. 8]

    Args:
        norm: p > 1 or inf; steps: at most; overshoot: every step, and so their sum, is scaled by 1 + overshoot.
        candidates: how many of the highest other classes are examined; all by default.

    A sample that has left its label leaves the batch; one already outside returns untouched. A sample whose gradients
    all vanish stops where it is, not fooled.
    """
    with evaluating(model):
        logits, leaf = forward(model, images, labels)
        result, passes = images.clone(), spent(0, images)
        cut = torch.zeros(len(images), dtype=torch.bool, device=images.device)
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
            distance = found.distance(norm) + EXTRA * cut[active.index]
            distance = torch.where(distance.isfinite(), distance, 0)
            step = per_sample(distance, leaf) * steepest(found.normal, norm)
            moved = leaf.detach() + (1 + overshoot) * step
            result[active.index] = clip(moved, box)
            cut[active.index] = (result[active.index] != moved).flatten(1).any(1)
            active.keep(step.flatten(1).any(1))
            if not len(active):
                break
            logits, leaf = differentiable(model, result[active.index])
    return Perturbed(result, images, labels, passes, model)
