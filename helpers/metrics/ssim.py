"""Structural similarity of image pairs, batched."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from helpers.core.errors import UserError


def gaussian(size: int, sigma: float, like: Tensor) -> Tensor:
    """(size,) Gaussian weights of sum 1, in the type and on the device of `like`."""
    place = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    weights = torch.exp(-place.square() / (2 * sigma**2))
    return (weights / weights.sum()).to(like)


def ssim(
    first: Tensor,
    second: Tensor,
    *,
    window: Literal["uniform", "gaussian"] = "uniform",
    size: int | None = None,
    sigma: float = 1.5,
    border: Literal["inside", "reflect"] = "inside",
) -> Tensor:
    """Mean structural similarity (b,) of pairs of images (b, c, h, w) in [0, 1], averaged over channels. [Wang et al. 2004]

    Args:
        window: "uniform", scikit-image's default (sample covariance), or "gaussian", the measure's authors' (weights `sigma`).
        size: side of the window, odd; 7 for the uniform, 11 for the Gaussian one by default.
        border: "inside", the mean over windows that lie in the image; "reflect", over all pixels of the mirrored image.

    The two agree with `skimage.metrics.structural_similarity` with `gaussian_weights` off and on. Constants K1 = .01,
    K2 = .03, range 1. Raises UserError where shapes differ or the window is larger than the image.
    """
    size = size or {"uniform": 7, "gaussian": 11}[window]
    if first.shape != second.shape or first.dim() != 4:
        raise UserError(f"SSIM compares images of one shape (b, c, h, w), got {tuple(first.shape)} and {tuple(second.shape)}.")
    if size % 2 == 0 or size > min(first.shape[-2:]):
        raise UserError(f"SSIM's window is odd and no larger than the image, got {size} for {tuple(first.shape[-2:])}.")
    wide = first.dtype if first.dtype == torch.float64 else torch.float32
    a, b = first.to(wide).flatten(0, 1)[:, None], second.to(wide).flatten(0, 1)[:, None]
    if border == "reflect":
        # scipy's "reflect" repeats the edge pixel; half a window at each side.
        a, b = (_mirrored(one, size // 2) for one in (a, b))
    weights = gaussian(size, sigma, a) if window == "gaussian" else a.new_full((size,), 1 / size)

    def mean(x: Tensor) -> Tensor:
        return functional.conv2d(functional.conv2d(x, weights[None, None, :, None]), weights[None, None, None, :])

    sample = size**2 / (size**2 - 1) if window == "uniform" else 1.0
    ma, mb = mean(a), mean(b)
    va, vb, vab = (sample * (mean(x) - m) for x, m in ((a * a, ma * ma), (b * b, mb * mb), (a * b, ma * mb)))
    c1, c2 = 0.01**2, 0.03**2
    likeness = (2 * ma * mb + c1) * (2 * vab + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
    return likeness.flatten(1).mean(1).view(first.shape[:2]).mean(1)


def _mirrored(x: Tensor, by: int) -> Tensor:
    """(n, 1, h, w) with `by` mirrored pixels on every side, the edge pixel repeated."""
    for dim in (2, 3):
        x = torch.cat([x.narrow(dim, 0, by).flip(dim), x, x.narrow(dim, x.shape[dim] - by, by).flip(dim)], dim)
    return x
