"""Expected seconds of units, from the seconds that the committed records took."""

import functools
import json
import statistics
from pathlib import Path

from helpers.core.paths import ROOT
from helpers.units.unit import Unit

UNKNOWN = 10.0
"""Of a unit of whose kind no record tells."""

SMALL = 15.0
"""A unit on an embedded set takes about a fifteenth of one on the whole set."""


@functools.cache
def recorded() -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    """Seconds by label, and the median seconds by function and network or attack, of all committed records."""
    by_label: dict[str, float] = {}
    by_kind: dict[tuple[str, str], list[float]] = {}
    for path in sorted((ROOT / "reports").glob("*/*/records.jsonl")):
        for record in _records(path):
            by_label[record["label"]] = record["seconds"]
            by_kind.setdefault(kind(record["function"], record["settings"]), []).append(record["seconds"])
    return by_label, {found: statistics.median(seconds) for found, seconds in by_kind.items()}


def _records(path: Path) -> list[dict]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        # An estimate may be missing; whoever reads the records as such is told.
        return []


def kind(function: str, settings: dict) -> tuple[str, str]:
    """What units of alike cost share: their function, and the network or the attack that their settings name."""
    return function, str(settings.get("network") or settings.get("attack") or "")


def expected(unit: Unit) -> float:
    """Seconds that the unit is expected to take on one core."""
    by_label, by_kind = recorded()
    if unit.label in by_label:
        return by_label[unit.label]
    named = {name: getattr(unit.settings, name, None) for name in ("network", "attack")}
    seconds = by_kind.get(kind(unit.name, named), UNKNOWN)
    return seconds / SMALL if (unit.data or "").startswith("embedded") else seconds
