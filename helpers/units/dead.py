"""Logits that are exactly zero: classes switched off by a ReLU after the last layer."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.core.model import predict
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Dead:
    """The first `images` test images of `data`."""

    data: str
    images: int | None = 1000


def dead(settings: Dead, inputs: Mapping[str, Result], context: Context) -> Value:
    """Array "dead" (n,): how many logits of an image are exactly 0; their gradients vanish and they tie."""
    model = trained(inputs["network"], context.device)
    images, _ = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    return Value({}, {"dead": (predict(model, images) == 0).sum(1).double().cpu().numpy()})
