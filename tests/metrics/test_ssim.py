"""SSIM against scikit-image, in both windows."""

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from helpers.core.errors import UserError
from helpers.metrics import ssim

GAUSSIAN = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


def pair(shape, dtype=torch.float64):
    draws = torch.Generator().manual_seed(0)
    first = torch.rand(shape, generator=draws, dtype=dtype)
    return first, (first + 0.2 * torch.randn(shape, generator=draws, dtype=dtype)).clamp(0, 1)


@pytest.mark.parametrize("shape", [(3, 1, 28, 28), (2, 3, 32, 32), (1, 3, 12, 15)])
@pytest.mark.parametrize("border", ["inside", "reflect"])
def test_both_windows_are_the_librarys(shape, border):
    first, second = pair(shape)
    for found, options, half in (
        (ssim(first, second, border=border), {}, 3),
        (ssim(first, second, window="gaussian", border=border), GAUSSIAN, 5),
    ):
        for value, a, b in zip(found, first.numpy(), second.numpy(), strict=True):
            whole = structural_similarity(a, b, channel_axis=0, data_range=1.0, full=True, **options)[1]
            inner = whole[:, half:-half, half:-half] if border == "inside" else whole
            assert float(value) == pytest.approx(inner.mean(), abs=1e-10)


def test_equal_images_have_one_and_batches_are_their_pairs():
    first, second = pair((4, 3, 16, 16), torch.float32)
    assert torch.allclose(ssim(first, first), torch.ones(4)) and ssim(first[:0], first[:0]).shape == (0,)
    alone = torch.cat([ssim(first[i : i + 1], second[i : i + 1]) for i in range(4)])
    assert torch.allclose(ssim(first, second), alone) and np.all(alone.numpy() < 1)


def test_other_shapes_and_large_windows_are_refused():
    first, second = pair((2, 1, 16, 16))
    with pytest.raises(UserError, match="one shape"):
        ssim(first, second[:1])
    for size in (4, 17):
        with pytest.raises(UserError, match="odd and no larger"):
            ssim(first, second, size=size)
