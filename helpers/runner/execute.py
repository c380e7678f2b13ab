"""Run units: from the cache, here, or on Dask workers."""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from helpers.core.errors import UserError
from helpers.core.files import DiskFull, write_text
from helpers.core.seeds import make_deterministic
from helpers.data.load import checksum
from helpers.runner.cache import Cache
from helpers.runner.estimates import expected
from helpers.runner.fingerprint import fingerprint
from helpers.runner.hardware import hardware
from helpers.runner.records import Record, make_record, value_of
from helpers.units.unit import Context, Result, Unit, closure

log = logging.getLogger(__name__)
CACHED, STALE, MISSING = "cached", "stale", "missing"


@dataclass
class Desk:
    """Where units are looked up and run.

    Attributes:
        data, cache_folder, device: as in Context.
        accept_stale: use values made by other code, and say so.
        checksums: known data checksums by name (a redraw has no data).
        records: records that may stand in for the cache where no network is needed.
        records_only: nothing is taken from the cache: a redraw gives the committed bytes.
    """

    data: Path | None
    cache_folder: Path
    device: str = "cpu"
    accept_stale: bool = False
    checksums: dict[str, str] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    records_only: bool = False

    @property
    def cache(self) -> Cache:
        """The cache of this desk."""
        return Cache(self.cache_folder)

    def checksum(self, name: str) -> str:
        """Checksum of a data set, read once."""
        if name not in self.checksums:
            self.checksums[name] = checksum(name, self.data, self.cache_folder)
        return self.checksums[name]

    def identity(self, unit: Unit) -> str:
        """The unit's identity with the data at hand."""
        return unit.identity(self.checksum)

    def look_up(self, unit: Unit) -> tuple[str, Record | None]:
        """(cached | stale | missing, record): from the cache, else from the records at hand."""
        identity = self.identity(unit)
        record = None if self.records_only else self.cache.record(identity)
        record = record or self.records.get(identity)
        if record is None:
            return MISSING, None
        fresh = self.accept_stale or record["fingerprint"] == fingerprint(unit)
        return (CACHED if fresh else STALE), record

    def result(self, unit: Unit) -> Result:
        """A finished unit's settings and value, with its network if it has one and the cache holds it."""
        _, record = self.look_up(unit)
        if record is None:
            raise UserError(f"{unit.label or unit.name} has not been computed.")
        held = self.cache.record(record["identity"]) if record["tensors"] else None
        return Result(unit.settings, value_of(record) if held is None else self.cache.value(held))

    def has_networks(self, record: Record) -> bool:
        """Whether the cache holds what a further unit would need of this one."""
        return not record["tensors"] or self.cache.record(record["identity"]) is not None


def pending(desk: Desk, wanted: Sequence[Unit]) -> list[Unit]:
    """Units to run, each identity once, inputs first: the wanted ones that are missing or stale, and what they need."""
    order: dict[str, Unit] = {}
    for unit in closure(list(wanted)):
        order.setdefault(desk.identity(unit), unit)
    needed = {desk.identity(unit) for unit in wanted}
    inputs: set[str] = set()
    found = []
    for identity, unit in reversed(order.items()):
        if identity not in needed:
            continue
        state, record = desk.look_up(unit)
        if state != CACHED or (identity in inputs and not desk.has_networks(record)):
            found.append(unit)
            parts = {desk.identity(part) for part in unit.inputs.values()}
            needed |= parts
            inputs |= parts
    return found[::-1]


def run_unit(unit: Unit, desk: Desk, progress: Callable[[int, int], None] | None = None) -> tuple[str, float]:
    """Run one unit unless the cache has it; store it; return its identity and the seconds spent."""
    make_deterministic()
    # A GPU's shortened float32 keeps three digits: less than a step of DeepFool or a directional derivative needs.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    identity = desk.identity(unit)
    state, record = desk.look_up(unit)
    if state == CACHED and desk.has_networks(record):
        return identity, 0.0
    inputs = {name: desk.result(part) for name, part in unit.inputs.items()}
    stamp = fingerprint(unit)
    scratch = desk.cache.scratch(identity, stamp)
    watch = Stopwatch(scratch.with_suffix(".seconds"), progress)
    context = Context(desk.data, desk.cache_folder, desk.device, scratch, watch.progress)
    torch.manual_seed(0)
    value = unit.function(unit.settings, inputs, context)
    seconds = watch.seconds()
    used = {unit.data: desk.checksum(unit.data)} if unit.data else {}
    record = make_record(
        unit, identity, value, fingerprint=stamp, seconds=round(seconds, 3), hardware=hardware(desk.device), data=used,
        tensors=None,
    )  # fmt: skip
    desk.cache.write(record, value)
    for leftover in (scratch, watch.file):
        leftover.unlink(missing_ok=True)
    return identity, seconds


class Stopwatch:
    """Seconds of a unit, those of interrupted tries included: they are noted whenever the unit reports progress."""

    def __init__(self, file: Path, report: Callable[[int, int], None] | None):
        self.file, self.report, self.start = file, report, time.perf_counter()
        self.before = _seconds(file)

    def seconds(self) -> float:
        """Seconds so far."""
        return self.before + time.perf_counter() - self.start

    def progress(self, done: int, total: int) -> None:
        """What a unit calls as it goes."""
        write_text(self.file, f"{self.seconds():.3f}")
        if self.report is not None:
            self.report(done, total)


def _seconds(file: Path) -> float:
    """The seconds noted in a file; 0 where there is none that can be read."""
    try:
        return float(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0.0


def guarded(unit: Unit, desk: Desk) -> tuple[str, float]:
    """run_unit on a worker: ends its own process when a unit takes ten times what is expected (at least two hours, since of
    a unit of a new kind nothing is known)."""
    limit = threading.Timer(max(7200.0, 10 * expected(unit)), os._exit, args=(70,))
    limit.daemon = True
    limit.start()
    try:
        return run_unit(unit, desk)
    finally:
        limit.cancel()


def sentence(error: BaseException) -> str:
    """What the user is told of a failed unit."""
    return str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"


def run_here(desk: Desk, units: Sequence[Unit], report: Callable[[Unit, float | None, str], None]) -> list[str]:
    """Run units one after the other in this process; the sentences of those that failed."""
    failures, failed = [], set()
    for unit in units:
        if any(desk.identity(part) in failed for part in unit.inputs.values()):
            failed.add(desk.identity(unit))
            continue
        try:
            _, seconds = run_unit(unit, desk)
            report(unit, seconds, "")
        except DiskFull:
            raise
        except Exception as error:
            # The other units go on; whoever asked hears of every failure at the end.
            failed.add(desk.identity(unit))
            failures.append(f"{unit.label or unit.name}: {sentence(error)}")
            report(unit, None, sentence(error))
    return failures
