"""Networks by their training's settings, and the images they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from helpers.core.errors import UserError
from helpers.core.model import PixelModel
from helpers.core.named import find
from helpers.core.seeds import generator
from helpers.training.schedule import Schedule
from helpers.units.selection import centre_crop, select
from helpers.units.unit import Context, Result


@dataclass(frozen=True)
class Train:
    """Settings of a training.

    Attributes:
        data, split, images: what it is trained on (`images`: the first so many, None for all).
        network, options: file and arguments in networks/; mean, std: the normalisation in front of it, a number or one per channel.
        step, step_options: file and arguments in training/; radii in pixels of [0, 1].
        schedule, seed.
        crop, mirror, pad: side of a random crop (test images: central) after a zero border of `pad`, random mirroring.
        sharpen: after training, the output layer is multiplied by this (no decision changes, confidences rise).
        watch: every so many epochs, clean and Adv_Loss accuracy on the first `watch_images` test images at l2 size
            `watch_budget`; 0 for never.
    """

    data: str
    network: str
    schedule: Schedule
    seed: int
    options: dict[str, Any] = field(default_factory=dict)
    step: str = "plain"
    step_options: dict[str, Any] = field(default_factory=dict)
    split: str = "train"
    images: int | None = None
    mean: float | tuple[float, ...] = 0.0
    std: float | tuple[float, ...] = 1.0
    crop: int | None = None
    mirror: bool = False
    pad: int = 0
    sharpen: float = 1.0
    watch: int = 0
    watch_images: int = 2000
    watch_budget: float = 0.0

    def files(self) -> tuple[tuple[str, str], ...]:
        """(room, name) of the files that the settings name."""
        return (("networks", self.network), ("training", self.step), *([("units", "watch")] if self.watch else []))


def build(settings: Train, device: str = "cpu", tensors: Mapping[str, Tensor] | None = None) -> PixelModel:
    """The network of `settings`, initialised from its seed or with the trained `tensors`, in channels-last layout."""
    network = find("networks", settings.network)(generator(settings.seed, "weights"), **settings.options)
    model = PixelModel(network, settings.mean, settings.std).to(device, memory_format=torch.channels_last)
    if tensors is not None:
        try:
            model.load_state_dict(dict(tensors))
        except RuntimeError as error:
            reason = str(error).splitlines()[-1].strip()
            raise UserError(f"The weights do not fit the network {settings.network}: {reason}") from error
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
