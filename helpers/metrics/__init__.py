"""Measures of images and perturbations: `from helpers.metrics import ssim`."""

from helpers.metrics.ssim import ssim

__all__ = ["ssim"]
