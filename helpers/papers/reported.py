"""Reported numbers of a paper: what it prints, what its authors stored."""

from functools import cache
from pathlib import Path

from helpers.report.tables import item_name, read_csv


@cache
def numbers(paper: str) -> dict[tuple[str, str, str, str], float]:
    """Values by (source, item, row, column); source is print, authors or digitised, item a file name (table_1)."""
    frame = read_csv(Path(__file__).parent / paper / "reported.csv")
    names = zip(frame["source"], map(item_name, frame["item"]), frame["row"], frame["column"], strict=True)
    return dict(zip(names, frame["value"], strict=True))
