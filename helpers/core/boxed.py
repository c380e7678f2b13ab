"""The linear program of the framework with the pixel box as a further constraint, solved exactly."""

import math

import torch
from torch import Tensor

from helpers.core.checks import Box
from helpers.core.norms import check_exponent, norm, steepest


def room(gradient: Tensor, images: Tensor, box: tuple[float, float]) -> Tensor:
    """(b, ...) how far each entry may move against its gradient before it meets the box; 0 where the gradient is 0."""
    free = torch.where(gradient > 0, images - box[0], box[1] - images).clamp_min(0)
    return torch.where(gradient == 0, 0, free)


def boxed_step(gradient: Tensor, images: Tensor, budget: float, p: float, box: Box) -> Tensor:
    """argmin <gradient, r> over ||r||_p <= budget and images + r in the box; shape of images. [Balda Eq. GNII]

    p = inf: the sign step, clipped. p = 1: entries in the order of |g| up to their room, until the budget is used. In
    between r_i = -sign(g_i) min(t |g_i|^(q-1), room_i), t by bisection. Without a box: -budget steepest(gradient).
    """
    p = check_exponent(p)
    if box is None:
        return -budget * steepest(gradient, p)
    space = room(gradient, images, box)
    if gradient.numel() == 0:
        return torch.zeros_like(images)
    if math.isinf(p):
        return -gradient.sign() * space.clamp_max(budget)
    if p == 1:
        return -gradient.sign() * _greedy(gradient.abs().flatten(1), space.flatten(1), budget).view_as(images)
    return -gradient.sign() * _filled(gradient.abs().flatten(1), space.flatten(1), budget, p).view_as(images)


def _greedy(size: Tensor, space: Tensor, budget: float) -> Tensor:
    """Entries (b, d) filled in falling order of `size`, each up to `space`, to a sum of at most `budget`."""
    order = size.sort(dim=1, descending=True, stable=True).indices
    wanted = space.gather(1, order)
    before = wanted.cumsum(1) - wanted
    return torch.zeros_like(space).scatter_(1, order, torch.minimum((budget - before).clamp_min(0), wanted))


def _filled(size: Tensor, space: Tensor, budget: float, p: float) -> Tensor:
    """min(t u, space) (b, d), u = (size / largest)^(1 / (p - 1)), with the largest t whose l_p norm is within `budget`."""
    if budget == 0:
        return torch.zeros_like(space)
    wide, rooms = size.double(), space.double()
    largest = wide.amax(1, keepdim=True)
    shape = (wide / torch.where(largest > 0, largest, 1)).pow(1 / (p - 1))
    # At t = budget the largest entry alone would spend the budget, so smaller t never bind; the upper end doubles first.
    low = torch.zeros_like(largest)
    high = torch.full_like(largest, budget)
    for _ in range(1100):
        short = (norm(torch.minimum(high * shape, rooms), p).unsqueeze(1) < budget) & ((high * shape < rooms) & (shape > 0)).any(1, True)
        if not bool(short.any()):
            break
        high = torch.where(short, 2 * high, high)
    for _ in range(80):
        middle = (low + high) / 2
        within = norm(torch.minimum(middle * shape, rooms), p).unsqueeze(1) <= budget
        low, high = torch.where(within, middle, low), torch.where(within, high, middle)
    full = norm(rooms * (shape > 0), p).unsqueeze(1) <= budget
    return torch.where(full, rooms * (shape > 0), torch.minimum(low * shape, rooms)).to(space.dtype)
