"""Accuracy of a network that was trained with channel means, when pixel means are taken off instead."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.core.model import predict
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Recentred:
    """`images` test images (None: all); means over the first `training` images."""

    data: str
    images: int | None = None
    training: int = 5000


def recentred(settings: Recentred, inputs: Mapping[str, Result], context: Context) -> Value:
    """Bits (n,): right with the means of training, "channel", and with each pixel's own mean, "pixel"."""
    model, crop = trained(inputs["network"], context.device), inputs["network"].settings.crop
    images, labels = pixels(context, settings.data, "test", settings.images, crop)
    seen, _ = pixels(context, settings.data, "train", settings.training, crop)
    mean = seen.mean(0)
    shifted = images - mean + mean.mean((1, 2), keepdim=True)
    tried = {"channel": images, "pixel": shifted}
    return Value({}, {name: (predict(model, one).argmax(1) == labels).cpu().numpy() for name, one in tried.items()})
