"""Finished units on disk: one folder each, written under a temporary name and renamed, checked when read."""

import errno
import hashlib
import json
import logging
import os
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file

from helpers.core.errors import UserError
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

    def scratch(self, identity: str) -> Path:
        """File for the resumable state of an unfinished unit."""
        folder = self.folder.parent / "unfinished"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{identity}.safetensors"

    def record(self, identity: str) -> Record | None:
        """The record of a finished unit, or None; a damaged entry is named, set aside and counts as missing."""
        place = self.place(identity)
        if not place.exists():
            return None
        try:
            record = json.loads((place / "record.json").read_text(encoding="utf-8"))
            if record["checksum"] != digest(record):
                raise ValueError("its record does not fit its checksum")
            if record["tensors"] and _file_digest(place / "tensors.safetensors") != record["tensors"]:
                raise ValueError("its tensors do not fit their checksum")
        except (OSError, ValueError, KeyError, TypeError) as error:
            aside = place.with_name(f"{place.name}.damaged.{os.getpid()}")
            shutil.rmtree(aside, ignore_errors=True)
            os.replace(place, aside)
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
        """Store a finished unit (the first writer wins) and return its record with the checksum of its tensors."""
        place = self.place(record["identity"])
        temporary = place.with_name(f"{place.name}.{os.getpid()}.tmp")
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir(parents=True)
            tensors = None
            if value.tensors:
                save_file(value.tensors, temporary / "tensors.safetensors")
                tensors = _file_digest(temporary / "tensors.safetensors")
            record = {**record, "tensors": tensors}
            record["checksum"] = digest(record)
            (temporary / "record.json").write_text(json.dumps(record, sort_keys=True), encoding="utf-8")
            if place.exists():
                shutil.rmtree(place)
            os.replace(temporary, place)
        except OSError as error:
            shutil.rmtree(temporary, ignore_errors=True)
            if error.errno == errno.ENOTEMPTY:
                return record
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise UserError(f"The disk is full: {record['label'] or record['function']} could not be stored in "
                                f"{self.folder}; finished units are kept.") from error  # fmt: skip
            raise UserError(f"{self.folder} cannot be written to: {error.strerror}.") from error
        self.scratch(record["identity"]).unlink(missing_ok=True)
        return record


def _file_digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
