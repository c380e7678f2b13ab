"""Records: arrays packed, lines checked."""

import json

import numpy as np
import pytest

from helpers.core.errors import UserError
from helpers.runner.records import digest, make_record, pack, read_records, unpack, value_of, write_records
from helpers.units.unit import Value


@pytest.mark.parametrize(
    "array",
    [
        np.array([[True, False, True], [False, False, True]]),
        np.zeros((0, 3), bool),
        np.arange(12, dtype=np.uint8).reshape(3, 4),
        np.array([[1.5, -2.0]], np.float32),
        np.array(7),
    ],
)
def test_arrays_come_back(array):
    packed = json.loads(json.dumps(pack(array)))
    found = unpack(packed)
    assert found.dtype == array.dtype and found.shape == array.shape and np.array_equal(found, array)


def test_bits_take_an_eighth():
    bits = np.random.RandomState(0).rand(80_000) < 0.5
    assert len(pack(bits)["bits"]) < 80_000 / 8 * 1.4


def record(small_units, seed=0):
    unit = small_units(1)[seed]
    value = Value({"accuracy": 0.5}, {"bits": np.array([True, False])})
    return make_record(unit, f"identity{seed}", value, fingerprint="f", seconds=1.0, hardware="h", data={}, tensors=None)


def test_a_file_of_records_comes_back_sorted(small_units, tmp_path):
    records = [record(small_units, seed) for seed in (1, 0)]
    write_records(tmp_path / "records.jsonl", records)
    found = read_records(tmp_path / "records.jsonl")
    assert list(found) == ["identity0", "identity1"]
    assert value_of(found["identity1"]).numbers == {"accuracy": 0.5}
    assert value_of(found["identity1"]).arrays["bits"].tolist() == [True, False]
    assert read_records(tmp_path / "none.jsonl") == {}


def test_a_changed_number_is_noticed(small_units, tmp_path):
    path = tmp_path / "records.jsonl"
    write_records(path, [record(small_units)])
    path.write_text(path.read_text().replace("0.5", "0.6"))
    with pytest.raises(UserError, match=r"Line 1 of .*records.jsonl is damaged"):
        read_records(path)


def test_a_cut_line_is_noticed(small_units, tmp_path):
    path = tmp_path / "records.jsonl"
    write_records(path, [record(small_units), record(small_units, 1)])
    path.write_text(path.read_text()[:-20])
    with pytest.raises(UserError, match="Line 2"):
        read_records(path)


def test_digest_covers_everything_but_itself(small_units):
    found = record(small_units)
    assert found["checksum"] == digest(found)
    assert digest({**found, "seconds": 2.0}) != found["checksum"]
