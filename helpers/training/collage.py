"""Canvases with several digits, and the class of every pixel: data for segmentation, made from a classification set."""

import torch
from torch import Tensor
from torch.nn import functional

INK = 0.25
"""A pixel at least so bright belongs to its digit."""


def collage(
    images: Tensor, labels: Tensor, *, side: int, digits: int, pool: int = 1, classes: int = 10,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Canvases (b // digits, c, side, side) of `digits` images each, and their pixels' classes (b // digits, side, side).

    images (b, c, h, w) in [0, 1], labels (b,). Places are drawn at random from `generator` (the global stream by default);
    where images meet, the brighter pixel stays. `pool`: images are shrunk by this factor first. The background is the class `classes`.
    """
    images = functional.avg_pool2d(images, pool) if pool > 1 else images
    count, (height, width) = len(images) // digits, images.shape[-2:]
    canvas = torch.zeros(count, images.shape[1], side, side, dtype=images.dtype, device=images.device)
    mask = torch.full((count, side, side), classes, dtype=torch.int64, device=images.device)
    draw = torch.rand(count, digits, 2, generator=generator)
    tops = (draw[..., 0] * (side - height + 1)).long().tolist()
    lefts = (draw[..., 1] * (side - width + 1)).long().tolist()
    for index in range(count):
        for digit in range(digits):
            source = index * digits + digit
            window = (slice(tops[index][digit], tops[index][digit] + height), slice(lefts[index][digit], lefts[index][digit] + width))
            part = canvas[index][(slice(None), *window)]
            ink = (images[source] >= part).all(0) & (images[source].amax(0) >= INK)
            mask[index][window] = torch.where(ink, labels[source], mask[index][window])
            canvas[index][(slice(None), *window)] = torch.maximum(part, images[source])
    return canvas, mask
