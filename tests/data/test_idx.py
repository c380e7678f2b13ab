import gzip

import numpy as np
import pytest
import torch

from helpers.core.errors import UserError
from helpers.data.load import available, load


@pytest.mark.parametrize("gz", [False, True])
def test_reads_both_splits(mnist_folder, tmp_path, gz):
    folder, arrays = mnist_folder(gz)
    assert available("mnist", folder)
    for split, (images, labels) in arrays.items():
        data = load("mnist", split, folder, tmp_path / "cache")
        assert data.images.shape == (len(images), 1, 28, 28)
        assert np.array_equal(data.images[:, 0].numpy(), images) and data.labels.tolist() == labels.tolist()
        assert data.labels.dtype == torch.int64 and data.classes == tuple("0123456789")


def test_plain_and_gz_have_one_checksum(mnist_folder, tmp_path):
    folder, _ = mnist_folder()
    first = load("mnist", "test", folder, tmp_path / "cache").checksum
    for path in list((folder / "MNIST" / "raw").iterdir()):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert load("mnist", "test", folder, tmp_path / "cache").checksum == first


def change(folder, stem, edit):
    path = folder / "MNIST" / "raw" / stem
    path.write_bytes(edit(path.read_bytes()))


@pytest.mark.parametrize(("edit", "message"), [
    (lambda data: data[:-1], "its header says 20 items of 15680 bytes in all, but 15679 bytes are there"),
    (lambda data: data + b"x", "but 15681 bytes are there"),
    (lambda data: data[:9], r"not an idx file of 3-dimensional unsigned bytes \(wrong or cut header\)"),
    (lambda data: b"", "wrong or cut header"),
    (lambda data: b"<html>" + data, "wrong or cut header"),
    (lambda data: data[:4] + b"\xff" * 4 + data[8:], "its header says -1 items"),
])
def test_damaged_idx(mnist_folder, tmp_path, edit, message):
    folder, _ = mnist_folder()
    change(folder, "t10k-images-idx3-ubyte", edit)
    with pytest.raises(UserError, match=r"t10k-images-idx3-ubyte: .*" + message):
        load("mnist", "test", folder, tmp_path / "cache")


@pytest.mark.parametrize("edit", [lambda data: data[:-20], lambda data: b"no gzip", lambda data: b""])
def test_damaged_gz(mnist_folder, tmp_path, edit):
    folder, _ = mnist_folder(gz=True)
    change(folder, "train-images-idx3-ubyte.gz", edit)
    with pytest.raises(UserError, match=r"train-images-idx3-ubyte\.gz: (the gzip file is cut|not an idx file)"):
        load("mnist", "train", folder, tmp_path / "cache")


def test_missing_file(mnist_folder, tmp_path):
    folder, _ = mnist_folder()
    (folder / "MNIST" / "raw" / "train-labels-idx1-ubyte").unlink()
    assert not available("mnist", folder) and available("mnist", folder, "test")
    with pytest.raises(UserError, match=r"train-labels-idx1-ubyte: file not found, nor with .gz"):
        load("mnist", "train", folder, tmp_path / "cache")


@pytest.mark.parametrize(("labels", "message"), [
    (np.arange(19) % 10, "20 images, but 19 labels"),
    (np.arange(20) % 9, r"no image of class 9 \(9\)"),
    (np.arange(20) % 11, "label 10 is outside the 10 classes 0 to 9"),
])
def test_wrong_labels(mnist_folder, tmp_path, idx_bytes, labels, message):
    folder, _ = mnist_folder()
    change(folder, "t10k-labels-idx1-ubyte", lambda _: idx_bytes(labels))
    with pytest.raises(UserError, match="t10k-images-idx3-ubyte: " + message):
        load("mnist", "test", folder, tmp_path / "cache")
