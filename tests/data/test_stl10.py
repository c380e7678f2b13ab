import numpy as np
import pytest
from torchvision.datasets import STL10

from helpers.core.errors import UserError
from helpers.data.load import load


@pytest.fixture
def folder(tmp_path, random):
    where = tmp_path / "data" / "stl10_binary"
    where.mkdir(parents=True)
    for part in ("train", "test"):
        random.randint(0, 256, (10, 3, 96, 96)).astype(np.uint8).tofile(where / f"{part}_X.bin")
        np.arange(1, 11, dtype=np.uint8).tofile(where / f"{part}_y.bin")
    (where / "unlabeled_X.bin").write_bytes(b"")
    return tmp_path / "data"


def test_through_torchvision(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(STL10, "_check_integrity", lambda self: True)
    data = load("stl10", "test", folder, tmp_path / "cache")
    assert data.images.shape == (10, 3, 96, 96) and data.labels.tolist() == list(range(10))
    columns = np.fromfile(folder / "stl10_binary" / "test_X.bin", np.uint8).reshape(10, 3, 96, 96)
    assert np.array_equal(data.images.numpy(), columns.transpose(0, 1, 3, 2))  # stored column by column


def test_wrong_md5(folder, tmp_path):
    with pytest.raises(UserError, match="stl10_binary: a file is cut or damaged, its md5 sum is not STL-10's"):
        load("stl10", "train", folder, tmp_path / "cache")


def test_missing(folder, tmp_path):
    (folder / "stl10_binary" / "test_y.bin").unlink()
    with pytest.raises(UserError, match=r"test_y.bin: file not found"):
        load("stl10", "test", folder, tmp_path / "cache")
