"""What a paper brings: its settings, items, claims and errata, as plain functions of unit results."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from helpers.core.statistics import Estimate
from helpers.core.verdicts import Condition
from helpers.report.specs import Curve, Figure
from helpers.report.tables import COLUMNS
from helpers.units.unit import Result, Unit

Results = Mapping[str, Result]


@dataclass(frozen=True)
class Drawn:
    """An item's table in long form (columns of report.tables.COLUMNS), its figure if any, and a note below it."""

    table: pd.DataFrame
    figure: Figure | None = None
    note: str = ""


@dataclass(frozen=True)
class Item:
    """A table or figure: the units it needs (by key, under settings) and how their results become rows and a picture."""

    name: str
    title: str
    units: Callable[[Any], dict[str, Unit]]
    draw: Callable[[Any, Results], Drawn]


@dataclass(frozen=True)
class Claim:
    """A claim of the paper; no conditions means that this profile does not run what it needs (`needs` names which)."""

    id: str
    statement: str
    where: str
    conditions: Sequence[Condition] = ()
    evidence: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Paper:
    """One paper. `data` names the settings that hold data sets, `weights` those that hold a weights file, which may be left
    out (an empty name); `headline` is (label, item, row, column).

    `claims(settings, results by item)` and `errata(settings, results by item, cell)` are computed.
    """

    name: str
    title: str
    citation: str
    settings: type
    profiles: Mapping[str, Mapping[str, Any]]
    items: Sequence[Item]
    claims: Callable[[Any, Mapping[str, Results]], list[Claim]]
    errata: Callable[[Any, Mapping[str, Results], Callable[[str, str, str], float | None]], list[dict[str, str]]]
    data: Sequence[str] = ()
    weights: Sequence[str] = ()
    headline: Sequence[tuple[str, str, str, str]] = field(default_factory=tuple)

    def item(self, name: str) -> Item | None:
        """The item of that name."""
        return next((item for item in self.items if item.name == name), None)


def row(item: str, name: str, column: str, estimate: Estimate | float, unit: str = "accuracy") -> dict[str, Any]:
    """One line of an item's table; a bare number has no interval."""
    if isinstance(estimate, Estimate):
        low, high = (value if np.isfinite(value) else None for value in (estimate.low, estimate.high))
        values = (estimate.value, low, high, estimate.n)
    else:
        values = (float(estimate), None, None, None)
    return dict(zip(COLUMNS, (item, name, column, *values, unit), strict=True))


def table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a frame in long form."""
    return pd.DataFrame(list(rows), columns=list(COLUMNS))


def curve(label: str, x: Sequence[float], estimates: Sequence[Estimate]) -> Curve:
    """Estimates over x as a curve with its band, in the colour of the method `label`."""
    y, low, high = zip(*((found.value, found.low, found.high) for found in estimates), strict=True)
    return Curve(label, x, y, low, high, method=label)
