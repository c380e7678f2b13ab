"""AutoAttack, from the optional library torchattacks."""

import importlib.util
import math

from torch import Tensor, nn

from helpers.core.checks import Box, check_budget, check_images
from helpers.core.errors import UserError
from helpers.core.model import evaluating
from helpers.core.perturbed import Perturbed, spent


def installed() -> bool:
    """Whether the optional library is there."""
    return importlib.util.find_spec("torchattacks") is not None


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
    with evaluating(model):
        run = torchattacks.AutoAttack(model, norm=kind, eps=check_budget(budget), n_classes=classes, seed=seed)
        moved = run(images.contiguous(), labels).detach()
    return Perturbed(moved, images, labels, spent(0, images), model)
