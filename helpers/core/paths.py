"""The places the suite reads and writes; no other module builds one of these paths."""

import os
from pathlib import Path

from helpers.core.errors import UserError

PROFILES = ("quick", "cpu", "paper")
ROOT = Path(__file__).resolve().parents[2]


def data_folder(given: str | Path | None = None) -> Path | None:
    """Folder of the data sets: `given`, or HELPERS_DATA, or None. UserError if it is named and not there."""
    name = given or os.environ.get("HELPERS_DATA")
    if not name:
        return None
    folder = Path(name).expanduser().resolve()
    if not folder.is_dir():
        raise UserError(f"The data folder {folder} does not exist.")
    return folder


def cache_folder(given: str | Path | None = None) -> Path:
    """Folder of the cache: `given`, or HELPERS_CACHE, or .cache beside the package."""
    return Path(given or os.environ.get("HELPERS_CACHE") or ROOT / ".cache").expanduser().resolve()


def reports_folder(given: str | Path | None = None) -> Path:
    """Folder of the reports: `given`, or HELPERS_REPORTS, or reports/ beside the package."""
    return Path(given or os.environ.get("HELPERS_REPORTS") or ROOT / "reports").expanduser().resolve()


def notebook_path(paper: str) -> Path:
    """The paper's notebook as it is committed."""
    return ROOT / "notebooks" / f"{paper}.ipynb"


def device_name(wanted: str = "auto") -> str:
    """ "cpu" or "cuda"; "auto" takes the GPU where there is one. UserError if a GPU is asked for where none is."""
    import torch

    if wanted not in ("auto", "cpu", "cuda"):
        raise UserError(f"A device is one of auto, cpu, cuda, got {wanted!r}.")
    if wanted == "cuda" and not torch.cuda.is_available():
        raise UserError("A GPU was asked for (device cuda), but there is none that torch can use.")
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return wanted
