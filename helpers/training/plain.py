"""Training on the images as they are."""

from torch import Tensor
from torch.nn import functional

from helpers.core.model import PixelModel


def plain(model: PixelModel, images: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of a batch: images (b, ...) in [0, 1], labels (b,) -> scalar with a graph."""
    return functional.cross_entropy(model(images), labels)
