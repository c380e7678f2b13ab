"""A row of the benchmark, the csv file and the printed table."""

import csv
import io
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path

import torch

from helpers.core.files import write_text
from helpers.runner.hardware import processor


@dataclass(frozen=True)
class Side:
    """What one side of a row was measured to do; success and norm are None for bare passes."""

    name: str
    seconds: Sequence[float]
    gradient_evaluations: float
    success: float | None = None
    mean_norm: float | None = None


@dataclass(frozen=True)
class Row:
    """A line of bench.csv; the columns are explained in the package's docstring."""

    what: str
    ours: str
    other: str
    ratio: float
    ratio_min: float
    target: float
    holds: str
    seconds_ours: float
    seconds_other: float
    success_ours: float | None
    success_other: float | None
    mean_norm_ours: float | None
    mean_norm_other: float | None
    gradient_evaluations_ours: float
    gradient_evaluations_other: float
    images: int
    repeats: int
    threads: int
    hardware: str
    versions: str


def versions(distributions: Sequence[str] = ()) -> str:
    """Python's, torch's and the given distributions' versions, on one line."""
    names = ("torch", *distributions)
    return "; ".join([f"python {platform.python_version()}", *(f"{name} {version(name)}" for name in names)])


def make_row(
    what: str,
    ours: Side,
    other: Side,
    target: float,
    images: int,
    *,
    distributions: Sequence[str] = (),
    as_good: bool = True,
) -> Row:
    """The row of two sides measured in one run; `as_good`: our result is worth the comparison of times."""
    middle_ours, middle_other = statistics.median(ours.seconds), statistics.median(other.seconds)
    ratio = middle_ours / middle_other
    return Row(
        what, ours.name, other.name, ratio, min(ours.seconds) / min(other.seconds), target,
        "yes" if ratio <= target and as_good else "no", middle_ours, middle_other, ours.success, other.success,
        ours.mean_norm, other.mean_norm, ours.gradient_evaluations, other.gradient_evaluations, images,
        len(ours.seconds), torch.get_num_threads(), processor(), versions(distributions),
    )  # fmt: skip


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """bench.csv: a header and one line per row, numbers to four digits, nothing where there is no value."""
    names = [field.name for field in fields(Row)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(getattr(row, name)) for name in names] for row in rows)
    write_text(path, text.getvalue())


_WIDTHS = (34, 15, 30, 5, 5, 6, 5, 17, 13, 17, 13)
_HEADINGS = (
    "what", "ours", "other", "ratio", "(min)", "target", "holds", "ms ours/other", "success", "mean norm", "gradients",
)  # fmt: skip


def _line(cells: Sequence[str]) -> str:
    return " ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def heading() -> str:
    """The first line of the printed table; in the last columns ours / other."""
    return _line(_HEADINGS)


def printed(row: Row) -> str:
    """A row as a line of the printed table."""

    def pair(ours: float | None, other: float | None, form: str) -> str:
        return "" if ours is None or other is None else f"{ours:{form}} / {other:{form}}"

    return _line((
        row.what, row.ours, row.other, f"{row.ratio:.2f}", f"{row.ratio_min:.2f}", f"{row.target:.2f}", row.holds,
        pair(1e3 * row.seconds_ours, 1e3 * row.seconds_other, ".4g"), pair(row.success_ours, row.success_other, ".3f"),
        pair(row.mean_norm_ours, row.mean_norm_other, ".4g"),
        pair(row.gradient_evaluations_ours, row.gradient_evaluations_other, ".4g"),
    ))  # fmt: skip
