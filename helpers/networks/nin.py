"""Network in network, as the convex-programming authors stored it."""

from collections.abc import Sequence

import torch
from torch import nn

from helpers.networks.split import Split, initialise


def _stage(inputs: int, widths: Sequence[int], kernel: int) -> list[nn.Module]:
    """A convolution and two 1x1 convolutions, ReLU after each."""
    layers: list[nn.Module] = []
    for source, outputs, size in zip((inputs, *widths[:-1]), widths, (kernel, 1, 1), strict=True):
        layers += [nn.Conv2d(source, outputs, size, padding=size // 2), nn.ReLU(inplace=True)]
    return layers


def nin(
    generator: torch.Generator,
    *,
    shape: Sequence[int] = (3, 32, 32),
    classes: int = 10,
    width: float = 1.0,
    dropout: float = 0.5,
) -> Split:
    """conv 5x5 192-160-96, max 3/2, conv 5x5 192-192-192, max 3/2, conv 3x3 192-192-classes, mean of each map; 966,986
    weights at width 1. [Balda Sec. IV]

    width scales every map count but the last. The ReLU on the last convolution is the authors': logits are >= 0, and a
    class whose map is dead has logit 0 and no gradient.

    Represents: up to the second pooling (and its dropout). Classifies: the last stage and the mean.
    """
    wide, middle, narrow = (max(1, round(width * count)) for count in (192, 160, 96))
    represent = nn.Sequential(
        *_stage(shape[0], (wide, middle, narrow), 5), nn.MaxPool2d(3, 2, ceil_mode=True), nn.Dropout(dropout),
        *_stage(narrow, (wide, wide, wide), 5), nn.MaxPool2d(3, 2, ceil_mode=True), nn.Dropout(dropout),
    )  # fmt: skip
    classify = nn.Sequential(*_stage(wide, (wide, wide, classes), 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    network = Split(represent, classify)
    initialise(network, generator)
    return network
