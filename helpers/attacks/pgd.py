"""Projected gradient steps with restarts."""

import math

import torch
from torch import Tensor, nn

from helpers.core.active import ActiveSet
from helpers.core.checks import Box, check_budget, check_images, clip
from helpers.core.model import evaluating
from helpers.core.norms import project, steepest, unit
from helpers.core.objectives import cross_entropy_margin, forward, margin_seed
from helpers.core.perturbed import Perturbed, spent
from helpers.core.seeds import per_sample_normal


def random_start(images: Tensor, budget: float, norm: float, seed: int, ids: Tensor) -> Tensor:
    """A random perturbation (b, ...) in the ball: uniform in the cube for p = inf, else on the sphere."""
    noise = per_sample_normal(images, seed, ids)
    if math.isinf(norm):
        return budget * torch.erf(noise / math.sqrt(2))
    return budget * unit(noise, norm)


def pgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = math.inf,
    budget: float,
    step: float,
    steps: int,
    restarts: int = 1,
    seed: int = 0,
    ids: Tensor | None = None,
    box: Box = (0, 1),
) -> Perturbed:
    """x <- project(x + step * steepest(grad CE), ball, box), from the images, then from random points of the ball.

    Args:
        norm: p; budget: radius of the ball; step: length of one step in the same norm; steps: per restart.
        restarts: the first starts at the images, the others at random points drawn from (seed, ids[i]).
        ids: (b,) integers naming the samples, positions by default.

    A sample leaves as soon as its label is left (also between restarts). Of a sample that holds out, the iterate of
    largest cross-entropy is returned.
    """
    budget = check_budget(budget)
    check_images(images)
    ids = torch.arange(len(images)) if ids is None else ids.cpu()
    result, passes = images.clone(), spent(0, images)
    worst = torch.full((len(images),), -torch.inf, dtype=images.dtype, device=images.device)
    active = ActiveSet(len(images), images.device)
    with evaluating(model):
        for restart in range(restarts):
            if not len(active):
                break
            x = images[active.index]
            if restart:
                start = random_start(x, budget, norm, seed + restart, ids[active.index.cpu()])
                x = clip(x + start, box)
            for count in range(steps + 1):
                index = active.index
                if count or restart:
                    leaf = x.requires_grad_()
                    logits = model(leaf)
                else:
                    logits, leaf = forward(model, x, labels[index])
                margin = cross_entropy_margin(logits.detach(), labels[index])
                fooled = logits.argmax(1) != labels[index]
                x = leaf.detach()
                better = fooled | (margin > worst[index])
                result[index[better]] = x[better]
                worst[index[better]] = margin[better]
                if count < steps:
                    gradient = torch.autograd.grad(logits, leaf, margin_seed(logits, labels[index]))[0]
                    passes[index] += 1
                    r = x + step * steepest(gradient, norm) - images[index]
                    x = clip(images[index] + project(r, budget, norm), box)
                active.keep(~fooled)
                x = x[~fooled]
                if not len(active):
                    break
    return Perturbed(result, images, labels, passes, model)
