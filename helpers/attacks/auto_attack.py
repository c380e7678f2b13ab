"""AutoAttack, from the optional library torchattacks."""

import importlib.util
import math
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from helpers.core.checks import Box, check_budget, check_images, check_labels
from helpers.core.contract import attack
from helpers.core.errors import UserError
from helpers.core.model import evaluating, predict
from helpers.core.perturbed import Perturbed, spent


def installed() -> bool:
    """Whether the optional library is there."""
    return importlib.util.find_spec("torchattacks") is not None


@contextmanager
def keeping_random_states() -> Iterator[None]:
    """torch's, numpy's and Python's global random states are afterwards what they were: the library seeds them."""
    of_numpy, of_python = np.random.get_state(), random.getstate()
    try:
        with torch.random.fork_rng():
            yield
    finally:
        np.random.set_state(of_numpy)
        random.setstate(of_python)


@attack
def auto_attack(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = 2,
    budget: float,
    classes: int = 10,
    seed: int = 0,
    ids: Tensor | None = None,
    box: Box = (0, 1),
) -> Perturbed:
    """The standard suite (APGD-CE, APGD-T, FAB-T, Square) at one l2 or linf budget, inside the pixel box.

    Backward passes are not counted by the library and are given as 0. Raises UserError where it is not installed.
    """
    if not installed():
        raise UserError("AutoAttack needs the extra `bench`: pip install torchattacks.")
    if box != (0, 1) or norm not in (2, math.inf):
        raise UserError("AutoAttack works inside the pixel box (0, 1), with norm 2 or infinity.")
    check_images(images)
    if not len(images):
        return Perturbed(images.clone(), images, labels, spent(0, images), model)
    import torchattacks

    kind = "Linf" if math.isinf(norm) else "L2"
    with evaluating(model), keeping_random_states():
        check_labels(labels, predict(model, images))
        run = torchattacks.AutoAttack(model, norm=kind, eps=check_budget(budget), n_classes=classes, seed=seed)
        moved = run(images.contiguous(), labels).detach()
    return Perturbed(moved, images, labels, spent(0, images), model)
