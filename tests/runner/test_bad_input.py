"""What the command line does with bad input: one sentence, exit status 2, finished work untouched."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from helpers.runner.execute import Desk, run_here


def snapshot(folder):
    """Every file below a folder with its bytes and the time it was written."""
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def finished(small_units, tmp_path_factory):
    """A cache with a network and an attack in it."""
    cache = tmp_path_factory.mktemp("finished")
    assert not run_here(Desk(None, cache), small_units(1, epochs=1), lambda *line: None)
    return cache


@pytest.fixture
def refused(call, tmp_path, finished):
    """Run a command that must be refused: its sentence. A finished unit and a report lie there before and after."""
    shutil.copytree(finished, tmp_path / "cache")
    report = tmp_path / "reports" / "quick" / "strong_adversary"
    report.mkdir(parents=True)
    (report / "manifest.json").write_text("{}\n")
    (report / "claims.csv").write_text("id,statement\n")

    def run(*arguments, status=2):
        before = snapshot(tmp_path / "cache" / "units"), snapshot(tmp_path / "reports")
        assert before[0] and before[1]
        found, said = call(*arguments)
        assert found == status, said
        assert (snapshot(tmp_path / "cache" / "units"), snapshot(tmp_path / "reports")) == before
        lines = [line for line in said.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1 and said.rstrip().endswith(lines[0]) and "Traceback" not in said
        return lines[0].removeprefix("error: ")

    return run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "--paper", "weak_adversary"), "weak_adversary"),
        (("plan", "--profile", "fast"), "There is no profile 'fast'; there are: quick, cpu, paper."),
        (("run", "--set", "sedes=3"), "has no parameter 'sedes'"),
        (("run", "--set", "seeds=three"), "Parameter seeds = 'three' of convex_programming: input should be a valid integer"),
        (("run", "--set", "budget=8/255"), "Parameter budget = '8/255' of strong_adversary: input should be a valid number"),
        (("run", "--set", "budget=NaN"), "Parameter budget"),
        (("run", "--set", "budget=-1"), "greater than 0"),
        (("run", "--paper", "strong_adversary", "--set", "full=true"), "strong_adversary has no parameter 'full'"),
        (("run", "--set", "seeds"), "--set needs name=value, got 'seeds'."),
        (("run", "--set", "mnist=imagenet"), "The data set 'imagenet' is not at hand; give its folder with --data or HELPERS_DATA."),
        (("run", "--device", "tpu"), "A device is one of auto, cpu, cuda, got 'tpu'."),
        (("report", "--profile", "cpu", "--paper", "strong_adversary"), "; run it first: python -m helpers run --profile cpu"),
        (("report", "--profile", "quick", "--against", "/nowhere/at/all"), "There are no tables in "),
        (("export", "no such network", "weights"), "No trained network's label contains 'no such network'"),
        (("export", "MLP LWA 200x200, c 1.7, 20 epochs, seed 0", "weights"), "is not in the cache; train it first"),
        (("data", "--data", "/nowhere/at/all"), "The data folder /nowhere/at/all does not exist."),
        (("run", "--data", "/nowhere/at/all"), "The data folder /nowhere/at/all does not exist."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_one_sentence(arguments, message, refused):
    assert message in refused(*arguments)


def test_unknown_option_and_command(call):
    for arguments in (("run", "--profil", "quick"), ("reproduce",)):
        status, said = call(*arguments)
        assert status == 2 and "No such" in said


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_asked_for_where_none_is(refused):
    assert refused("run", "--device", "cuda") == "A GPU was asked for (device cuda), but there is none that torch can use."


def test_a_taken_output_folder(refused, tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "thesis.tex").write_text("mine")
    said = refused("run", "--paper", "strong_adversary", "--out", taken)
    assert said == f"The output folder {taken} is taken: it holds something that is not a report."
    assert snapshot(taken)[taken / "thesis.tex"][0] == b"mine"
    said = refused("run", "--paper", "strong_adversary", "--out", taken / "thesis.tex")
    assert "is taken" in said


def write_mnist(folder, cut=0):
    """MNIST's four files with 20 images each; the last `cut` bytes of the test images are missing."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    random = np.random.RandomState(0)
    for prefix in ("train", "t10k"):
        for kind, array in (("images-idx3", random.randint(0, 256, (20, 28, 28))), ("labels-idx1", np.arange(20) % 10)):
            content = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">i4").tobytes() + array.astype(np.uint8).tobytes()
            if cut and (prefix, kind) == ("t10k", "images-idx3"):
                content = content[:-cut]
            (raw / f"{prefix}-{kind}-ubyte.gz").write_bytes(gzip.compress(content))
    return raw / "t10k-images-idx3-ubyte.gz"


def test_cut_data_names_the_file(refused, tmp_path):
    cut = write_mnist(tmp_path / "data", cut=100)
    assert str(cut) in refused("data", "--data", tmp_path / "data")
    assert str(cut) in refused("run", "--profile", "cpu", "--data", tmp_path / "data")
    cut.write_bytes(cut.read_bytes()[:50])
    assert str(cut) in refused("data", "--data", tmp_path / "data")


def test_damaged_records_name_the_line(refused, call, tmp_path):
    records = tmp_path / "reports" / "quick" / "strong_adversary" / "records.jsonl"
    records.write_text('{"identity": "a", "checksum": "b"}\n')
    assert refused("report", "--paper", "strong_adversary") == f"Line 1 of {records} is damaged: its checksum does not fit."


def test_no_scheduler(refused, monkeypatch):
    import distributed

    def nobody(*arguments, **more):
        raise OSError("Timed out")

    monkeypatch.setattr(distributed, "Client", nobody)
    said = refused("run", "--units-only", "--scheduler", "tcp://127.0.0.1:9")
    assert said == "No Dask scheduler answers at tcp://127.0.0.1:9."


def test_an_interrupt_keeps_what_is_finished(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HELPERS_")}
    places = {"HELPERS_CACHE": str(tmp_path / "cache"), "HELPERS_REPORTS": str(tmp_path / "reports"), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "helpers", "run", "--units-only", "--workers", "1"], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment | places,
        # Started in the background, a shell's child would ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    for _ in range(1200):
        if list((tmp_path / "cache").glob("units/??/*/record.json")):
            break
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.strip().endswith("interrupted; finished units are kept, run the same command again to go on")
    assert list((tmp_path / "cache").glob("units/??/*/record.json"))


def test_memory_of_the_gpu_runs_out(small_units, tmp_path, monkeypatch, caplog):
    """The batch is halved until it fits, with a warning, and the bits are those of the whole batch."""
    from helpers.units import attack as module

    units = small_units(1, epochs=1)
    whole, halved = Desk(None, tmp_path / "whole"), Desk(None, tmp_path / "halved")
    assert not run_here(whole, units, lambda *line: None)
    original, sizes = module._batch, []

    def small_memory(settings, model, source, x, y, ids):
        sizes.append(len(x))
        if len(x) > 30:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return original(settings, model, source, x, y, ids)

    monkeypatch.setattr(module, "_batch", small_memory)
    assert not run_here(halved, units, lambda *line: None)
    assert "GPU memory is short: going on with batches of" in caplog.text
    assert max(sizes[-4:]) <= 31 and sizes[0] == 100
    for name in ("clean", "correct"):
        assert np.array_equal(whole.result(units[1]).value.arrays[name], halved.result(units[1]).value.arrays[name])


def test_weights_that_do_not_fit(small_units, tmp_path):
    from helpers.core.errors import UserError
    from helpers.units.networks import build

    settings = small_units(1)[0].settings
    with pytest.raises(UserError, match="The weights do not fit the network mlp: "):
        build(settings, "cpu", {"network.0.weight": torch.zeros(2, 2)})
