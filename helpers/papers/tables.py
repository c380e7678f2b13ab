"""All tables of a paper, as claims and errata see them."""

from collections.abc import Callable, Mapping
from typing import Any

from helpers.core.errors import UserError
from helpers.papers.reported import Reported
from helpers.papers.table import Table


class Tables:
    """`tables.table_1` is an item's Table, drawn when first asked for; an item that was not run is an empty table.

    Attributes:
        settings: of the run; reported: the paper's and its authors' numbers.
    """

    def __init__(self, settings: Any, reported: Reported, names: tuple[str, ...], find: Callable[[str], Table]):
        self.settings, self.reported = settings, reported
        self._names, self._find = names, find
        self._tables: dict[str, Table] = {}

    def __getattr__(self, item: str) -> Table:
        if item.startswith("_"):
            raise AttributeError(item)
        return self[item]

    def __getitem__(self, item: str) -> Table:
        """The table of the item of this name. UserError: the paper has none."""
        if item not in self._names:
            raise UserError(f"There is no item {item!r}; there are: {', '.join(self._names)}.")
        if item not in self._tables:
            self._tables[item] = self._find(item)
        return self._tables[item]


def of_tables(tables: Mapping[str, Table], settings: Any, reported: Reported) -> Tables:
    """Tables that are at hand already."""
    return Tables(settings, reported, tuple(tables), tables.__getitem__)
