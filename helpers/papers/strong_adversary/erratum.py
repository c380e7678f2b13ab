"""One line of the errata, and how its numbers are written."""

from collections.abc import Callable, Mapping

from helpers.papers.reported import numbers

Theory = Mapping[str, Mapping[str, float]]
"""Numbers of the theory checks by check and key."""

Cell = Callable[[str, str, str], float | None]
"""Our own value of (item, row, column), None where it was not run."""

KINDS = ("equation", "notation", "statement", "experiment", "evaluation", "naming")


def erratum(
    id: str, where: str, kind: str, statement: str, *, printed: str, corrected: str, shown_by: str
) -> dict[str, str]:
    """A line of errata.csv; `kind` is one of KINDS."""
    return {
        "id": id, "statement": statement, "where": where, "kind": kind,
        "printed": printed, "corrected": corrected, "shown_by": shown_by,
    }  # fmt: skip


def number(value: float | None, digits: int = 3) -> str:
    """A share or size with `digits` decimals and no leading zero; "not run" for None."""
    if value is None:
        return "not run"
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def tiny(value: float) -> str:
    """A rounding error: 0 or a power like 4e-16."""
    return f"{value:.0e}".replace("e-0", "e-") if value else "0"


def percent(value: float) -> str:
    """A share as a percentage."""
    return f"{100 * value:.3g}%"


def title(item: str) -> str:
    """An item's file name as printed: table_1 as Table 1."""
    return item.replace("_", " ").capitalize()


def change(first: float | None, second: float | None) -> str:
    """first - second with its sign, "not run" where one is missing."""
    return "not run" if first is None or second is None else f"{first - second:+.3f}"


def _reported() -> dict[tuple[str, str, str, str], float]:
    return numbers("strong_adversary")


def reported(item: str, row: str, column: str, source: str = "print") -> float:
    """A number that the paper (source "print") or the authors' stored outputs ("authors") give."""
    return _reported()[source, item, row, column]


def reported_rows(item: str, source: str = "print") -> list[str]:
    """The rows of a reported item, in order."""
    return list(dict.fromkeys(row for found, name, row, _ in _reported() if (found, name) == (source, item)))


def reported_columns(item: str, source: str = "print") -> list[str]:
    """The columns of a reported item, in order."""
    return list(dict.fromkeys(column for found, name, _, column in _reported() if (found, name) == (source, item)))
