"""Augmentation of batches on the device."""

import torch
from torch import Tensor
from torch.nn import functional


def random_crop(images: Tensor, draws: torch.Generator, *, size: int, mirror: bool = False, pad: int = 0) -> Tensor:
    """A random size x size window of each image (b, c, h, w) in a zero border of `pad`, mirrored with probability 1/2 if
    `mirror`."""
    images = functional.pad(images, (pad,) * 4) if pad else images
    count, _, height, width = images.shape
    top = torch.randint(height - size + 1, (count, 1), generator=draws)
    left = torch.randint(width - size + 1, (count, 1), generator=draws)
    rows = top + torch.arange(size)
    columns = left + torch.arange(size)
    if mirror:
        flipped = torch.rand(count, 1, generator=draws) < 0.5
        columns = torch.where(flipped, columns.flip(1), columns)
    rows, columns = rows.to(images.device), columns.to(images.device)
    sample = torch.arange(count, device=images.device)[:, None, None]
    # Advanced indices around the channel slice put channels last, which is the layout wanted.
    return images[sample, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
