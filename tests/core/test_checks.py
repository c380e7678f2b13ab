"""One sentence for each bad argument; the pixel box; 8-bit pixels."""

import math

import pytest
import torch

from helpers.core.checks import check_budget, check_images, check_labels, check_logits, clip, round_pixels
from helpers.core.errors import UserError

IMAGES = torch.rand(2, 1, 3, 3)
LOGITS = torch.tensor([[3.0, -1.0, 0.0], [0.0, 2.0, 1.0]])


@pytest.mark.parametrize(
    "images, sentence",
    [
        (torch.zeros(2, 1, 3, 3, dtype=torch.uint8), "floating point in .*divide 8-bit pixels by 255"),
        (torch.zeros(2, 1, 3, 3, dtype=torch.int64), "must be floating point"),
        (torch.zeros(4), "batch dimension"),
        (torch.full((1, 1, 2, 2), math.nan), "contain NaN"),
        (torch.tensor([[0.5, 1.01]]), r"lie in \[0, 1\], got \[0.5, 1.01\].*PixelModel"),
        (torch.tensor([[-0.01, 1.0]]), r"lie in \[0, 1\], got \[-0.01, 1\]"),
        (torch.tensor([[0.5, math.inf]]), r"lie in \[0, 1\]"),
        (torch.tensor([[math.nan, 7.0]]), "contain NaN"),
    ],
)
def test_bad_images(images, sentence):
    with pytest.raises(UserError, match=sentence):
        check_images(images)


@pytest.mark.parametrize("images", [IMAGES, IMAGES.double(), IMAGES[:0], torch.tensor([[0.0, 1.0]])])
def test_good_images(images):
    check_images(images)


@pytest.mark.parametrize(
    "labels, sentence",
    [
        (torch.tensor([0]), "must be 2 integers"),
        (torch.tensor([0, 1, 2]), "must be 2 integers"),
        (torch.tensor([[0], [1]]), "must be 2 integers"),
        (torch.tensor([0.0, 1.0]), "must be 2 integers.*, got torch.float32"),
        (torch.tensor([True, False]), "must be 2 integers"),
        (torch.tensor([0, 1], dtype=torch.int32), "must be 2 integers"),
        (torch.tensor([0, 1], dtype=torch.uint8), "must be 2 integers"),
        (torch.tensor([0, 3]), r"lie in 0\.\.2, got 0\.\.3"),
        (torch.tensor([-1, 2]), r"lie in 0\.\.2, got -1\.\.2"),
    ],
)
def test_bad_labels(labels, sentence):
    with pytest.raises(UserError, match=sentence):
        check_labels(labels, LOGITS)


@pytest.mark.parametrize(
    "logits, sentence",
    [
        (LOGITS[:1], r"shape \(2, classes\), got \(1, 3\)"),
        (LOGITS[:, :, None], r"shape \(2, classes\), got \(2, 3, 1\)"),
        (LOGITS[:, :1], "one class"),
        (LOGITS * math.inf, "not finite"),
        (LOGITS + math.nan, "not finite"),
        (LOGITS.softmax(1), "probabilities where logits are expected"),
        ((20 * LOGITS).softmax(1), "probabilities"),
    ],
)
def test_bad_logits(logits, sentence):
    with pytest.raises(UserError, match=sentence):
        check_logits(logits, 2)


def test_good_logits_and_labels():
    check_logits(LOGITS, 2)
    check_logits(LOGITS[:0], 0)
    check_logits(LOGITS / 10, 2)
    check_labels(torch.tensor([0, 2]), LOGITS)
    check_labels(torch.zeros(0, dtype=torch.int64), LOGITS[:0])


@pytest.mark.parametrize("budget", [-0.1, math.nan, math.inf])
def test_bad_budgets(budget):
    with pytest.raises(UserError, match="budget must be finite and at least 0"):
        check_budget(budget)


def test_good_budgets():
    assert check_budget(0) == 0.0 and check_budget(8 / 255) == 8 / 255


def test_clipping():
    images = torch.tensor([-1.0, 0.5, 2.0])
    assert clip(images, (0, 1)).tolist() == [0, 0.5, 1]
    assert clip(images, (-0.5, 1.5)).tolist() == [-0.5, 0.5, 1.5]
    assert clip(images, None) is images


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_zero_perturbation_passes_through_unchanged(dtype):
    levels = torch.arange(256, dtype=dtype) / 255
    assert torch.equal(round_pixels(levels), levels)


def test_pixels_are_rounded_to_256_levels_not_cut_off():
    levels = torch.arange(256, dtype=torch.float64)
    for shift in (-0.49, 0.49):
        assert torch.equal(round_pixels((levels + shift) / 255), levels / 255)
    assert torch.equal(round_pixels((levels[:-1] + 0.51) / 255), levels[1:] / 255)
    assert len(round_pixels(torch.linspace(0, 1, 10_001)).unique()) == 256
    assert round_pixels(torch.tensor([-3.0, 7.0])).tolist() == [0, 1]
    random = torch.rand(1000)
    assert torch.equal(round_pixels(round_pixels(random)), round_pixels(random))
    assert float((round_pixels(random) - random).abs().max()) <= 0.5 / 255 + 1e-6
