"""Every notebook, headless, at a tiny setting: its files, run again, and redrawn from the records alone."""

import json
import os
import re
import subprocess
import sys

import nbformat
import pandas as pd
import pytest

from helpers.core.paths import ROOT, notebook_path
from helpers.runner import catalogue

TINY = {
    "strong_adversary": {
        "seeds": 1, "mlp_epochs": 1, "added_epochs": 1, "lenet_epochs": 1, "tuning_epochs": 1, "widest": 16, "colour_images": 100,
        "colour_epochs": 1, "pgd_images": 10, "pgd_steps": 3, "pgd_restarts": 2, "spacing": 2.0, "lenet_batch": 200,
    },
    "convex_programming": {
        "points": [4, 9], "images": 20, "fcnn_epochs": 2, "lenet_epochs": 2, "colour_images": 50, "colour_test": 10, "colour_points": [9],
        "nin_width": 0.05, "nin_epochs": 1, "densenet_depth": 7, "densenet_growth": 2, "densenet_epochs": 1, "task_images": 3,
        "task_epochs": 2, "canvas_epochs": 1, "canvas_steps": 3, "least_images": 5, "strong_images": 20, "strong_steps": 3, "strong_restarts": 1,
    },
}  # fmt: skip
EXPECTED = {
    "strong_adversary": {"claims": 34, "errata": 32, "printed": 62},
    "convex_programming": {"claims": 28, "errata": 26, "printed": 16},
}
TIMED = "cost_"


def helpers(command, paper, cache, reports, *more):
    """`python -m helpers COMMAND` on a tiny study, in a process of its own: what it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HELPERS_")}
    places = {"HELPERS_CACHE": str(cache), "HELPERS_REPORTS": str(reports), "OMP_NUM_THREADS": "1"}
    changes = [part for name, value in TINY[paper].items() for part in ("--set", f"{name}={json.dumps(value)}")]
    done = subprocess.run(
        [sys.executable, "-m", "helpers", command, "--paper", paper, *changes, *more], text=True, capture_output=True,
        env=clean | places, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=catalogue.names())
def tiny(request, tmp_path_factory):
    """(paper, cache, reports, folder) of a tiny run."""
    place = tmp_path_factory.mktemp("tiny")
    said = helpers("run", request.param, place / "cache", place / "reports", "--workers", "2")
    folder = place / "reports" / "custom" / request.param
    assert said.rstrip().endswith(str(place / "reports" / "custom" / "index.html"))
    return request.param, place / "cache", place / "reports", folder


def results(folder):
    """Bytes of the tables, figures and ledgers, those that hold measured seconds left out."""
    files = [*folder.glob("tables/*.csv"), *folder.glob("figures/*.png"), *folder.glob("*.csv")]
    timed = {"claims.csv", "comparison.csv"}
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files
            if not path.name.startswith(TIMED) and path.name not in timed}  # fmt: skip


def verdicts(folder):
    """{claim: verdict}."""
    frame = pd.read_csv(folder / "claims.csv")
    return dict(zip(frame["id"], frame["verdict"], strict=True))


def test_the_files_of_a_run(tiny):
    name, _, _, folder = tiny
    paper = catalogue.find(name)
    for file in ("notebook.ipynb", "notebook.html", "comparison.csv", "claims.csv", "errata.csv", "records.jsonl", "manifest.json"):
        assert (folder / file).stat().st_size > 0
    assert {path.stem for path in (folder / "tables").iterdir()} == {item.name for item in paper.items}
    for table in (folder / "tables").iterdir():
        frame = pd.read_csv(table)
        assert list(frame.columns) == ["item", "row", "column", "value", "low", "high", "n", "unit"]
        assert frame["value"].notna().all() and (frame["item"] == table.stem).all()


def test_every_claim_and_every_erratum(tiny):
    name, _, _, folder = tiny
    found = verdicts(folder)
    assert list(found) == [f"C{number}" for number in range(1, EXPECTED[name]["claims"] + 1)]
    assert set(found.values()) <= {"reproduced", "contradicted", "undecided", "not run"}
    claims = pd.read_csv(folder / "claims.csv")
    assert claims["evidence"].notna().all()
    errata = pd.read_csv(folder / "errata.csv")
    assert list(errata["id"]) == [f"E{number}" for number in range(1, EXPECTED[name]["errata"] + 1)]
    assert errata[["statement", "where", "kind", "corrected", "shown_by"]].notna().all().all()


def test_every_reported_number_stands_beside_ours(tiny):
    name, _, _, folder = tiny
    reported = pd.read_csv(ROOT / "helpers" / "papers" / name / "reported.csv")
    assert (reported["source"] == "print").sum() == EXPECTED[name]["printed"]
    comparison = pd.read_csv(folder / "comparison.csv", dtype={"row": str, "column": str}, keep_default_na=False, na_values={"reported": "", "ours": ""})
    printed = comparison["reported"].notna() & ~comparison["note"].str.contains("digitised")
    assert printed.sum() == EXPECTED[name]["printed"]
    assert comparison.loc[printed, "ours"].notna().all()


def test_the_page_loads_nothing(tiny):
    page = (tiny[3] / "notebook.html").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|data-src)\s*=\s*["']\s*(?:https?:)?//""", page)
    assert not re.findall(r"<(?:script|link|iframe|object)\b[^>]*https?://", page) and "@import" not in page
    assert "<math" in page and page.count("<img") >= 8
    for source in re.findall(r'<img[^>]*src="([^"]+)"', page):
        assert source.startswith("data:") or (tiny[3] / source).exists(), source
    assert all('alt="' in image for image in re.findall(r"<img[^>]*>", page))


def test_the_executed_notebook_has_no_path_and_no_error(tiny):
    _, cache, _, folder = tiny
    text = (folder / "notebook.ipynb").read_text(encoding="utf-8")
    assert str(cache.parent) not in text and str(ROOT) not in text
    notebook = nbformat.reads(text, as_version=4)
    assert not [output for cell in notebook.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    assert [cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", [])]


def test_run_again_computes_nothing_and_gives_the_same_bytes(tiny):
    name, cache, reports, folder = tiny
    stored = {path: path.stat().st_mtime_ns for path in cache.glob("units/??/*/record.json")}
    before, records = results(folder), (folder / "records.jsonl").read_bytes()
    said = helpers("run", name, cache, reports)
    assert not re.search(r"^ *[\d.]+ s  ", said, re.MULTILINE)
    assert {path: path.stat().st_mtime_ns for path in cache.glob("units/??/*/record.json")} == stored
    assert results(folder) == before and (folder / "records.jsonl").read_bytes() == records


def test_redrawn_from_the_records_alone(tiny, tmp_path):
    name, _, _, folder = tiny
    own = tmp_path / "reports" / "custom" / name
    own.mkdir(parents=True)
    (own / "records.jsonl").write_bytes((folder / "records.jsonl").read_bytes())
    helpers("report", name, tmp_path / "cache", tmp_path / "reports")
    redrawn = tmp_path / "reports" / "custom" / name
    assert results(redrawn) == results(folder) and verdicts(redrawn) == verdicts(folder)
    assert (redrawn / "claims.csv").read_bytes() == (folder / "claims.csv").read_bytes()
    assert not list((tmp_path / "cache").glob("units/**/*.json"))


@pytest.mark.parametrize("name", catalogue.names())
def test_the_committed_notebook_is_clean(name):
    notebook = nbformat.read(notebook_path(name), as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
    assert notebook.cells[0].cell_type == "markdown" and "parameters" in notebook.cells[1].metadata["tags"]
    shown = {found for cell in notebook.cells if cell.cell_type == "code" for found in re.findall(r'paper\.(?:show|figure)\("(\w+)"\)', cell.source)}
    assert shown == {item.name for item in catalogue.find(name).items}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not re.search(r"\b(def|for|while|plt)\b", cell.source)
