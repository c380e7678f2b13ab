"""The benchmark runs and yields its rows; nothing is asserted on seconds."""

import csv
from collections.abc import Sequence
from dataclasses import fields

import pytest
import torch

from helpers.attacks.deepfool import deepfool
from helpers.core.errors import UserError
from helpers.core.model import PixelModel
from helpers.core.seeds import generator
from helpers.networks.lenet_tanh import lenet_tanh
from helpers.networks.mlp import mlp
from helpers.runner.bench.against import Contest, as_good, contests, library_rows, our_attack
from helpers.runner.bench.bare import attack_cases, bare_rows, training_case
from helpers.runner.bench.libraries import Library, Task
from helpers.runner.bench.passes import Pass, Recorder, backwards_per_image, described, replay
from helpers.runner.bench.table import Row, Side, heading, make_row, printed, write_csv
from helpers.runner.bench.timing import Plan, interleaved

ONCE = Plan(repeats=1, seconds=0)
ATTACKS = (
    "FGM l2", "FGSM", "FGM l2 and success", "FGSM and success", "sweep of 20 budgets", "Adv_Alpha l2",
    "Algorithm 1-10 linf", "PGD linf, 10 steps",
)  # fmt: skip


@pytest.fixture(scope="module")
def networks():
    return PixelModel(lenet_tanh(generator(0, "lenet"))).eval(), PixelModel(mlp(generator(0, "mlp"))).eval()


@pytest.fixture(scope="module")
def batch():
    return torch.rand(6, 1, 28, 28, generator=generator(0, "images")), torch.arange(6)


@pytest.fixture(scope="module")
def rows(networks, batch):
    return list(bare_rows(*networks, *batch, ONCE, batches=(4, 6), training_batch=3))


def test_every_bare_row_is_there(rows):
    wanted = [f"{name}, batch {size}" for size in (4, 6) for name in ATTACKS]
    wanted.insert(len(ATTACKS), "DeepFool l2, 5 steps, batch 4")
    assert [row.what for row in rows] == [*wanted, "LWA step, LeNet, batch 3", "LWA step, MLP 100x100, batch 3"]
    assert [row.target for row in rows[-2:]] == [1.15, 1.35]
    assert all(row.target == (1.15 if "Algorithm 1-10" in row.what else 1.1) for row in rows[:-2])
    assert all(row.ratio > 0 and row.holds in ("yes", "no") and row.repeats == 1 for row in rows)


def test_ours_makes_the_passes_of_the_other_side_and_no_more(rows, networks, batch):
    assert all(row.gradient_evaluations_ours == row.gradient_evaluations_other for row in rows)
    cases = [(networks[0], case) for case in attack_cases(*batch)]
    cases += [(network, training_case(*batch, "any", 1.0)) for network in networks]
    for network, case in cases:
        recorder = Recorder(network)
        case.run(recorder)
        assert case.passes is None or recorder.passes == case.passes, case.what
        network.zero_grad(set_to_none=True)


def test_a_replay_makes_the_passes_it_is_given(networks, batch):
    passes = (Pass(6, 2, "images"), Pass(2), Pass(3, 1, "weights"), Pass(4, 0, "images"))
    recorder = Recorder(networks[0])
    replay(recorder, batch[0], passes, torch.ones(6, 10))
    assert recorder.passes == passes
    assert backwards_per_image(passes, 6) == (12 + 3) / 6
    assert described(passes) == "4 forward, 3 backward"
    assert all(weight.grad is None for weight in networks[0].parameters())


def test_counts_from_outside_agree_with_the_attack(networks, batch):
    images = batch[0]
    labels = networks[0](images).argmax(1)
    recorder = Recorder(networks[0])
    found = deepfool(recorder, images, labels, norm=2, steps=5)
    assert backwards_per_image(recorder.passes, len(images)) == float(found.gradient_evaluations.double().mean())


def test_sides_take_turns():
    calls = []
    seconds = interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, Plan(repeats=3, seconds=0))
    assert "".join(calls) == "abababab"
    assert {name: len(values) for name, values in seconds.items()} == {"a": 3, "b": 3}


def test_rows_are_written_and_printed(rows, tmp_path):
    write_csv(rows, tmp_path / "made" / "bench.csv")
    with (tmp_path / "made" / "bench.csv").open() as file:
        read = list(csv.DictReader(file))
    assert list(read[0]) == [field.name for field in fields(Row)]
    assert [row["what"] for row in read] == [row.what for row in rows]
    assert read[0]["success_ours"] == "" and float(read[0]["ratio"]) > 0 and "torch" in read[0]["versions"]
    assert heading().startswith("what") and "LWA step" in printed(rows[-1])


def library(attack, distribution: str = "torch") -> Library:
    return Library("torch", distribution, attack)


def run(networks, batch, libraries: Sequence[Library], task: Task = Task("fast gradient", 2, 0.5)):  # noqa: B008
    said = []
    images, labels = batch[0], networks[0](batch[0]).argmax(1)
    tasks = [Contest("a task", task, 1.1, 4, ("torch",))]
    return list(library_rows(networks[0], images, labels, ONCE, said.append, tasks=tasks, libraries=libraries)), said


def test_a_library_that_does_the_same_gets_the_same_numbers(networks, batch):
    (row,), said = run(networks, batch, [library(lambda model, task, batch: our_attack(model, task)[1])])
    assert not said and row.images == 4 and row.other == "torch"
    assert (row.success_ours, row.mean_norm_ours) == (row.success_other, row.mean_norm_other)
    assert row.gradient_evaluations_ours == row.gradient_evaluations_other == 1


def test_libraries_that_are_missing_fail_or_lack_the_attack_are_left_out(networks, batch):
    def broken(model, task, batch):
        raise RuntimeError("no such kernel")

    others = library(None, "no-such-distribution"), library(broken), library(lambda *_, **__: None)
    rows, said = run(networks, batch, others)
    assert not rows
    assert said == [
        "no-such-distribution: not installed, its rows are left out.",
        "a task: torch is left out: RuntimeError: no such kernel",
    ]


def test_a_faster_but_worse_result_does_not_hold():
    def side(success, norm):
        return Side("", [1.0], 1.0, success, norm)

    one_step, deep = Task("fast gradient", 2, 1.0), Task("DeepFool", 2)
    assert as_good(side(0.5, 2.0), side(0.505, 1.0), one_step)
    assert not as_good(side(0.5, 1.0), side(0.6, 1.0), one_step)
    assert as_good(side(1.0, 1.004), side(1.0, 1.0), deep) and not as_good(side(1.0, 1.01), side(1.0, 1.0), deep)
    assert make_row("", side(1.0, 1.0), side(1.0, 1.0), 1.0, 1, as_good=False).holds == "no"


def test_every_contest_has_its_attack_and_another_task_has_none(networks):
    for contest in contests():
        assert our_attack(networks[0], contest.task)[0] in {"deepfool", "fast_gradient", "fast_minimum_norm", "pgd"}
    with pytest.raises(UserError, match="MIM"):
        our_attack(networks[0], Task("MIM", 2, 1.0))
