import os

import pytest
import torch
from safetensors.torch import save_file

from helpers.core.errors import UserError
from helpers.data.weights import load_weights

TENSORS = {
    "conv.weight": torch.arange(4, dtype=torch.float16),
    "bn.bias": torch.ones(2),
    "bn.num_batches_tracked": torch.tensor(3),
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "weights").mkdir()
    save_file(TENSORS, tmp_path / "weights" / "small.safetensors")
    torch.save(TENSORS, tmp_path / "weights" / "plain.pt")
    torch.save({"state_dict": TENSORS, "epoch": 3}, tmp_path / "weights" / "nested.pth")
    return tmp_path


@pytest.mark.parametrize("name", ["small", "small.safetensors", "plain", "plain.pt", "nested"])
def test_by_name(folder, name, monkeypatch):
    weights = load_weights(name, folder)
    assert set(weights) == set(TENSORS)
    assert weights["conv.weight"].dtype == torch.float32 and weights["conv.weight"].tolist() == [0, 1, 2, 3]
    assert weights["bn.num_batches_tracked"].dtype == torch.int64
    monkeypatch.setenv("HELPERS_DATA", str(folder))
    assert set(load_weights(name)) == set(TENSORS)


def test_by_path(folder):
    assert set(load_weights(folder / "weights" / "plain.pt")) == set(TENSORS)


def test_name_with_a_dot(folder):
    save_file(TENSORS, folder / "weights" / "squeezenet1.0.safetensors")
    assert set(load_weights("squeezenet1.0", folder)) == set(TENSORS)


def test_missing(folder):
    with pytest.raises(UserError, match="weights/large: weights not found"):
        load_weights("large", folder)
    with pytest.raises(UserError, match="large: weights not found"):
        load_weights("large")


@pytest.mark.parametrize("file", ["small.safetensors", "plain.pt"])
@pytest.mark.parametrize("keep", [0, 7, -40])
def test_cut(folder, file, keep):
    path = folder / "weights" / file
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match=f"{file}: the (safetensors|torch) file is cut"):
        load_weights(file, folder)


class Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


def test_objects_are_refused(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"a": Evil()}, folder / "weights" / "evil.pt")
    with pytest.raises(UserError, match=r"evil.pt: the torch file is cut, damaged or holds more than tensors"):
        load_weights("evil", folder)
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("content", [[1, 2], {"a": 1}, torch.ones(3)])
def test_not_a_dictionary_of_tensors(folder, content):
    torch.save(content, folder / "weights" / "other.pt")
    with pytest.raises(UserError, match=r"other.pt: does not hold a dictionary of tensors"):
        load_weights("other", folder)
