"""Training on the images as they are."""

from torch import Tensor

from helpers.core.model import PixelModel
from helpers.core.objectives import cross_entropy


def plain(model: PixelModel, images: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of a batch: images (b, ...) in [0, 1], labels (b,) -> scalar with a graph."""
    return cross_entropy(model(images), labels).mean()
