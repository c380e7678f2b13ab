"""Training on perturbed images: LWA, Goodfellow's mixture, multi-step adversaries, random perturbations."""

import torch
from torch import Tensor
from torch.nn import functional

from helpers.core.boundaries import nearest_boundary, softmax_difference
from helpers.core.boxed import projected_step
from helpers.core.checks import Box, clip
from helpers.core.errors import UserError
from helpers.core.model import PixelModel, frozen_statistics
from helpers.core.norms import into_ball, steepest, unit
from helpers.core.objectives import margin_seed

ADVERSARIES = ("gradient", "rounded", "alpha", "random")


def ascent(model: PixelModel, images: Tensor, labels: Tensor, adversary: str, norm: float) -> Tensor:
    """Gradient (b, ...) that the adversary follows, detached; the model stays in training mode (fresh dropout masks).
    [Huang Alg. 2]"""
    if adversary == "random":
        return torch.randn_like(images)
    leaf = images.detach().requires_grad_()
    logits = model(leaf)
    if adversary == "gradient":
        return torch.autograd.grad(logits, leaf, margin_seed(logits, labels))[0]
    if adversary == "rounded":
        loss = functional.cross_entropy(logits, labels, reduction="sum")
        return torch.autograd.grad(loss, leaf)[0]
    if adversary == "alpha":
        return nearest_boundary(logits, leaf, labels, p=norm, difference=softmax_difference).normal
    raise UserError(f"An adversary is one of {', '.join(ADVERSARIES)}, got {adversary!r}.")


def perturb(
    model: PixelModel, images: Tensor, labels: Tensor, adversary: str, norm: float, measure: float, radius: float,
    steps: int, box: Box,
) -> Tensor:  # fmt: skip
    """Images moved by `radius` in one step, or by `steps` projected steps of 2.5 radius / steps. [Huang Eq. 3]"""
    if steps == 1:
        direction = steepest(ascent(model, images, labels, adversary, norm), norm)
        direction = direction if measure == norm else unit(direction, measure)
        return clip(images.add(direction, alpha=radius), box)
    moved = images
    length = 2.5 * radius / steps
    for _ in range(steps):
        gradient = ascent(model, moved, labels, adversary, norm)
        if measure == norm:
            how = {"length": length, "radius": radius, "p": norm, "box": box}
            moved = projected_step(moved, -gradient, images, **how)
        else:
            direction = unit(steepest(gradient, norm), measure)
            moved = into_ball(moved + length * direction, images, radius, measure, box)
    return moved


def perturbed_input(
    model: PixelModel,
    images: Tensor,
    labels: Tensor,
    *,
    radius: float,
    clean: float = 0.0,
    adversary: str = "gradient",
    norm: float = 2,
    measure: float | None = None,
    steps: int = 1,
    box: Box = None,
) -> Tensor:
    """clean * CE(x) + (1 - clean) * CE(x + r), ||r|| = radius. [Huang Alg. 2] [Huang Eq. 2] [Huang Eq. 3] [Huang Prop. 6]

    LWA is the default (clean = 0, adversary = "gradient", norm 2); Goodfellow's objective clean = 0.5 with norm = inf,
    measure = 2; PGD training steps > 1.

    Args:
        images: (b, ...) in [0, 1]; radius: in those units and in `measure` (`norm` by default).
        adversary: "gradient" (exact), "rounded" (float32 cross-entropy), "alpha" (Adv_Alpha), "random" (no adversary).
        clean: weight of the clean term.

    r is a constant in the weight gradient. The adversary's passes leave running statistics as they are.
    """
    norm, measure = float(norm), float(norm if measure is None else measure)
    with frozen_statistics(model):
        moved = perturb(model, images, labels, adversary, norm, measure, radius, steps, box)
    loss = functional.cross_entropy(model(moved), labels)
    if clean:
        with frozen_statistics(model):
            loss = clean * functional.cross_entropy(model(images), labels) + (1 - clean) * loss
    return loss
