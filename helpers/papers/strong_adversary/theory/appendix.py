"""Checks of the appendix: logistic regression against an adversary. All of it in float64.

Everything depends on z_i = y_i x_i alone (n, d). With l(t) = log(1 + e^-t), the inner maximum is softplus(Q_i) with
Q_i(w) = -w.z_i + c ||w||_*, ||.||_* dual to the l_p norm of the perturbation.
"""

import math
from collections.abc import Callable

import torch
from scipy import optimize
from torch import Tensor

from helpers.core.norms import dual, norm, steepest, unit
from helpers.core.seeds import generator
from helpers.papers.strong_adversary.theory.training import NORMS, corners, normal


def softplus(t: Tensor) -> Tensor:
    """log(1 + e^t) without the shortcut of torch's own, which returns t from 20 on and costs 2e-9 there."""
    return torch.logaddexp(t, torch.zeros_like(t))


def exponents(w: Tensor, z: Tensor, c: float, p: float = 2) -> Tensor:
    """Q (b, n) = c ||w||_q - w.z_i for weights w (b, d), z (n, d). [Huang Prop. D]"""
    return c * norm(w, dual(p))[:, None] - w @ z.T


def objective(w: Tensor, z: Tensor, c: float, p: float = 2) -> Tensor:
    """sum_i softplus(Q_i) (b,): problem (6) with its inner maximum solved. [Huang Eq. 6]"""
    return softplus(exponents(w, z, c, p)).sum(1)


def equation_6(seed: int) -> dict[str, float]:
    """The inner maximum's closed form against the ball's corners, and the shape of the printed loss. [Huang Eq. 6]"""
    w, z, c = normal(seed, 50, 5, name="w"), normal(seed, 10, 5, name="z"), 0.4
    worst = []
    for p in NORMS.values():
        # y r runs over the same ball as r; l2 has no corners, so the steepest direction is tried instead.
        r = -steepest(w, 2)[:, None] if p == 2 else corners(5, p).expand(len(w), -1, -1)
        losses = softplus(-(w @ z.T)[:, None] - c * torch.einsum("bmd,bd->bm", r, w)[:, :, None])
        worst.append((losses.amax(1).sum(1) - objective(w, z, c, p)).abs().max())
    h = 1e-3
    left, middle, right = (-softplus(-torch.tensor(t, dtype=torch.float64)) for t in (-h, 0.0, h))
    return {
        "closed_form_deviation": float(max(worst)),
        "printed_loss_slope": float((right - left) / (2 * h)),
        "printed_loss_curvature": float((right - 2 * middle + left) / h**2),
    }


def proposition_b(seed: int) -> dict[str, float]:
    """Midpoint convexity of (6) on random pairs, with l = log(1 + e^-t) and with the printed sign. [Huang Prop. B]"""
    first, second = normal(seed, 300, 5, name="first"), normal(seed, 300, 5, name="second")
    z, c = normal(seed, 10, 5, name="z"), 0.4
    # The printed l increases, so its inner maximum has +c ||w||_*: sum_i -softplus(-(w.z_i + c ||w||_*)).
    losses: dict[str, Callable[[Tensor, float], Tensor]] = {
        "corrected": lambda w, p: objective(w, z, c, p),
        "printed": lambda w, p: -softplus(-exponents(w, -z, c, p)).sum(1),
    }
    found: dict[str, float] = {}
    for name, loss in losses.items():
        ends = torch.cat([(loss(first, p) + loss(second, p)) / 2 for p in NORMS.values()])
        gaps = ends - torch.cat([loss((first + second) / 2, p) for p in NORMS.values()])
        found[f"{name}_violations"] = float((gaps < -1e-12).double().mean())
        found[f"{name}_smallest_gap"] = float(gaps.min())
    return found


def regulariser(w: Tensor, x: float = 1.0, c: float = 0.5) -> Tensor:
    """R_z(w) = softplus(c |w| - w x) - softplus(-w x), elementwise, for y = 1 and scalar x. [Huang Prop. C]"""
    return softplus(c * w.abs() - w * x) - softplus(-w * x)


def regulariser_as_printed(w: Tensor) -> Tensor:
    """log(1 + e^(-.5 w)) - log(1 + e^-w): c = .5, x = y = 1, the absolute value missing. [Huang Prop. C]"""
    return softplus(-0.5 * w) - softplus(-w)


def proposition_c(seed: int) -> dict[str, float]:
    """R_z at the points that decide, and its smallest second difference for several x. [Huang Prop. C]

    Takes a seed like every check; nothing here is random.
    """
    points = torch.tensor([-12.0, 0.0, 3.0, 6.0], dtype=torch.float64)
    found = {f"corrected_at_{int(w)}": float(value) for w, value in zip(points, regulariser(points), strict=True)}
    found["printed_at_-12"] = float(regulariser_as_printed(points[:1]))
    w = torch.linspace(-60, 60, 2401, dtype=torch.float64)
    found["printed_difference_right"] = float((regulariser(w) - regulariser_as_printed(w))[w >= 0].abs().max())
    found["corrected_smallest"] = float(regulariser(w).min())
    for x in (0.0, 0.1, 0.3, 1.0, 3.0):
        value = regulariser(w, x)
        found[f"curvature_x_{x:g}"] = float((value[2:] - 2 * value[1:-1] + value[:-2]).min() / 0.05**2)
    return found


def proposition_c_curve(n: int) -> dict[str, list[float]]:
    """w (n points of [-6, 6]) with R_z printed and corrected: the figure that the proof refers to. [Huang Prop. C]"""
    w = torch.linspace(-6, 6, n, dtype=torch.float64)
    return {"w": w.tolist(), "printed": regulariser_as_printed(w).tolist(), "corrected": regulariser(w).tolist()}


def separable(seed: int) -> Tensor:
    """z (8, 2) with a positive margin: the first coordinate is at least .3."""
    z = normal(seed, 8, 2, name="separable")
    z[:, 0] = z[:, 0].abs() + 0.3
    return z


def margin(z: Tensor) -> tuple[float, Tensor]:
    """gamma = max over ||w||_2 = 1 of min_i w.z_i, and that w (2,), for separable z (n, 2).

    By duality gamma is the distance of the origin to the convex hull of the z_i, reached on a segment between two.
    """
    a, b = z[:, None], z[None]
    along = b - a
    length = along.square().sum(2)
    t = (-(a * along).sum(2) / torch.where(length > 0, length, 1)).clamp(0, 1)
    nearest = (a + t[..., None] * along).flatten(0, 1)
    point = nearest[nearest.norm(dim=1).argmin()]
    return float(point.norm()), point / point.norm()


def minimise(z: Tensor, c: float, start: Tensor, penalty: float = 0.0) -> Tensor:
    """argmin (d,) of the l2 objective plus penalty ||w||_2^2, by BFGS from `start`."""

    def value(w: list[float]) -> tuple[float, list[float]]:
        leaf = torch.tensor(w, dtype=torch.float64)[None].requires_grad_()
        loss = objective(leaf, z, c) + penalty * leaf.square().sum()
        return loss.item(), torch.autograd.grad(loss.sum(), leaf)[0][0].numpy()

    found = optimize.minimize(value, start.numpy(), jac=True, method="BFGS", options={"gtol": 1e-10})
    return torch.from_numpy(found.x)


def _spread(z: Tensor, c: float, starts: Tensor) -> tuple[float, float]:
    """Norm of the minimiser, and the largest distance between the minimisers from all starts."""
    found = torch.stack([minimise(z, c, start) for start in starts])
    return float(found[0].norm()), float(torch.cdist(found, found).max())


def descend(z: Tensor, c: float, checkpoints: tuple[int, ...], rate: float = 0.5) -> list[float]:
    """||w||_2 of gradient descent on the mean loss (l2) after each number of steps, from w = 0."""
    w, sizes = torch.zeros_like(z[0]), []
    for step in range(1, checkpoints[-1] + 1):
        weight = torch.sigmoid(exponents(w[None], z, c)[0])
        w = w - rate * (weight[:, None] * (c * unit(w[None], 2) - z)).mean(0)
        if step in checkpoints:
            sizes.append(float(w.norm()))
    return sizes


def proposition_d(seed: int) -> dict[str, float]:
    """Bounded for gamma < c, unique in l2; unbounded for c < gamma, though the margin is below 2c. [Huang Prop. D]"""
    z, starts = separable(seed), normal(seed, 10, 2, name="starts")
    gamma, best = margin(z)
    mean = float(z.mean(0).norm())
    size, spread = _spread(z, (gamma + mean) / 2, starts)
    c = 0.75 * gamma
    early, later, last = descend(z, c, (30, 300, 3000))
    return {
        "gamma": gamma,
        "gamma_deviation": abs(float((z @ best).min()) - gamma),  # equal values certify both sides of the duality
        "mean_norm": mean,
        "bounded_norm": size,
        "bounded_spread": spread,
        "unbounded_c_over_gamma": c / gamma,
        "unbounded_norm_30": early,
        "unbounded_norm_300": later,
        "unbounded_norm_3000": last,
        "unbounded_loss_1e4": float(objective(1e4 * best[None], z, c)),
        "norm_below_mean": float(minimise(z, 0.98 * mean, starts[0]).norm()),
        "norm_above_mean": float(minimise(z, 1.02 * mean, starts[0]).norm()),
    }


def hessian(w: Tensor, z: Tensor, c: float, printed: bool = False) -> Tensor:
    """Hessian (d, d) of the l2 objective: sum sigma'(Q) dQ dQ^T + sigma(Q) d2Q. [Huang Prop. D]

    printed: e^Q / (1 + e^Q)^2 before the second term too.
    """
    weight = torch.sigmoid(exponents(w[None], z, c)[0])
    direction, eye = w / w.norm(), torch.eye(len(w), dtype=w.dtype)
    first = c * direction - z
    second = c * (eye - torch.outer(direction, direction)) / w.norm()
    slope = weight * (1 - weight)
    return torch.einsum("n,ni,nj->ij", slope, first, first) + (slope if printed else weight).sum() * second


def second_derivative(seed: int) -> dict[str, float]:
    """The Hessian, corrected and printed, and Q without its c, against finite differences. [Huang Prop. D]"""
    z, w, c, h = normal(seed, 10, 3, name="hessian"), normal(seed, 3, name="at"), 0.4, 1e-5

    def slope(point: Tensor, budget: float = c) -> Tensor:
        leaf = point.clone()[None].requires_grad_()
        return torch.autograd.grad(objective(leaf, z, budget).sum(), leaf)[0][0]

    steps = h * torch.eye(3, dtype=torch.float64)
    differences = torch.stack([slope(w + step) - slope(w - step) for step in steps]) / (2 * h)
    return {
        "corrected_deviation": float((hessian(w, z, c) - differences).abs().max()),
        "printed_deviation": float((hessian(w, z, c, printed=True) - differences).abs().max()),
        "without_c_deviation": float((slope(w, 1.0) - slope(w)).abs().max()),
    }


def uniqueness(seed: int) -> dict[str, float]:
    """Where strict convexity and uniqueness fail. [Huang Prop. D]

    f(x, y) = y^2 (1 + x^2) has the Hessian [[2y^2, 4xy], [4xy, 2 + 2x^2]]: near the origin positive definite off y = 0,
    yet f is flat on y = 0. Under l-infinity perturbations a feature that occurs twice leaves its weight's split free.
    """
    x, y = 0.5 * torch.rand(2, 1000, generator=generator(seed, "theory", "flat"), dtype=torch.float64)
    curvature = torch.stack([2 * y**2, 4 * x * y, 4 * x * y, 2 + 2 * x**2], 1).view(-1, 2, 2)
    left, middle, right = (v**2 * (1 + u**2) for u, v in ((-0.5, 0.0), (0.0, 0.0), (0.5, 0.0)))

    z = separable(seed)
    c = 0.9 * float(z.mean(0).abs().max())
    best = optimize.minimize(
        lambda w: float(objective(torch.from_numpy(w)[None], z, c, math.inf)),
        [0.5, 0.1], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 4000},
    ).x  # fmt: skip
    doubled = torch.cat([z[:, :1], z], 1)
    two = torch.tensor([[best[0], 0, best[1]], [0, best[0], best[1]]], dtype=torch.float64)
    values = objective(two, doubled, c, math.inf)
    # The problem is convex: no better point nearby means no better point at all.
    nearby = two[0] + 1e-3 * normal(seed, 500, 3, name="nearby")
    return {
        "flat_smallest_eigenvalue": float(torch.linalg.eigvalsh(curvature).min()),
        "flat_midpoint_gap": (left + right) / 2 - middle,
        "linf_value_difference": float((values[0] - values[1]).abs()),
        "linf_distance": float((two[0] - two[1]).norm()),
        "linf_improvement_nearby": float((values[0] - objective(nearby, doubled, c, math.inf)).max().clamp(min=0)),
    }


def remark_e(seed: int, penalty: float = 1e-3) -> dict[str, float]:
    """For c < gamma the infimum 0 is not attained, unlike with a norm penalty. [Huang Remark E]

    And one flipped label (not separable) changes nothing about existence and uniqueness.
    """
    z, starts = separable(seed), normal(seed, 10, 2, name="starts")
    gamma, best = margin(z)
    mixed = z.clone()
    mixed[0] = -mixed[0]  # one label flipped
    angle = torch.linspace(0, 2 * math.pi, 3601, dtype=torch.float64)
    mixed_margin = (torch.stack([angle.cos(), angle.sin()], 1) @ mixed.T).amin(1).max()
    size, spread = _spread(mixed, 0.5 * float(mixed.mean(0).norm()), starts)
    along = objective(torch.tensor([[1.0], [1e2], [1e4]], dtype=torch.float64) * best, z, 0.5 * gamma)
    return {
        "loss_at_1": float(along[0]),
        "loss_at_100": float(along[1]),
        "loss_at_10000": float(along[2]),
        "penalised_norm": float(minimise(z, 0.0, starts[0], penalty).norm()),
        "not_separable_margin": float(mixed_margin),
        "not_separable_norm": size,
        "not_separable_spread": spread,
    }


CHECKS: tuple[Callable[[int], dict[str, float]], ...] = (
    equation_6, proposition_b, proposition_c, proposition_d, second_derivative, uniqueness, remark_e,
)  # fmt: skip
