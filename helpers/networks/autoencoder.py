"""Autoencoders: regression networks whose output is an image of the input's shape."""

import math
from collections.abc import Sequence

import torch
from torch import nn

from helpers.networks.split import Split, initialise


def autoencoder(
    generator: torch.Generator,
    *,
    shape: Sequence[int] = (1, 28, 28),
    hidden: Sequence[int] = (128, 32),
    maps: Sequence[int] = (),
) -> Split:
    """Images (b, c, h, w) -> (b, c, h, w): `maps` strided convolutions if any, `hidden` fully connected layers, and back.

    ReLU between layers, a linear output. Represents: the encoder. Classifies (here: decodes): the rest.
    """
    channels, height, width = shape
    encode: list[nn.Module] = []
    sides = [(channels, height, width)]
    for count in maps:
        encode += [nn.Conv2d(sides[-1][0], count, 3, stride=2, padding=1), nn.ReLU()]
        sides.append((count, math.ceil(sides[-1][1] / 2), math.ceil(sides[-1][2] / 2)))
    sizes = [math.prod(sides[-1]), *hidden]
    encode.append(nn.Flatten())
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        encode += [nn.Linear(inputs, outputs), nn.ReLU()]
    decode: list[nn.Module] = []
    back = sizes[::-1]
    for index, (inputs, outputs) in enumerate(zip(back[:-1], back[1:], strict=True)):
        decode.append(nn.Linear(inputs, outputs))
        if maps or index < len(back) - 2:
            decode.append(nn.ReLU())
    decode.append(nn.Unflatten(1, sides[-1]))
    for (outputs, tall, wide), (inputs, *_) in zip(sides[-2::-1], sides[:0:-1], strict=True):
        decode += [nn.Upsample((tall, wide)), nn.Conv2d(inputs, outputs, 3, padding=1)]
        if outputs != channels or tall != height:
            decode.append(nn.ReLU())
    network = Split(nn.Sequential(*encode), nn.Sequential(*decode))
    initialise(network, generator)
    return network
