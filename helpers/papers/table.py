"""An item's table: typed cells, asked for by row and column."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.core.quantities import Missing, Quantity, known
from helpers.core.statistics import Estimate
from helpers.report.tables import COLUMNS


@dataclass(frozen=True, eq=False)
class Cell:
    """One number of a table.

    Attributes:
        row, column: where it stands; a column may be a number, such as a size.
        quantity: the number with its samples or interval; unit: of the value.
        bare: printed without an interval or a count of images.
    """

    row: str
    column: Hashable
    quantity: Quantity
    unit: str = "accuracy"
    bare: bool = False


def cell(row: str, column: Hashable, value: Quantity | Estimate | float, unit: str = "accuracy") -> Cell:
    """A cell from a quantity, an estimate, or a bare number."""
    if isinstance(value, Quantity):
        return Cell(row, column, value.named(row, str(column)), unit)
    if isinstance(value, Estimate):
        return Cell(row, column, known(value, row, str(column)), unit)
    number = Estimate(float(value), float(value), float(value), 1)
    return Cell(row, column, known(number, row, str(column)), unit, bare=True)


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of one item, in order. `table[row, column]` is a Quantity, or Missing where that cell was not run."""

    item: str
    cells: tuple[Cell, ...] = ()
    _places: Mapping[tuple[str, str], Cell] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._places.update({(one.row, str(one.column)): one for one in self.cells})

    def __getitem__(self, place: tuple[str, Hashable]) -> Quantity | Missing:
        row, column = place
        found = self._places.get((row, str(column)))
        return Missing((row, str(column))) if found is None else found.quantity

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def rows(self) -> tuple[str, ...]:
        """Names of the rows, in order."""
        return tuple(dict.fromkeys(one.row for one in self.cells))

    def columns(self, row: str | None = None) -> tuple[Hashable, ...]:
        """The columns (of one row), in order."""
        return tuple(dict.fromkeys(one.column for one in self.cells if row is None or one.row == row))

    @property
    def frame(self) -> pd.DataFrame:
        """The long form: item, row, column, value, low, high, n, unit."""
        return pd.DataFrame([_line(self.item, one) for one in self.cells], columns=list(COLUMNS))


def table(item: str, cells: Iterable[Cell]) -> Table:
    """Cells as a table."""
    return Table(item, tuple(cells))


def _line(item: str, one: Cell) -> tuple:
    if one.bare:
        return (item, one.row, str(one.column), one.quantity.value, None, None, None, one.unit)
    found = one.quantity.estimate
    low, high = (bound if np.isfinite(bound) else None for bound in (found.low, found.high))
    return (item, one.row, str(one.column), found.value, low, high, found.n, one.unit)
