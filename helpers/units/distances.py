"""How far the class boundaries are, image by image: of the linear model, and of the network along the linear model's step."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from helpers.core.boundaries import Boundary, nearest_boundary, softmax_difference
from helpers.core.descent import descend
from helpers.core.linear import margin
from helpers.core.material import Directions
from helpers.core.model import evaluating, predict
from helpers.core.norms import norm, steepest
from helpers.core.objectives import cross_entropy_margin, forward
from helpers.units.batches import in_batches
from helpers.units.minimal import first_success
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value, numeric


@dataclass(frozen=True)
class Distances:
    """`images` test images (None: all); `norm` "inf" or p; `top`: largest size tried; `least`: how many of the images are
    asked for the least budget at which `steps` steps of Algorithm 1-n fool the network (bisection, `halvings` times)."""

    data: str
    norm: str = "inf"
    images: int | None = None
    top: float = 0.5
    least: int = 0
    steps: int = 10
    halvings: int = 10
    batch: int = 500


def distances(settings: Distances, inputs: Mapping[str, Result], context: Context) -> Value:
    """Arrays (n,), without a box; "least" (m,) the least budget of Algorithm 1-n, for the images "least_of". [Balda rho_1] [Balda rho_2]

    "ratio" min_l L_l / ||g_l||_q and "active" L / ||grad L||_q, both on the logits; "probability": the former on the probabilities;
    "along": the least size that fools along the former's step (infinite: none up to `top`); "size" ||x||_p; "prepared": the same of
    the normalised image over the range of normalised pixels; "confidence" z_k - logsumexp of the others; bits "clean".
    """
    p = float(numeric({"norm": settings.norm})["norm"])
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    answers = predict(model, images).argmax(1)
    span = float(model.normalise(torch.ones_like(images[:1])).max() - model.normalise(torch.zeros_like(images[:1])).min())

    def boundary(x: Tensor, k: Tensor, **choice: Any) -> Boundary:
        with evaluating(model):
            logits, leaf = forward(model, x, k)
            return nearest_boundary(logits, leaf, k, p=p, **choice)

    def measured(part: slice) -> dict[str, Tensor]:
        x, k = images[part], answers[part]
        near = boundary(x, k)
        step = Directions(steepest(near.normal, p), near.passes)
        return {
            "ratio": near.distance(p),
            "active": boundary(x, k, select="active").distance(p),
            "probability": boundary(x, k, difference=softmax_difference).distance(p),
            "along": first_success(model, x, k, step, settings.top, None),
            "size": norm(x, p),
            "prepared": norm(model.normalise(x), p) / span,
            "confidence": -cross_entropy_margin(predict(model, x), k),
        }

    parts = in_batches(len(images), settings.batch, measured, context.progress)
    arrays = {name: torch.cat([part[name] for part in parts]).cpu().numpy() for name in parts[0]}
    arrays["clean"] = (answers == labels).cpu().numpy()
    if settings.least:
        chosen = (answers == labels).nonzero().flatten()[: settings.least]

        def least(part: slice) -> Tensor:
            return least_budget(model, images[chosen[part]], answers[chosen[part]], p, settings)

        found = in_batches(len(chosen), settings.batch, least)
        arrays["least"] = torch.cat([images.new_zeros(0), *found]).cpu().numpy()
        arrays["least_of"] = chosen.cpu().numpy()
    return Value({"images": len(images)}, arrays)


def least_budget(model: nn.Module, images: Tensor, labels: Tensor, p: float, settings: Distances) -> Tensor:
    """Least budget (b,) at which `steps` steps fool, by bisection below `top`; infinite where `top` does not."""

    def fooled(budgets: Tensor) -> Tensor:
        share = budgets / settings.steps
        moved, _ = descend(
            model, images, labels, margin(p, budget=share), norm=p, length=lambda linear, count: share, steps=settings.steps, box=None
        )
        return predict(model, moved).argmax(1) != labels

    low = torch.zeros(len(images), dtype=images.dtype, device=images.device)
    high = torch.full_like(low, settings.top)
    never = ~fooled(high)
    for _ in range(settings.halvings):
        middle = (low + high) / 2
        hit = fooled(middle)
        low, high = torch.where(hit, low, middle), torch.where(hit, middle, high)
    return torch.where(never, math.inf, high)
