"""Training an autoencoder."""

from torch import Tensor

from helpers.core.model import PixelModel


def reconstruct(model: PixelModel, images: Tensor, labels: Tensor, *, without: int | None = None) -> Tensor:
    """Mean squared error of model(x) against x (b, c, h, w); images of the class `without` are left out (anomalies)."""
    errors = (model(images) - images).square().flatten(1).mean(1)
    if without is None:
        return errors.mean()
    normal = (labels != without).to(errors.dtype)
    return (errors * normal).sum() / normal.sum().clamp_min(1)
