"""Runs that are repeated, fail in part, are killed, or lose a worker."""

import signal
import time

import psutil
import pytest

from helpers.runner.execute import CACHED, MISSING, STALE, Desk, pending, run_here

PASSING = ("seconds", "hardware", "checksum")
"""What may differ between two computations of the same unit."""


def entries(cache):
    """{identity: when it was stored} of the finished units of a cache."""
    return {path.parent.name: path.stat().st_mtime_ns for path in (cache / "units").glob("??/*/record.json") if "." not in path.parent.name}


def contents(cache, units):
    """The units' records without what passes, in order; their networks are in them by checksum."""
    desk = Desk(None, cache)
    records = [desk.cache.record(desk.identity(unit)) for unit in units]
    return [{name: value for name, value in record.items() if name not in PASSING} for record in records]


@pytest.fixture(scope="module")
def reference(start_small, tmp_path_factory, small_units):
    """What an undisturbed run leaves."""
    cache = tmp_path_factory.mktemp("reference")
    process = start_small(cache)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0 and said.endswith("0 failed\n"), said
    return contents(cache, small_units())


def wait_for(cache, count, process):
    """Wait until `count` units are finished; their entries."""
    for _ in range(1200):
        found = entries(cache)
        if len(found) >= count:
            return found
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)
    raise AssertionError("no unit was finished in a minute")


def test_the_same_twice_computes_nothing(small_units, desk):
    units = small_units(2, epochs=1)
    lines = []
    assert not run_here(desk, pending(desk, units), lambda unit, seconds, said: lines.append(unit.label))
    assert lines == [unit.label for unit in units]
    assert not pending(desk, units) and {desk.look_up(unit)[0] for unit in units} == {CACHED}


def test_stale_values_are_computed_again_unless_accepted(small_units, desk):
    units = small_units(1, epochs=1)
    assert {desk.look_up(unit)[0] for unit in units} == {MISSING}
    run_here(desk, units, lambda *line: None)
    record = desk.cache.record(desk.identity(units[1]))
    desk.cache.write({**record, "fingerprint": "of other code"}, desk.cache.value(record))
    assert desk.look_up(units[1])[0] == STALE and pending(desk, units) == [units[1]]
    assert not pending(Desk(None, desk.cache_folder, accept_stale=True), units)


def test_others_go_on_when_one_fails(small_units, desk, monkeypatch):
    units = small_units(2, epochs=1)
    object.__setattr__(units[0].settings, "network", "nothing")
    said = []
    failures = run_here(desk, units, lambda unit, seconds, sentence: said.append((unit.label, sentence)))
    assert len(failures) == 1 and failures[0].startswith("small network 0: ") and "nothing" in failures[0]
    # The attack on the failed network is not tried; the other network and its attack are there.
    assert [label for label, _ in said] == ["small network 0", "small network 1", "attack on small network 1"]
    assert not pending(desk, units[2:])


def test_killed_and_run_again_gives_the_same(start_small, small_units, tmp_path, reference):
    process = start_small(tmp_path)
    wait_for(tmp_path, 3, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = entries(tmp_path)
    assert 3 <= len(before) < len(small_units())
    again = start_small(tmp_path)
    said, _ = again.communicate(timeout=300)
    assert again.returncode == 0 and said.count("done ") == len(small_units()) - len(before)
    after = entries(tmp_path)
    assert all(after[identity] == stored for identity, stored in before.items()), "a finished unit was computed twice"
    assert contents(tmp_path, small_units()) == reference


def test_two_workers_one_killed_give_the_same(start_small, small_units, tmp_path, reference):
    process = start_small(tmp_path, workers=2)
    before = wait_for(tmp_path, 2, process)
    workers = [child for child in psutil.Process(process.pid).children(recursive=True) if "spawn_main" in " ".join(child.cmdline())]
    assert len(workers) >= 2
    workers[0].kill()
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0 and said.endswith("0 failed\n"), said
    after = entries(tmp_path)
    assert all(after[identity] == stored for identity, stored in before.items()), "a finished unit was computed twice"
    assert contents(tmp_path, small_units()) == reference
