"""One step along the cross-entropy gradient: FGM, FGSM, Adv_Loss, Adv_Loss_Sign."""

import math

from torch import Tensor, nn

from helpers.core.checks import Box, check_budget, clip
from helpers.core.contract import attack
from helpers.core.errors import UserError
from helpers.core.material import Directions
from helpers.core.model import evaluating
from helpers.core.norms import steepest, unit
from helpers.core.objectives import forward, input_gradient, margin_seed, rounded_seed
from helpers.core.perturbed import Perturbed, spent

SEEDS = {"exact": margin_seed, "rounded": rounded_seed}


def material(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = math.inf,
    measure: float | None = None,
    arithmetic: str = "exact",
) -> Directions:
    """Unit directions of steepest ascent of the cross-entropy; see fast_gradient for the arguments. [Huang Sec. 6.1.1]"""
    if arithmetic not in SEEDS:
        raise UserError(f"arithmetic is one of {', '.join(SEEDS)}, got {arithmetic!r}.")
    with evaluating(model):
        logits, leaf = forward(model, images, labels)
        gradient = input_gradient(logits, leaf, SEEDS[arithmetic](logits, labels))
    direction = steepest(gradient, norm)
    return Directions(direction if measure in (None, norm) else unit(direction, measure), passes=1)


@attack
def fast_gradient(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = math.inf,
    budget: float,
    measure: float | None = None,
    arithmetic: str = "exact",
    box: Box = (0, 1),
) -> Perturbed:
    """r = c argmax <grad CE, d> over ||d||_p <= 1. [Huang Eq. 5] [Huang Sec. 6.1.1] [Balda Alg. FastGrad]

    Adv_Loss is norm = 2; FGSM norm = inf; Adv_Loss_Sign norm = inf with measure = 2 (the sign step rescaled to an l2
    budget). The paper's closed forms print the wrong sign: this is the one that lowers the label's probability.

    Args:
        images: (b, ...) in [0, 1]; labels: (b,) the classes to leave.
        norm: p of the geometry, >= 1 or inf.
        budget: c, the size of the step before clipping, in `measure`.
        measure: the norm in which the budget is counted; `norm` by default.
        arithmetic: "exact" differentiates the margin (any confidence); "rounded" differentiates the cross-entropy in
            the model's precision, whose direction is wrong on confident images.
        box: pixel range kept, or None.

    A zero gradient gives a zero step. Raises UserError for NaN, images outside [0, 1], probabilities, bad budgets.
    """
    budget = check_budget(budget)
    step = material(model, images, labels, norm=norm, measure=measure, arithmetic=arithmetic).at(budget)
    return Perturbed(clip(images + step, box), images, labels, spent(1, images), model)
