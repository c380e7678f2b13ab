"""From a notebook's literals or the command line to checked settings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from helpers.core.errors import UserError
from helpers.core.paths import PROFILES

if TYPE_CHECKING:
    from helpers.papers.paper import Paper

LITERALS = (bool, int, float, str, list, tuple, type(None))
SHELL = {"In", "Out"}
"""Names that a notebook's own shell puts among the globals."""


def literals(namespace: Mapping[str, Any], paper: Paper) -> dict[str, Any]:
    """The plain literals of a notebook's globals, and whatever stands under a parameter's name."""
    known = {field.name for field in fields(paper.settings)}
    return {
        name: value
        for name, value in namespace.items()
        if name in known or (not name.startswith("_") and name not in SHELL and type(value) in LITERALS)
    }


def make_settings(paper: Paper, profile: str, changes: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Settings of a profile with `changes` (None keeps the profile's value), and the changes that differ from it.

    UserError for an unknown profile or name, a wrong type, a value out of range.
    """
    if profile not in PROFILES or profile not in paper.profiles:
        raise UserError(f"There is no profile {profile!r}; there are: {', '.join(PROFILES)}.")
    known = {field.name for field in fields(paper.settings)}
    unknown = sorted(set(changes) - known)
    if unknown:
        raise UserError(f"{paper.name} has no parameter {unknown[0]!r}; there are: profile, {', '.join(sorted(known))}.")
    base = validate(paper, paper.profiles[profile])
    given = {name: value for name, value in changes.items() if value is not None}
    settings = validate(paper, {**paper.profiles[profile], **given})
    changed = {name: getattr(settings, name) for name in given if getattr(settings, name) != getattr(base, name)}
    return settings, changed


def meant_for(paper: Paper, changes: Mapping[str, Any], papers: Sequence[Paper]) -> dict[str, Any]:
    """Of changes for several papers those that `paper` can take; a name that none of them has stays, to be refused."""
    others = {field.name for other in papers if other is not paper for field in fields(other.settings)}
    own = {field.name for field in fields(paper.settings)}
    return {name: value for name, value in changes.items() if name in own or name not in others}


def validate(paper: Paper, values: Mapping[str, Any]) -> Any:
    """An instance of the paper's settings, types taken strictly; UserError in one sentence."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(paper.settings).validate_json(json.dumps(dict(values)), strict=True)
    except TypeError:
        name, value = next((name, value) for name, value in values.items() if not _plain(value))
        raise UserError(f"Parameter {name} = {value!r} of {paper.name}: not a plain number, text or list.") from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        message = first["msg"][0].lower() + first["msg"][1:]
        raise UserError(f"Parameter {name} = {first['input']!r} of {paper.name}: {message}.") from error


def _plain(value: Any) -> bool:
    try:
        json.dumps(value)
    except TypeError:
        return False
    return True


def parse_assignments(assignments: tuple[str, ...]) -> dict[str, Any]:
    """`name=value` texts; values are JSON where they can be read so, else text."""
    found = {}
    for text in assignments:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise UserError(f"--set needs name=value, got {text!r}.")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found
