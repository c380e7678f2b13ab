"""Train one network."""

from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import nn

from helpers.attacks.fast_gradient import fast_gradient
from helpers.core.model import predict
from helpers.core.named import find
from helpers.training.augment import random_crop
from helpers.training.driver import train_network
from helpers.units.networks import Train, build, pixels
from helpers.units.unit import Context, Result, Value


def _watcher(settings: Train, context: Context) -> Callable[[nn.Module, int], dict[str, float]] | None:
    """Clean and Adv_Loss accuracy while training, or None."""
    if not settings.watch:
        return None
    images, labels = pixels(context, settings.data, "test", settings.watch_images, settings.crop)

    def watch(model: nn.Module, epoch: int) -> dict[str, float]:
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

    return watch


def train(settings: Train, inputs: Mapping[str, Result], context: Context) -> Value:
    """Weights (tensors), history and final training loss. An input "tuned" supplies the step's radius."""
    options = dict(settings.step_options)
    if "tuned" in inputs:
        options["radius"] = inputs["tuned"].value.numbers["best"]
    images, labels = pixels(context, settings.data, settings.split, settings.images, crop=None)
    model = build(settings, context.device)
    history = train_network(
        model,
        images,
        labels,
        step=partial(find("training", settings.step), **options),
        schedule=settings.schedule,
        seed=settings.seed,
        augment=partial(random_crop, size=settings.crop, mirror=settings.mirror) if settings.crop else None,
        evaluate=_watcher(settings, context),
        checkpoint=context.scratch,
        progress=context.progress,
    )
    if settings.sharpen != 1:
        last = [layer for layer in model.modules() if isinstance(layer, nn.Linear)][-1]
        with torch.no_grad():
            last.weight *= settings.sharpen
            last.bias *= settings.sharpen
    tensors = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    return Value({"history": history, "images": len(images), "radius": options.get("radius")}, {}, tensors)
