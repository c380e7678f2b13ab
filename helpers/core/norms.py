"""Norms over whole samples: value, dual exponent, steepest direction, projection; any p >= 1 and infinity.

Every function takes (b, ...) tensors and treats each sample alone. Gradients of 1e-30 have exact unit directions, and no
constant is ever added to a norm: for p = 1 and 2 powers are summed in double precision, for others the entries are divided
by their largest magnitude first.
"""

import math

import torch
from torch import Tensor

from helpers.core.errors import UserError


def check_exponent(p: float) -> float:
    """Return p as a float; UserError unless p >= 1 (infinity included)."""
    p = float(p)
    if not p >= 1:
        raise UserError(f"A norm needs p >= 1 or infinity, got p = {p}.")
    return p


def dual(p: float) -> float:
    """Exponent q of the dual norm, 1/p + 1/q = 1. [Huang Sec. 1.1]"""
    p = check_exponent(p)
    if p == 1:
        return math.inf
    return 1.0 if math.isinf(p) else p / (p - 1)


def per_sample(values: Tensor, like: Tensor) -> Tensor:
    """Shape (b,) to (b, 1, ..., 1) so that it multiplies tensors shaped as `like`."""
    return values.reshape(-1, *[1] * (like.dim() - 1))


def norm(r: Tensor, p: float) -> Tensor:
    """l_p norm of each sample of r (b, ...) -> (b,); the empty sample has norm 0."""
    p = check_exponent(p)
    flat = r.flatten(1)
    if flat.shape[1] == 0:
        return flat.new_zeros(flat.shape[0])
    if p in (1, 2):
        return _summed(flat, p).to(r.dtype)
    if math.isinf(p):
        return flat.abs().amax(1)
    scaled, largest = _scaled(flat)
    return largest.squeeze(1) * _length(scaled, p)


def _summed(flat: Tensor, p: float) -> Tensor:
    """l_1 or l_2 norm (b,) of rows in double precision, where the square of any float32 is in range."""
    # The library's own l_1 norm is five times slower than this on a CPU.
    return flat.abs().sum(1, dtype=torch.float64) if p == 1 else torch.linalg.vector_norm(flat, 2, dim=1, dtype=torch.float64)


def _length(flat: Tensor, p: float) -> Tensor:
    """l_p norm (b,) of rows whose powers stay in range."""
    return flat.abs().amax(1) if math.isinf(p) else torch.linalg.vector_norm(flat, p, dim=1)


def steepest(g: Tensor, p: float) -> Tensor:
    """argmax of <g, d> over ||d||_p <= 1, per sample; <g, d> = ||g||_q. Zero where g is zero. Shape of g.

    p = 2: g / ||g||_2; p = inf: sign(g); p = 1: the signed unit vector at the first largest |g_k| [Huang Prop. 3];
    otherwise d_i = sign(g_i) |g_i|^(q-1) / ||g||_q^(q-1) [Balda Eq. 6].
    """
    p = check_exponent(p)
    if math.isinf(p):
        return g.sign()
    flat = g.flatten(1)
    if flat.shape[1] == 0:
        return g.clone()
    if p == 1:
        k = flat.abs().argmax(1, keepdim=True)
        return torch.zeros_like(flat).scatter_(1, k, flat.gather(1, k).sign()).view_as(g)
    if p == 2:
        return unit(g, 2)
    scaled, _ = _scaled(flat)
    return unit(scaled.sign() * scaled.abs().pow(1 / (p - 1)), p).view_as(g)


def unit(r: Tensor, p: float) -> Tensor:
    """Each sample of r divided by its l_p norm; a zero sample stays zero. Shape of r."""
    p = check_exponent(p)
    flat = r.flatten(1)
    if flat.shape[1] == 0:
        return r.clone()
    if p in (1, 2):
        length = _summed(flat, p).to(r.dtype).unsqueeze(1)
        return (flat / torch.where(length > 0, length, 1)).view_as(r)
    scaled, _ = _scaled(flat)
    # The largest entry is now 1, or the sample is zero: no power under- or overflows, and 0 / 0.5 stays 0.
    return (scaled / _length(scaled, p).clamp_min(0.5).unsqueeze(1)).view_as(r)


def _scaled(flat: Tensor) -> tuple[Tensor, Tensor]:
    """Rows (b, d) divided by their largest magnitude, and that magnitude (b, 1); zero rows stay zero."""
    # abs().amax() is ten times faster on a CPU than the library's infinity norm.
    largest = flat.abs().amax(1, keepdim=True)
    return flat / torch.where(largest > 0, largest, 1), largest


def beyond_rounding(length: Tensor, tries: Tensor, images: Tensor, p: float) -> tuple[Tensor, Tensor]:
    """Lengths (b,) of steps from images (b, ...), and `tries` (b,): how many in a row were too short for the pixels' rounding.

    Such a step is taken as long as a rounding of every pixel, twice as long at each try: a tie of two classes is left by the
    smallest step that leaves it.
    """
    finest = torch.finfo(images.dtype).eps * images[:1].numel() ** (0.0 if math.isinf(p) else 1 / p)
    least = finest * torch.pow(2.0, tries.to(length.dtype))
    short = length < least
    return torch.where(short, least, length), torch.where(short, tries + 1, 0)


def into_ball(x: Tensor, centre: Tensor, radius: float, p: float, box: tuple[float, float] | None) -> Tensor:
    """x moved into the l_p ball round `centre`, then into the pixel box, which keeps it in the ball. Shape of x."""
    r = x - centre
    if math.isinf(p) or bool((norm(r, p) > radius).any()):
        x = centre + project(r, radius, p)
    return x if box is None else x.clamp(*box)


def _project_l1(flat: Tensor, radius: Tensor) -> Tensor:
    """Soft thresholding at the level that leaves an l1 norm of `radius` (sorting algorithm), in double precision."""
    size = flat.abs().double()
    ordered = size.sort(1, descending=True).values
    excess = ordered.cumsum(1) - radius.double()
    counts = torch.arange(1, flat.shape[1] + 1, device=flat.device, dtype=torch.float64)
    kept = (ordered * counts > excess).sum(1, keepdim=True).clamp(min=1)
    level = excess.gather(1, kept - 1) / kept
    return flat.sign() * (size - level).clamp(min=0).to(flat.dtype)


ROUNDS = 60
"""Rounds of Newton's method at most; ten are usual."""

SMALLEST = 1e-300


def _project_general(flat: Tensor, radius: Tensor, p: float) -> Tensor:
    """Newton on the logarithm of the multiplier m of ||x||_p <= radius; each entry solves x + m x^(p-1) = |r|.

    With y = log x the entry's equation is logsumexp(y, log m + (p - 1) y) = log |r|: convex and nearly straight, so that
    Newton needs a few rounds from any start. log ||x||_p falls in log m, which is kept in brackets.
    """
    size = flat.abs().double()
    scale = size.amax(1, keepdim=True).clamp(min=torch.finfo(torch.float64).tiny)
    logs, target = (size / scale).clamp_min(SMALLEST).log(), (radius.double() / scale).clamp_min(SMALLEST).log()
    # The largest entry is 1 and ends between target / d^(1/p) and target, which brackets the multiplier.
    least, most = target - math.log(flat.shape[1]) / p, target.clamp(max=-1e-15)
    low, high = (torch.log(-torch.expm1(end)) - (p - 1) * end for end in (most, least.clamp(max=-1e-15)))
    multiplier = (low + high) / 2
    y = torch.minimum(logs, (logs - multiplier) / (p - 1))
    for _ in range(ROUNDS):
        y, share = _log_entries(logs, multiplier, p, y)
        powers = p * y
        length = powers.logsumexp(1, keepdim=True) / p
        excess = length - target
        low, high = torch.where(excess > 0, multiplier, low), torch.where(excess > 0, high, multiplier)
        slope = -(powers.softmax(1) * (share / (1 + (p - 2) * share))).sum(1, keepdim=True)
        # Far below the answer the norm is straight in m itself, near it in log m.
        newton = -excess / slope
        step = multiplier + torch.where(newton > 1, torch.log1p(newton), newton)
        # A step beyond the bracket goes nearly to its end: the answer often lies there.
        inset = (high - low) / 100
        step = torch.minimum(torch.maximum(step, low + inset), high - inset)
        if bool((((step - multiplier).abs() <= 1e-14 * (1 + multiplier.abs())) | (excess.abs() <= 1e-12)).all()):
            break
        multiplier = step
    inside = y.exp() * (target - length).clamp(max=0).exp()
    return (flat.sign() * inside * scale).to(flat.dtype)


def _log_entries(logs: Tensor, multiplier: Tensor, p: float, y: Tensor) -> tuple[Tensor, Tensor]:
    """y (b, d) with logsumexp(y, multiplier + (p - 1) y) = logs, from a guess, and the second term's share of the sum."""
    for _ in range(ROUNDS):
        second = multiplier + (p - 2) * y
        share = second.sigmoid()
        value = y + torch.nn.functional.softplus(second) - logs
        y = y - value / (1 + (p - 2) * share)
        if bool((value.abs() <= 1e-12 * (1 + logs.abs())).all()):
            break
    return y, share


def project(r: Tensor, radius: float | Tensor, p: float) -> Tensor:
    """Nearest point (in l2) of the l_p ball of `radius` (a number or (b,), >= 0) to each sample of r. Shape of r."""
    p = check_exponent(p)
    flat = r.flatten(1)
    if flat.numel() == 0:
        return r.clone()
    radius = torch.as_tensor(radius, dtype=r.dtype, device=r.device).expand(flat.shape[0]).unsqueeze(1)
    if not bool((radius >= 0).all()):
        raise UserError("A projection needs a radius of at least 0.")
    if math.isinf(p):
        return flat.clamp(-radius, radius).view_as(r)
    length = norm(flat, p).unsqueeze(1)
    if p == 2:
        return (flat * torch.where(length > radius, radius / length, 1)).view_as(r)
    inside = length <= radius
    if bool(inside.all()):
        return r.clone()
    far = (~inside).squeeze(1).nonzero().squeeze(1)
    moved = _project_l1(flat[far], radius[far]) if p == 1 else _project_general(flat[far], radius[far], p)
    return flat.index_copy(0, far, moved).view_as(r)
