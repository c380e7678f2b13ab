"""Our attacks against the libraries', on one trained network and the images it classifies correctly."""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from helpers.attacks.deepfool import deepfool
from helpers.attacks.fast_gradient import fast_gradient
from helpers.attacks.fast_minimum_norm import fast_minimum_norm
from helpers.attacks.pgd import pgd
from helpers.core.errors import UserError
from helpers.core.model import predict
from helpers.core.norms import norm
from helpers.runner.bench.libraries import LIBRARIES, OVERSHOOT, Attack, Library, Task
from helpers.runner.bench.passes import Recorder, backwards_per_image
from helpers.runner.bench.table import Row, Side, make_row
from helpers.runner.bench.timing import Plan, interleaved

BATCH = 200
OURS = "ours"


@dataclass(frozen=True)
class Contest:
    """One task on the first `images` images, for the libraries named (by module)."""

    what: str
    task: Task
    target: float
    images: int
    modules: tuple[str, ...]


def contests(one_step: int = 1000, many_steps: int = 500, minimal: int = 50, single: int = 20) -> list[Contest]:
    """The tasks; a one-step attack, or FMN, is the same passes everywhere, so its target leaves room for noise.

    `single`: images for the library whose DeepFool takes them one at a time.
    """
    batched = tuple(library.module for library in LIBRARIES)
    others = tuple(module for module in batched if module not in ("foolbox", "torchattacks"))
    found = []
    for p, budget, title in ((math.inf, 0.1, "FGSM linf 0.1"), (2, 1.5, "FGM l2 1.5")):
        found.append(Contest(title, Task("fast gradient", p, budget), 1.1, one_step, batched))
    for p, budget, title in ((math.inf, 0.1, "PGD linf 0.1"), (2, 1.5, "PGD l2 1.5")):
        task = Task("PGD", p, budget, step=budget / 5, steps=10)
        found.append(Contest(f"{title}, 10 steps", task, 1.0, many_steps, batched))
    for p, title in ((2, "DeepFool l2"), (math.inf, "DeepFool linf")):
        task = Task("DeepFool", p, steps=50)
        found += [Contest(title, task, 0.25, minimal, ("foolbox",)), Contest(title, task, 1.0, minimal, others)]
    for p, title in ((2, "FMN l2"), (math.inf, "FMN linf")):
        found.append(Contest(f"{title}, 100 steps", Task("FMN", p, steps=100), 1.1, minimal, ("foolbox", "adv_lib")))
    found.append(Contest("DeepFool l2, one at a time", Task("DeepFool", 2, steps=50), 1.0, single, ("torchattacks",)))
    return found


def our_attack(model: nn.Module, task: Task) -> tuple[str, Attack]:
    """The name and the attack of this package that does `task`."""
    if task.method == "DeepFool":
        name, run = "deepfool", partial(deepfool, norm=task.norm, steps=task.steps, overshoot=OVERSHOOT)
    elif task.method == "FMN":
        name, run = "fast_minimum_norm", partial(fast_minimum_norm, norm=task.norm, steps=task.steps)
    elif task.method == "PGD":
        name, run = "pgd", partial(pgd, norm=task.norm, budget=task.budget, step=task.step, steps=task.steps)
    elif task.method == "fast gradient":
        name, run = "fast_gradient", partial(fast_gradient, norm=task.norm, budget=task.budget)
    else:
        raise UserError(f"No attack is named for the task {task.method!r}.")
    return name, lambda images, labels: run(model, images, labels).images


def in_batches(attack: Attack, images: Tensor, labels: Tensor) -> Tensor:
    """The attack on batches of BATCH images, every side alike."""
    parts = zip(images.split(BATCH), labels.split(BATCH), strict=True)
    return torch.cat([attack(x, y).detach() for x, y in parts])


def quality(model: nn.Module, make: Callable[[nn.Module], Attack], images: Tensor, labels: Tensor, p: float) -> dict:
    """Success share, mean l_p norm of the successful and backward passes per image, all measured from outside."""
    recorder = Recorder(model)
    moved = in_batches(make(recorder), images, labels)
    fooled = predict(model, moved).argmax(1) != labels
    sizes = norm(moved - images, p)[fooled]
    return {
        "success": float(fooled.double().mean()),
        "mean_norm": float(sizes.mean()) if len(sizes) else None,
        "gradient_evaluations": backwards_per_image(recorder.passes, len(images)),
    }


def as_good(ours: Side, other: Side, task: Task) -> bool:
    """Our success is at most 0.01 lower and, where the least norm is looked for, our norm at most 0.5 % larger."""
    if ours.success < other.success - 0.01:
        return False
    if not task.least or other.mean_norm is None:
        return True
    return ours.mean_norm is not None and ours.mean_norm <= 1.005 * other.mean_norm


def library_rows(
    network: nn.Module,
    images: Tensor,
    labels: Tensor,
    plan: Plan,
    say: Callable[[str], None],
    *,
    tasks: Sequence[Contest] | None = None,
    libraries: Sequence[Library] = LIBRARIES,
) -> Iterator[Row]:
    """Rows of the libraries that are installed; `say` is told of those left out and why.

    images (n, 1, 28, 28) in [0, 1], labels (n,): those that `network` does not classify as labelled are left out.
    """
    model = copy.deepcopy(network).eval().requires_grad_(False)
    right = predict(model, images).argmax(1) == labels
    images, labels = images[right], labels[right]
    present = []
    for library in libraries:
        why = library.missing()
        if why:
            say(f"{library.distribution}: {why}, its rows are left out.")
        else:
            present.append(library)
    for contest in contests() if tasks is None else tasks:
        chosen = [library for library in present if library.module in contest.modules]
        yield from _contest(contest, chosen, model, images[: contest.images], labels[: contest.images], plan, say)


def _contest(
    contest: Contest,
    libraries: Sequence[Library],
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    plan: Plan,
    say: Callable[[str], None],
) -> Iterator[Row]:
    """The rows of one task, all its sides timed in turns."""
    task, sides, ways = contest.task, {}, {}
    for library in libraries:
        name, make = library.distribution, partial(library.attack, task=task, batch=BATCH)
        try:
            attack = make(model)
            if attack is not None:
                sides[name] = quality(model, make, images, labels, task.norm)
                ways[name] = partial(in_batches, attack, images, labels)
        except Exception as error:  # other people's code: its failure must not cost the other rows
            say(f"{contest.what}: {name} is left out: {type(error).__name__}: {error}")
    if not ways:
        return
    name, attack = our_attack(model, task)
    found = quality(model, lambda recorded: our_attack(recorded, task)[1], images, labels, task.norm)
    seconds = interleaved({OURS: partial(in_batches, attack, images, labels), **ways}, plan)
    ours = Side(name, seconds[OURS], **found)
    for library, measured in sides.items():
        other = Side(library, seconds[library], **measured)
        yield make_row(
            contest.what, ours, other, contest.target, len(images), distributions=[library],
            as_good=as_good(ours, other, task),
        )  # fmt: skip
