"""What can be known before the first unit: data, extras, rights, disk, device, memory, time."""

import contextlib
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

from helpers.core.errors import UserError
from helpers.core.files import disk_full
from helpers.data.load import missing
from helpers.report.formats import duration
from helpers.runner.estimates import expected
from helpers.runner.execute import pending
from helpers.runner.hardware import hardware
from helpers.runner.study import Study

LEAST = 500_000_000
"""Bytes that the disk of a folder should have free."""


def preflight(studies: Sequence[Study]) -> list[str]:
    """Lines on what is missing and what stands in, the device, and the time that a run would take.

    UserError where a folder cannot be written to or its disk is full.
    """
    lines = []
    for study in studies:
        for folder in (study.desk.cache_folder, study.folder):
            check_folder(folder)
        for old, new in study.stand_ins.items():
            what = f"{new} stands in" if new else "what needs it is left out"
            lines.append(f"{study.paper.name}: {old} is not at hand ({missing(old, study.desk.data)}): {what}.")
        extras = _extras(study)
        lines += [f"{study.paper.name}: {extra}" for extra in extras]
        todo = pending(study.desk, list(study.units().values()))
        seconds = sum(expected(unit) for unit in todo)
        where = hardware(study.desk.device)
        about = f"{len(todo)} units to run, about {duration(seconds)} of one core; {where}"
        lines.append(f"{study.paper.name}, {study.profile}: {about}")
    return lines


def _extras(study: Study) -> list[str]:
    """Optional libraries that the settings ask for and that are not installed."""
    from helpers.attacks.auto_attack import installed

    if getattr(study.settings, "auto_attack", False) and not installed():
        return ["AutoAttack is asked for and not installed: pip install torchattacks, or --set auto_attack=false."]
    return []


def check_folder(folder: Path) -> None:
    """UserError unless a file can be written below `folder`, which need not exist yet, and the disk has room."""
    place = next(part for part in (folder, *folder.parents) if part.exists())
    probe = place / f".{uuid.uuid4().hex}.tmp"
    try:
        probe.write_bytes(b"x")
    except OSError as error:
        reason = "the disk is full" if disk_full(error) else (error.strerror or error)
        raise UserError(f"Nothing can be written to {folder}: {reason}.") from error
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
    if shutil.disk_usage(place).free < LEAST:
        raise UserError(f"The disk of {folder} has less than {LEAST / 1e6:.0f} MB free.")
