"""One thing, one file, one name: `helpers/<room>/<name>.py` defines `<name>`; settings refer to it by that name."""

import importlib
from collections.abc import Callable
from pathlib import Path

from helpers.core.errors import UserError

PACKAGE = Path(__file__).resolve().parents[1]


def module_name(room: str, name: str) -> str:
    """Dotted name of the module that defines `name`; UserError if the room has no such file."""
    known = sorted(path.stem for path in (PACKAGE / room).glob("*.py") if path.stem != "__init__")
    if name not in known:
        raise UserError(f"There is no {name!r} in helpers/{room}; there are: {', '.join(known)}.")
    return f"helpers.{room}.{name}"


def find(room: str, name: str) -> Callable:
    """The callable `name` of `helpers/<room>/<name>.py`."""
    found = getattr(importlib.import_module(module_name(room, name)), name, None)
    if found is None:
        raise UserError(f"helpers/{room}/{name}.py defines no {name!r}.")
    return found
