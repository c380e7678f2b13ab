"""Attacks and a training step against the passes they cannot do without."""

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from helpers.attacks.adv_alpha import adv_alpha
from helpers.attacks.deepfool import deepfool
from helpers.attacks.fast_gradient import fast_gradient, material
from helpers.attacks.linearised import linearised
from helpers.attacks.pgd import pgd
from helpers.attacks.sweep import sweep
from helpers.core.model import predict
from helpers.runner.bench.passes import Pass, Recorder, backwards_per_image, described, replay
from helpers.runner.bench.table import Row, Side, make_row
from helpers.runner.bench.timing import Plan, interleaved
from helpers.training.perturbed_input import perturbed_input

L2, LINF = 1.5, 0.1
BUDGETS = [0.2 * count for count in range(1, 21)]


@dataclass(frozen=True)
class Case:
    """`run(model)` is ours; `passes` what it needs, None for those it was seen to make (an iterated attack)."""

    what: str
    ours: str
    run: Callable[[nn.Module], object]
    passes: tuple[Pass, ...] | None
    target: float = 1.1


def attack_cases(images: Tensor, labels: Tensor) -> list[Case]:
    """The attacks on one batch (b, ...), and the passes each needs."""
    batch = len(images)
    gradient, nine, answer = Pass(batch, 1, "images"), Pass(batch, 9, "images"), Pass(batch)
    given = images, labels

    def swept(model: nn.Module) -> Tensor:
        return sweep(model, *given, material(model, *given, norm=2), BUDGETS)

    cases = [
        Case("FGM l2", "fast_gradient", lambda m: fast_gradient(m, *given, norm=2, budget=L2), (gradient,)),
        Case("FGSM", "fast_gradient", lambda m: fast_gradient(m, *given, norm=math.inf, budget=LINF), (gradient,)),
        Case("FGM l2 and success", "fast_gradient",
             lambda m: fast_gradient(m, *given, norm=2, budget=L2).success, (gradient, answer)),
        Case("FGSM and success", "fast_gradient",
             lambda m: fast_gradient(m, *given, norm=math.inf, budget=LINF).success, (gradient, answer)),
        Case("sweep of 20 budgets", "sweep", swept, (gradient, *[answer] * len(BUDGETS))),
        Case("Adv_Alpha l2", "adv_alpha", lambda m: adv_alpha(m, *given, norm=2, budget=L2), (nine,)),
        Case("Algorithm 1-10 linf", "linearised",
             lambda m: linearised(m, *given, norm=math.inf, budget=LINF, steps=10), (nine,) * 10, 1.15),
        Case("PGD linf, 10 steps", "pgd", lambda m: pgd(m, *given, budget=LINF, step=LINF / 5, steps=10), None),
    ]  # fmt: skip
    return [replace(case, what=f"{case.what}, batch {batch}") for case in cases]


def deepfool_case(images: Tensor, labels: Tensor) -> Case:
    """At most 5 steps of DeepFool on one batch."""
    what = f"DeepFool l2, 5 steps, batch {len(images)}"
    return Case(what, "deepfool", lambda model: deepfool(model, images, labels, norm=2, steps=5), None)


def training_case(images: Tensor, labels: Tensor, network: str, target: float) -> Case:
    """A step of LWA up to the weight gradients; the optimiser's update is no part of either side."""
    batch = len(images)

    def step(model: nn.Module) -> None:
        loss = perturbed_input(model, images, labels, radius=L2)
        model.zero_grad(set_to_none=True)
        loss.backward()

    passes = Pass(batch, 1, "images"), Pass(batch, 1, "weights")
    return Case(f"LWA step, {network}, batch {batch}", "perturbed_input", step, passes, target)


def measured(case: Case, model: nn.Module, bare: nn.Module, images: Tensor, plan: Plan) -> Row:
    """Time a case on `model` against its passes on `bare`, the same network."""
    recorder = Recorder(model)
    case.run(recorder)
    passes = recorder.passes if case.passes is None else case.passes
    seeds = torch.randn(predict(bare, images).shape, generator=torch.Generator().manual_seed(0))
    seconds = interleaved({"ours": lambda: case.run(model), "other": lambda: replay(bare, images, passes, seeds)}, plan)
    ours = Side(case.ours, seconds["ours"], backwards_per_image(recorder.passes, len(images)))
    other = Side(described(passes), seconds["other"], backwards_per_image(passes, len(images)))
    return make_row(case.what, ours, other, case.target, len(images))


def bare_rows(
    lenet: nn.Module,
    mlp: nn.Module,
    images: Tensor,
    labels: Tensor,
    plan: Plan,
    *,
    batches: tuple[int, ...] = (200, 500),
    training_batch: int = 100,
) -> Iterator[Row]:
    """One row per attack and batch size, DeepFool at the first size, then one row per network trained.

    images (n, 1, 28, 28) in [0, 1], labels (n,); the first so many are used.
    """
    frozen = copy.deepcopy(lenet).eval().requires_grad_(False)
    for batch in batches:
        chosen = images[:batch]
        cases = attack_cases(chosen, labels[:batch])
        if batch == batches[0]:
            cases.append(deepfool_case(chosen, labels[:batch]))
        for case in cases:
            yield measured(case, lenet, frozen, chosen, plan)
    chosen = images[:training_batch]
    for name, network, target in (("LeNet", lenet, 1.15), ("MLP 100x100", mlp, 1.35)):
        learner = copy.deepcopy(network).train()
        yield measured(training_case(chosen, labels[:training_batch], name, target), learner, learner, chosen, plan)
