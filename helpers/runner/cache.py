"""Finished units on disk: one folder each, written under a temporary name and renamed, checked when read."""

import contextlib
import errno
import hashlib
import json
import logging
import os
import shutil
import uuid
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from helpers.core.errors import UserError
from helpers.core.files import DiskFull, disk_full, readable, share, write_text
from helpers.runner.records import Record, digest, value_of
from helpers.units.unit import Value

log = logging.getLogger(__name__)


class Cache:
    """`folder/units/<identity>/` with record.json and, for networks, tensors.safetensors."""

    def __init__(self, folder: Path):
        self.folder = folder / "units"

    def place(self, identity: str) -> Path:
        """Folder of a unit."""
        return self.folder / identity[:2] / identity

    def scratch(self, identity: str, fingerprint: str) -> Path:
        """File for the resumable state of an unfinished unit; other code does not go on from it."""
        folder = self.folder.parent / "unfinished"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{identity}-{fingerprint[:12]}.safetensors"

    def record(self, identity: str) -> Record | None:
        """The record of a finished unit, or None; a damaged entry is named, set aside and counts as missing."""
        place = self.place(identity)
        if not place.exists():
            return None
        for file in (place, place / "record.json", place / "tensors.safetensors"):
            readable(file)
        try:
            record = json.loads((place / "record.json").read_text(encoding="utf-8"))
            if record["checksum"] != digest(record):
                raise ValueError("its record does not fit its checksum")
            if record["tensors"] and _file_digest(place / "tensors.safetensors") != record["tensors"]:
                raise ValueError("its tensors do not fit their checksum")
        except (OSError, ValueError, KeyError, TypeError) as error:
            aside = place.with_name(f"{place.name}.damaged.{uuid.uuid4().hex[:8]}")
            try:
                os.replace(place, aside)
            except FileNotFoundError:
                # Another process has set it aside, or has just put a fresh one in its place.
                return None
            log.warning("The cache entry %s is damaged (%s): set aside as %s, computed again.", place, error, aside.name)
            return None
        return record

    def value(self, record: Record) -> Value:
        """A finished unit's whole value, networks included."""
        value = value_of(record)
        if not record["tensors"]:
            return value
        return Value(value.numbers, value.arrays, load_file(self.place(record["identity"]) / "tensors.safetensors"))

    def write(self, record: Record, value: Value) -> Record:
        """Store a finished unit, in place of an older value; return its record with the checksum of its tensors."""
        place = self.place(record["identity"])
        temporary = place.with_name(f"{place.name}.{uuid.uuid4().hex[:8]}.tmp")
        try:
            mark(self.folder.parent)
            temporary.mkdir(parents=True)
            tensors = None
            if value.tensors:
                save_file(value.tensors, temporary / "tensors.safetensors")
                share(temporary / "tensors.safetensors")
                tensors = _file_digest(temporary / "tensors.safetensors")
            record = {**record, "tensors": tensors}
            record["checksum"] = digest(record)
            (temporary / "record.json").write_text(json.dumps(record, sort_keys=True), encoding="utf-8")
            self._put(temporary, place)
        except (OSError, SafetensorError) as error:
            what = f"{record['label'] or record['function']} could not be stored in {self.folder}"
            if disk_full(error):
                raise DiskFull(f"{what}: the disk is full; finished units are kept.") from error
            reason = getattr(error, "strerror", None) or error
            raise UserError(f"{what}: {reason}; finished units are kept.") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return record

    def _put(self, temporary: Path, place: Path) -> None:
        """Rename into place; an older value is first renamed out of the way."""
        old = temporary.with_suffix(".old.tmp")
        if place.exists():
            with contextlib.suppress(FileNotFoundError):
                os.replace(place, old)
        try:
            os.replace(temporary, place)
        except OSError as error:
            # Another process has stored the same unit in between: one of the two equal values stays.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        shutil.rmtree(old, ignore_errors=True)


TAG = "CACHEDIR.TAG"
SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of perturbation reproductions.\n"
"""The mark of a cache folder (bford.info/cachedir), and whose cache it is."""


def mark(folder: Path) -> None:
    """Mark a folder as this project's cache, so that cleaning knows it."""
    if not (folder / TAG).exists():
        write_text(folder / TAG, SIGNATURE)


def is_marked(folder: Path) -> bool:
    """Whether a folder is this project's cache."""
    try:
        return (folder / TAG).read_text(encoding="utf-8") == SIGNATURE
    except (OSError, UnicodeDecodeError):
        return False


def _file_digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
