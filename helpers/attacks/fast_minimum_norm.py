"""Descent on the margin inside a ball that shrinks while the sample is fooled and grows while it is not."""

import math

import torch
from torch import Tensor, nn

from helpers.core.boundaries import nearest_boundary
from helpers.core.checks import Box, check_count, clip
from helpers.core.contract import attack
from helpers.core.model import evaluating
from helpers.core.norms import beyond_rounding, dual, per_sample, project, unit
from helpers.core.norms import norm as norm_of
from helpers.core.objectives import differentiable, forward, left
from helpers.core.perturbed import Perturbed, spent

SHRINKING = (0.05, 1e-4)
STEPPING = (1.0, 0.01)
HALVINGS = 8
"""Forward passes of the way back at the end, which the source does not take: after few steps the ball is still too large."""


def annealed(span: tuple[float, float], share: float) -> float:
    """Half a cosine from the first to the last of `span`, share in [0, 1]."""
    first, last = span
    return last + (first - last) * (1 + math.cos(math.pi * share)) / 2


@attack
def fast_minimum_norm(
    model: nn.Module, images: Tensor, labels: Tensor, *, norm: float = math.inf, steps: int = 100, box: Box = (0, 1)
) -> Perturbed:
    """The smallest perturbation met that leaves the label. [Pintor Alg. 1: fast minimum-norm attack, NeurIPS 2021]

    r <- box(P_eps(r - a g / ||g||_2)), g the margin's gradient. Until a sample is fooled for the first time eps is 1.05 times
    the linear distance to the boundary (the source has no 1.05: where the box cuts steps it then creeps up and never
    crosses); then it shrinks by 1 - c where fooled, never above the best norm, and grows by 1 + c elsewhere. a and c fall
    along half a cosine.

    Args:
        norm: 1, 2, inf or any p > 1; steps: backward passes a sample, and ten forward passes more.

    A sample that is never fooled returns untouched; one already outside is its own answer.
    """
    check_count("steps", steps, 1)
    with evaluating(model):
        logits = forward(model, images, labels)[0]
        inside = (~left(logits.detach(), labels)).nonzero().flatten()
        result, passes = images.clone(), spent(0, images)
        if len(inside):
            result[inside] = _least(model, images[inside], labels[inside], norm, steps, box)
            passes[inside] = steps
    return Perturbed(result, images, labels, passes, model)


def _least(model: nn.Module, images: Tensor, labels: Tensor, norm: float, steps: int, box: Box) -> Tensor:
    """fast_minimum_norm of images that still have their label."""
    logits, leaf = differentiable(model, images)
    best, least = images.clone(), torch.full((len(images),), torch.inf, dtype=images.dtype, device=images.device)
    radius, tries = torch.zeros_like(least), torch.zeros_like(labels)
    for count in range(steps + 1):
        moved = leaf.detach()
        size = norm_of(moved - images, norm).to(least)
        fooled = left(logits.detach(), labels)
        smaller = fooled & (size < least)
        best, least = torch.where(per_sample(smaller, best), moved, best), torch.where(smaller, size, least)
        if count == steps:
            break
        found = nearest_boundary(logits, leaf, labels, p=norm, select="active")
        share = count / max(1, steps - 1)
        shrink = annealed(SHRINKING, share)
        length = norm_of(found.normal, dual(norm))
        ahead = torch.where(length > 0, found.gap / length, 0).to(least)
        kept = torch.where(fooled, torch.minimum(radius * (1 - shrink), least), radius * (1 + shrink))
        ahead, tries = beyond_rounding(ahead.clamp_min(0), tries, images, norm)
        radius = torch.where(least.isinf(), (size + ahead) * (1 + SHRINKING[0]), kept)
        step = annealed(STEPPING, share) * unit(found.normal, 2)
        moved = clip(images + project(moved + step - images, radius, norm), box)
        logits, leaf = differentiable(model, moved)
    return _drawn_back(model, images, best, labels)


def _drawn_back(model: nn.Module, images: Tensor, moved: Tensor, labels: Tensor) -> Tensor:
    """The images nearest to `images` on the way back from `moved` that still have left their label, by bisection."""
    low, high = (images.new_full((len(images),), end) for end in (0.0, 1.0))
    nearest = moved
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        tried = images + per_sample(middle, images) * (moved - images)
        with torch.no_grad():
            fooled = left(model(tried.clone()), labels)
        low, high = torch.where(fooled, low, middle), torch.where(fooled, middle, high)
        nearest = torch.where(per_sample(fooled, images), tried, nearest)
    return nearest
