"""The papers there are."""

import importlib

from helpers.core.errors import UserError
from helpers.core.named import PACKAGE
from helpers.papers.paper import Paper


def names() -> list[str]:
    """Names of the papers: the folders of papers/."""
    return sorted(path.parent.name for path in (PACKAGE / "papers").glob("*/__init__.py"))


def find(name: str) -> Paper:
    """The paper of that name; UserError with the known names if there is none."""
    if name not in names():
        raise UserError(f"There is no paper {name!r}; there are: {', '.join(names())}.")
    return importlib.import_module(f"helpers.papers.{name}").PAPER
