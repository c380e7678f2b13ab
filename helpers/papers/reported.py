"""Reported numbers of a paper: what it prints, what its authors stored."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpers.report.tables import item_name, read_csv


@cache
def numbers(paper: str) -> dict[tuple[str, str, str, str], float]:
    """Values by (source, item, row, column); source is print, authors or digitised, item a file name (table_1)."""
    frame = read_csv(Path(__file__).parent / paper / "reported.csv")
    names = zip(frame["source"], map(item_name, frame["item"]), frame["row"], frame["column"], strict=True)
    return dict(zip(names, frame["value"], strict=True))


@dataclass(frozen=True)
class Reported:
    """What is reported of one paper, by its name."""

    paper: str

    def number(self, item: str, row: str, column: str, source: str = "print") -> float:
        """A number that the paper (source "print") or the authors' stored outputs ("authors") give."""
        return numbers(self.paper)[source, item, row, column]

    def get(self, item: str, row: str, column: str, source: str = "print") -> float | None:
        """See number; None where nothing is reported."""
        return numbers(self.paper).get((source, item, row, column))

    def rows(self, item: str, source: str = "print") -> list[str]:
        """The rows of a reported item, in order."""
        return list(dict.fromkeys(row for found, name, row, _ in numbers(self.paper) if (found, name) == (source, item)))

    def columns(self, item: str, source: str = "print", row: str | None = None) -> list[str]:
        """The columns of a reported item (of one of its rows), in order."""
        known = (key for key in numbers(self.paper) if key[:2] == (source, item) and row in (None, key[2]))
        return list(dict.fromkeys(column for *_, column in known))
