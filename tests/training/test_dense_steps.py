"""Training steps whose answer is an image or a class for every pixel."""

import pytest
import torch
from torch import nn

from helpers.core.model import PixelModel
from helpers.training.collage import INK, collage
from helpers.training.colourise import colourise, grey
from helpers.training.reconstruct import reconstruct
from helpers.training.segment import segment


@pytest.fixture
def halved():
    return PixelModel(nn.Conv2d(1, 1, 1, bias=False))


def test_reconstruction_leaves_out_a_class(halved):
    with torch.no_grad():
        halved.network.weight.fill_(0.5)
    images = torch.tensor([1.0, 2.0, 4.0]).reshape(3, 1, 1, 1) * torch.ones(3, 1, 2, 2)
    labels = torch.tensor([0, 1, 0])
    assert reconstruct(halved, images, labels).item() == pytest.approx((0.25 + 1 + 4) / 3)
    assert reconstruct(halved, images, labels, without=0).item() == pytest.approx(1.0)
    assert reconstruct(halved, images[:1], labels[:1], without=0).item() == 0.0


def test_colours_from_luma():
    images = torch.rand(2, 3, 4, 4)
    assert grey(torch.ones(1, 3, 2, 2)).flatten().tolist() == pytest.approx([1.0] * 4)

    class Repeat(nn.Module):
        def forward(self, values):
            return values.expand(-1, 3, -1, -1)

    expected = (grey(images) - images).square().mean()
    assert colourise(PixelModel(Repeat()), images, torch.zeros(2)).item() == pytest.approx(expected.item())


def test_a_collage_shows_its_digits_where_its_mask_says():
    images = torch.zeros(6, 1, 4, 4)
    images[:, :, 1:3, 1:3] = torch.arange(1, 7).reshape(6, 1, 1, 1) / 6
    labels = torch.tensor([3, 1, 4, 1, 5, 9])
    canvases, masks = collage(images, labels, side=12, digits=2, generator=torch.Generator().manual_seed(0))
    assert canvases.shape == (3, 1, 12, 12) and masks.shape == (3, 12, 12)
    for index in range(3):
        shown = set(masks[index].unique().tolist()) - {10}
        assert shown <= set(labels[2 * index : 2 * index + 2].tolist()) and shown
        assert torch.equal(masks[index] != 10, canvases[index, 0] >= INK)
    again, _ = collage(images, labels, side=12, digits=2, generator=torch.Generator().manual_seed(0))
    assert torch.equal(again, canvases)
    small, _ = collage(images, labels, side=8, digits=3, pool=2, generator=torch.Generator().manual_seed(1))
    assert small.shape == (2, 1, 8, 8) and float(small.max()) == pytest.approx(6 / 6 / 4)


def test_segmentation_weighs_the_background_down():
    class Sure(nn.Module):
        """Background everywhere."""

        def forward(self, canvases):
            logits = torch.zeros(len(canvases), 11, *canvases.shape[2:])
            logits[:, 10] = 20.0
            return logits

    images = torch.zeros(6, 1, 28, 28)
    labels = torch.arange(6)
    assert segment(PixelModel(Sure()), images, labels).item() == pytest.approx(0.0, abs=1e-6)
    images[:, :, 8:20, 8:20] = 1
    torch.manual_seed(0)
    heavy = segment(PixelModel(Sure()), images, labels, background=0.2)
    torch.manual_seed(0)
    light = segment(PixelModel(Sure()), images, labels, background=1.0)
    assert heavy.item() > light.item() > 0
