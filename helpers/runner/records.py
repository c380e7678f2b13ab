"""Records: what a finished unit leaves, as one JSON object each."""

import base64
import dataclasses
import hashlib
import io
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from helpers.core.errors import UserError
from helpers.core.files import write_text
from helpers.units.unit import Unit, Value

Record = dict[str, Any]


def pack(array: np.ndarray) -> dict[str, Any]:
    """JSON form of an array; booleans are packed to bits."""
    bits = array.dtype == bool
    buffer = io.BytesIO()
    np.save(buffer, np.packbits(array, axis=None) if bits else array, allow_pickle=False)
    text = base64.b85encode(zlib.compress(buffer.getvalue(), 9)).decode()
    return {"bits" if bits else "array": text, "shape": list(array.shape)}


def unpack(packed: dict[str, Any]) -> np.ndarray:
    """The array that `pack` was given."""
    bits = "bits" in packed
    content = zlib.decompress(base64.b85decode(packed["bits" if bits else "array"]))
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if bits:
        array = np.unpackbits(array, count=int(np.prod(packed["shape"]))).astype(bool)
    return array.reshape(packed["shape"])


def digest(record: Record) -> str:
    """SHA-256 of a record without its own checksum."""
    rest = {name: value for name, value in record.items() if name != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def make_record(unit: Unit, identity: str, value: Value, **more: Any) -> Record:
    """The record of a finished unit; `more` names fingerprint, seconds, hardware and so on."""
    record = {
        "identity": identity,
        "function": unit.name,
        "label": unit.label,
        "settings": json.loads(json.dumps(dataclasses.asdict(unit.settings))),
        "numbers": json.loads(json.dumps(value.numbers)),
        "arrays": {name: pack(array) for name, array in value.arrays.items()},
        **more,
    }
    return {**record, "checksum": digest(record)}


def value_of(record: Record) -> Value:
    """The recorded part of a unit's value: numbers and arrays, no networks."""
    return Value(record["numbers"], {name: unpack(packed) for name, packed in record["arrays"].items()})


def read_records(path: Path) -> dict[str, Record]:
    """Records by identity from a records.jsonl; empty if there is no file; UserError if a line is damaged."""
    if not path.exists():
        return {}
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            record = json.loads(line)
            intact = record["checksum"] == digest(record)
        except (ValueError, KeyError, TypeError):
            intact = False
        if not intact:
            raise UserError(f"Line {number} of {path} is damaged: its checksum does not fit.")
        found[record["identity"]] = record
    return found


def write_records(path: Path, records: list[Record]) -> None:
    """One line a record, sorted by identity, by way of a temporary name."""
    lines = [json.dumps(record, sort_keys=True) for record in sorted(records, key=lambda record: record["identity"])]
    write_text(path, "".join(line + "\n" for line in lines))
