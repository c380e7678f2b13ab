"""How far a regression network's output can be moved: predicted by its Jacobian, and measured."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from helpers.attacks.output_change import output_change
from helpers.attacks.random_direction import random_direction
from helpers.core.model import evaluating
from helpers.core.operator_norms import (
    columns,
    flat,
    from_matrix,
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

NORMS = {"1": 1.0, "2": 2.0, "inf": math.inf}


@dataclass(frozen=True)
class Regression:
    """`images` test images; `budgets` by norm, in pixels of [0, 1]; `restarts` for p = inf.

    grey: the network sees the images' luma. matrix: the Jacobian is built (small networks), and with it what is exact: the
    singular value, every one-entry change, the semidefinite bound of `bounds` images.
    """

    data: str
    images: int = 20
    budgets: Mapping[str, tuple[float, ...]] = None
    restarts: int = 10
    grey: bool = False
    matrix: bool = True
    bounds: int = 2
    seed: int = 0


@torch.no_grad()
def change(model: nn.Module, images: Tensor, moved: Tensor) -> Tensor:
    """||f(moved) - f(images)||_2 (b,)."""
    return torch.linalg.vector_norm(flat(model(moved)) - flat(model(images)), dim=1)


def regression(settings: Regression, inputs: Mapping[str, Result], context: Context) -> Value:
    """Arrays "<p>/predicted" (n,) at size 1, "<p>/change" and "<p>/random" (B, n); exact quantities as numbers. [Balda Eq. 9]"""
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    images = grey(images) if settings.grey else images
    ids = torch.arange(len(images))
    arrays: dict[str, np.ndarray] = {}
    numbers: dict = {"budgets": {name: list(sizes) for name, sizes in settings.budgets.items()}, "output": None}
    with evaluating(model):
        numbers["output"] = float(torch.linalg.vector_norm(flat(model(images)), dim=1).mean())
    for name, sizes in settings.budgets.items():
        p = NORMS[name]
        options = {"norm": p, "restarts": settings.restarts, "seed": settings.seed, "ids": ids, "box": None}
        found, predicted = output_change(model, images, budget=1e-4, **options)
        direction = (found - images) / 1e-4
        chance = random_direction(model, images, labels, norm=p, budget=1.0, seed=settings.seed + 1, ids=ids, box=None).perturbation
        with evaluating(model):
            rows = {"change": [], "random": []}
            for size in sizes:
                # The sign of the linear problem's solution is free: the larger change counts.
                both = [change(model, images, images + sign * size * direction) for sign in (1, -1)]
                rows["change"].append(torch.maximum(*both))
                rows["random"].append(change(model, images, images + size * chance))
        arrays[f"{name}/predicted"] = (predicted / 1e-4).double().cpu().numpy()
        for key, values in rows.items():
            arrays[f"{name}/{key}"] = torch.stack(values).double().cpu().numpy()
    if settings.matrix:
        numbers |= _exact(settings, model, images, context)
    return Value(numbers, arrays)


def _exact(settings: Regression, model: nn.Module, images: Tensor, context: Context) -> dict:
    """What the Jacobian itself tells."""
    with evaluating(model):
        matrix = jacobian(model, images).double()
        start = per_sample_normal(images.flatten(1), settings.seed, torch.arange(len(images))).double()
        _, iterated = power(from_matrix(matrix), start)
        _, sigma = singular(matrix)
        sizes = columns(matrix)
        entries = _one_entry(model, images, max(settings.budgets.get("1", (0.1,))))
    best = sizes.argmax(1)
    ranks = (entries > entries.gather(1, best.unsqueeze(1))).sum(1) + 1
    draws = generator(settings.seed, "signs")
    bounds, reached, rounded, seconds = [], [], [], []
    for index in range(min(settings.bounds, len(images))):
        begun = time.process_time()
        factor, bound = semidefinite(matrix[index].cpu(), generator=draws)
        middle = time.process_time()
        product = from_matrix(matrix[index].cpu().expand(settings.restarts, -1, -1))
        count = matrix.shape[2]
        _, values = sign_iteration(product, torch.randn(settings.restarts, count, generator=draws, dtype=torch.float64))
        end = time.process_time()
        _, better = sign_iteration(product, rounded_starts(factor, settings.restarts, draws))
        bounds.append(bound)
        reached.append(float(values.max()))
        rounded.append(float(better.max()))
        seconds.append((end - middle, middle - begun))
    return {
        "power": iterated.tolist(), "sigma": sigma.tolist(), "one_entry_rank": ranks.tolist(),
        "column_rank": [1] * len(images), "bound": bounds, "signs": reached, "rounded_signs": rounded,
        "seconds": {"sign iteration": [s[0] for s in seconds], "semidefinite": [s[1] for s in seconds]},
    }  # fmt: skip


def _one_entry(model: nn.Module, images: Tensor, size: float) -> Tensor:
    """Largest output change (b, n) when one entry alone moves by +-size: all n tried."""
    flat_images = images.flatten(1)
    count = flat_images.shape[1]
    found = torch.zeros(len(images), count, dtype=images.dtype, device=images.device)
    eye = torch.eye(count, dtype=images.dtype, device=images.device)
    for index, image in enumerate(flat_images):
        before = image.expand(count, -1).view(count, *images.shape[1:])
        both = [change(model, before, (image + sign * size * eye).view_as(before)) for sign in (1, -1)]
        found[index] = torch.maximum(*both)
    return found
