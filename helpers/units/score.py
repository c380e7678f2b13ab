"""Accuracy of a network on a split as it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.core.model import predict
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Score:
    """`data`, `split`, `images` (None for all)."""

    data: str
    split: str = "test"
    images: int | None = None


def score(settings: Score, inputs: Mapping[str, Result], context: Context) -> Value:
    """Bits `correct` (n,) and the accuracy of the input "network"."""
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, settings.split, settings.images, inputs["network"].settings.crop)
    correct = (predict(model, images).argmax(1) == labels).cpu().numpy()
    return Value({"accuracy": float(correct.mean()), "images": len(correct)}, {"correct": correct})
