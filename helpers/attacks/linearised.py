"""Algorithms 1, 1-n and 2: steps of the budget against the linearised class differences."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from helpers.core.boundaries import class_boundaries
from helpers.core.boxed import boxed_step
from helpers.core.checks import Box, check_budget, check_count, clip
from helpers.core.class_steps import ClassSteps, class_gradients
from helpers.core.contract import attack
from helpers.core.descent import descend, fixed
from helpers.core.errors import UserError
from helpers.core.linear import Objective, margin, own_score
from helpers.core.material import Directions, Material
from helpers.core.model import evaluating
from helpers.core.norms import dual, into_ball, per_sample, steepest
from helpers.core.norms import norm as length_of
from helpers.core.objectives import differentiable, forward
from helpers.core.perturbed import Perturbed, spent

OWN = {"own": "logit", "own probability": "probability"}
SELECT = ("budget", "active", "ratio", *OWN)


def check_select(select: str) -> None:
    """UserError unless `select` is one of SELECT."""
    if select not in SELECT:
        raise UserError(f"select is one of {', '.join(SELECT)}, got {select!r}.")


def chosen_objective(select: str, norm: float, budget: float, candidates: int | None) -> Objective:
    """What is linearised: the least class difference, or the class's own score."""
    if select in OWN:
        return own_score(OWN[select])
    return margin(norm, select=select, budget=budget, candidates=candidates)


def material(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = math.inf,
    select: str = "budget",
    candidates: int | None = None,
) -> Material:
    """What one step needs at any budget, computed once: every class's margin and gradient (select "budget"), or one direction."""
    check_select(select)
    if select == "budget":
        classes, gaps, gradients = class_gradients(model, images, labels, candidates)
        lengths = torch.stack([length_of(gradient, dual(norm)) for gradient in gradients])
        return ClassSteps(gaps, lengths, gradients, norm, len(classes))
    with evaluating(model):
        logits, leaf = forward(model, images, labels)
        linear = chosen_objective(select, norm, 0.0, candidates)(logits, leaf, labels)
    return Directions(-steepest(linear.gradient, norm), linear.passes)


def shared(
    model: nn.Module, images: Tensor, labels: Tensor, *, steps: int = 1, exact_box: bool = False, **options: Any
) -> dict[str, Material]:
    """Arguments of linearised that are alike at all budgets: the first step's gradients. `options`: as of material."""
    return {} if exact_box else {"first": material(model, images, labels, **options)}


@attack
def linearised(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = math.inf,
    budget: float,
    steps: int = 1,
    select: str = "budget",
    candidates: int | None = None,
    exact_box: bool = False,
    first: Material | None = None,
    box: Box = (0, 1),
) -> Perturbed:
    """r = -(budget / steps) d_p(grad L), re-linearised `steps` times; L the least class difference of the logits.
    [Balda Alg. 1] [Balda Alg. 1-n] [Balda Eq. 6] [Balda Eq. 7]

    Args:
        norm: p >= 1 or inf; p = 1 moves one entry a step.
        budget: eps, the size before clipping; steps: n, each of eps / n.
        select: "budget" (as the authors ran it, exact for the linearised problem, one backward pass a class), "active" (as
            printed, one backward pass), "ratio" (DeepFool's choice), "own" (Algorithm 2: the class's logit alone), "own
            probability" (Algorithm 2 on probabilities, which is FastGrad). [Balda Alg. 2]
        candidates: how many of the highest other classes are examined; all by default.
        exact_box: minimise over ball and box together instead of clipping the ball's minimiser (select "budget" only).
        first: what `material` found at these images, with the same options: the first step is taken from it (not with
            exact_box, whose step hangs on the box).
        box: pixel range kept, or None (as in the paper).

    A zero gradient gives a zero step.
    """
    budget = check_budget(budget)
    check_count("steps", steps, 1)
    check_select(select)
    if exact_box:
        return _in_box(model, images, labels, norm, budget, steps, select, candidates, box)
    share = budget / steps
    how = {"norm": norm, "length": fixed(share), "box": box}
    objective = chosen_objective(select, norm, share, candidates)
    if first is None:
        # The first step is the one-step attack's; later ones leave out what the box has stopped.
        start, known = descend(model, images, labels, objective, steps=1, freely=False, **how)
    else:
        start, known = clip(images + first.at(share), box), spent(first.passes, images)
    moved, more = descend(
        model, images, labels, objective, start=start, steps=steps - 1, radius=budget if steps > 1 else None, **how
    )
    return Perturbed(moved, images, labels, known + more, model)


def _in_box(model, images, labels, norm, budget, steps, select, candidates, box) -> Perturbed:
    """linearised with the box inside the convex program; the class of the least boxed value is taken."""
    if select != "budget" or box is None:
        raise UserError(f"exact_box chooses the class by its value in the box: it needs a box and select budget, got {select!r}, box {box}.")
    moved, passes = images, 0
    with evaluating(model):
        logits, leaf = forward(model, images, labels)
        for count in range(steps):
            if count:
                logits, leaf = differentiable(model, moved)
            best = torch.full_like(logits[:, 0].detach(), torch.inf)
            step = torch.zeros_like(moved)
            for gap, normal, _, _ in class_boundaries(logits, leaf, labels, candidates=candidates):
                passes += 1
                tried = boxed_step(-normal, moved, budget / steps, norm, box)
                value = gap - (normal * tried).flatten(1).sum(1)
                better = (value < best) & normal.flatten(1).any(1)
                best, step = torch.where(better, value, best), torch.where(per_sample(better, step), tried, step)
            moved = into_ball(moved + step, images, budget, norm, box)
    return Perturbed(moved, images, labels, spent(passes, images), model)
