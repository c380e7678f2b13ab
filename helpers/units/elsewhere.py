"""Noise made for one network and one image, on another network and on another image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from helpers.core.model import predict
from helpers.core.named import find
from helpers.units.attack import options_of
from helpers.units.batches import in_batches
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Elsewhere:
    """An attack at one `budget`, without a box, on the first `images` test images."""

    data: str
    attack: str
    budget: float
    options: dict[str, Any] = field(default_factory=dict)
    images: int = 1000
    batch: int = 500

    def files(self) -> tuple[tuple[str, str], ...]:
        """(room, name) of the files that the settings name."""
        return (("attacks", self.attack),)


def elsewhere(settings: Elsewhere, inputs: Mapping[str, Result], context: Context) -> Value:
    """Bits (m,) over the images that the inputs "network" and "other" have right: "own" the noise fools the network it was made
    on, "network" the other one, "image" its own network on the next of these images. None where only one is right."""
    model, other = (trained(inputs[name], context.device) for name in ("network", "other"))
    images, labels = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    right = (predict(model, images).argmax(1) == labels) & (predict(other, images).argmax(1) == labels)
    images, labels = images[right], labels[right]
    ids = torch.arange(len(right))[right.cpu()]
    if len(images) < 2:
        return Value({"images": 0}, {name: np.zeros(0, dtype=bool) for name in ("own", "network", "image")})
    run = find("attacks", settings.attack)

    def noise(part: slice) -> Tensor:
        options = options_of(run, settings.options, ids[part])
        return run(model, images[part], labels[part], budget=settings.budget, box=None, **options).perturbation

    made = torch.cat(in_batches(len(images), settings.batch, noise, context.progress))
    tried = {"own": (model, made), "network": (other, made), "image": (model, made.roll(1, 0))}
    arrays = {name: (predict(judge, images + moved).argmax(1) != labels).cpu().numpy() for name, (judge, moved) in tried.items()}
    return Value({"images": len(images)}, arrays)
