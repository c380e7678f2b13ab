import io
import os
import pickle
import pickletools

import numpy as np
import pytest
from torchvision.datasets import CIFAR10

from helpers.core.errors import UserError
from helpers.data import cifar, restricted_pickle
from helpers.data.load import available, load


def test_class_names():
    assert len(cifar.CLASSES["cifar100"]) == 100
    assert list(cifar.CLASSES["cifar100"]) == sorted(set(cifar.CLASSES["cifar100"]))


@pytest.mark.parametrize("name", ["cifar10", "cifar100"])
def test_parquet(parquet_folder, tmp_path, monkeypatch, name):
    monkeypatch.setattr(cifar, "ROWS", 7)  # several batches, the last one short
    folder, arrays = parquet_folder(name)
    for split, pixels in arrays.items():
        data = load(name, split, folder, tmp_path / "cache")
        assert np.array_equal(data.images.permute(0, 2, 3, 1).numpy(), pixels)
        assert data.labels.tolist() == list(range(len(pixels))) and data.classes == cifar.CLASSES[name]


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_pickles(pickle_folder, tmp_path, protocol):
    folder, pixels = pickle_folder(protocol)
    assert available("cifar10", folder)
    train, test = (load("cifar10", split, folder, tmp_path / "cache") for split in ("train", "test"))
    assert np.array_equal(train.images.numpy(), pixels[:50]) and np.array_equal(test.images.numpy(), pixels[50:])
    assert train.labels.tolist() == list(range(10)) * 5


def test_pickles_as_torchvision_reads_them(pickle_folder, tmp_path, monkeypatch):
    folder, _ = pickle_folder()
    monkeypatch.setattr(CIFAR10, "_check_integrity", lambda self: True)
    monkeypatch.setattr(CIFAR10, "_load_meta", lambda self: None)
    theirs = CIFAR10(folder, train=True)
    ours = load("cifar10", "train", folder, tmp_path / "cache")
    assert np.array_equal(ours.images.permute(0, 2, 3, 1).numpy(), theirs.data)
    assert ours.labels.tolist() == theirs.targets


def test_pickle_of_python_2():
    """The original archives: text keys as bytes, numpy's old module names, align given as 0."""
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    text = pickle.dumps({"data": array}, protocol=2).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    text = text.replace(b"\x89\x88\x87", b"K\x00K\x01\x87")  # dtype('u1', False, True) -> dtype('u1', 0, 1)
    assert b"K\x00K\x01\x87" in text and "numpy.core.multiarray" in str(list(pickletools.genops(text)))
    path = io.BytesIO(text)
    value = restricted_pickle._Unpickler(path, encoding="latin1").load()
    assert np.array_equal(value["data"], array)


class Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


def test_pickle_runs_nothing(pickle_folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder, _ = pickle_folder()
    (folder / "cifar-10-batches-py" / "test_batch").write_bytes(pickle.dumps({"data": Evil()}))
    with pytest.raises(UserError, match=r"test_batch: cannot be read.*posix.mkdir, which is not allowed"):
        load("cifar10", "test", folder, tmp_path / "cache")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(("content", "message"), [
    ([1, 2], "holds a list, not a dictionary"),
    ({"labels": [0]}, "has no entry 'data'"),
    ({"data": np.zeros((1, 3072), np.uint8)}, "has no entry 'labels'"),
    ({"data": np.zeros((1, 3072)), "labels": [0]}, "'data' is not an array of 3072 unsigned bytes per image"),
    ({"data": np.zeros((1, 3071), np.uint8), "labels": [0]}, "'data' is not an array of 3072"),
    ({"data": np.zeros((2, 3072), np.uint8), "labels": [0]}, "2 images, but 1 labels"),
    ({"data": np.zeros((1, 3072), np.uint8), "labels": ["cat"]}, "'labels' is not a list of integers"),
    ({"data": np.zeros((0, 3072), np.uint8), "labels": []}, "no images"),
    ({"data": np.zeros((10, 3072), np.uint8), "labels": [0] * 10}, r"no image of class 1 \(automobile\)"),
    ({"data": np.zeros((1, 3072), np.uint8), "labels": [10]}, "label 10 is outside the 10 classes"),
])
def test_wrong_pickles(pickle_folder, tmp_path, content, message):
    folder, _ = pickle_folder()
    (folder / "cifar-10-batches-py" / "test_batch").write_bytes(pickle.dumps(content))
    with pytest.raises(UserError, match="test_batch: " + message):
        load("cifar10", "test", folder, tmp_path / "cache")


@pytest.mark.parametrize("keep", [0, 1, 50, 5000, -1])
def test_cut_pickle(pickle_folder, tmp_path, keep):
    folder, _ = pickle_folder()
    path = folder / "cifar-10-batches-py" / "data_batch_3"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match="data_batch_3: cannot be read, it is cut or damaged"):
        load("cifar10", "train", folder, tmp_path / "cache")


def test_missing_files(pickle_folder, tmp_path):
    folder, _ = pickle_folder()
    (folder / "cifar-10-batches-py" / "data_batch_3").unlink()
    with pytest.raises(UserError, match="data_batch_3: file not found"):
        load("cifar10", "train", folder, tmp_path / "cache")
    with pytest.raises(UserError, match=r"cifar100/train-00000-of-00001.parquet: file not found, nor .*cifar-100-py"):
        load("cifar100", "train", folder, tmp_path / "cache")


def rename(old, new):
    return lambda columns: columns.update({new: columns.pop(old)})


def first_image(value):
    return lambda columns: columns["img"].__setitem__(0, value)


@pytest.mark.parametrize(("edit", "message"), [
    (rename("img", "image"), "has no column 'img'"),
    (rename("label", "target"), "has no column 'label'"),
    (first_image({"bytes": b"\x89PNG no more", "path": ""}), "image 0: cannot be decoded as a picture"),
    (first_image({"bytes": None, "path": ""}), "image 0 has no bytes"),
    (first_image(None), "image 0 has no bytes"),
    (lambda columns: columns["label"].__setitem__(0, None), "'label' is not a list of integers"),
    (lambda columns: columns["label"].__setitem__(0, 1), r"no image of class 0 \(airplane\)"),
    (lambda columns: columns["label"].__setitem__(0, -1), "label -1 is outside the 10 classes"),
    (lambda columns: columns.update(img=[], label=[]), "no images"),
])
def test_wrong_parquet(parquet_folder, tmp_path, edit, message):
    folder, _ = parquet_folder(edit=edit)
    with pytest.raises(UserError, match=r"cifar10/test-00000-of-00001.parquet: " + message):
        load("cifar10", "test", folder, tmp_path / "cache")


def test_wrong_picture_size(parquet_folder, tmp_path, png):
    small = first_image({"bytes": png(np.zeros((16, 16, 3), np.uint8)), "path": ""})
    folder, _ = parquet_folder(edit=small)
    with pytest.raises(UserError, match=r"image 0 has the shape \(16, 16, 3\), not \(32, 32, 3\)"):
        load("cifar10", "test", folder, tmp_path / "cache")


@pytest.mark.parametrize("keep", [0, 3, 2000, -4])
def test_cut_parquet(parquet_folder, tmp_path, keep):
    folder, _ = parquet_folder()
    path = folder / "cifar10" / "train-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match=r"train-00000-of-00001.parquet: the parquet file is cut or damaged"):
        load("cifar10", "train", folder, tmp_path / "cache")


def test_parquet_with_damaged_middle(parquet_folder, tmp_path):
    folder, _ = parquet_folder()
    path = folder / "cifar10" / "train-00000-of-00001.parquet"
    data = bytearray(path.read_bytes())
    data[100:3000] = bytes(2900)
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"train-00000-of-00001.parquet: .*(cut or damaged|no bytes)"):
        load("cifar10", "train", folder, tmp_path / "cache")


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint8])
def test_labels_that_are_numpys_integers(tmp_path, kind):
    path = tmp_path / "batch"
    path.write_bytes(pickle.dumps({"labels": [kind(3), kind(7)]}))
    assert [int(label) for label in restricted_pickle.read(path)["labels"]] == [3, 7]


def test_other_scalars_of_numpy_are_refused(tmp_path):
    path = tmp_path / "batch"
    path.write_bytes(pickle.dumps({"labels": [np.datetime64("2020-01-01")]}))
    with pytest.raises(UserError, match="not allowed"):
        restricted_pickle.read(path)
