"""The linear program of the framework with the pixel box as a further constraint, solved exactly."""

import math

import torch
from torch import Tensor

from helpers.core.checks import Box
from helpers.core.norms import check_exponent, dual, into_ball, norm, per_sample, steepest


def room(gradient: Tensor, images: Tensor, box: tuple[float, float]) -> Tensor:
    """(b, ...) how far each entry may move against its gradient before it meets the box; 0 where the gradient is 0."""
    free = torch.where(gradient > 0, images - box[0], box[1] - images).clamp_min(0)
    return torch.where(gradient == 0, 0, free)


def boxed_step(gradient: Tensor, images: Tensor, budget: float, p: float, box: Box) -> Tensor:
    """argmin <gradient, r> over ||r||_p <= budget and images + r in the box; shape of images. [Balda Eq. GNII]

    p = inf: the sign step, clipped. p = 1: entries in the order of |g| up to their room, until the budget is used. In
    between r_i = -sign(g_i) min(t |g_i|^(q-1), room_i). Without a box: -budget steepest(gradient).
    """
    p = check_exponent(p)
    if box is None:
        return -budget * steepest(gradient, p)
    space = room(gradient, images, box)
    if gradient.numel() == 0 or budget == 0:
        return torch.zeros_like(images)
    if math.isinf(p):
        return -gradient.sign() * space.clamp_max(budget)
    if p == 1:
        return -gradient.sign() * _greedy(gradient.abs().flatten(1), space.flatten(1), budget).view_as(images)
    return -gradient.sign() * _filled(gradient.abs().flatten(1), space.flatten(1), budget, p).view_as(images)


def smallest_step(gain: Tensor, gradient: Tensor, images: Tensor, p: float, box: Box) -> Tensor:
    """argmin ||r||_p over <gradient, r> >= gain (b,) and images + r in the box; shape of images. [Balda Eq. 8]

    Where the box does not leave room for that gain, all that it leaves is taken. Without a box: the gain over the dual norm
    times steepest(gradient). A zero gradient, or a gain of at most 0, gives a zero step.
    """
    p, gain = check_exponent(p), gain.clamp_min(0)
    if gradient.numel() == 0:
        return torch.zeros_like(images)
    if box is None:
        length = norm(gradient, dual(p))
        distance = torch.where(length > 0, gain / length, 0).to(images.dtype)
        return per_sample(distance, images) * steepest(gradient, p)
    size, space = gradient.abs().flatten(1), room(-gradient, images, box).flatten(1)
    filled = _greedy(size, space, gain.unsqueeze(1), size) if p == 1 else _filled(size, space, gain.unsqueeze(1), p, size)
    return gradient.sign() * filled.view_as(images)


def _greedy(size: Tensor, space: Tensor, budget: float | Tensor, worth: Tensor | None = None) -> Tensor:
    """Entries (b, d) filled in falling order of `size`, each up to `space`, until `budget` is used.

    An entry uses its length, or `worth` (b, d) times it.
    """
    order = size.sort(dim=1, descending=True, stable=True).indices
    wanted = space.gather(1, order)
    price = torch.ones_like(wanted) if worth is None else worth.gather(1, order)
    before = (wanted * price).cumsum(1) - wanted * price
    left = torch.where(price > 0, (budget - before).clamp_min(0) / price, 0)
    return torch.zeros_like(space).scatter_(1, order, torch.minimum(left, wanted))


def _filled(size: Tensor, space: Tensor, budget: float | Tensor, p: float, worth: Tensor | None = None) -> Tensor:
    """min(t u, space) (b, d), u = (size / largest)^(1 / (p - 1)), with the largest t that the budget allows.

    The budget bounds the l_p norm, or where `worth` (b, d) is given the sum of worth times the entries. With the full
    entries known, t follows from what the others may still use; t then rises and fills more, until none is added: a few
    rounds, as in filling vessels with water.
    """
    wide, rooms = size.double(), space.double()
    largest = wide.amax(1, keepdim=True)
    shape = (wide / torch.where(largest > 0, largest, 1)).pow(0.0 if math.isinf(p) else 1 / (p - 1)) * (size > 0)
    power = p if worth is None else 1.0
    top = torch.as_tensor(budget, dtype=torch.float64, device=size.device).clamp_min(torch.finfo(torch.float64).tiny)
    # In budgets: powers of numbers up to 1 do not overflow for large p.
    used = (rooms / top).pow(p) if worth is None else worth.double() * rooms / top
    rate = shape.pow(p) if worth is None else worth.double() * shape
    full = torch.zeros_like(shape, dtype=torch.bool)
    while True:
        left = (1 - (used * full).sum(1, keepdim=True)).clamp_min(0)
        rates = (rate * ~full).sum(1, keepdim=True)
        level = top * torch.where(rates > 0, left / rates, 0).pow(1 / power)
        filled = full | ((level * shape >= rooms) & (shape > 0))
        if torch.equal(filled, full):
            break
        full = filled
    return torch.where(full, rooms, torch.minimum(level * shape, rooms)).to(space.dtype)


def free(gradient: Tensor, images: Tensor, box: Box) -> Tensor:
    """The gradient (b, ...) of what is to fall, 0 where the box lets an entry go no further against it.

    Steps along it do not stall: an entry that has met the box leaves the step to the others.
    """
    return gradient if box is None else torch.where(room(gradient, images, box) > 0, gradient, 0)


def projected_step(
    images: Tensor, gradient: Tensor, centre: Tensor, *, length: float, radius: float, p: float, box: Box
) -> Tensor:
    """Images moved against `gradient` by the best step of l_p norm `length` in the box, then into the ball round `centre`.

    All (b, ...). The step of every attack and adversary that takes projected steps. [Balda Eq. GNII]
    """
    return into_ball(images + boxed_step(gradient, images, length, p, box), centre, radius, p, box)
