"""A paper opened for reading or running: items become tables and figures, claims verdicts, files are written."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, astuple, replace
from functools import cached_property, partial
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.core.errors import UserError
from helpers.core.files import write_text
from helpers.core.paths import cache_folder, data_folder, device_name, reports_folder
from helpers.core.seeds import make_deterministic
from helpers.data.load import available, stand_in
from helpers.data.weights import has_weights
from helpers.papers import claims
from helpers.papers import errata as slips
from helpers.papers.paper import Drawn, Paper, Results
from helpers.papers.reported import Reported
from helpers.papers.tables import Tables
from helpers.report import draw
from helpers.report.ledger import CLAIM_COLUMNS, ERRATUM_COLUMNS
from helpers.report.tables import comparison, write_csv
from helpers.runner import catalogue
from helpers.runner.execute import Desk, pending, run_here
from helpers.runner.hardware import commit, hardware, versions
from helpers.runner.parameters import literals, make_settings
from helpers.runner.progress import Progress
from helpers.runner.records import read_records, value_of, write_records
from helpers.units.unit import Result, Unit, closure


class Study:
    """One paper with one choice of settings.

    Attributes:
        paper, profile, settings: what is run; changed: settings that differ from the profile's.
        folder: where its files go; desk: where its units are looked up and run.
        stand_ins: {missing data set: the one in its place}; a weights file that is missing has none ("").
    """

    def __init__(
        self, paper: Paper, profile: str, changes: Mapping[str, Any], *, data: str | None = None, cache: str | None = None,
        out: str | None = None, device: str | None = None, redraw: bool = False, accept_stale: bool = False,
        recorded: bool = True,
    ):  # fmt: skip
        """`recorded`: the committed records may stand in for the cache (a run computes for itself); `redraw`: they must."""
        self.paper, self.profile, self.redraw = paper, profile, redraw
        settings, self.changed = make_settings(paper, profile, changes)
        # A redraw of changed settings is of what such a run has left.
        place = reports_folder() / ("custom" if redraw and self.changed else profile) / paper.name
        records = read_records(place / "records.jsonl") if recorded or redraw else {}
        if redraw and not records:
            raise UserError(f"There are no records in {place}; run it first: python -m helpers run --profile {profile}")
        chosen = device_name(device or os.environ.get("HELPERS_DEVICE") or "auto")
        self.desk = Desk(data_folder(data), cache_folder(cache), chosen, accept_stale or redraw, records=records, records_only=redraw)
        self.settings, self.stand_ins = self._with_data(settings)
        self.folder = self._place(out or os.environ.get("HELPERS_OUT"))
        self._results: dict[str, dict[str, Result]] = {}
        self._drawn: dict[str, Drawn] = {}
        make_deterministic()

    def _place(self, out: str | None) -> Path:
        if out:
            folder = Path(out).expanduser().resolve()
            if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / "manifest.json").exists())):
                raise UserError(f"The output folder {folder} is taken: it holds something that is not a report.")
            return folder
        # A stand-in may not overwrite what was measured on the real data.
        other = self.changed or (self.stand_ins and self.profile != "quick")
        return reports_folder() / ("custom" if other else self.profile) / self.paper.name

    def _with_data(self, settings: Any) -> tuple[Any, dict[str, str]]:
        """Settings with stand-ins for data sets that are not at hand and of which no record tells the checksum."""
        recorded = {name: value for record in self.desk.records.values() for name, value in record["data"].items()}
        missing = {}
        for field in self.paper.data:
            name = getattr(settings, field)
            if name in missing:
                continue
            if not self.redraw and available(name, self.desk.data):
                continue
            if name in recorded:
                self.desk.checksums[name] = recorded[name]
            elif available(name, self.desk.data):
                continue
            elif stand_in(name) is None:
                raise UserError(f"The data set {name!r} is not at hand; give its folder with --data or HELPERS_DATA.")
            else:
                missing[name] = stand_in(name)
        changes = {field: missing[getattr(settings, field)] for field in self.paper.data if getattr(settings, field) in missing}
        for field in self.paper.weights:
            name = getattr(settings, field)
            if name and not self.redraw and not has_weights(name, self.desk.data):
                changes[field], missing[name] = "", ""
        return replace(settings, **changes), missing

    def units(self, item: str | None = None) -> dict[str, Unit]:
        """Units of one item by key, or of all items by item/key."""
        if item is not None:
            return self._item(item).units(self.settings)
        return {f"{one.name}/{key}": unit for one in self.paper.items for key, unit in one.units(self.settings).items()}

    def _item(self, name: str):
        found = self.paper.item(name)
        if found is None:
            known = ", ".join(item.name for item in self.paper.items)
            raise UserError(f"{self.paper.name} has no item {name!r}; there are: {known}.")
        return found

    def results(self, item: str) -> Results:
        """Recorded values of an item's units; units that are missing are run here first (never in a redraw)."""
        if item not in self._results:
            units = self.units(item)
            todo = pending(self.desk, list(units.values()))
            if todo and self.redraw:
                raise UserError(f"{todo[0].label} is not among the records; run it first (python -m helpers run).")
            with Progress(todo) as report:
                failures = run_here(self.desk, todo, report)
            if failures:
                raise UserError(failures[0])
            found = {}
            for key, unit in units.items():
                _, record = self.desk.look_up(unit)
                found[key] = Result(unit.settings, value_of(record))
            self._results[item] = found
        return self._results[item]

    def drawn(self, item: str) -> Drawn:
        """Table and figure of an item; both are written to the folder."""
        if item not in self._drawn:
            made = self._item(item).draw(self.settings, self.results(item))
            if self.stand_ins:
                names = ", ".join(f"{new} stands in for {old}" if new else f"{old} is not at hand" for old, new in self.stand_ins.items())
                made = replace(made, note=f"{made.note} Data: {names}.".strip())
            write_csv(made.frame, self.folder / "tables" / f"{item}.csv")
            if made.figure is not None:
                draw.save(made.figure, self.picture(item))
            self._drawn[item] = made
        return self._drawn[item]

    def picture(self, item: str) -> Path:
        """File of an item's figure."""
        return self.folder / "figures" / f"{item}.png"

    @property
    def reported(self) -> pd.DataFrame:
        """The paper's and its authors' numbers."""
        with resources.as_file(resources.files(f"helpers.papers.{self.paper.name}") / "reported.csv") as path:
            return pd.read_csv(path, dtype={"column": str, "row": str}, keep_default_na=False)

    def tables(self) -> pd.DataFrame:
        """All items' rows."""
        frames = [self.drawn(item.name).frame for item in self.paper.items]
        return pd.concat([frame for frame in frames if len(frame)], ignore_index=True)

    def comparison(self) -> pd.DataFrame:
        """Reported numbers beside ours; written to comparison.csv."""
        frame = comparison(self.tables(), self.reported)
        for item in self.paper.items:
            # No number of a smaller network stands beside a printed one without saying so.
            if reduced := self.drawn(item.name).reduced:
                run = (frame["item"] == item.name) & frame["ours"].notna()
                frame.loc[run, "note"] = [", ".join(filter(None, (note, reduced))) for note in frame.loc[run, "note"]]
        write_csv(frame, self.folder / "comparison.csv")
        return frame

    @cached_property
    def written(self) -> Tables:
        """Every item's table, as claims, errata and readings see them."""
        names = tuple(item.name for item in self.paper.items)
        return Tables(self.settings, Reported(self.paper.name), names, lambda item: self.drawn(item).table)

    @property
    def scale(self) -> str:
        """What sets this run apart from the paper's; empty for a profile on the paper's data, as it is."""
        parts = [f"{new} stands in for {old}" if new else f"{old} is not at hand" for old, new in self.stand_ins.items()]
        parts += [f"{name} = {value}" for name, value in self.changed.items()]
        if not parts and self.profile != "quick":
            return ""
        data = ", ".join(dict.fromkeys(getattr(self.settings, field) for field in self.paper.data))
        said = f"; {', '.join(parts)}" if parts else ""
        return f"Profile {self.profile} on {data}{said}: not the paper's scale. Verdicts below are of this run alone."

    def reading(self, item: str) -> list[str]:
        """The sentences that answer an item's question with this run's numbers."""
        found = self._item(item)
        return [] if found.reading is None else [text for text in found.reading(self.written) if text]

    def claims(self) -> pd.DataFrame:
        """The ledger of claims; written to claims.csv."""
        every = sorted((one for item in self.paper.items for one in item.claims), key=lambda one: int(one.id[1:]))
        decides = partial(self.paper.decides, self.settings)
        rows = [astuple(claims.judged(claim, self.written, decides)) for claim in every]
        frame = pd.DataFrame(rows, columns=list(CLAIM_COLUMNS))
        write_csv(frame, self.folder / "claims.csv")
        return frame

    def errata(self) -> pd.DataFrame:
        """The ledger of errata; written to errata.csv."""
        tables = {item.name: self.drawn(item.name) for item in self.paper.items}
        full = [drawn.table for drawn in tables.values() if not drawn.reduced]
        sources = slips.sources(self.paper, full)
        rows = [slips.filled(one, sources) for one in slips.read(self.paper.folder / "errata.toml")]
        frame = pd.DataFrame(rows, columns=list(ERRATUM_COLUMNS))
        write_csv(frame, self.folder / "errata.csv")
        return frame

    def write_records(self) -> None:
        """records.jsonl and manifest.json of all units of all items; a redraw leaves both as they are."""
        if self.redraw:
            return
        records = {}
        for unit in closure(self.units()):
            _, record = self.desk.look_up(unit)
            if record is not None:
                records[record["identity"]] = record
        write_records(self.folder / "records.jsonl", list(records.values()))
        manifest = {
            "paper": self.paper.name,
            "profile": self.profile,
            "settings": asdict(self.settings),
            "changed": self.changed,
            "stand_ins": self.stand_ins,
            "commit": commit(),
            "versions": versions(),
            "hardware": ", ".join(sorted({record["hardware"] for record in records.values()})) or hardware(self.desk.device),
            "device": self.desk.device,
            "data": {name: value for record in records.values() for name, value in record["data"].items()},
            "seconds": round(sum(record["seconds"] for record in records.values()), 1),
            "units": {record["label"] or record["function"]: record["seconds"] for record in records.values()},
            "stale_accepted": self.desk.accept_stale,
        }
        write_text(self.folder / "manifest.json", json.dumps(manifest, indent=1, sort_keys=True) + "\n")

    def finish(self) -> None:
        """Write everything that has not been shown yet."""
        self.comparison()
        self.claims()
        self.errata()
        self.write_records()


def open_study(name: str, namespace: Mapping[str, Any], **places: Any) -> Study:
    """A study from a notebook's literals: `profile`, `device`, and the paper's settings."""
    paper = catalogue.find(name)
    given = literals(namespace, paper)
    profile = given.pop("profile", "quick")
    # What the command line has chosen holds in the notebook that it runs.
    device = os.environ.get("HELPERS_DEVICE") or given.pop("device", None)
    given.pop("device", None)
    flags = {"redraw": bool(os.environ.get("HELPERS_REDRAW")), "accept_stale": bool(os.environ.get("HELPERS_ACCEPT_STALE"))}
    return Study(paper, profile, given, device=device, **{**flags, **places})
