"""LeNet with tanh units, as the strong-adversary authors built it."""

from collections.abc import Sequence

import torch
from torch import nn

from helpers.networks.split import Split, initialise


def lenet_tanh(
    generator: torch.Generator,
    *,
    shape: Sequence[int] = (1, 28, 28),
    classes: int = 10,
    units: int = 100,
    maps: Sequence[int] = (20, 50),
    dropout: float = 0.0,
    bound: float | None = 0.07,
) -> Split:
    """conv 5x5 tanh, max 2/2, conv 5x5 tanh, max 2/2, `units` tanh, (dropout,) output. [Huang Sec. 7.1]

    Represents: the two convolution stages. Classifies: the two fully connected layers.
    """
    side = ((shape[1] - 4) // 2 - 4) // 2
    # Max pooling and tanh commute (tanh is increasing); pooling first leaves a quarter of the tanh evaluations.
    represent = nn.Sequential(
        nn.Conv2d(shape[0], maps[0], 5), nn.MaxPool2d(2), nn.Tanh(),
        nn.Conv2d(maps[0], maps[1], 5), nn.MaxPool2d(2), nn.Tanh(), nn.Flatten(),
    )  # fmt: skip
    layers: list[nn.Module] = [nn.Linear(maps[1] * side * side, units), nn.Tanh()]
    if dropout:
        layers.append(nn.Dropout(dropout))
    network = Split(represent, nn.Sequential(*layers, nn.Linear(units, classes)))
    initialise(network, generator, bound)
    return network
