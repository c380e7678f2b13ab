"""The convex-programming paper's fully connected network."""

import math
from collections.abc import Sequence

import torch
from torch import nn

from helpers.networks.split import Split

DEVIATIONS = (0.07, 0.08, 0.11)


def fcnn(
    generator: torch.Generator,
    *,
    shape: Sequence[int] = (1, 28, 28),
    classes: int = 10,
    hidden: Sequence[int] = (150, 100),
    border: int = 0,
) -> Split:
    """Two hidden ReLU layers, 150 and 100 as printed; the authors stored 500 and 150 on a border of 2. [Balda Sec. IV]

    border: zero pixels added on every side inside the network, so that no attack reaches them (Balda E11). Weights normal,
    truncated at two deviations (.07, .08, .11), biases 0.

    Represents: the first hidden layer. Classifies: the rest.
    """
    sizes = [shape[0] * (shape[1] + 2 * border) * (shape[2] + 2 * border), *hidden]
    first = [nn.ZeroPad2d(border)] if border else []
    represent = nn.Sequential(*first, nn.Flatten(), nn.Linear(sizes[0], sizes[1]), nn.ReLU(inplace=True))
    layers: list[nn.Module] = []
    for inputs, outputs in zip(sizes[1:-1], sizes[2:], strict=True):
        layers += [nn.Linear(inputs, outputs), nn.ReLU(inplace=True)]
    network = Split(represent, nn.Sequential(*layers, nn.Linear(sizes[-1], classes)))
    linear = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    for index, layer in enumerate(linear):
        deviation = DEVIATIONS[index] if len(linear) == len(DEVIATIONS) else 1 / math.sqrt(layer.in_features)
        nn.init.trunc_normal_(layer.weight, std=deviation, a=-2 * deviation, b=2 * deviation, generator=generator)
        nn.init.zeros_(layer.bias)
    return network
