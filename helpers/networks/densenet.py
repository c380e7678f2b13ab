"""DenseNet for small images, as the convex-programming authors trained it."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from helpers.core.errors import UserError
from helpers.networks.split import Split


class Dense(nn.Module):
    """x and what a convolution makes of it, side by side: (b, c, h, w) -> (b, c + growth, h, w)."""

    def __init__(self, inputs: int, growth: int):
        super().__init__()
        self.grow = nn.Sequential(
            nn.BatchNorm2d(inputs), nn.ReLU(inplace=True), nn.Conv2d(inputs, growth, 3, padding=1, bias=False)
        )

    def forward(self, maps: Tensor) -> Tensor:
        return torch.cat([maps, self.grow(maps)], 1)


def densenet(
    generator: torch.Generator,
    *,
    shape: Sequence[int] = (3, 32, 32),
    classes: int = 10,
    depth: int = 40,
    growth: int = 12,
) -> Split:
    """conv 3x3 16, three blocks of (depth - 4) / 3 layers, two transitions (1x1, ReLU, mean 2/2), mean of each map, output;
    1,019,722 weights at depth 40, growth 12. [Balda Sec. IV]

    No compression, no bottleneck. Convolutions He-normal without bias, batch normalisation 1 and 0, output uniform.

    Represents: up to the mean of each map. Classifies: the output layer.
    """
    if (depth - 4) % 3:
        raise UserError(f"depth must be 4 more than a multiple of 3, got {depth}.")
    maps = 16
    layers: list[nn.Module] = [nn.Conv2d(shape[0], maps, 3, padding=1, bias=False)]
    for block in range(3):
        for _ in range((depth - 4) // 3):
            layers.append(Dense(maps, growth))
            maps += growth
        layers += [nn.BatchNorm2d(maps), nn.ReLU(inplace=True)]
        if block < 2:
            layers += [nn.Conv2d(maps, maps, 1, bias=False), nn.ReLU(inplace=True), nn.AvgPool2d(2)]
    represent = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    network = Split(represent, nn.Sequential(nn.Linear(maps, classes)))
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, generator=generator)
        elif isinstance(layer, nn.Linear):
            limit = 1 / math.sqrt(layer.in_features)
            nn.init.uniform_(layer.weight, -limit, limit, generator=generator)
            nn.init.zeros_(layer.bias)
    return network
