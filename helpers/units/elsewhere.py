"""Noise made for one network and one image, on another network and on another image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
    on, "network" the other one, "image" its own network on the next image of the batch."""
    model, other = (trained(inputs[name], context.device) for name in ("network", "other"))
    images, labels = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    right = (predict(model, images).argmax(1) == labels) & (predict(other, images).argmax(1) == labels)
    images, labels = images[right], labels[right]
    ids = torch.arange(len(right))[right.cpu()]
    run = find("attacks", settings.attack)

    def one(part: slice) -> dict[str, Tensor]:
        x, y = images[part], labels[part]
        noise = run(model, x, y, budget=settings.budget, box=None, **options_of(run, settings.options, ids[part])).perturbation
        tried = {"own": (model, noise), "network": (other, noise), "image": (model, noise.roll(1, 0))}
        return {name: predict(judge, x + moved).argmax(1) != y for name, (judge, moved) in tried.items()}

    parts = in_batches(len(images), settings.batch, one, context.progress)
    none = torch.zeros(0, dtype=torch.bool)
    arrays = {name: torch.cat([none, *(part[name].cpu() for part in parts)]).numpy() for name in ("own", "network", "image")}
    return Value({"images": len(images)}, arrays)
