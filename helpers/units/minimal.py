"""The smallest perturbation with which an attack succeeds, image by image."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.core.checks import Box, clip
from helpers.core.material import Material
from helpers.core.model import evaluating, predict
from helpers.core.named import find
from helpers.core.norms import norm
from helpers.core.perturbed import spent
from helpers.units.attack import one_step, options_of
from helpers.units.batches import in_batches
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Minimal:
    """A minimum-norm attack as it is; a one-step attack by bisection over its budget, up to `top`.

    Sizes are l_p norms of the perturbation after clipping, p = `measure`, in pixels of [0, 1].
    """

    data: str
    attack: str
    options: dict[str, Any] = field(default_factory=dict)
    measure: str = "2"
    top: float = 8.0
    images: int | None = None
    split: str = "test"
    box: tuple[float, float] | None = (0.0, 1.0)
    batch: int = 500

    def files(self) -> tuple[tuple[str, str], ...]:
        """(room, name) of the files that the settings name."""
        return (("attacks", self.attack),)


@torch.no_grad()
def first_success(model: nn.Module, images: Tensor, labels: Tensor, material: Material, top: float, box: Box) -> Tensor:
    """Smallest budget (b,) at which `material` leaves the label: a grid of 32 budgets, then bisection; infinite if none."""
    found = torch.full((len(images),), torch.inf, device=images.device)

    def fooled(sizes: Tensor) -> Tensor:
        return model(clip(images + material.at(sizes), box)).argmax(1) != labels

    with evaluating(model):
        low = torch.zeros_like(found)
        for share in torch.linspace(0, 1, 33):
            new = fooled(torch.full_like(found, float(share) * top)) & found.isinf()
            low = torch.where(new & (share > 0), float(share) * top - top / 32, low)
            found = torch.where(new, float(share) * top, found)
        high = torch.where(found.isinf(), top, found)
        for _ in range(12):
            middle = (low + high) / 2
            hit = fooled(middle)
            low, high = torch.where(hit, low, middle), torch.where(hit, middle, high)
    return torch.where(found > 0, torch.where(found.isinf(), found, high), found)


def minimal(settings: Minimal, inputs: Mapping[str, Result], context: Context) -> Value:
    """Sizes (n,) float32 (infinite: not fooled; 0: misclassified as it is) and bits `clean`; median and share fooled of
    the correctly classified ones, passes a sample (NaN where no image is classified correctly)."""
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, settings.split, settings.images, inputs["network"].settings.crop)
    make = one_step(settings.attack, settings.options)
    run = make or find("attacks", settings.attack)

    def one(part: slice) -> tuple[Tensor, Tensor, Tensor]:
        """Clean (b,), sizes (b,) and passes (a,) of the a correctly classified images."""
        clean = predict(model, images[part]).argmax(1) == labels[part]
        x, y = images[part][clean], labels[part][clean]
        options = options_of(run, settings.options, torch.arange(part.start, part.stop)[clean.cpu()])
        if make is not None:
            material = make(model, x, y, **options)
            budget = first_success(model, x, y, material, settings.top, settings.box)
            moved = clip(x + material.at(torch.where(budget.isinf(), 0, budget)), settings.box)
            found = torch.where(budget.isinf(), budget, norm(moved - x, float(settings.measure)))
            passes = spent(material.passes, x)
        else:
            result = run(model, x, y, box=settings.box, **options)
            found = torch.where(result.success, result.norm(float(settings.measure)), torch.inf)
            passes = result.gradient_evaluations
        sizes = torch.zeros(len(clean), device=images.device)
        sizes[clean] = found.float()
        return clean, sizes, passes

    parts = in_batches(len(images), settings.batch, one, context.progress)
    clean, sizes, passes = (torch.cat(values).cpu().numpy() for values in zip(*parts, strict=True))
    found = sizes[clean]
    numbers = {
        "median": float(np.median(found)) if len(found) else math.nan,
        "fooled": float(np.isfinite(found).mean()) if len(found) else math.nan,
        "images": len(found),
        "gradient_evaluations": float(passes.mean()) if len(found) else math.nan,
    }
    return Value(numbers, {"sizes": sizes, "clean": clean})
