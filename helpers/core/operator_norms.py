"""max ||J r||_2 over ||r||_p <= 1: the operator norm p -> 2 of a Jacobian, its maximiser, and an upper bound for p = inf."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from helpers.core.norms import per_sample, steepest, unit

Gram = Callable[[Tensor], Tensor]
"""v (b, ...) -> J^T J v (b, ...), sample by sample."""


def flat(output: Tensor) -> Tensor:
    """The model's output as one vector a sample (b, m)."""
    return output.reshape(len(output), -1)


class Products:
    """J v and J^T u of `model` at `images` (b, ...), the Jacobian of the flattened output; J itself is never built.

    The graph of J^T u is built once: J^T u is linear in u, so that its own backward pass gives J v.
    """

    def __init__(self, model: nn.Module, images: Tensor):
        self._leaf = images.detach().clone().requires_grad_()
        self.output = flat(model(self._leaf))
        self._seed = torch.zeros_like(self.output, requires_grad=True)
        self._pulled = torch.autograd.grad(self.output, self._leaf, self._seed, create_graph=True)[0]

    def forward(self, v: Tensor) -> Tensor:
        """J v (b, m): the output's first-order change along v (b, ...). [Balda Eq. 1]"""
        return torch.autograd.grad(self._pulled, self._seed, v, retain_graph=True)[0]

    def backward(self, u: Tensor) -> Tensor:
        """J^T u (b, ...) for u (b, m)."""
        return torch.autograd.grad(self.output, self._leaf, u, retain_graph=True)[0]

    def gram(self, v: Tensor) -> Tensor:
        """J^T J v (b, ...)."""
        return self.backward(self.forward(v))


def jacobian_rows(model: nn.Module, images: Tensor, chunk: int = 64) -> Iterator[Tensor]:
    """J (b, m, n) in parts (b, chunk, n), by m backward passes after one forward pass; at no time is more than a part held."""
    leaf = images.detach().clone().requires_grad_()
    output = flat(model(leaf))
    count = output.shape[1]
    for start in range(0, count, chunk):
        part = torch.arange(start, min(start + chunk, count), device=images.device)
        seeds = torch.zeros(len(part), *output.shape, dtype=output.dtype, device=output.device)
        seeds[torch.arange(len(part)), :, part] = 1
        more = start + chunk < count
        rows = torch.autograd.grad(output, leaf, seeds, is_grads_batched=True, retain_graph=more)[0]
        yield rows.flatten(2).transpose(0, 1)


def jacobian(model: nn.Module, images: Tensor, chunk: int = 64) -> Tensor:
    """J (b, m, n), whole."""
    return torch.cat(list(jacobian_rows(model, images, chunk)), 1)


def from_matrix(matrix: Tensor) -> Gram:
    """The Gram product of given Jacobians (b, m, n), for v (b, n)."""
    return lambda v: (matrix.mT @ (matrix @ v.unsqueeze(2))).squeeze(2)


def power(product: Gram, start: Tensor, *, iterations: int = 3000, tolerance: float = 1e-7) -> tuple[Tensor, Tensor]:
    """p = 2: top right singular vector (b, ...) of unit length and its singular value (b,). [Balda Eq. 9]

    v <- J^T J v / ||J^T J v||; a sample stays once its Rayleigh quotient has changed by less than `tolerance` of itself in a
    step, so that it gets what it would get alone. A zero Jacobian gives 0 and the start.
    """
    return _iterated(product, unit(start, 2), 2, iterations, tolerance)


def _iterated(product: Gram, r: Tensor, p: float, iterations: int, tolerance: float) -> tuple[Tensor, Tensor]:
    """r <- d_p(J^T J r) from unit r, sample by sample until the value settles; and ||J r||_2 (b,)."""
    value = torch.zeros(len(r), dtype=r.dtype, device=r.device)
    moving = torch.ones(len(r), dtype=torch.bool, device=r.device)
    for _ in range(iterations):
        moved = product(r)
        new = (r * moved).flatten(1).sum(1)
        moving = moving & (new > 0) & ((new - value).abs() > tolerance * new)
        if not bool(moving.any()):
            break
        r = torch.where(per_sample(moving, r), steepest(moved, p), r)
        value = torch.where(moving, new, value)
    return r, (r * product(r)).flatten(1).sum(1).clamp_min(0).sqrt()


def singular(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """p = 2 exactly, from J (b, m, n): v = J^T u / sigma with u the top eigenvector of J J^T, and sigma (b,)."""
    values, vectors = torch.linalg.eigh(matrix @ matrix.mT)
    sigma = values[:, -1].clamp_min(0).sqrt()
    return unit((matrix.mT @ vectors[:, :, -1:]).squeeze(2), 2), sigma


def columns(model: nn.Module, images: Tensor, chunk: int = 64) -> Tensor:
    """p = 1: ||J_k||_2 (b, n) of every column; the largest is the operator norm, its entry the maximiser. [Balda Sec. III]

    J is never held whole: its rows are squared and added as they come.
    """
    return sum(rows.double().square().sum(1) for rows in jacobian_rows(model, images, chunk)).sqrt().to(images.dtype)


def estimated_columns(products: Products, draws: int, generator: torch.Generator) -> Tensor:
    """Estimate of ||J_k||_2 (b, ...) from `draws` backward passes: E[(J^T u)_k^2] = ||J_k||^2 for random signs u."""
    total = 0
    for _ in range(draws):
        signs = torch.randint(0, 2, products.output.shape, generator=generator, device=generator.device)
        total = total + products.backward(signs.to(products.output) * 2 - 1).square()
    return (total / draws).sqrt()


def grouped_columns(matrix: Tensor, channels: int) -> tuple[Tensor, Tensor]:
    """One pixel instead of one entry: ||J restricted to the pixel's channels||_{2 -> 2} (b, h * w), and unit directions
    (b, h * w, channels); J (b, m, channels * h * w)."""
    groups = matrix.unflatten(2, (channels, -1))
    products = torch.einsum("bmcp,bmdp->bpcd", groups, groups)
    # A GPU's batched eigensolver refuses more than some 30,000 matrices at a time.
    found = [torch.linalg.eigh(part) for part in products.flatten(0, 1).split(16_384)]
    values, vectors = (torch.cat([pair[index][..., -1:] for pair in found]).unflatten(0, products.shape[:2]) for index in (0, 1))
    return values[..., 0].clamp_min(0).sqrt(), vectors[..., 0]


def sign_iteration(product: Gram, start: Tensor, iterations: int = 1000) -> tuple[Tensor, Tensor]:
    """p = inf: signs (b, ...) fixed under s <- sign(J^T J s), and ||J s||_2 (b,); the value never falls.

    An entry whose product is 0 keeps its sign.
    """
    s = torch.where(start < 0, -1.0, 1.0).to(start)
    for _ in range(iterations):
        moved = product(s)
        new = torch.where(moved == 0, s, moved.sign())
        if torch.equal(new, s):
            break
        s = new
    return s, (s * product(s)).flatten(1).sum(1).clamp_min(0).sqrt()


def maximiser(product: Gram, start: Tensor, p: float, *, iterations: int = 1000, tolerance: float = 1e-6) -> tuple[Tensor, Tensor]:
    """Any p > 1: r <- d_p(J^T J r) from `start` until the value settles; a local maximiser (p = 2: a global one)."""
    if math.isinf(p):
        return sign_iteration(product, start, iterations)
    return _iterated(product, unit(start, p), p, iterations, tolerance)


def semidefinite(matrix: Tensor, *, rank: int | None = None, sweeps: int = 300, generator: torch.Generator) -> tuple[Tensor, float]:
    """p = inf: factor U (n, rank) of max <J^T J, U U^T> with unit rows, and a certified upper bound of ||J||_{inf -> 2}.

    J (m, n). Rows are updated in turn, u_i <- normalise((G U)_i without its own term), which never lowers the objective.
    The dual point y_i = ||(G U)_i|| is made feasible by n max(0, -lambda_min(diag y - G)): the bound holds at any U.
    """
    wide = matrix.double()
    product = wide.T @ wide
    count = len(product)
    width = rank or min(count, math.isqrt(2 * count) + 1)
    u = unit(torch.randn(count, width, generator=generator, dtype=torch.float64), 2)
    own, last = product.diagonal().clone(), -math.inf
    for _ in range(sweeps):
        for index in range(count):
            pull = product[index] @ u - own[index] * u[index]
            size = pull.norm()
            if size > 0:
                u[index] = pull / size
        value = float((u * (product @ u)).sum())
        if value - last <= 1e-9 * max(value, 1e-300):
            break
        last = value
    y = (product @ u).norm(dim=1)
    low = float(torch.linalg.eigvalsh(torch.diag(y) - product)[0])
    return u, math.sqrt(max(0.0, float(y.sum()) + count * max(0.0, -low)))


def rounded_starts(factor: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Random hyperplane roundings sign(U u) (count, n) of a semidefinite factor: starts of the sign iteration."""
    draws = torch.randn(factor.shape[1], count, generator=generator, dtype=factor.dtype)
    return torch.where(factor @ draws < 0, -1.0, 1.0).T.to(factor)
