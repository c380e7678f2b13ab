"""A small U-Net: a label, or a colour, for every pixel."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from helpers.networks.split import initialise


def _pair(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU()
    )


class UNet(nn.Module):
    """(b, c, h, w) -> (b, outputs, h, w); h and w divisible by 4. Two poolings, two upsamplings, skips between them."""

    def __init__(self, inputs: int, outputs: int, width: int):
        super().__init__()
        self.top, self.middle, self.bottom = _pair(inputs, width), _pair(width, 2 * width), _pair(2 * width, 4 * width)
        self.pool, self.raise_ = nn.MaxPool2d(2), nn.Upsample(scale_factor=2)
        self.up_middle, self.up_top = _pair(6 * width, 2 * width), _pair(3 * width, width)
        self.out = nn.Conv2d(width, outputs, 1)

    def forward(self, images: Tensor) -> Tensor:
        top = self.top(images)
        middle = self.middle(self.pool(top))
        bottom = self.bottom(self.pool(middle))
        middle = self.up_middle(torch.cat([middle, self.raise_(bottom)], 1))
        return self.out(self.up_top(torch.cat([top, self.raise_(middle)], 1)))


def unet(
    generator: torch.Generator, *, shape: Sequence[int] = (1, 32, 32), outputs: int = 11, width: int = 8
) -> UNet:
    """A U-Net of `width`, 2 width and 4 width maps, weights He-uniform from `generator`."""
    network = UNet(shape[0], outputs, width)
    initialise(network, generator)
    return network
