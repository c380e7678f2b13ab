"""The cache: nothing half-written, nothing damaged is used, a full disk loses nothing."""

import errno
import logging
import os
import shutil
from dataclasses import replace

import pytest
import torch

from helpers.core.errors import UserError
from helpers.core.files import DiskFull
from helpers.runner import cache as module
from helpers.runner.execute import Stopwatch, pending, run_here, run_unit
from helpers.runner.networks import clean_cache


@pytest.fixture
def finished(small_units, desk):
    """One small network and its attack, computed."""
    units = small_units(1, epochs=1)
    assert not run_here(desk, units, lambda *line: None)
    return units


def place(desk, unit):
    return desk.cache.place(desk.identity(unit))


def test_a_network_comes_back(finished, desk):
    network, attack = finished
    tensors = desk.cache.value(desk.cache.record(desk.identity(network))).tensors
    assert tensors and all(torch.isfinite(value).all() for value in tensors.values())
    result = desk.result(attack)
    assert result.value.arrays["correct"].shape == (2, 100) and result.value.arrays["correct"].dtype == bool
    assert sorted(path.name for path in place(desk, attack).iterdir()) == ["record.json"]
    assert sorted(path.name for path in place(desk, network).iterdir()) == ["record.json", "tensors.safetensors"]


@pytest.mark.parametrize("damage", ["cut record", "other number", "cut tensors", "no tensors"])
def test_a_damaged_entry_is_named_set_aside_and_computed_again(damage, finished, desk, caplog):
    network, attack = finished
    where = place(desk, network)
    before = desk.cache.value(desk.cache.record(desk.identity(network)))
    # The file is mapped into memory, and is about to be changed.
    weights = {name: value.clone() for name, value in before.tensors.items()}
    record, tensors = where / "record.json", where / "tensors.safetensors"
    if damage == "cut record":
        record.write_text(record.read_text()[:100])
    elif damage == "other number":
        record.write_text(record.read_text().replace('"images": 2000', '"images": 2001'))
    elif damage == "cut tensors":
        tensors.write_bytes(tensors.read_bytes()[:-10])
    else:
        tensors.unlink()
    with caplog.at_level(logging.WARNING):
        # The attack lies there whole and needs no network, so nothing but the network is computed.
        assert [unit.label for unit in pending(desk, [network, attack])] == [network.label]
    assert "is damaged" in caplog.text and str(where) in caplog.text and "computed again" in caplog.text
    assert list(where.parent.glob("*.damaged.*")) and not where.exists()
    kept = place(desk, attack).joinpath("record.json").stat().st_mtime_ns
    assert not run_here(desk, pending(desk, finished), lambda *line: None)
    after = desk.cache.value(desk.cache.record(desk.identity(network)))
    assert after.numbers == before.numbers
    assert all(torch.equal(after.tensors[name], value) for name, value in weights.items())
    assert place(desk, attack).joinpath("record.json").stat().st_mtime_ns == kept


def test_a_full_disk_is_one_sentence_and_loses_nothing(small_units, finished, desk, monkeypatch):
    def full(*arguments, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    more = small_units(2, epochs=1)[2:]
    monkeypatch.setattr(module, "save_file", full)
    with pytest.raises(UserError, match=r"small network 1 could not be stored in .*: the disk is full; finished units are kept"):
        run_unit(more[0], desk)
    # Later units would be trained in vain: the run stops at once.
    with pytest.raises(DiskFull):
        run_here(desk, more, lambda *line: None)
    assert not place(desk, more[0]).exists() and not list(desk.cache.folder.rglob("*.tmp"))
    assert not pending(desk, finished)
    monkeypatch.undo()
    assert not run_here(desk, pending(desk, more), lambda *line: None)


def test_two_processes_may_store_the_same_unit(finished, desk):
    network = finished[0]
    record = desk.cache.record(desk.identity(network))
    value = desk.cache.value(record)
    again = desk.cache.write(record, value)
    assert again["tensors"] == record["tensors"] and not pending(desk, finished)
    assert not list(desk.cache.folder.rglob("*.tmp"))


def test_the_seconds_of_a_killed_unit_may_be_unreadable(tmp_path):
    for content in (b"", b"x", b"\xff\xfe"):
        (tmp_path / "seconds").write_bytes(content)
        watch = Stopwatch(tmp_path / "seconds", None)
        assert watch.before == 0
        watch.progress(1, 2)
        assert float((tmp_path / "seconds").read_text()) >= 0
    assert [path.name for path in tmp_path.iterdir()] == ["seconds"]


@pytest.mark.parametrize("mask, rights", [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_files_follow_the_umask(mask, rights, finished, desk):
    record = desk.cache.record(desk.identity(finished[0]))
    before = os.umask(mask)
    try:
        desk.cache.write(record, desk.cache.value(record))
    finally:
        os.umask(before)
    for name in ("record.json", "tensors.safetensors"):
        assert (place(desk, finished[0]) / name).stat().st_mode & 0o777 == rights


def test_what_may_not_be_read_is_not_called_damaged(finished, desk, monkeypatch):
    monkeypatch.setattr("helpers.core.files.os.access", lambda *given: False)
    with pytest.raises(UserError, match="cannot be read: this user has no right to"):
        desk.cache.record(desk.identity(finished[0]))
    monkeypatch.undo()
    assert desk.cache.record(desk.identity(finished[0]))


def test_only_a_marked_cache_is_cleaned_whole(finished, desk, tmp_path):
    foreign = tmp_path / "home"
    (foreign / "units").mkdir(parents=True)
    (foreign / "units" / "thesis.txt").write_text("all of it")
    with pytest.raises(UserError, match=r"not marked as a cache.*nothing was removed"):
        clean_cache(foreign, everything=True)
    assert (foreign / "units" / "thesis.txt").exists()
    folder = tmp_path / "copy"
    shutil.copytree(desk.cache_folder, folder)
    (folder / "mine.txt").write_text("mine")
    clean_cache(folder, everything=True)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_a_redraw_takes_nothing_from_the_cache(finished, desk):
    record = desk.cache.record(desk.identity(finished[0]))
    other = {**record, "seconds": 77.0}
    alone = replace(desk, records={record["identity"]: other}, records_only=True)
    assert alone.look_up(finished[0])[1]["seconds"] == 77.0
    assert desk.look_up(finished[0])[1]["seconds"] == record["seconds"]
