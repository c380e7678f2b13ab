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
    """Bits (n,): right with the channel means of training, "channel", and with each pixel's own mean in their place, "pixel";
    how many images those are taken over."""
    model, crop = trained(inputs["network"], context.device), inputs["network"].settings.crop
    images, labels = pixels(context, settings.data, "test", settings.images, crop)
    seen, _ = pixels(context, settings.data, "train", settings.training, crop)
    # The model takes its channel means off: what it is given has them added, the pixels' own taken off.
    tried = {"channel": images, "pixel": images - seen.mean(0) + model.mean}
    return Value({"training": len(seen)}, {name: (predict(model, one).argmax(1) == labels).cpu().numpy() for name, one in tried.items()})
