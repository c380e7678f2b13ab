"""The part of a data set that a unit sees."""

import torch
from torch import Tensor
from torch.nn import functional

from helpers.core.errors import UserError
from helpers.core.seeds import generator
from helpers.data.image_set import ImageSet
from helpers.data.load import load
from helpers.units.unit import Context

SPLITS = ("train", "tune", "holdout", "test")
HELD_OUT = {"mnist": 5000, "cifar10": 5000, "cifar100": 5000}


def select(context: Context, data: str, split: str, images: int | None = None) -> ImageSet:
    """The images of a split: "train" (all), "tune" (train less the held-out part), "holdout", "test".

    The held-out part is an eighth of the training set (5,000 of MNIST and CIFAR), drawn by a fixed seed. `images` keeps
    the first so many.
    """
    if split not in SPLITS:
        raise UserError(f"A split is one of {', '.join(SPLITS)}, got {split!r}.")
    chosen = load(data, "test" if split == "test" else "train", context.data, context.cache)
    if split in ("tune", "holdout"):
        held = HELD_OUT.get(data, len(chosen) // 8)
        order = torch.randperm(len(chosen), generator=generator(0, "holdout"))
        chosen = chosen.subset(order[:held] if split == "holdout" else order[held:].sort().values)
    return chosen if images is None or images >= len(chosen) else chosen.subset(torch.arange(images))


def centre_crop(images: Tensor, size: int | None) -> Tensor:
    """The central size x size pixels (b, c, size, size), zeros around smaller images; unchanged where size is None."""
    if size is None:
        return images
    if size > min(images.shape[-2:]):
        border = (size - images.shape[-1]) // 2, (size - images.shape[-2]) // 2
        return functional.pad(images, (border[0], size - images.shape[-1] - border[0], border[1], size - images.shape[-2] - border[1]))
    top, left = (images.shape[-2] - size) // 2, (images.shape[-1] - size) // 2
    return images[..., top : top + size, left : left + size]
