"""The papers there are."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.core.errors import UserError

if TYPE_CHECKING:
    # Papers bring torch, which --help need not wait for.
    from helpers.papers.paper import Paper

PACKAGE = Path(__file__).resolve().parents[1]


def names() -> list[str]:
    """Names of the papers: the folders of papers/."""
    return sorted(path.parent.name for path in (PACKAGE / "papers").glob("*/__init__.py"))


def find(name: str) -> Paper:
    """The paper of that name; UserError with the known names if there is none."""
    if name not in names():
        raise UserError(f"There is no paper {name!r}; there are: {', '.join(names())}.")
    return importlib.import_module(f"helpers.papers.{name}").PAPER
