"""Fully connected ReLU networks."""

import math
from collections.abc import Sequence

import torch
from torch import nn

from helpers.networks.split import Split, initialise


def mlp(
    generator: torch.Generator,
    *,
    shape: Sequence[int] = (1, 28, 28),
    classes: int = 10,
    hidden: Sequence[int] = (100, 100),
    dropout: float = 0.0,
    bound: float | None = 0.07,
) -> Split:
    """n-m-... hidden units with ReLU; dropout before the output only. [Huang Sec. 7.2]

    Represents: the first hidden layer after its ReLU. Classifies: the rest. Weights uniform in +-bound.
    """
    sizes = [math.prod(shape), *hidden]
    represent = nn.Sequential(nn.Flatten(), nn.Linear(sizes[0], sizes[1]), nn.ReLU(inplace=True))
    layers: list[nn.Module] = []
    for inputs, outputs in zip(sizes[1:-1], sizes[2:], strict=True):
        layers += [nn.Linear(inputs, outputs), nn.ReLU(inplace=True)]
    if dropout:
        layers.append(nn.Dropout(dropout))
    network = Split(represent, nn.Sequential(*layers, nn.Linear(sizes[-1], classes)))
    initialise(network, generator, bound)
    return network
