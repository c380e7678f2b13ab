"""LeNet-5 with ReLU and max pooling, as the convex-programming authors stored it."""

from collections.abc import Sequence

import torch
from torch import nn

from helpers.networks.split import Split

DEVIATION = 0.1


def lenet5(
    generator: torch.Generator, *, shape: Sequence[int] = (1, 28, 28), classes: int = 10, border: int = 2
) -> Split:
    """conv 5x5 6, max 2/2, conv 5x5 16, max 2/2, 120, 84, output; ReLU; 61,706 weights on 32x32. [Balda Sec. IV]

    border: zero pixels added on every side inside the network (0 where the images have them already). Weights normal,
    truncated at two deviations of .1, biases 0.

    Represents: the two convolution stages. Classifies: the three fully connected layers.
    """
    side = ((shape[1] + 2 * border - 4) // 2 - 4) // 2
    first = [nn.ZeroPad2d(border)] if border else []
    # Max pooling and ReLU commute.
    represent = nn.Sequential(
        *first, nn.Conv2d(shape[0], 6, 5), nn.MaxPool2d(2), nn.ReLU(inplace=True),
        nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.ReLU(inplace=True), nn.Flatten(),
    )  # fmt: skip
    classify = nn.Sequential(
        nn.Linear(16 * side * side, 120), nn.ReLU(inplace=True),
        nn.Linear(120, 84), nn.ReLU(inplace=True), nn.Linear(84, classes),
    )  # fmt: skip
    network = Split(represent, classify)
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.trunc_normal_(layer.weight, std=DEVIATION, a=-2 * DEVIATION, b=2 * DEVIATION, generator=generator)
            nn.init.zeros_(layer.bias)
    return network
