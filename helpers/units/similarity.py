"""How alike images and their perturbed versions are, at the budget that fools nearly all."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from helpers.core.model import predict
from helpers.core.named import find
from helpers.metrics.ssim import ssim
from helpers.units.attack import options_of
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Similarity:
    """The correctly classified of the first `images` test images, moved in the box by the size below which `share` of the input
    "sizes" lie."""

    data: str
    attack: str
    options: dict[str, Any] = field(default_factory=dict)
    images: int = 200
    share: float = 0.99

    def files(self) -> tuple[tuple[str, str], ...]:
        """(room, name) of the files that the settings name."""
        return (("attacks", self.attack),)


def similarity(settings: Similarity, inputs: Mapping[str, Result], context: Context) -> Value:
    """Array "ssim" (n,): structural similarity (uniform window of 7); number "budget", infinite (and no image)
    where too many are never fooled or none is right."""
    sizes = inputs["sizes"].value.arrays
    ordered = np.sort(sizes["sizes"][sizes["clean"]])
    budget = float(ordered[min(len(ordered) - 1, int(settings.share * len(ordered)))]) if len(ordered) else math.inf
    if not math.isfinite(budget):
        return Value({"budget": math.inf}, {"ssim": np.zeros(0, np.float32)})
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    right = predict(model, images).argmax(1) == labels
    images, labels, ids = images[right], labels[right], torch.arange(len(images))[right.cpu()]
    run = find("attacks", settings.attack)
    moved = run(model, images, labels, budget=budget, **options_of(run, settings.options, ids)).images
    return Value({"budget": budget}, {"ssim": ssim(images.double(), moved.double()).float().cpu().numpy()})
