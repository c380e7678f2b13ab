"""Training a network that names the digit at every pixel of a collage."""

from torch import Tensor
from torch.nn import functional

from helpers.core.model import PixelModel
from helpers.training.collage import collage


def segment(
    model: PixelModel, images: Tensor, labels: Tensor, *, side: int = 32, digits: int = 3, pool: int = 2, background: float = 0.2
) -> Tensor:
    """Mean cross-entropy over the pixels of random collages of the batch; `background` is that class's weight."""
    canvases, masks = collage(images, labels, side=side, digits=digits, pool=pool)
    logits = model(canvases)
    weights = logits.new_ones(logits.shape[1])
    weights[-1] = background
    return functional.cross_entropy(logits, masks, weight=weights)
