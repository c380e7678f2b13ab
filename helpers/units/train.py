"""Train one network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from helpers.attacks.fast_gradient import fast_gradient
from helpers.core.model import PixelModel, predict
from helpers.core.named import find
from helpers.core.seeds import generator
from helpers.training.augment import random_crop
from helpers.training.driver import Schedule, train_network
from helpers.units.selection import centre_crop, select
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Train:
    """Settings of a training.

    Attributes:
        data, split, images: what it is trained on (`images`: the first so many, None for all).
        network, options: file and arguments in networks/; mean, std: the normalisation in front of it.
        step, step_options: file and arguments in training/; radii in pixels of [0, 1].
        schedule, seed.
        crop, mirror: side of a random crop (test images: central), random mirroring.
        sharpen: after training, the output layer is multiplied by this (no decision changes, confidences rise).
        watch: every so many epochs, clean and Adv_Loss accuracy on the first `watch_images` test images at l2 size
            `watch_budget`; 0 for never.
    """

    ROOMS: ClassVar[Mapping[str, str]] = {"network": "networks", "step": "training"}

    data: str
    network: str
    schedule: Schedule
    seed: int
    options: dict[str, Any] = field(default_factory=dict)
    step: str = "plain"
    step_options: dict[str, Any] = field(default_factory=dict)
    split: str = "train"
    images: int | None = None
    mean: float = 0.0
    std: float = 1.0
    crop: int | None = None
    mirror: bool = False
    sharpen: float = 1.0
    watch: int = 0
    watch_images: int = 2000
    watch_budget: float = 0.0


def build(settings: Train, device: str = "cpu", tensors: Mapping[str, Tensor] | None = None) -> PixelModel:
    """The network of `settings`, initialised from its seed or with the trained `tensors`, in channels-last layout."""
    network = find("networks", settings.network)(generator(settings.seed, "weights"), **settings.options)
    model = PixelModel(network, settings.mean, settings.std).to(device, memory_format=torch.channels_last)
    if tensors is not None:
        model.load_state_dict(dict(tensors))
        model.eval()
    return model


def trained(result: Result, device: str = "cpu") -> PixelModel:
    """The network that a training unit left."""
    return build(result.settings, device, result.value.tensors)


def pixels(context: Context, data: str, split: str, images: int | None, crop: int | None) -> tuple[Tensor, Tensor]:
    """Images (n, c, h, w) float in [0, 1] on the device, central crop, channels last; labels (n,)."""
    chosen = select(context, data, split, images)
    floats = centre_crop(chosen.floats(context.device), crop).contiguous(memory_format=torch.channels_last)
    return floats, chosen.labels.to(context.device)


def _watcher(settings: Train, context: Context):
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
