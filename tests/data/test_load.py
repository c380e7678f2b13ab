import errno
import logging
import os
import shutil

import pytest
import torch
from safetensors import SafetensorError
from torchvision import datasets

from helpers.core.errors import UserError
from helpers.data import decoded, idx
from helpers.data import load as door
from helpers.data.load import available, checksum, load, names, stand_in


@pytest.fixture
def reads(monkeypatch):
    """Counts how often an idx file is decoded."""
    calls = []
    real = idx.read
    monkeypatch.setattr(idx, "read", lambda *arguments: calls.append(arguments) or real(*arguments))
    return calls


def kept(cache, pattern="*.safetensors"):
    return sorted((cache / "data").glob(pattern))


def test_names_and_stand_ins():
    assert {"mnist", "cifar10", "cifar100", "stl10", "embedded_mnist", "embedded_colour"} <= set(names())
    assert stand_in("mnist") == "embedded_mnist" and stand_in("cifar100") == "embedded_colour"
    assert stand_in("embedded_mnist") is None and stand_in("imagenette") is None
    assert all(stand_in(name) in (None, *names()) for name in names())


def test_cache_hit_does_not_decode_again(mnist_folder, tmp_path, reads):
    folder, _ = mnist_folder()
    first, second = (load("mnist", "test", folder, tmp_path / "cache") for _ in range(2))
    assert len(reads) == 1 and len(kept(tmp_path / "cache", "*")) == 1
    assert torch.equal(first.images, second.images) and torch.equal(first.labels, second.labels)
    assert (first.name, first.split, first.classes, first.checksum) == (
        second.name, second.split, second.classes, second.checksum)


def test_changed_source_is_decoded_again(mnist_folder, tmp_path, reads):
    folder, _ = mnist_folder()
    before = load("mnist", "test", folder, tmp_path / "cache").checksum
    path = folder / "MNIST" / "raw" / "t10k-images-idx3-ubyte"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    os.utime(path, ns=(0, 0))
    assert load("mnist", "test", folder, tmp_path / "cache").checksum != before
    assert len(reads) == 2


def flip_pixel(data):
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize("edit", [flip_pixel, lambda data: data[:-100], lambda data: data[:5], lambda data: b""])
def test_damaged_cache_is_set_aside(mnist_folder, tmp_path, reads, caplog, edit):
    folder, _ = mnist_folder()
    cache = tmp_path / "cache"
    first = load("mnist", "test", folder, cache)
    path, = kept(cache)
    path.write_bytes(edit(path.read_bytes()))
    caplog.clear()
    again = load("mnist", "test", folder, cache)
    assert again.checksum == first.checksum and torch.equal(again.images, first.images) and len(reads) == 2
    warning, = (record for record in caplog.records if record.name == decoded.__name__)
    assert warning.levelno == logging.WARNING and "\n" not in warning.message
    assert path.name in warning.message and "decoding again" in warning.message
    assert [found.name for found in kept(cache, "*.damaged")] == [path.name + ".damaged"]
    load("mnist", "test", folder, cache)
    assert len(reads) == 2


@pytest.mark.parametrize("error", [
    OSError(errno.ENOSPC, "No space left on device"),
    SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
])
def test_full_disk_goes_on_without_cache(mnist_folder, tmp_path, monkeypatch, caplog, error):
    def full(*arguments):
        raise error

    folder, _ = mnist_folder()
    monkeypatch.setattr(decoded, "save_file", full)
    data = load("mnist", "train", folder, tmp_path / "cache")
    assert len(data) == 30
    warning, = (record.message for record in caplog.records if record.name == decoded.__name__)
    assert "cannot be written (the disk is full): going on without the decoded cache." in warning
    assert kept(tmp_path / "cache", "*") == []


def test_cache_that_cannot_be_a_folder(mnist_folder, tmp_path, caplog):
    folder, _ = mnist_folder()
    (tmp_path / "cache").write_text("a file")
    assert len(load("mnist", "train", folder, tmp_path / "cache")) == 30
    assert "going on without the decoded cache" in caplog.text


def test_checksum_reads_headers_the_second_time(mnist_folder, tmp_path, reads, monkeypatch):
    folder, _ = mnist_folder()
    cache = tmp_path / "cache"
    first = checksum("mnist", folder, cache)
    assert len(first) == 64 and len(reads) == 2
    monkeypatch.setattr(decoded, "read", lambda path: pytest.fail("images were read"))
    assert checksum("mnist", folder, cache) == first and len(reads) == 2


def test_checksum_is_of_the_content_and_not_of_the_place(mnist_folder, tmp_path):
    folder, _ = mnist_folder()
    moved = shutil.copytree(folder, tmp_path / "moved")
    assert checksum("mnist", folder, tmp_path / "a") == checksum("mnist", moved, tmp_path / "b")


def test_environment(mnist_folder, tmp_path, monkeypatch):
    folder, _ = mnist_folder()
    monkeypatch.setenv("HELPERS_DATA", str(folder))
    monkeypatch.setenv("HELPERS_CACHE", str(tmp_path / "one"))
    assert available("mnist") and len(load("mnist", "test")) == 20
    assert len(kept(tmp_path / "one")) == 1
    monkeypatch.setenv("HELPERS_CACHE", str(tmp_path / "other"))
    load("mnist", "test")
    assert len(kept(tmp_path / "other")) == 1


def test_unofficial_count_is_said(mnist_folder, tmp_path, caplog):
    folder, _ = mnist_folder()
    load("mnist", "test", folder, tmp_path / "cache")
    assert "20 images, the official test split of mnist has 10000." in caplog.text


def test_unofficial_bytes_are_said(mnist_folder, tmp_path, caplog, monkeypatch):
    folder, _ = mnist_folder()
    monkeypatch.setitem(door.OFFICIAL_COUNTS, ("mnist", "test"), 20)
    load("mnist", "test", folder, tmp_path / "cache")
    assert "t10k-images-idx3-ubyte: not the bytes of the official test split of mnist." in caplog.text


def test_progress_is_silent_without_a_terminal(parquet_folder, tmp_path, capfd):
    folder, _ = parquet_folder()
    load("cifar10", "test", folder, tmp_path / "cache")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("name", "split", "message"), [
    ("emnist", "train", "unknown data set 'emnist': known are embedded_mnist, .*, or a folder of class folders"),
    ("", "train", "unknown data set ''"),
    ("../data", "train", "unknown data set '../data'"),
    ("mnist", "validation", "unknown split 'validation' of mnist: use 'train' or 'test'"),
    ("embedded_mnist", "val", "unknown split 'val' of embedded_mnist"),
    ("stl10", "train", "stl10_binary/train_X.bin: file not found"),
    ("imagenette", "train", "imagenette: has no folder train with class folders"),
])
def test_unknown_names(mnist_folder, tmp_path, name, split, message):
    folder, _ = mnist_folder()
    with pytest.raises(UserError, match=message):
        load(name, split, folder, tmp_path / "cache")


def test_no_folder(tmp_path):
    with pytest.raises(UserError, match=r"[Tt]he data folder .*nowhere does not exist"):
        load("mnist", "train", tmp_path / "nowhere", tmp_path / "cache")
    with pytest.raises(UserError, match="mnist needs a data folder: give one by HELPERS_DATA or --data"):
        load("mnist", "train", cache=tmp_path / "cache")
    assert not available("mnist") and not available("mnist", tmp_path / "nowhere") and not available("emnist")


def test_downloads_only_where_allowed(mnist_folder, tmp_path, monkeypatch):
    folder, _ = mnist_folder()
    asked = []

    def fake(root, download):
        asked.append(root)
        shutil.copytree(folder, root, dirs_exist_ok=True)

    monkeypatch.setattr(datasets, "MNIST", fake)
    with pytest.raises(UserError, match="file not found"):
        load("mnist", "test", tmp_path, tmp_path / "cache")
    monkeypatch.setenv("HELPERS_DOWNLOAD", "1")
    assert not available("mnist") and not asked
    assert len(load("mnist", "test", cache=tmp_path / "cache")) == 20
    assert asked == [tmp_path / "cache" / "downloads"]
    load("mnist", "train", cache=tmp_path / "cache")
    assert len(asked) == 1


def test_failed_download(tmp_path, monkeypatch):
    def offline(root, download):
        raise RuntimeError("Error downloading train-images")

    monkeypatch.setenv("HELPERS_DOWNLOAD", "1")
    monkeypatch.setattr(datasets, "MNIST", offline)
    with pytest.raises(UserError, match=r"mnist could not be downloaded into .* \(Error downloading train-images\)"):
        load("mnist", "train", tmp_path / "new", tmp_path / "cache")
