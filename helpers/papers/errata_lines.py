"""One line of a paper's errata, and how its numbers are written."""

from collections.abc import Callable, Mapping

Checks = Mapping[str, Mapping[str, float]]
"""Numbers of the theory checks by check and key."""

Cell = Callable[[str, str, str], float | None]
"""Our own value of (item, row, column), None where it was not run."""

NOT_RUN = "not run at full scale"
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
    """A share or size with `digits` decimals and no leading zero; None is a cell that was not run at full scale."""
    if value is None:
        return NOT_RUN
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def tiny(value: float) -> str:
    """A rounding error: 0 or a power like 4e-16."""
    return f"{value:.0e}".replace("e-0", "e-") if value else "0"


def percent(value: float) -> str:
    """A share as a percentage."""
    return f"{100 * value:.1f}%"


def title(item: str) -> str:
    """An item's file name as printed: table_1 as Table 1."""
    return item.replace("_", " ").capitalize()


def change(first: float | None, second: float | None) -> str:
    """first - second with its sign, or that one is missing."""
    return NOT_RUN if first is None or second is None else f"{first - second:+.3f}"
