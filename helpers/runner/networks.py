"""Trained networks taken out of the cache, and the cache cleaned."""

import dataclasses
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import save_file

from helpers.core.errors import UserError
from helpers.report.files import write_text
from helpers.units.networks import Train
from helpers.units.unit import closure


def export_network(studies: Sequence, label: str, target: Path) -> str:
    """Write the weights of the one trained network whose label contains `label`; a sentence on what was written."""
    found = {}
    for study in studies:
        for unit in closure(study.units()):
            if isinstance(unit.settings, Train) and label.lower() in unit.label.lower():
                found[study.desk.identity(unit)] = (study, unit)
    if not found:
        raise UserError(f"No trained network's label contains {label!r}; `python -m helpers plan` lists them.")
    exact = {key: pair for key, pair in found.items() if pair[1].label.lower() == label.lower()}
    if len(exact or found) > 1:
        names = "; ".join(sorted(unit.label for _, unit in found.values())[:8])
        raise UserError(f"{len(found)} networks' labels contain {label!r}: {names}.")
    identity, (study, unit) = next(iter((exact or found).items()))
    record = study.desk.cache.record(identity)
    if record is None:
        raise UserError(f"{unit.label} is not in the cache; train it first with `python -m helpers run --units-only`.")
    target = target.with_suffix(".safetensors")
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file(study.desk.cache.value(record).tensors, target)
    write_text(target.with_suffix(".json"), json.dumps(dataclasses.asdict(unit.settings), indent=1) + "\n")
    return f"{unit.label}: {target}"


def clean_cache(folder: Path, everything: bool = False) -> str:
    """Remove unfinished, damaged and temporary entries (or the whole cache); a sentence on what was removed."""
    if everything:
        shutil.rmtree(folder, ignore_errors=True)
        return f"removed {folder}"
    leftovers = [*folder.glob("units/*/*.damaged.*"), *folder.glob("units/*/*.tmp"), *folder.glob("unfinished/*")]
    for path in leftovers:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return f"removed {len(leftovers)} unfinished, damaged or temporary entries from {folder}"
