import hashlib

import numpy as np
import pytest
import torch

from helpers.core.errors import UserError
from helpers.data import embedded, pictures
from helpers.data.load import available, load

PINNED = {
    ("embedded_mnist", "train"): "642b0a19e68e849932ed046a77fc8ede1b68a06ed22cecc56a1fed65161c57c9",
    ("embedded_mnist", "test"): "7e0d436738f83c5d140a6e1e2e87af3872996f790126af1537813f98424e7254",
    ("embedded_colour", "train"): "e56c66dbcb2239c668e86577ee51444ab373f5de634610ab703e1521f84bb571",
    ("embedded_colour", "test"): "b5640614f75bed379db40db88cb2a6b4a6bb6295b6d0aeb26497dfbb19a17bfa",
}


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    return {key: load(*key, cache=cache) for key in PINNED}


@pytest.mark.parametrize("key", PINNED)
def test_always_the_same_bytes(sets, key):
    assert sets[key].checksum == PINNED[key]
    assert available(key[0])


@pytest.mark.parametrize(("name", "shape"), [("embedded_mnist", (1, 28, 28)), ("embedded_colour", (3, 32, 32))])
def test_sizes_and_balance(sets, name, shape):
    for split, per_class in (("train", 400), ("test", 100)):
        data = sets[name, split]
        assert data.images.shape[1:] == shape and data.classes == tuple("0123456789")
        assert data.labels.bincount().tolist() == [per_class] * 10
        assert data.labels[:100].bincount(minlength=10).min() > 0  # mixed


def test_no_image_is_in_both_splits(sets):
    train, test = (
        {hashlib.sha256(image.numpy()).digest() for image in sets["embedded_mnist", split].images}
        for split in ("train", "test")
    )
    assert len(train) == 4000 and len(test) == 1000 and not train & test


@pytest.mark.parametrize("split", ["train", "test"])
def test_colour_shows_the_same_digits(sets, split):
    grey, colour = sets["embedded_mnist", split], sets["embedded_colour", split]
    assert torch.equal(grey.labels, colour.labels)
    photographs = [pictures.rgb(path, "") for path in embedded.files("embedded_colour", split)[1:]]
    patches = embedded._blend(np.zeros((len(grey), 1, 28, 28), np.uint8), photographs, split).astype(np.int16)
    digits = np.pad(grey.images.numpy(), ((0, 0), (0, 0), (2, 2), (2, 2))).astype(np.int16)
    assert np.array_equal(colour.images.numpy(), np.abs(patches - digits))


def test_blend_is_the_absolute_difference():
    digit = np.zeros((1, 1, 28, 28), np.uint8)
    digit[0, 0, 10, 10] = 200
    image = embedded._blend(digit, [np.full((100, 300, 3), 50, np.uint8)], "train")[0]
    expected = np.full((3, 32, 32), 50)
    expected[:, 12, 12] = 150
    assert np.array_equal(image, expected)


def test_regions_do_not_overlap():
    photograph = np.arange(300).reshape(1, 300, 1)
    train, test = (embedded._region(photograph, split) for split in ("train", "test"))
    assert not set(train.flatten()) & set(test.flatten()) and train.size + test.size == 300


def test_photograph_that_is_not_shipped(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded, "PHOTOGRAPHS", (("skimage", "data/none.png"),))
    with pytest.raises(UserError, match=r"none.png: file not found, install the versions of requirements.txt"):
        load("embedded_colour", "train", cache=tmp_path)
    monkeypatch.setattr(embedded, "PHOTOGRAPHS", (("no_such_package", "none.png"),))
    with pytest.raises(UserError, match="package no_such_package is not installed"):
        load("embedded_colour", "train", cache=tmp_path)
