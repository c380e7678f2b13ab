"""A notebook run without a person: papermill, then a page."""

import logging
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from helpers.core.errors import UserError
from helpers.core.files import write_text
from helpers.core.paths import notebook_path
from helpers.report.notebook_html import to_html
from helpers.runner.study import Study

log = logging.getLogger(__name__)
TIMEOUT = 3600
"""Seconds that one cell may take; papermill itself sets no limit."""


def execute(study: Study) -> Path:
    """Run the paper's notebook into the study's folder (notebook.ipynb, notebook.html) and return the page's path.

    The places travel as environment variables, so that no path stands in the executed notebook.
    """
    source = notebook_path(study.paper.name)
    if not source.exists():
        raise UserError(f"The notebook {source} does not exist.")
    study.folder.mkdir(parents=True, exist_ok=True)
    # papermill would write a tuple as a text.
    changed = {name: list(value) if isinstance(value, tuple) else value for name, value in study.changed.items()}
    parameters = {**untouched(source, study), "profile": study.profile, **changed}
    check_parameters(source, parameters)
    places = {
        "HELPERS_OUT": str(study.folder), "HELPERS_CACHE": str(study.desk.cache_folder), "HELPERS_DEVICE": study.desk.device,
        "HELPERS_DATA": str(study.desk.data or ""), "HELPERS_REDRAW": "1" if study.redraw else "",
        "HELPERS_ACCEPT_STALE": "1" if study.desk.accept_stale else "", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in places}
    os.environ.update(places)
    made = study.folder / "notebook.ipynb"
    unfinished = made.with_name(".notebook.unfinished.ipynb")
    # The manifest marks the folder as ours from the start.
    if not (study.folder / "manifest.json").exists():
        write_text(study.folder / "manifest.json", "{}\n")
    try:
        # papermill formats the output path, so braces in a folder's name are doubled.
        papermill.execute_notebook(
            str(source), str(unfinished).replace("{", "{{").replace("}", "}}"), parameters, kernel_name="python3",
            progress_bar=False, execution_timeout=TIMEOUT, start_timeout=120, request_save_on_cell_execute=False,
        )  # fmt: skip
        _tidy(unfinished, made)
    except PapermillExecutionError as error:
        raise UserError(f"The notebook of {study.paper.name} stopped in cell {error.cell_index}: {error.evalue}") from error
    finally:
        unfinished.unlink(missing_ok=True)
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
    page = made.with_suffix(".html")
    to_html(made, page)
    return page


def untouched(source: Path, study: Study) -> dict[str, None]:
    """None for every setting of the notebook's `parameters` cell: what a reader has left there is not this run's."""
    known = papermill.inspect_notebook(str(source))
    settings = {field.name for field in fields(study.paper.settings)} & set(known)
    for name in sorted(settings):
        if known[name]["default"] != "None" and name not in study.changed:
            log.warning("%s = %s in %s is left out; use --set.", name, known[name]["default"], source.name)
    return dict.fromkeys(sorted(settings))


def check_parameters(source: Path, parameters: dict[str, Any]) -> None:
    """UserError if a name is not among the literals of the notebook's `parameters` cell (papermill only warns)."""
    known = papermill.inspect_notebook(str(source))
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise UserError(f"{source.name} has no parameter {unknown[0]!r}; there are: {', '.join(sorted(known))}.")


def _passing(output: NotebookNode) -> bool:
    """Progress and warnings of the machine at hand, and widgets, which need a kernel; their static pictures stay."""
    return output.get("name") == "stderr" or "application/vnd.jupyter.widget-view+json" in output.get("data", {})


def _tidy(executed: Path, made: Path) -> None:
    """Keep what a reader needs: no timings, no paths, no counters that differ from run to run."""
    notebook = nbformat.read(executed, as_version=4)
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _passing(output)]
    write_text(made, nbformat.writes(notebook) + "\n")
