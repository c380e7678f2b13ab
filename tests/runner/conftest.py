"""Small units, a desk for them, and the command line called in this process."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.runner import cli
from helpers.runner.execute import Desk

SMALL = Path(__file__).with_name("small.py")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in list(os.environ):
        if name.startswith("HELPERS_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def small_units():
    """`units(count, epochs)` of small.py."""
    return runpy.run_path(str(SMALL))["units"]


@pytest.fixture
def desk(tmp_path):
    return Desk(None, tmp_path / "cache")


@pytest.fixture(scope="session")
def start_small():
    """Start small.py in a process of its own on a cache."""

    def start(cache, workers=0):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HELPERS_")}
        return subprocess.Popen(
            [sys.executable, str(SMALL), str(cache), str(workers)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env={**environment, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    return start


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """`python -m helpers ...` in this process: (exit status, what it printed); caches and reports are in tmp_path."""
    monkeypatch.setenv("HELPERS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HELPERS_REPORTS", str(tmp_path / "reports"))

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["helpers", *map(str, arguments)])
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = stop.code
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


@pytest.fixture
def call_with_imports():
    """`python -m helpers ...` in a process of its own: the modules that it imported."""

    def run(*arguments):
        command = [sys.executable, "-X", "importtime", "-m", "helpers", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}

    return run
