"""A random direction of the budget's size: what any perturbation must beat."""

import math

from torch import Tensor, nn

from helpers.core.checks import Box, check_budget, check_images, check_labels, clip
from helpers.core.contract import attack
from helpers.core.material import Directions
from helpers.core.model import predict
from helpers.core.norms import unit
from helpers.core.perturbed import Perturbed, spent
from helpers.core.seeds import per_sample_normal


def material(
    model: nn.Module, images: Tensor, labels: Tensor, *, norm: float = 2, seed: int = 0, ids: Tensor | None = None
) -> Directions:
    """Random unit directions (b, ...): Gaussian over its norm; for p = inf Bernoulli signs. [Balda Sec. IV]"""
    check_images(images)
    noise = per_sample_normal(images, seed, ids)
    return Directions(noise.sign() if math.isinf(norm) else unit(noise, norm), passes=0)


@attack
def random_direction(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = 2,
    budget: float,
    seed: int = 0,
    ids: Tensor | None = None,
    box: Box = (0, 1),
) -> Perturbed:
    """A point on the l_p sphere of radius `budget`; sample i depends on (seed, ids[i]) only."""
    check_labels(labels, predict(model, images))
    step = material(model, images, labels, norm=norm, seed=seed, ids=ids).at(check_budget(budget))
    return Perturbed(clip(images + step, box), images, labels, spent(0, images), model)
