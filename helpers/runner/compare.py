"""Two runs, table by table."""

from pathlib import Path

import pandas as pd

from helpers.core.errors import UserError
from helpers.report.tables import read_csv

KEYS = ["item", "row", "column"]


def compare(first: Path, second: Path) -> pd.DataFrame:
    """Cells that differ between two report folders: item, row, column, first, second, difference, overlap of intervals."""
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
    return pd.concat([frame for frame in map(read_csv, files) if len(frame)], ignore_index=True)
