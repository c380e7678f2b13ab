"""Two runs, table by table."""

import json
from pathlib import Path

import pandas as pd

from helpers.core.errors import UserError
from helpers.report.tables import COLUMNS, read_csv

KEYS = ["item", "row", "column"]


def compare(first: Path, second: Path) -> pd.DataFrame:
    """Cells that differ between two report folders: item, row, column, first, second, difference, overlap of intervals."""
    papers = [_paper(folder) for folder in (first, second)]
    if None not in papers and papers[0] != papers[1]:
        raise UserError(f"{first} is a report of {papers[0]}, {second} one of {papers[1]}: they have no table in common.")
    frames = [_tables(folder) for folder in (first, second)]
    both = frames[0].merge(frames[1], on=KEYS, how="outer", suffixes=("_first", "_second"))
    different = both[(both.value_first != both.value_second) & ~(both.value_first.isna() & both.value_second.isna())].copy()
    different["difference"] = different.value_second - different.value_first
    different["overlap"] = (different.low_first <= different.high_second) & (different.low_second <= different.high_first)
    return different[[*KEYS, "value_first", "value_second", "difference", "overlap"]].reset_index(drop=True)


def _tables(folder: Path) -> pd.DataFrame:
    files = sorted((folder / "tables").glob("*.csv"))
    if not files:
        raise UserError(f"There are no tables in {folder}.")
    frames = [read_csv(file) for file in files]
    for file, frame in zip(files, frames, strict=True):
        if list(frame.columns) != list(COLUMNS):
            raise UserError(f"{file} is not a table of a report: its columns are not {', '.join(COLUMNS)}.")
    return pd.concat([frame for frame in frames if len(frame)], ignore_index=True)


def _paper(folder: Path) -> str | None:
    """The paper that a report's manifest names, or None."""
    try:
        return json.loads((folder / "manifest.json").read_text(encoding="utf-8")).get("paper")
    except (OSError, ValueError, AttributeError):
        return None
