"""Shares (accuracy, fooled) over rows x columns x seeds, perhaps x sizes: units by key, their tables, bars and curves."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.core.quantities import Missing, Quantity, share
from helpers.core.statistics import Estimate
from helpers.papers.reported import Reported
from helpers.papers.table import Cell, Table, cell
from helpers.report.specs import Bars, Curve, Figure, Series
from helpers.units.unit import Result, Unit


@dataclass(frozen=True)
class Key:
    """Where a unit's result belongs: row, column, and seed where there are several."""

    row: str
    column: str = ""
    seed: int | None = None

    def __str__(self) -> str:
        return "/".join(part for part in (self.row, self.column, "" if self.seed is None else str(self.seed)) if part)


Keyed = Mapping[Key, Result]


def attacked(networks: Mapping[tuple[str, int], Unit], columns: Callable[[str, int], Mapping[str, Unit]]) -> dict[Key, Unit]:
    """Units of a table: `columns(row, seed)` gives the attacks on the network of that row and seed, by column."""
    return {
        Key(row, column, seed): unit for row, seed in networks for column, unit in columns(row, seed).items()
    }  # fmt: skip


def seeds(results: Iterable[Key], row: str, column: str | None = None) -> list[int]:
    """The seeds of a row (of one of its columns), in order."""
    return sorted({key.seed for key in results if key.row == row and column in (None, key.column)})


def clean(results: Keyed, row: str) -> Quantity | Missing:
    """Right on the images as they are: every attack's unit of a row has those bits."""
    first = {key.seed: result for key, result in reversed(results.items()) if key.row == row and key.column}
    bits = [first[seed].value.arrays["clean"] for seed in sorted(first)]
    return share(bits, row) if bits else Missing((row,))


def correct(results: Keyed, row: str, column: str, size: int = -1) -> Quantity | Missing:
    """Right on perturbed images, at the size of that position (the last by default), over the row's seeds."""
    found = [results[Key(row, column, seed)].value.arrays["correct"][size] for seed in seeds(results, row, column)]
    return share(found, row, column) if found else Missing((row, column))


def fooled(results: Keyed, row: str, column: str, size: int = -1) -> Quantity | Missing:
    """The share that is wrong on perturbed images."""
    return correct(results, row, column, size).of(np.logical_not)


def accuracies(item: str, results: Keyed, rows: Sequence[str], columns: Sequence[str], clean_column: str = "") -> Table:
    """Accuracy of every cell that was run; `clean_column` is the images as they are."""
    cells = []
    for row in rows:
        for column in columns:
            found = clean(results, row) if column == clean_column else correct(results, row, column)
            cells += [] if isinstance(found, Missing) else [cell(row, column, found)]
    return Table(item, tuple(cells))


def over_sizes(results: Keyed, row: str, column: str, sizes: Sequence[float], name: str = "") -> list[Cell]:
    """Accuracy at each size, in a row of its own (`name`, the column by default)."""
    found = ((size, correct(results, row, column, index)) for index, size in enumerate(sizes))
    return [cell(name or column, size, value) for size, value in found if not isinstance(value, Missing)]


def curve(table: Table, row: str, label: str = "", method: str = "") -> Curve:
    """A row whose columns are numbers as a curve with its band."""
    sizes = [float(size) for size in table.columns(row)]
    found = [table[row, size].estimate for size in table.columns(row)]
    y, low, high = ([getattr(one, part) for one in found] for part in ("value", "low", "high"))
    return Curve(label or row, sizes, y, low, high, method=method or label or row)


def estimated_curve(label: str, x: Sequence[float], estimates: Sequence[Estimate]) -> Curve:
    """Estimates over x as a curve with its band, in the colour of the method `label`."""
    y, low, high = ([getattr(found, part) for found in estimates] for part in ("value", "low", "high"))
    return Curve(label, x, y, low, high, method=label)


def reported_curve(reported: Reported, item: str, row: str, source: str, label: str, method: str = "") -> Curve:
    """A row of reported numbers whose columns are numbers."""
    places = sorted((float(column), column) for column in reported.columns(item, source, row))
    values = [reported.number(item, row, column, source) for _, column in places]
    return Curve(label, [size for size, _ in places], values, method=method or row, reported=True)


def bars(table: Table, reported: Reported, title: str, rows: Sequence[str], columns: Sequence[str], alt: str) -> Figure:
    """A group of bars per column, a bar per row, the printed value as an open marker."""
    series = []
    for row in rows:
        found = [table[row, column] for column in columns]
        if all(isinstance(one, Missing) for one in found):
            continue
        parts = ("value", "low", "high")
        values, low, high = (
            [None if isinstance(one, Missing) else getattr(one.estimate, part) for one in found] for part in parts
        )
        marks = [reported.get(table.item, row, column) for column in columns]
        series.append(Series(row, values, low, high, method=row, marks=marks if any(marks) else None))
    return Figure((Bars(title, "accuracy", tuple(columns), tuple(series), y_range=(0, 1)),), alt=alt)
