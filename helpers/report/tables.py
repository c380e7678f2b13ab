"""Tables: long form on disk, compared with reported numbers, and wide for the eye.

A table is a data frame with the columns `COLUMNS`, one number a line. Reported numbers have the columns
`REPORTED_COLUMNS`; their items may be named as in print ("Table 1") or as files are ("table_1").
"""

import csv
import html
import io
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path

import pandas as pd

from helpers.core.errors import UserError
from helpers.core.files import write_text
from helpers.report.formats import formatter, interval

COLUMNS = ("item", "row", "column", "value", "low", "high", "n", "unit")
REPORTED_COLUMNS = ("item", "row", "column", "value", "unit", "where", "source")
COMPARISON_COLUMNS = ("item", "row", "column", "reported", "authors", "ours", "low", "high", "unit", "note")
SOURCES = ("print", "authors", "digitised")
NUMBERS = {"value", "low", "high", "n", "reported", "authors", "ours"}
NOT_RUN = "not run"
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}


def item_name(printed: str) -> str:
    """The file name of an item: "Table 1" or "Table I" -> "table_1", "Text 7.1" -> "text_7_1"; file names stay as they are."""
    words = [ROMAN.get(word, word) for word in re.split(r"[^a-z0-9]+", str(printed).lower())]
    return "_".join(words).strip("_")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame without its index: numbers with six digits, "\\n" at line ends, missing values empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(frame.columns)
    for line in zip(*(frame[column] for column in frame.columns), strict=True):
        writer.writerow([_cell(value) for value in line])
    write_text(path, buffer.getvalue())


def read_csv(path: Path) -> pd.DataFrame:
    """A frame that `write_csv` wrote: NUMBERS as floats, all other columns as text (a row may be named "None")."""
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for column in NUMBERS.intersection(frame.columns):
            frame[column] = [float(text) if text else math.nan for text in frame[column]]
    except (OSError, ValueError) as error:
        raise UserError(f"Could not read the table {path}: {error}") from error
    return frame


def comparison(tables: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """One line per reported number, ours beside it.

    Printed and digitised numbers stand under `reported` (the latter with the note "digitised"), the authors' own under
    `authors`; a number that only the authors give has a line with `reported` empty. `ours` is empty with the note "not
    run" where `tables` has no value.
    """
    ours = _lookup(tables)
    authors: dict[tuple, list[float]] = {}
    for number in _reported(reported, "authors"):
        authors.setdefault(_key(number), []).append(number["value"])
    printed = {_key(number) for number in _reported(reported, "print", "digitised")}
    lines, seen = [], set()
    for number in _reported(reported, *SOURCES):
        key = _key(number)
        if number["source"] == "authors" and (key in printed or key in seen):
            continue
        seen.add(key)
        found, theirs = ours.get(key), authors.get(key, [])
        notes = ["digitised"] if number["source"] == "digitised" else []
        notes += [f"authors also {value:.6g}" for value in theirs[1:]]
        if found is None or pd.isna(found["value"]):
            notes.append(NOT_RUN)
        elif _text(found["unit"]) != _text(number["unit"]):
            notes.append(f"ours in {_text(found['unit']) or 'no unit'}")
        lines.append({
            "item": item_name(number["item"]), "row": number["row"], "column": number["column"],
            "reported": math.nan if number["source"] == "authors" else number["value"],
            "authors": theirs[0] if theirs else math.nan,
            "ours": found["value"] if found else math.nan,
            "low": found["low"] if found else math.nan,
            "high": found["high"] if found else math.nan,
            "unit": _text(number["unit"]), "note": "; ".join(notes),
        })  # fmt: skip
    return pd.DataFrame(lines, columns=list(COMPARISON_COLUMNS))


@dataclass(frozen=True)
class _Cell:
    """What stands at one row and column, as text: the main line, the interval, a line per reported number."""

    main: str
    interval: str
    reported: tuple[str, ...]


EMPTY = _Cell("", "", ())


def wide_html(frame: pd.DataFrame, reported: pd.DataFrame | None, caption: str) -> str:
    """One table as an HTML fragment: ours with its interval; beneath, smaller, the printed and the authors' numbers.

    It needs no style sheet, takes its colours from the page (light or dark) and scrolls sideways in its own box.
    """
    rows, columns, cells, footer = _wide(frame, reported)
    small = '<small style="opacity:.75;font-weight:normal">'
    place = "text-align:right;vertical-align:top;white-space:nowrap;padding:.3em .7em"
    head = "".join(f'<th scope="col" style="{place}">{html.escape(column)}</th>' for column in columns)
    body = []
    for row in rows:
        line = [f'<th scope="row" style="{place.replace("right", "left", 1)}">{html.escape(row)}</th>']
        for column in columns:
            cell = cells.get((row, column), EMPTY)
            beneath = "".join(
                f"<br>{small}{html.escape(text)}</small>" for text in (cell.interval, *cell.reported) if text
            )
            line.append(f'<td style="{place}">{html.escape(cell.main)}{beneath}</td>')
        body.append(f"<tr>{''.join(line)}</tr>")
    legend = html.escape(caption) + (f"<br>{small}{html.escape(footer)}</small>" if footer else "")
    return boxed(legend, f"<td></td>{head}", body)


def boxed(caption: str, head: str, lines: list[str]) -> str:
    """A table in a box that scrolls sideways, its caption (HTML) above; `head` and `lines` are cells and whole rows."""
    return (
        f'<figure style="margin:1em 0"><figcaption style="text-align:left">{caption}</figcaption>'
        f'<div class="table" style="overflow-x:auto"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
        + "\n".join(lines)
        + "\n</tbody></table></div></figure>"
    )


def _wide(frame: pd.DataFrame, reported: pd.DataFrame | None) -> tuple[list[str], list[str], dict, str]:
    """Rows and columns in the order in which they appear, the cells, and the line on n, intervals and the unit."""
    items = {item_name(item) for item in frame["item"]}
    if len(items) > 1:
        raise UserError(f"A wide table shows one item, got {', '.join(sorted(items))}.")
    numbers = (
        []
        if reported is None
        else [n for n in _reported(reported, *SOURCES) if item_name(n["item"]) in items]
    )
    ours = _lookup(frame)
    names: dict[tuple, tuple[str, str]] = {}
    for number in [*ours.values(), *numbers]:
        names.setdefault(_key(number)[1:], (_text(number["row"]), _text(number["column"])))
    beside: dict[tuple, list[dict]] = {}
    for number in numbers:
        beside.setdefault(_key(number)[1:], []).append(number)
    mine = {key[1:]: number for key, number in ours.items()}
    units = {_text(number["unit"]) for number in [*ours.values(), *numbers]}
    shows = {}
    for column in {key[1] for key in names}:
        values = [number["value"] for key, number in mine.items() if key[1] == column]
        printed = [
            n["value"] for key, found in beside.items() if key[1] == column for n in found if n["source"] != "authors"
        ]
        shows[column] = formatter(values, printed)
    cells = {
        name: _cell_of(mine.get(key), beside.get(key, []), shows[key[1]], with_unit=len(units) > 1)
        for key, name in names.items()
    }
    rows = list(dict.fromkeys(row for row, _ in names.values()))
    columns = list(dict.fromkeys(column for _, column in names.values()))
    if all(re.fullmatch(r"\d*\.?\d+", column) for column in columns):
        columns.sort(key=float)
    return rows, columns, cells, _footer(mine.values(), units)


def _cell_of(ours: dict | None, reported: list[dict], show: Callable[[float], str], with_unit: bool) -> _Cell:
    words = {"print": "printed", "authors": "authors", "digitised": "digitised"}
    theirs = tuple(f"{words[number['source']]} {show(number['value'])}" for number in reported)
    if ours is None or pd.isna(ours["value"]):
        return _Cell(NOT_RUN if ours is None else "undefined", "", theirs)
    unit = f" {_text(ours['unit'])}" if with_unit and _text(ours["unit"]) else ""
    return _Cell(show(float(ours["value"])) + unit, interval(ours["low"], ours["high"], show), theirs)


def _footer(ours: Iterable[dict], units: set[str]) -> str:
    counts = sorted({int(number["n"]) for number in ours if not pd.isna(number["n"])})
    parts = []
    if counts:
        parts.append(f"n = {counts[0]}" + (f" to {counts[-1]}" if len(counts) > 1 else ""))
    if any(interval(number["low"], number["high"], str) for number in ours):
        parts.append("95% intervals in brackets")
    if len(units) == 1 and "" not in units:
        parts.append(f"unit: {next(iter(units))}")
    return "; ".join(parts)


def _lookup(tables: pd.DataFrame) -> dict[tuple, dict]:
    """Our numbers by item, row and column; UserError where one stands twice."""
    missing = [column for column in COLUMNS if column not in tables]
    if missing:
        raise UserError(f"A table lacks the columns {', '.join(missing)}.")
    found: dict[tuple, dict] = {}
    for number in tables.to_dict("records"):
        if _key(number) in found:
            raise UserError(f"A table has two values for {number['item']}, {number['row']}, {number['column']}.")
        found[_key(number)] = number | {part: _number(number[part]) for part in ("value", "low", "high", "n")}
    return found


def _reported(reported: pd.DataFrame, *sources: str) -> list[dict]:
    """The reported numbers of the given sources, in order."""
    unknown = sorted(set(reported["source"]) - set(SOURCES)) if len(reported) else []
    if unknown:
        raise UserError(f"Unknown source {unknown[0]!r} of a reported number; there are: {', '.join(SOURCES)}.")
    return [n | {"value": _number(n["value"])} for n in reported.to_dict("records") if n["source"] in sources]


def _key(number: dict) -> tuple[str, str, str]:
    """Item, row and column, so that 1, 1.0 and "1.0" are one name."""

    def name(value: object) -> str:
        text = _text(value).strip()
        try:
            return f"{float(text):g}"
        except ValueError:
            return text

    return item_name(number["item"]), name(number["row"]), name(number["column"])


def _number(value: object) -> float:
    return math.nan if value is None or pd.isna(value) or value == "" else float(value)


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)


def _cell(value: object) -> str:
    """A value as it stands in a file."""
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, Real) and not isinstance(value, Integral):
        value = float(value)
        # Counts keep all their digits; a negative zero is a zero.
        return f"{value:.0f}" if value and value.is_integer() and abs(value) < 1e15 else f"{value or 0.0:.6g}"
    return str(value)
