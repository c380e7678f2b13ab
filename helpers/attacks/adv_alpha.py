"""The smallest class flip of the linearised softmax, rescaled to the budget: Adv_Alpha."""

import torch
from torch import Tensor, nn

from helpers.core.boundaries import Boundary, nearest_boundary, rounded_softmax_difference, softmax_difference
from helpers.core.checks import Box, check_budget, clip
from helpers.core.contract import attack
from helpers.core.errors import UserError
from helpers.core.material import Directions
from helpers.core.model import evaluating
from helpers.core.norms import per_sample, steepest, unit
from helpers.core.objectives import forward
from helpers.core.perturbed import Perturbed, spent

DIFFERENCES = {"exact": softmax_difference, "rounded": rounded_softmax_difference}


def _boundary(model, images, labels, norm, arithmetic, candidates) -> tuple[Boundary, Tensor]:
    """The nearest boundary of the linearised softmax, and the logits (b, k) at the images."""
    if arithmetic not in DIFFERENCES:
        raise UserError(f"arithmetic is one of {', '.join(DIFFERENCES)}, got {arithmetic!r}.")
    with evaluating(model):
        logits, leaf = forward(model, images, labels)
        difference = DIFFERENCES[arithmetic]
        found = nearest_boundary(logits, leaf, labels, p=norm, difference=difference, candidates=candidates)
    return found, logits.detach()


def smallest_flip(model: nn.Module, images: Tensor, labels: Tensor, *, norm: float = 2) -> tuple[Tensor, Tensor]:
    """r_I (b, ...) and its class I (b,): onto the tie of the linear model. [Huang Alg. 1] [Huang Prop. 3] [Huang Prop. 4]

    ||r_I|| = rho_I = min_j (alpha_y - alpha_j) / ||T_j - T_y||_*. Zero for samples already outside their label's class.
    """
    found, logits = _boundary(model, images, labels, norm, "exact", None)
    inside = per_sample(logits.argmax(1) == labels, images)
    return torch.where(inside, found.step(norm), 0), found.target


def material(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = 2,
    measure: float | None = None,
    arithmetic: str = "exact",
    candidates: int | None = None,
) -> Directions:
    """Unit directions toward the nearest class of the linearised softmax; see adv_alpha for the arguments."""
    found, logits = _boundary(model, images, labels, norm, arithmetic, candidates)
    direction = steepest(found.normal, norm)
    if measure not in (None, norm):
        direction = unit(direction, measure)
    correct = logits.argmax(1) == labels
    return Directions(torch.where(per_sample(correct, direction), direction, 0), passes=found.passes)


@attack
def adv_alpha(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = 2,
    budget: float,
    measure: float | None = None,
    arithmetic: str = "exact",
    candidates: int | None = None,
    box: Box = (0, 1),
) -> Perturbed:
    """r = c r_I / ||r_I||, r_I the smallest perturbation that flips the linearised softmax. [Huang Sec. 6.1.2] [Huang Alg. 1]

    Args:
        images: (b, ...) in [0, 1]; labels: (b,) the classes to leave.
        norm: p of the geometry; measure: the norm of the budget, `norm` by default; budget: c.
        arithmetic: "exact", or "rounded" (the plain softmax Jacobian in the model's precision).
        candidates: how many other classes are examined; K - 1 backward passes by default, one shared forward pass.
        box: pixel range kept, or None.

    Samples already outside their label's class stay as they are: there the linear step would point back to the label.
    """
    budget = check_budget(budget)
    found = material(
        model, images, labels, norm=norm, measure=measure, arithmetic=arithmetic, candidates=candidates
    )
    return Perturbed(clip(images + found.at(budget), box), images, labels, spent(found.passes, images), model)
