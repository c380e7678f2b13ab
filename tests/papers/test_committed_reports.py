"""The committed reports are what today's code makes of their committed records: every table, claim and erratum, no data needed."""

import re

import numpy as np
import pandas as pd
import pytest

from helpers.core.paths import ROOT
from helpers.report.tables import read_csv
from helpers.runner.catalogue import find
from helpers.runner.headless import execute
from helpers.runner.study import Study

# Those of quick and of changed settings are not committed.
REPORTS = [file.parent for profile in ("cpu", "paper") for file in sorted((ROOT / "reports" / profile).glob("*/records.jsonl"))]


@pytest.fixture(params=REPORTS, ids=lambda folder: f"{folder.parent.name}-{folder.name}", scope="module")
def report(request, tmp_path_factory):
    """A committed report's folder, and its study opened on the records alone."""
    folder = request.param
    places = {"data": "", "cache": str(tmp_path_factory.mktemp("cache")), "out": str(tmp_path_factory.mktemp("out"))}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPERS_REPORTS", str(ROOT / "reports"))
        patch.delenv("HELPERS_DATA", raising=False)
        yield folder, Study(find(folder.name), folder.parent.name, {}, redraw=True, **places)


def test_the_tables_follow_from_the_records(report):
    folder, study = report
    for item in study.paper.items:
        made = study.drawn(item.name).frame
        kept = read_csv(folder / "tables" / f"{item.name}.csv")
        assert made[["row", "column", "unit"]].astype(str).equals(kept[["row", "column", "unit"]].astype(str)), item.name
        for column in ("value", "low", "high"):
            numbers = [pd.to_numeric(frame[column]).to_numpy(float) for frame in (made, kept)]
            # The intervals are drawn with fixed seeds; another processor may add up in another order.
            assert np.allclose(*numbers, rtol=1e-3, atol=1e-6, equal_nan=True), (item.name, column)


def test_the_verdicts_and_the_errata_follow_from_the_records(report):
    folder, study = report
    kept = pd.read_csv(folder / "claims.csv")
    assert list(study.claims()["verdict"]) == list(kept["verdict"])
    assert list(study.errata()["id"]) == list(pd.read_csv(folder / "errata.csv")["id"])


def test_a_redraw_gives_the_committed_bytes(report, tmp_path, monkeypatch):
    """Tables, ledgers, notebook and page; figures where this machine draws letters as the committed ones were drawn."""
    folder, study = report
    monkeypatch.setenv("HELPERS_REPORTS", str(ROOT / "reports"))
    again = Study(find(folder.name), folder.parent.name, {}, redraw=True, data="", cache=str(tmp_path / "c"), out=str(tmp_path / "o"))
    execute(again)
    names = [*(f"tables/{item.name}.csv" for item in study.paper.items), "claims.csv", "errata.csv", "comparison.csv"]
    for name in (*names, "notebook.ipynb", "notebook.html"):
        made, kept = ((place / name).read_bytes() for place in (again.folder, folder))
        assert _without_pictures(made) == _without_pictures(kept), name


def _without_pictures(content: bytes) -> bytes:
    """A notebook's pictures are its figures, whose letters hang on the machine's fonts."""
    return re.sub(rb'"image/png": "[^"]*"', b"", content)
