"""The strong-adversary paper's CIFAR-10 network: two convolution stages, three fully connected layers."""

from collections.abc import Sequence

import torch
from torch import nn

from helpers.networks.split import Split, initialise


def _stage(inputs: int, outputs: int, batch_norm: bool) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for source in (inputs, outputs, outputs):
        layers.append(nn.Conv2d(source, outputs, 3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(outputs))
        layers.append(nn.ReLU(inplace=True))
    # 28 -> 14 -> 7: the authors' framework rounded pooled sizes up.
    return [*layers, nn.MaxPool2d(3, 2, ceil_mode=True)]


def vgg_two_stage(
    generator: torch.Generator,
    *,
    shape: Sequence[int] = (3, 28, 28),
    classes: int = 10,
    maps: Sequence[int] = (128, 256),
    units: int = 2048,
    dropout: float = 0.0,
    batch_norm: bool = False,
    bound: float | None = None,
) -> Split:
    """3 x conv 3x3 (maps[0]), max 3/2, 3 x conv 3x3 (maps[1]), max 3/2, units, units, output; ReLU. [Huang Sec. 7.2]

    Represents: up to and with the first fully connected layer (and its dropout). Classifies: the last two.
    """
    side = shape[1] // 4
    drop = [nn.Dropout(dropout)] if dropout else []
    represent = nn.Sequential(
        *_stage(shape[0], maps[0], batch_norm), *_stage(maps[0], maps[1], batch_norm),
        nn.Flatten(), nn.Linear(maps[1] * side * side, units), nn.ReLU(inplace=True), *drop,
    )  # fmt: skip
    again = [nn.Dropout(dropout)] if dropout else []
    classify = nn.Sequential(nn.Linear(units, units), nn.ReLU(inplace=True), *again, nn.Linear(units, classes))
    network = Split(represent, classify)
    initialise(network, generator, bound)
    return network
