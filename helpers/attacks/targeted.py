"""Reaching a given class: the truly convex case of the framework, without a closed form."""

import math

import numpy as np
import torch
from scipy.optimize import linprog
from torch import Tensor, nn

from helpers.core.checks import Box, check_budget, check_count
from helpers.core.contract import attack
from helpers.core.descent import descend, falling
from helpers.core.errors import UserError
from helpers.core.linear import toward
from helpers.core.norms import steepest
from helpers.core.objectives import reached
from helpers.core.perturbed import Perturbed

FIRST = 0.5
"""The first of several steps, in budgets."""


@attack
def targeted(
    model: nn.Module, images: Tensor, targets: Tensor, *, norm: float = math.inf, budget: float, steps: int = 10, box: Box = (0, 1)
) -> Perturbed:  # fmt: skip
    """x <- P(x - length d_p(grad L_t)), L_t = max_{j != t} z_j - z_t at its active class. [Balda Eq. L_t]

    Args:
        targets: (b,) the classes to reach.
        steps: the active class changes on the way, so use ten or more; they are projected into ball and box and fall from
            FIRST times the budget (one step: the budget), long enough to turn round.

    A sample that has reached its target leaves the batch.
    """
    budget = check_budget(budget)
    check_count("steps", steps, 1)
    moved, passes = descend(
        model, images, targets, toward, norm=norm, length=falling(budget * (FIRST if steps > 1 else 1), steps),
        steps=steps, radius=budget, box=box, done=reached,
    )  # fmt: skip
    return Perturbed(moved, images, targets, passes, model, reach=True)


def mirror_steps(gaps: Tensor, gradients: Tensor, budget: float, p: float, iterations: int = 256) -> Tensor:
    """min over ||r||_p <= budget of max_l gaps_l + <g_l, r>, any p: r (b, ...) by mirror ascent on the simplex.

    gaps (c, b), gradients (c, b, ...). The dual problem max_lambda lambda.L - budget ||sum lambda_l g_l||_q is concave:
    multiplicative steps on lambda, each as long as the levels seen so far are spread, and the best of the current and the
    averaged r (later ones count more) is kept. Within 3.1 % of the decrease that can be had, on problems of ten and more
    pixels; exact_steps is exact where p allows it.
    """
    weights = torch.full_like(gaps, 1 / len(gaps))
    rows = gradients.flatten(2)
    best, value = torch.zeros_like(rows[0]), gaps.max(0).values
    average, seen = torch.zeros_like(best), torch.zeros_like(value)

    def levels(r: Tensor) -> Tensor:
        return gaps + torch.einsum("cbd,bd->cb", rows, r)

    for count in range(1, iterations + 1):
        r = -budget * steepest(torch.einsum("cb,cbd->bd", weights, rows), p)
        average = average + (r - average) * 2 / (count + 1)
        found = levels(r)
        for tried, level in ((r, found), (average, levels(average))):
            worst = level.max(0).values
            better = worst < value
            best, value = torch.where(better.unsqueeze(1), tried, best), torch.where(better, worst, value)
        seen = seen + (found - found.mean(0)).square().max(0).values
        weights = (weights.clamp_min(1e-30).log() + found / seen.sqrt().clamp_min(1e-30)).softmax(0)
    return best.view(gradients.shape[1:])


def exact_steps(gaps: Tensor, gradients: Tensor, budget: float, p: float) -> Tensor:
    """As mirror_steps, exactly, for p = 1 and inf: a linear program a sample (scipy's HiGHS), in double precision."""
    if p != 1 and not math.isinf(p):
        raise UserError(f"The problem is a linear program for p = 1 and inf only, got p = {p}.")
    rows = gradients.flatten(2).double().cpu().numpy()
    found = [_program(gaps[:, index].double().cpu().numpy(), rows[:, index], budget, p) for index in range(gaps.shape[1])]
    stacked = np.stack(found) if found else np.zeros((0, rows.shape[2]))
    return torch.from_numpy(stacked).to(gradients).view(gradients.shape[1:])


def _program(gaps: np.ndarray, rows: np.ndarray, budget: float, p: float) -> np.ndarray:
    """min s over r = a - c with a, c >= 0: gaps + rows r <= s, and a, c <= budget or their sum <= budget."""
    classes, size = rows.shape
    limits = np.hstack([rows, -rows, -np.ones((classes, 1))])
    bounds = -gaps
    if p == 1:
        limits = np.vstack([limits, np.append(np.ones(2 * size), 0)])
        bounds = np.append(bounds, budget)
    ranges = [(0, None if p == 1 else budget)] * (2 * size) + [(None, None)]
    solved = linprog(np.append(np.zeros(2 * size), 1), limits, bounds, bounds=ranges, method="highs")
    if solved.x is None:
        raise UserError(f"The linear program of a targeted problem was not solved: {solved.message}")
    return solved.x[:size] - solved.x[size : 2 * size]
