"""How far a regression network's output can be moved: predicted by its Jacobian, and measured."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from helpers.attacks.output_change import directions
from helpers.attacks.random_direction import material as random_directions
from helpers.core.model import evaluating
from helpers.core.norms import steepest
from helpers.core.operator_norms import (
    Products,
    estimated_columns,
    flat,
    from_matrix,
    grouped_columns,
    jacobian,
    power,
    rounded_starts,
    semidefinite,
    sign_iteration,
    singular,
)  # fmt: skip
from helpers.core.seeds import generator, per_sample_normal
from helpers.training.colourise import grey
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value

ESTIMATES = 64
"""Random backward passes from which the largest column is guessed."""

NORMS = {"1": 1.0, "2": 2.0, "inf": math.inf}


@dataclass(frozen=True)
class Regression:
    """`images` test images; `budgets` by norm, in pixels of [0, 1]; `restarts` for p = inf.

    grey: the network sees the images' luma. matrix: the Jacobian is built (small networks; p = 1 is then among the
    budgets), and with it what is exact: the singular value, every one-entry change at `entry_sizes`, the semidefinite
    bound of `bounds` images; `windows`: sides of the central windows in which one image alone is perturbed, to time the bound.
    """

    data: str
    images: int = 20
    budgets: Mapping[str, tuple[float, ...]] = None
    restarts: int = 10
    grey: bool = False
    matrix: bool = True
    bounds: int = 2
    entry_sizes: tuple[float, ...] = (0.1, 1.0)
    windows: tuple[int, ...] = ()
    seed: int = 0


@torch.no_grad()
def change(model: nn.Module, images: Tensor, moved: Tensor) -> Tensor:
    """||f(moved) - f(images)||_2 (b,)."""
    return torch.linalg.vector_norm(flat(model(moved)) - flat(model(images)), dim=1)


def error_gradient(model: nn.Module, images: Tensor, target: Tensor) -> Tensor:
    """Gradient (b, ...) of ||f(x) - target||^2 at the images."""
    leaf = images.detach().clone().requires_grad_()
    return torch.autograd.grad((model(leaf) - target).square().sum(), leaf)[0]


def regression(settings: Regression, inputs: Mapping[str, Result], context: Context) -> Value:
    """Arrays "<p>/predicted" (n,) at size 1, "<p>/change", "<p>/random" and "<p>/loss" (FGSM's step on the error) (B, n);
    exact quantities as numbers. [Balda Eq. 9]"""
    model = trained(inputs["network"], context.device)
    target, labels = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    images = grey(target) if settings.grey else target
    ids = torch.arange(len(images))
    arrays: dict[str, np.ndarray] = {}
    numbers: dict = {"budgets": {name: list(sizes) for name, sizes in settings.budgets.items()}}
    with evaluating(model):
        output = model(images).detach()
        # At no perturbation the change and its gradient are zero: a gradient attack on it does not start.
        numbers["gradient_of_the_change_at_zero"] = float(error_gradient(model, images, output).abs().max())
        ascent = error_gradient(model, images, target)
    for done, (name, sizes) in enumerate(settings.budgets.items(), 1):
        p = NORMS[name]
        with evaluating(model):
            direction, predicted = directions(model, images, p, settings.restarts, settings.seed, ids)
        if p == 1:
            picked = direction.flatten(1).argmax(1)
        chance = random_directions(model, images, labels, norm=p, seed=settings.seed + 1, ids=ids).unit
        if p == 1:
            # Noise spread over all entries is no rival of one entry: a random entry is.
            chance = torch.zeros_like(chance).flatten(1).scatter_(1, chance.abs().flatten(1).argmax(1, keepdim=True), 1).view_as(chance)
        with evaluating(model):
            rows = {"change": [], "random": [], "loss": []}
            for size in sizes:
                # The linear problem does not tell r from -r: of both the larger change counts, for every direction.
                for key, way in (("change", direction), ("random", chance), ("loss", steepest(ascent, p))):
                    rows[key].append(torch.maximum(*[change(model, images, images + sign * size * way) for sign in (1, -1)]))
        arrays[f"{name}/predicted"] = predicted.double().cpu().numpy()
        for key, values in rows.items():
            arrays[f"{name}/{key}"] = torch.stack(values).double().cpu().numpy()
        if context.progress is not None:
            context.progress(done, len(settings.budgets))
    if settings.matrix:
        numbers |= _exact(settings, model, images, picked)
    return Value(numbers, arrays)


def _exact(settings: Regression, model: nn.Module, images: Tensor, picked: Tensor) -> dict:
    """What the Jacobian itself tells; `picked` (b,) is the entry that the attack of p = 1 takes."""
    draws = generator(settings.seed, "signs")
    with evaluating(model):
        matrix = jacobian(model, images).double()
        start = per_sample_normal(images.flatten(1), settings.seed, torch.arange(len(images))).double()
        _, iterated = power(from_matrix(matrix), start)
        _, sigma = singular(matrix)
        sizes = torch.linalg.vector_norm(matrix, dim=1)
        guessed = estimated_columns(Products(model, images), ESTIMATES, draws).flatten(1)
        longest, ranks, shares = sizes.argmax(1), {}, {}
        for size in settings.entry_sizes:
            tried = _one_entry(model, images, size)
            ranks[f"{size:g}"] = rank_of(tried, longest).tolist()
            shares[f"{size:g}"] = (tried.gather(1, longest.unsqueeze(1)).squeeze(1) / tried.max(1).values).tolist()
    numbers = {
        "power": iterated.tolist(), "sigma": sigma.tolist(), "entry_ranks": ranks, "entry_shares": shares,
        "picked_rank": rank_of(sizes, picked).tolist(),
        "estimated_rank": rank_of(sizes, guessed.argmax(1)).tolist(),
    }  # fmt: skip
    if images.shape[1] > 1:
        whole, _ = grouped_columns(matrix, images.shape[1])
        numbers["pixel_over_entry"] = (whole.max(1).values / sizes.max(1).values).tolist()
    bounds = [_bound(settings, matrix[index], draws) for index in range(min(settings.bounds, len(images)))]
    numbers["bounds"] = bounds
    numbers["scaling"] = [_bound(settings, matrix[0][:, window(images, side)], draws) for side in settings.windows]
    return numbers


def window(images: Tensor, side: int) -> Tensor:
    """Indices of the central side x side pixels of flattened images."""
    inside = torch.zeros(images.shape[1:], dtype=torch.bool)
    top, left = (images.shape[2] - side) // 2, (images.shape[3] - side) // 2
    inside[:, top : top + side, left : left + side] = True
    return inside.flatten().nonzero().squeeze(1)


def rank_of(values: Tensor, chosen: Tensor) -> Tensor:
    """1 + how many entries of a row (b, n) are larger than the chosen one (b,)."""
    return (values > values.gather(1, chosen.unsqueeze(1))).sum(1) + 1


def _bound(settings: Regression, matrix: Tensor, draws: torch.Generator) -> dict[str, float]:
    """Of one Jacobian (m, n): the semidefinite bound, the best of the random and of the rounded starts, and the seconds."""
    matrix = matrix.cpu()
    product, count = from_matrix(matrix.expand(settings.restarts, -1, -1)), matrix.shape[1]
    begun = time.process_time()
    factor, bound = semidefinite(matrix, generator=draws)
    middle = time.process_time()
    _, values = sign_iteration(product, torch.randn(settings.restarts, count, generator=draws, dtype=torch.float64))
    end = time.process_time()
    _, rounded = sign_iteration(product, rounded_starts(factor, settings.restarts, draws))
    return {
        "entries": count, "bound": bound, "signs": float(values.max()), "rounded_signs": float(rounded.max()),
        "seconds_bound": middle - begun, "seconds_signs": end - middle,
    }  # fmt: skip


def _one_entry(model: nn.Module, images: Tensor, size: float) -> Tensor:
    """Largest output change (b, n) when one entry alone moves by +-size: all n tried."""
    count = images[0].numel()
    eye = torch.eye(count, dtype=images.dtype, device=images.device).view(count, *images.shape[1:])
    with torch.no_grad():
        before = flat(model(images))
        found = [
            torch.maximum(*[torch.linalg.vector_norm(flat(model(image + sign * size * eye)) - output, dim=1) for sign in (1, -1)])
            for image, output in zip(images, before, strict=True)
        ]
    return torch.stack(found)
