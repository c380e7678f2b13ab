"""Cells of tables of accuracies: units keyed "row/seed/column" or "row/column" to lines and bars."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.core.statistics import Estimate, accuracy
from helpers.papers.paper import Drawn, Results, row, table
from helpers.papers.reported import numbers
from helpers.report.specs import Bars, Figure, Series
from helpers.units.unit import Result

VALIDATION = "Validation"
"""The column of the clean images: every unit of a row has those bits."""


def bits(results: Results, name: str, column: str) -> list[np.ndarray]:
    """One array of bits per seed: right on the clean images (Validation) or on a column's perturbed ones."""
    keys = [key for key in results if key.startswith(f"{name}/")]
    found = []
    for seed in sorted({int(key.removeprefix(f"{name}/").split("/")[0]) for key in keys}):
        mine = [key for key in keys if key.startswith(f"{name}/{seed}/")]
        if column == VALIDATION:
            found.append(results[mine[0]].value.arrays["clean"])
        elif f"{name}/{seed}/{column}" in mine:
            found.append(results[f"{name}/{seed}/{column}"].value.arrays["correct"][-1])
    return found


def cell_estimate(results: Results, name: str, column: str) -> Estimate | None:
    """Accuracy of a cell over its seeds; None where it was not run."""
    found = bits(results, name, column)
    return accuracy(found) if found else None


def accuracy_rows(item: str, results: Results, names: Sequence[str], columns: Sequence[str]) -> list[dict]:
    """Lines of the long form for every cell that was run."""
    found = ((name, column, cell_estimate(results, name, column)) for name in names for column in columns)
    return [row(item, name, column, value) for name, column, value in found if value is not None]


def bars(
    paper: str, title: str, item: str, results: Results, names: Sequence[str], columns: Sequence[str], alt: str
) -> Figure:
    """A group of bars per column, a bar per row of the table, the printed value as an open marker."""
    printed = numbers(paper)
    series = []
    for name in names:
        found = [cell_estimate(results, name, column) for column in columns]
        if not any(found):
            continue
        values, low, high = ([None if cell is None else getattr(cell, part) for cell in found] for part in ("value", "low", "high"))
        marks = [printed.get(("print", item, name, column)) for column in columns]
        series.append(Series(name, values, low, high, method=name, marks=marks if any(marks) else None))
    return Figure((Bars(title, "accuracy", columns, tuple(series), y_range=(0, 1)),), alt=alt)


def cell(item: str, name: str, column: str, result: Result) -> dict:
    """Accuracy at the last budget."""
    return row(item, name, column, accuracy([result.value.arrays["correct"][-1]]))


def draw_cells(item: str, note: str = ""):
    """A table of accuracies whose units are keyed "row/column"."""

    def draw(settings: Any, results: Results) -> Drawn:
        rows = [cell(item, *key.split("/", 1), result) for key, result in results.items()]
        return Drawn(table(rows), note=note.format(**vars(settings)))

    return draw
