"""Trained networks taken out of the cache, and the cache cleaned."""

import dataclasses
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save_file

from helpers.core.errors import UserError
from helpers.core.files import replacing, unwritable, write_text
from helpers.runner.cache import TAG, is_marked
from helpers.units.networks import Train
from helpers.units.unit import closure


def export_network(studies: Sequence, label: str, target: Path, overwrite: bool = False) -> str:
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
    # What stands after a dot in the name ("c1.5") is no suffix.
    stem = target.name.removesuffix(".safetensors")
    target, about = target.with_name(f"{stem}.safetensors"), target.with_name(f"{stem}.json")
    for file in (target, about):
        if file.exists() and not overwrite:
            raise UserError(f"{file} is there already; name another file, or say --overwrite.")
    try:
        with replacing(target) as temporary:
            save_file(study.desk.cache.value(record).tensors, temporary)
    except (OSError, SafetensorError) as error:
        raise unwritable(target, error) from error
    write_text(about, json.dumps(dataclasses.asdict(unit.settings), indent=1) + "\n")
    return f"{unit.label}: {target}"


OWN = ("units", "data", "unfinished", "downloads", TAG)
"""What this project writes into its cache folder."""


def size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def clean_cache(folder: Path, everything: bool = False) -> str:
    """Remove unfinished, damaged and temporary entries (or all that this project wrote); a sentence on what was removed.

    UserError where all is to go and the folder is not marked as this project's cache.
    """
    if not everything:
        leftovers = [*folder.glob("units/*/*.damaged.*"), *folder.glob("units/*/*.tmp"), *folder.glob("unfinished/*")]
        for path in leftovers:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        return f"removed {len(leftovers)} unfinished, damaged or temporary entries from {folder}"
    check_clean(folder)
    for path in (folder / name for name in OWN):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    return f"removed the cache in {folder}"


def check_clean(folder: Path) -> None:
    """UserError unless a folder is empty, missing or marked as this project's cache."""
    if folder.is_dir() and any(folder.iterdir()) and not is_marked(folder):
        raise UserError(f"{folder} is not marked as a cache of this project (no {TAG}): nothing was removed.")
