"""Training a network that gives a grey image its colours."""

import torch
from torch import Tensor

from helpers.core.model import PixelModel

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in a grey image."""


def grey(images: Tensor) -> Tensor:
    """Luma (b, 1, h, w) of colour images (b, 3, h, w)."""
    weights = torch.tensor(LUMA, dtype=images.dtype, device=images.device).reshape(1, 3, 1, 1)
    return (images * weights).sum(1, keepdim=True)


def colourise(model: PixelModel, images: Tensor, labels: Tensor) -> Tensor:
    """Mean squared error of model(grey(x)) (b, 3, h, w) against the colours of x."""
    return (model(grey(images)) - images).square().mean()
