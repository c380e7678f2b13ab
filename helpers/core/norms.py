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


def into_ball(x: Tensor, centre: Tensor, radius: float, p: float, box: tuple[float, float] | None) -> Tensor:
    """x moved into the l_p ball round `centre`, then into the pixel box, which keeps it in the ball. Shape of x."""
    inside = centre + project(x - centre, radius, p)
    return inside if box is None else inside.clamp(*box)


def _project_l1(flat: Tensor, radius: Tensor) -> Tensor:
    """Soft thresholding at the level that leaves an l1 norm of `radius` (sorting algorithm)."""
    ordered = flat.abs().sort(1, descending=True).values
    excess = ordered.cumsum(1) - radius
    counts = torch.arange(1, flat.shape[1] + 1, device=flat.device, dtype=flat.dtype)
    kept = (ordered * counts > excess).sum(1, keepdim=True).clamp(min=1)
    level = excess.gather(1, kept - 1) / kept
    return flat.sign() * (flat.abs() - level).clamp(min=0)


def _project_general(flat: Tensor, radius: Tensor, p: float) -> Tensor:
    """Bisection on the multiplier m of ||x||_p <= radius; each entry solves x + m (x / radius)^(p-1) = |r| by bisection."""
    size = flat.abs().double()
    scale = size.amax(1, keepdim=True).clamp(min=torch.finfo(torch.float64).tiny)
    size, target = size / scale, radius.double() / scale

    def entries(multiplier: Tensor) -> Tensor:
        low, high = torch.zeros_like(size), size.clone()
        for _ in range(60):
            middle = (low + high) / 2
            above = middle + multiplier * (middle / target).pow(p - 1) > size
            low, high = torch.where(above, low, middle), torch.where(above, middle, high)
        return high

    low, high = torch.full_like(target, -80.0), torch.full_like(target, 80.0)
    for _ in range(80):
        middle = (low + high) / 2
        outside = norm(entries(middle.exp()), p).unsqueeze(1) > target
        low, high = torch.where(outside, middle, low), torch.where(outside, high, middle)
    return (flat.sign() * (entries(high.exp()) * scale)).to(flat.dtype)


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
    moved = _project_l1(flat, radius) if p == 1 else _project_general(flat, radius, p)
    return torch.where(inside, flat, moved).view_as(r)
