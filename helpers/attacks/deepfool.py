"""Repeated steps onto the nearest linearised class boundary."""

import torch
from torch import Tensor, nn

from helpers.core.active import ActiveSet
from helpers.core.boundaries import nearest_boundary
from helpers.core.checks import Box, check_images, check_labels, check_logits, clip
from helpers.core.model import evaluating
from helpers.core.perturbed import Perturbed, spent


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
    check_images(images)
    result, passes = images.clone(), spent(0, images)
    active = ActiveSet(len(images), images.device)
    total = torch.zeros_like(images)
    with evaluating(model):
        for count in range(steps):
            leaf = result[active.index].requires_grad_()
            y = labels[active.index]
            logits = model(leaf)
            if not count:
                check_logits(logits, len(images))
                check_labels(labels, logits)
            unfinished = logits.detach().argmax(1) == y
            if not bool(unfinished.all()):
                # The graph of the finished samples is not walked: the survivors are forwarded alone.
                active.keep(unfinished)
                if not len(active):
                    break
                leaf = result[active.index].requires_grad_()
                y = labels[active.index]
                logits = model(leaf)
            found = nearest_boundary(logits, leaf, y, p=norm, candidates=candidates)
            passes[active.index] += found.passes
            step = found.step(norm)
            total[active.index] += step
            origin = images[active.index]
            result[active.index] = clip(origin + (1 + overshoot) * total[active.index], box)
            active.keep(step.flatten(1).any(1))
            if not len(active):
                break
    return Perturbed(result, images, labels, passes, model)
