"""What one run of one paper left in its folder, as the overview pages need it."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from PIL import Image

from helpers.core.errors import UserError
from helpers.report.formats import duration, formatter, interval
from helpers.report.ledger import CLAIM_COLUMNS, counts
from helpers.report.tables import NOT_RUN, item_name, read_csv

Headline = tuple[str, str, str]  # label, printed, ours with its interval


@dataclass(frozen=True)
class PaperRun:
    """One folder reports/<profile>/<paper>, read."""

    profile: str
    paper: str
    title: str
    folder: Path
    headline: tuple[Headline, ...]
    claims: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CLAIM_COLUMNS)), compare=False)
    manifest: dict = field(default_factory=dict, compare=False)

    @property
    def verdicts(self) -> dict[str, int]:
        """How many claims have each verdict."""
        return counts(self.claims)

    @property
    def facts(self) -> tuple[str, ...]:
        """Hardware, time, commit and start, as far as the manifest has them."""
        manifest = self.manifest
        commit = str(manifest.get("commit") or "")[:10]
        facts = (
            manifest.get("hardware"),
            duration(manifest.get("seconds")),
            commit and f"commit {commit}",
            manifest.get("started"),
        )
        return tuple(str(fact) for fact in facts if fact)

    @property
    def figures(self) -> tuple[Path, ...]:
        """The pictures, figure_2 before figure_10."""
        return tuple(sorted((self.folder / "figures").glob("*.png"), key=_natural))

    def open_claims(self) -> list[dict]:
        """The contradicted and the undecided claims, in this order."""
        claims = self.claims.to_dict("records")
        return [claim for verdict in ("contradicted", "undecided") for claim in claims if claim["verdict"] == verdict]


def read_run(folder: Path, title: str, headline_keys: tuple[tuple[str, str, str, str], ...] = ()) -> PaperRun:
    """Read reports/<profile>/<paper>.

    Args:
        headline_keys: (label, item, row, column) of the numbers that stand on the overview; a number without a reported
            one is looked up in the run's own tables.

    Raises:
        UserError: a file is missing or unreadable.
    """
    folder = Path(folder).absolute()
    compared, claims = read_csv(folder / "comparison.csv"), read_csv(folder / "claims.csv")
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"Could not read {folder / 'manifest.json'}: {error}") from error
    counts(claims)
    headline = tuple(_headline(folder, compared, *key) for key in headline_keys)
    return PaperRun(folder.parent.name, folder.name, title, folder, headline, claims, manifest)


def alt_text(picture: Path) -> str:
    """The text that `draw.save` put into a picture; else its name in words."""
    try:
        with Image.open(picture) as image:
            return str(image.info.get("Description") or picture.stem.replace("_", " "))
    except OSError:
        return picture.stem.replace("_", " ")


def link(path: Path, root: Path) -> str:
    """`path` as seen from a page in the folder `root`."""
    return Path(os.path.relpath(Path(path).absolute(), Path(root).absolute())).as_posix()


def _headline(folder: Path, compared: pd.DataFrame, label: str, item: str, row: str, column: str) -> Headline:
    item = item_name(item)
    same = compared[(compared["item"] == item) & (compared["row"] == str(row)) & (compared["column"] == str(column))]
    if len(same):
        number = same.iloc[0].to_dict()
    else:
        number = {"reported": None, "authors": None} | _own(folder, item, str(row), str(column))
    printed, authors = number["reported"], number["authors"]
    show = formatter([number["ours"]], [authors if pd.isna(printed) else printed])
    reported = show(printed) if pd.notna(printed) else f"{show(authors)} (authors)" if pd.notna(authors) else "–"
    unit = f" {number['unit']}" if number["unit"] else ""
    if pd.isna(number["ours"]):
        return label, reported + (unit if reported != "–" else ""), NOT_RUN
    ours = f"{show(number['ours'])}{unit} {interval(number['low'], number['high'], show)}".strip()
    return label, reported + (unit if reported != "–" else ""), ours


def _own(folder: Path, item: str, row: str, column: str) -> dict:
    """A number of the run's own table; missing where there is none."""
    path = folder / "tables" / f"{item}.csv"
    if path.is_file():
        table = read_csv(path)
        found = table[(table["row"] == row) & (table["column"] == column)]
        if len(found):
            return found.iloc[0].rename({"value": "ours"})[["ours", "low", "high", "unit"]].to_dict()
    return {"ours": float("nan"), "low": float("nan"), "high": float("nan"), "unit": ""}


def _natural(path: Path) -> tuple[int, list[tuple[int, str]]]:
    """The paper's figures, then its tables, then what was added; figure_2 before figure_10."""
    parts = path.stem.split("_")
    numbered = len(parts) > 1 and parts[1][:1].isdigit()
    rank = 2 if not numbered else ("figure", "table").index(parts[0]) if parts[0] in ("figure", "table") else 2
    return rank, [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
