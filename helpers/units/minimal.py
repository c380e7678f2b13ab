"""The smallest perturbation with which an attack succeeds, image by image."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from helpers.core.checks import Box, clip
from helpers.core.model import evaluating, predict
from helpers.core.named import find, module_name
from helpers.core.norms import norm, per_sample
from helpers.units.train import pixels, trained
from helpers.units.unit import Context, Result, Value, numeric


@dataclass(frozen=True)
class Minimal:
    """A minimum-norm attack as it is; a one-step attack along its direction, by bisection up to size `top`.

    Sizes are l_p norms of the perturbation, p = `measure`, in pixels of [0, 1].
    """

    ROOMS: ClassVar[Mapping[str, str]] = {"attack": "attacks"}

    data: str
    attack: str
    options: dict[str, Any] = field(default_factory=dict)
    measure: str = "2"
    top: float = 8.0
    images: int | None = None
    split: str = "test"
    box: tuple[float, float] | None = None
    batch: int = 500


@torch.no_grad()
def first_success(model: nn.Module, images: Tensor, labels: Tensor, unit: Tensor, top: float, box: Box) -> Tensor:
    """Smallest size (b,) along `unit` (b, ...) that leaves the label: a grid of 32 sizes, then bisection; infinite if none."""
    found = torch.full((len(images),), torch.inf, device=images.device)

    def fooled(sizes: Tensor) -> Tensor:
        return model(clip(images + per_sample(sizes, images) * unit, box)).argmax(1) != labels

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
    """Sizes (n,) float32 over correctly classified images (0 for the others); median, share fooled, passes a sample."""
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, settings.split, settings.images, inputs["network"].settings.crop)
    clean = predict(model, images).argmax(1) == labels
    one_step = getattr(importlib.import_module(module_name("attacks", settings.attack)), "material", None)
    options = numeric(settings.options)
    sizes, passes = [], []
    for start in range(0, len(images), settings.batch):
        x, y = images[start : start + settings.batch], labels[start : start + settings.batch]
        if one_step is not None:
            material = one_step(model, x, y, **options)
            scale = norm(material.unit, float(settings.measure))
            along = first_success(model, x, y, material.unit, settings.top, settings.box)
            sizes.append(torch.where(along.isinf(), along, along * scale))
            passes.append(np.full(len(x), material.passes))
        else:
            result = find("attacks", settings.attack)(model, x, y, box=settings.box, **options)
            sizes.append(torch.where(result.success, result.norm(float(settings.measure)), torch.inf))
            passes.append(result.gradient_evaluations.cpu().numpy())
    found = torch.cat(sizes)[clean].cpu().numpy().astype(np.float32)
    numbers = {
        "median": float(np.median(found)), "fooled": float(np.isfinite(found).mean()), "images": len(found),
        "gradient_evaluations": float(np.concatenate(passes).mean()),
    }  # fmt: skip
    return Value(numbers, {"sizes": np.where(np.isfinite(found), found, -1).astype(np.float16)})
