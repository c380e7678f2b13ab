"""What a paper brings: its settings, items, claims and errata, as plain functions of unit results."""

import importlib
import pkgutil
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.papers.claims import Claim
from helpers.papers.reported import Reported
from helpers.papers.table import Table
from helpers.papers.tables import Tables
from helpers.report.specs import Figure
from helpers.units.unit import Result, Unit

Results = Mapping[Hashable, Result]


@dataclass(frozen=True)
class Drawn:
    """An item as it was run.

    Attributes:
        table; figure, if there is one; note: below it.
        reduced: what is smaller than the paper's ("reduced networks"): such numbers are never called the paper's.
    """

    table: Table
    figure: Figure | None = None
    note: str = ""
    reduced: str = ""

    @property
    def frame(self) -> pd.DataFrame:
        """The table in long form."""
        return self.table.frame


@dataclass(frozen=True)
class Item:
    """A table or figure: the units it needs (by key, under settings) and how their results become rows and a picture.

    Attributes:
        name, title: the name of its files, and what a reader is told.
        units: settings -> units by key; draw: (settings, results by key) -> Drawn.
        reading: tables -> sentences that answer the question with this run's numbers.
        claims: of the paper, judged on this item; order: its place in the paper.
    """

    name: str
    title: str
    units: Callable[[Any], dict[Hashable, Unit]]
    draw: Callable[[Any, Results], Drawn]
    reading: Callable[[Tables], Sequence[str]] | None = None
    claims: Sequence[Claim] = ()
    order: float = 0.0


def discover(package: str) -> tuple[Item, ...]:
    """The items of a package in their order: each module defines ITEM, and the claims that are judged on it."""
    found = []
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        content = vars(importlib.import_module(f"{package}.{module.name}"))
        judged = tuple(dict.fromkeys(value for value in content.values() if isinstance(value, Claim)))
        found.append(replace(content["ITEM"], claims=judged))
    return tuple(sorted(found, key=lambda item: item.order))


@dataclass(frozen=True)
class Paper:
    """One paper.

    Attributes:
        settings, profiles: the knobs and their values; items: in the paper's order.
        decides: (settings, profile) -> whether these settings can decide claims that need that profile.
        facts: reported numbers -> numbers that follow from them, by name, for the errata.
        checks: the item whose rows and columns are the theory's checks and their numbers.
        data: settings that hold data sets; weights: those that hold a weights file, which may be left out (an empty name).
        headline: (label, item, row, column).
    """

    name: str
    title: str
    citation: str
    settings: type
    profiles: Mapping[str, Mapping[str, Any]]
    items: Sequence[Item]
    data: Sequence[str] = ()
    weights: Sequence[str] = ()
    headline: Sequence[tuple[str, str, str, str]] = field(default_factory=tuple)
    decides: Callable[[Any, str], bool] = lambda settings, profile: True
    facts: Callable[[Reported], Mapping[str, float]] | None = None
    checks: str = ""

    def item(self, name: str) -> Item | None:
        """The item of that name."""
        return next((item for item in self.items if item.name == name), None)

    @property
    def folder(self) -> Path:
        """Where its texts and reported numbers stand."""
        return Path(__file__).parent / self.name
