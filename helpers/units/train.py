"""Train one network."""

from collections.abc import Mapping
from functools import partial

import torch
from torch import nn

from helpers.core.named import find
from helpers.training.augment import random_crop
from helpers.training.driver import Hooks, InMemory, train_network
from helpers.units.networks import Train, build, pixels
from helpers.units.unit import Context, Result, Value


def train(settings: Train, inputs: Mapping[str, Result], context: Context) -> Value:
    """Weights (tensors), history and final training loss. An input "tuned" supplies the step's radius."""
    options = dict(settings.step_options)
    if "tuned" in inputs:
        options["radius"] = inputs["tuned"].value.numbers["best"]
    images, labels = pixels(context, settings.data, settings.split, settings.images, crop=None)
    model = build(settings, context.device)
    look = find("units", "watch")(settings, context) if settings.watch else None
    crop = partial(random_crop, size=settings.crop, mirror=settings.mirror, pad=settings.pad) if settings.crop else None
    history = train_network(
        model,
        InMemory(images, labels),
        partial(find("training", settings.step), **options),
        settings.schedule,
        seed=settings.seed,
        augment=crop,
        hooks=Hooks(look and (lambda models, epoch: look(models["model"], epoch)), context.scratch, context.progress),
    )
    if settings.sharpen != 1:
        last = [layer for layer in model.modules() if isinstance(layer, nn.Linear)][-1]
        with torch.no_grad():
            last.weight *= settings.sharpen
            last.bias *= settings.sharpen
    tensors = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    return Value({"history": history, "images": len(images), "radius": options.get("radius")}, {}, tensors)
