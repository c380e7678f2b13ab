"""Projected gradient steps with restarts."""

import math

import torch
from torch import Tensor, nn

from helpers.core.active import ActiveSet
from helpers.core.boxed import projected_step
from helpers.core.checks import Box, check_budget, clip
from helpers.core.contract import attack
from helpers.core.model import evaluating
from helpers.core.norms import unit
from helpers.core.objectives import cross_entropy_margin, differentiable, forward, input_gradient, left, margin_seed
from helpers.core.perturbed import Perturbed, spent
from helpers.core.seeds import derive, per_sample_normal


def random_start(images: Tensor, budget: float, norm: float, seed: int, ids: Tensor) -> Tensor:
    """A random perturbation (b, ...) in the ball: uniform in the cube for p = inf, else on the sphere."""
    noise = per_sample_normal(images, seed, ids)
    if math.isinf(norm):
        return budget * torch.erf(noise / math.sqrt(2))
    return budget * unit(noise, norm)


@attack
def pgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = math.inf,
    budget: float,
    steps: int,
    step: float | None = None,
    restarts: int = 1,
    seed: int = 0,
    ids: Tensor | None = None,
    box: Box = (0, 1),
) -> Perturbed:
    """x <- P(x + step), the step of steepest ascent of CE in the box; from the images, then from random points of the ball.

    Args:
        norm: p; budget: radius of the ball; steps: per restart; step: length of one, 2.5 budget / steps by default.
        restarts: the first starts at the images, the others at random points drawn from (seed, restart, ids[i]).
        ids: (b,) integers naming the samples, positions by default.

    A sample leaves as soon as its label is left (also between restarts). Of a sample that holds out, the iterate of
    largest cross-entropy is returned.
    """
    budget = check_budget(budget)
    step = check_budget(2.5 * budget / max(steps, 1) if step is None else step)
    ids = torch.arange(len(images)) if ids is None else ids.cpu()
    with evaluating(model):
        logits, leaf = forward(model, images, labels)
        result, passes = images.clone(), spent(0, images)
        worst = torch.full((len(images),), -torch.inf, dtype=images.dtype, device=images.device)
        active = ActiveSet(len(images), images.device)
        for restart in range(restarts):
            if restart:
                origin = images[active.index]
                start = random_start(origin, budget, norm, derive(seed, restart), ids[active.index.cpu()])
                logits, leaf = differentiable(model, clip(origin + start, box))
            for count in range(steps + 1):
                index, y = active.index, labels[active.index]
                margin = cross_entropy_margin(logits.detach(), y)
                fooled = left(logits.detach(), y)
                better = fooled | (margin > worst[index])
                result[index[better]] = leaf.detach()[better]
                worst[index[better]] = margin[better]
                active.keep(~fooled)
                if not len(active):
                    return Perturbed(result, images, labels, passes, model)
                if count == steps:
                    break
                descent = -input_gradient(logits, leaf, margin_seed(logits, y))[~fooled]
                passes[active.index] += 1
                moved = projected_step(
                    leaf.detach()[~fooled], descent, images[active.index], length=step, radius=budget, p=norm, box=box
                )
                logits, leaf = differentiable(model, moved)
    return Perturbed(result, images, labels, passes, model)
