import dataclasses

import pytest
import torch

from helpers.core.errors import UserError
from helpers.data.image_set import ImageSet, check, checksum_of

CLASSES = ("zero", "one", "two")


@pytest.fixture
def data():
    images = torch.arange(256, dtype=torch.uint8).repeat(3)[: 3 * 200].reshape(3, 2, 10, 10)[:, :1]
    labels = torch.arange(3)
    return ImageSet("thing", "test", images, labels, CLASSES, checksum_of(images, labels))


def test_floats_are_pixels_over_255():
    images = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    data = ImageSet("all", "test", images, torch.zeros(1, dtype=torch.int64), ("one",), "")
    floats = data.floats()
    assert floats.dtype == torch.float32 and floats.shape == images.shape
    assert torch.equal(floats, images.float() / 255)
    assert torch.equal((floats * 255).round().to(torch.uint8), images)
    assert images.dtype == torch.uint8 and len(data) == 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_floats_are_the_same_bits_on_a_gpu():
    images = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    data = ImageSet("all", "test", images, torch.zeros(1, dtype=torch.int64), ("one",), "")
    assert torch.equal(data.floats("cuda").cpu(), data.floats())


@pytest.mark.parametrize("indices", [[2, 0], (2, 0), torch.tensor([2, 0])])
def test_subset_keeps_order_and_has_its_own_checksum(data, indices):
    part = data.subset(indices)
    assert part.labels.tolist() == [2, 0] and torch.equal(part.images, data.images[[2, 0]])
    assert part.checksum == checksum_of(part.images, part.labels) != data.checksum
    assert (part.name, part.split, part.classes) == ("thing", "test", CLASSES)


def test_subset_by_mask_and_empty(data):
    assert data.subset(data.labels > 0).labels.tolist() == [1, 2]
    assert len(data.subset([])) == 0 and data.subset([]).floats().shape == (0, 1, 10, 10)
    assert data.subset(range(3)).checksum == data.checksum


def test_checksum_sees_pixels_labels_and_shape(data):
    changed = data.images.clone()
    changed[1, 0, 3, 3] += 1
    sums = {
        data.checksum,
        checksum_of(changed, data.labels),
        checksum_of(data.images, data.labels.flip(0)),
        checksum_of(data.images.reshape(3, 1, 5, 20), data.labels),
    }
    assert len(sums) == 4
    assert checksum_of(data.images.clone(), data.labels.clone()) == data.checksum


def test_frozen(data):
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.name = "other"


IMAGES, LABELS = torch.zeros(3, 1, 4, 4, dtype=torch.uint8), torch.arange(3)


@pytest.mark.parametrize(("images", "labels", "message"), [
    (IMAGES.float(), LABELS, r"images must be \(n, c, h, w\) uint8 .*, not \(3, 1, 4, 4\) torch.float32"),
    (IMAGES[:, 0], LABELS, r"not \(3, 4, 4\)"),
    (IMAGES.expand(3, 2, 4, 4), LABELS, "1 or 3 channels"),
    (IMAGES[..., :0], LABELS, r"not \(3, 1, 4, 0\)"),
    (IMAGES, LABELS.float(), r"labels must be \(n,\) int64, not \(3,\) torch.float32"),
    (IMAGES, LABELS[:, None], r"labels must be \(n,\) int64, not \(3, 1\)"),
    (IMAGES, LABELS[:2], "3 images, but 2 labels"),
    (IMAGES[:0], LABELS[:0], "no images"),
    (IMAGES, LABELS + 1, "label 3 is outside the 3 classes 0 to 2"),
    (IMAGES, LABELS - 1, "label -1 is outside"),
    (IMAGES, LABELS.clamp(max=1), r"no image of class 2 \(two\)"),
])
def test_check_refuses(images, labels, message):
    with pytest.raises(UserError, match=r"^some/file: .*" + message):
        check(images, labels, CLASSES, "some/file")


def test_check_accepts_a_sound_set():
    check(IMAGES, LABELS, CLASSES, "some/file")
