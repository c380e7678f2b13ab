"""Accuracy of a network while it is trained."""

from collections.abc import Callable

from torch import nn

from helpers.attacks.fast_gradient import fast_gradient
from helpers.core.model import predict
from helpers.units.networks import Train, pixels
from helpers.units.unit import Context


def watch(settings: Train, context: Context) -> Callable[[nn.Module, int], dict[str, float]]:
    """(model, epoch) -> clean and Adv_Loss accuracy on the first test images, every `settings.watch` epochs."""
    images, labels = pixels(context, settings.data, "test", settings.watch_images, settings.crop)

    def look(model: nn.Module, epoch: int) -> dict[str, float]:
        if epoch % settings.watch and epoch != settings.schedule.epochs:
            return {}
        clean = predict(model, images).argmax(1) == labels
        right = clean.clone()
        for start in range(0, len(images), 500):
            part = slice(start, start + 500)
            found = fast_gradient(
                model, images[part], labels[part], norm=2, budget=settings.watch_budget, box=None
            )
            right[part] &= ~found.success
        return {"clean": float(clean.double().mean()), "adv_loss": float(right.double().mean())}

    return look
