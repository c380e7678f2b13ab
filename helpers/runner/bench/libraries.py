"""The same attacks by independent libraries, each optional; how to install them stands in the package's docstring.

Every library is called in the fastest way it offers: the attack itself, without its own check of success, on a frozen
network in evaluation mode. Labels, steps, step size, budget and pixel box are as ours, without a random start. What
still differs is the library's own: ours stop with a sample once its label is left, so that the mean norm of PGD is
smaller; theirs take every step (adv-lib keeps the last success), and a DeepFool may walk its finished samples on.
"""

import importlib.util
import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import torch
from torch import Tensor, nn

Attack = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Task:
    """What an attack is asked: `method` "fast gradient", "PGD", or without budget and step "DeepFool" or "FMN"."""

    method: str
    norm: float
    budget: float = 0.0
    step: float = 0.0
    steps: int = 1

    @property
    def kind(self) -> str:
        """The norm's name: l2 or linf."""
        return "linf" if math.isinf(self.norm) else "l2"

    @property
    def least(self) -> bool:
        """The least norm is looked for."""
        return self.method in ("DeepFool", "FMN")


OVERSHOOT = 0.02
SHAPE, CLASSES = (1, 28, 28), 10


def foolbox(model: nn.Module, task: Task, batch: int) -> Attack | None:
    """All of them."""
    import foolbox as library

    bounded = library.PyTorchModel(model, bounds=(0, 1))
    attacks, l2 = library.attacks, task.kind == "l2"
    if task.method == "DeepFool":
        kind = attacks.L2DeepFoolAttack if l2 else attacks.LinfDeepFoolAttack
        attack = kind(steps=task.steps, overshoot=OVERSHOOT, candidates=None)
        return lambda images, labels: attack.run(bounded, images, labels)
    if task.method == "FMN":
        attack = (attacks.L2FMNAttack if l2 else attacks.LInfFMNAttack)(steps=task.steps)
        return lambda images, labels: attack.run(bounded, images, labels)
    if task.method == "PGD":
        kind = attacks.L2ProjectedGradientDescentAttack if l2 else attacks.LinfProjectedGradientDescentAttack
        attack = kind(abs_stepsize=task.step, steps=task.steps, random_start=False)
    elif task.method == "fast gradient":
        attack = (attacks.L2FastGradientAttack if l2 else attacks.LinfFastGradientAttack)(random_start=False)
    else:
        return None
    return lambda images, labels: attack.run(bounded, images, labels, epsilon=task.budget)


def torchattacks(model: nn.Module, task: Task, batch: int) -> Attack | None:
    """Not the fast gradient in l2, not DeepFool in linf, no FMN. DeepFool takes one image at a time."""
    import torchattacks as library

    l2, random = task.kind == "l2", {"random_start": False}
    if task.method == "DeepFool":
        return library.DeepFool(model, steps=task.steps, overshoot=OVERSHOOT) if l2 else None
    if task.method == "PGD":
        kind = library.PGDL2 if l2 else library.PGD
        return kind(model, eps=task.budget, alpha=task.step, steps=task.steps, **random)
    if task.method == "fast gradient":
        return None if l2 else library.FGSM(model, eps=task.budget)
    return None


def adv_lib(model: nn.Module, task: Task, batch: int) -> Attack | None:
    """DeepFool and FMN in both norms, PGD in linf. Its DeepFool overshoots at every step, as torchattacks' does."""
    from adv_lib import attacks as library

    if task.method == "DeepFool":
        return lambda images, labels: library.df(
            model, images, labels, steps=task.steps, overshoot=OVERSHOOT, norm=task.norm
        )
    if task.method == "FMN":
        return lambda images, labels: library.fmn(model, images, labels, norm=task.norm, steps=task.steps)
    if task.method == "PGD" and task.kind == "linf":
        return lambda images, labels: library.pgd_linf(
            model, images, labels, task.budget, steps=task.steps, random_init=False, absolute_step_size=task.step
        )
    return None


def cleverhans(model: nn.Module, task: Task, batch: int) -> Attack | None:
    """The fast gradient and PGD in both norms."""
    from cleverhans.torch.attacks.fast_gradient_method import fast_gradient_method
    from cleverhans.torch.attacks.projected_gradient_descent import projected_gradient_descent

    box = {"clip_min": 0.0, "clip_max": 1.0}
    if task.method == "fast gradient":
        return lambda images, labels: fast_gradient_method(model, images, task.budget, task.norm, y=labels, **box)
    if task.method == "PGD":
        return lambda images, labels: projected_gradient_descent(
            model, images, task.budget, task.step, task.steps, task.norm, y=labels, rand_init=False,
            sanity_checks=False, **box,
        )  # fmt: skip
    return None


def toolbox(model: nn.Module, task: Task, batch: int) -> Attack | None:
    """The fast gradient and PGD in both norms, DeepFool in l2, in numpy, with our overshoot."""
    from art.attacks import evasion
    from art.estimators.classification import PyTorchClassifier

    classifier = PyTorchClassifier(
        model, nn.CrossEntropyLoss(), input_shape=SHAPE, nb_classes=CLASSES, clip_values=(0.0, 1.0), device_type="cpu"
    )
    if task.method == "DeepFool":
        if task.kind != "l2":
            return None
        attack = evasion.DeepFool(
            classifier, max_iter=task.steps, epsilon=OVERSHOOT, nb_grads=CLASSES, batch_size=batch, verbose=False
        )
    elif task.method == "PGD":
        attack = evasion.ProjectedGradientDescentPyTorch(
            classifier, norm=task.norm, eps=task.budget, eps_step=task.step, max_iter=task.steps, batch_size=batch,
            verbose=False,
        )  # fmt: skip
    elif task.method == "fast gradient":
        attack = evasion.FastGradientMethod(classifier, norm=task.norm, eps=task.budget, batch_size=batch)
    else:
        return None
    return lambda images, labels: torch.from_numpy(attack.generate(images.numpy(), labels.numpy()))


@dataclass(frozen=True)
class Library:
    """`module` is looked for, `distribution` is its name in the registry; `attack(model, task, batch)` or None."""

    module: str
    distribution: str
    attack: Callable[[nn.Module, Task, int], Attack | None]

    def missing(self) -> str | None:
        """Why it cannot be used, or None."""
        try:
            # The name of the module alone would not do: other packages are called "art" too.
            version(self.distribution)
        except PackageNotFoundError:
            return "not installed"
        return None if importlib.util.find_spec(self.module) else "not installed"


LIBRARIES = (
    Library("foolbox", "foolbox", foolbox),
    Library("torchattacks", "torchattacks", torchattacks),
    Library("adv_lib", "adv-lib", adv_lib),
    Library("cleverhans", "cleverhans", cleverhans),
    Library("art", "adversarial-robustness-toolbox", toolbox),
)
