"""Which networks are trained how: units by name."""

from typing import Any

import numpy as np

from helpers.papers.convex_programming.settings import Settings
from helpers.training.schedule import Schedule
from helpers.units.given import Given, given
from helpers.units.networks import Train
from helpers.units.train import train
from helpers.units.unit import Unit

NETWORKS = {
    "FCNN": "FCNN (MNIST)",
    "LeNet-5": "LeNet-5 (MNIST)",
    "NIN": "NIN (CIFAR-10)",
    "DenseNet": "DenseNet (CIFAR-10)",
}
"""Short name of a network, and its row of Table I."""

PANELS = {"FCNN": "figure_2a", "LeNet-5": "figure_2b", "NIN": "figure_2c", "DenseNet": "figure_2d"}
LARGEST = {"FCNN": 0.1, "LeNet-5": 0.2, "NIN": 0.03, "DenseNet": 0.01}
"""The last of the ten budgets of each panel; the first is .001."""

AUTHORS = "LeNet-5, authors' weights"
CHECKSUM = "aa5d7fb0f67eaece610881cf2b29aa9b63dce612c8eeeb7979cb2d5419cba72b"
STORED = {
    "conv1": "representation.{}",
    "conv2": "representation.{}",
    "fc1": "classifier.0",
    "fc2": "classifier.2",
    "fc3": "classifier.4",
}
"""Where their layers stand in ours; the convolutions after the border, if there is one."""


def largest(network: str) -> float:
    """The last of the ten budgets of a network's panel."""
    return LARGEST["LeNet-5" if network == AUTHORS else network]


def budgets(network: str, points: tuple[int, ...]) -> tuple[float, ...]:
    """Those of the authors' ten budgets of a network's panel."""
    grid = np.linspace(0.001, largest(network), 10)
    return tuple(float(grid[index]) for index in points)


def on_mnist(network: str) -> bool:
    """Whether a network is of the first two panels."""
    return network not in ("NIN", "DenseNet")


def sizes_of(settings: Settings, name: str) -> tuple[float, ...]:
    """The budgets tried on a network."""
    return budgets(name, settings.points if on_mnist(name) else settings.colour_points)


def fcnn(settings: Settings, seed: int, stored: bool = False, border: bool = False) -> Unit:
    """150 and 100 hidden units as printed, or 500 and 150 as stored (E12); the training is not given. [Balda Sec. IV]

    border: the stored shape sees the 32x32 image's zero border, so that attacks reach it (E11); else it is added inside.
    """
    options = {"hidden": (500, 150), **({"shape": (1, 32, 32)} if border else {"border": 2})} if stored else {}
    last = max(1, settings.fcnn_epochs // 4)
    schedule = Schedule(((settings.fcnn_epochs - last, 0.05), (last, 0.005)), batch=settings.batch, momentum=0.9)
    training = Train(settings.mnist, "fcnn", schedule, seed, options, **({"crop": 32, "pad": 2} if border else {}))
    name = ("FCNN 500x150" if stored else "FCNN 150x100") + (" on 32x32" if border else "")
    return Unit(train, training, {}, f"{name}, {schedule.epochs} epochs, seed {seed}")


def lenet(settings: Settings, seed: int) -> Unit:
    """LeNet-5 on the zero border that stays inside the network. [Balda Sec. IV]"""
    last = max(1, settings.lenet_epochs // 3)
    schedule = Schedule(((settings.lenet_epochs - last, 1e-3), (last, 1e-4)), batch=settings.batch, optimiser="adam")
    label = f"LeNet-5, {schedule.epochs} epochs, seed {seed}"
    return Unit(train, Train(settings.mnist, "lenet5", schedule, seed), {}, label)


def authors(settings: Settings, border: bool = True) -> Unit | None:
    """The authors' own LeNet-5, where its file is given; `border`: attacks reach the 32x32 image's zero border, as theirs did."""
    if not settings.authors:
        return None
    places = {"conv1": 0 if border else 1, "conv2": 3 if border else 4}
    names = {
        f"{theirs}.{part}": f"network.{ours.format(places.get(theirs))}.{part}"
        for theirs, ours in STORED.items() for part in ("weight", "bias")
    }  # fmt: skip
    options = {"shape": (1, 32, 32), "border": 0} if border else {}
    training = Given(settings.authors, CHECKSUM, "lenet5", options, names, crop=32 if border else None)
    return Unit(given, training, {}, AUTHORS + ("" if border else ", border left alone"))


def nin(settings: Settings, seed: int) -> Unit:
    """NIN; the authors' schedule is not stored: the one of the public script with the same layers and means."""
    if settings.full:
        schedule = Schedule(
            ((80, 0.01), (60, 0.005), (60, 0.001)), batch=128, momentum=0.9, nesterov=True, weight_decay=1e-4
        )
    else:
        schedule = Schedule(
            ((settings.nin_epochs, 2e-3),), one_cycle=True, batch=settings.colour_batch, optimiser="adam"
        )
    return _colour(settings, "nin", {"width": settings.nin_width, "dropout": settings.nin_dropout}, schedule, seed)


def densenet(settings: Settings, seed: int) -> Unit:
    """DenseNet; the authors' schedule is in their log."""
    if settings.full:
        schedule = Schedule(
            ((150, 0.1), (75, 0.01), (75, 0.001)), batch=64, momentum=0.9, nesterov=True, weight_decay=1e-4
        )
    else:
        schedule = Schedule(
            ((settings.densenet_epochs, 0.1),),
            one_cycle=True,
            batch=settings.colour_batch,
            momentum=0.9,
            nesterov=True,
            weight_decay=1e-4,
        )
    options = {"depth": settings.densenet_depth, "growth": settings.densenet_growth}
    return _colour(settings, "densenet", options, schedule, seed)


def _colour(settings: Settings, network: str, options: dict, schedule: Schedule, seed: int) -> Unit:
    training = Train(
        settings.colour, network, schedule, seed, options, images=settings.colour_images,
        mean=(0.4914, 0.4822, 0.4465), std=(0.2470, 0.2435, 0.2616), crop=32, mirror=True, pad=4,
    )  # fmt: skip
    label = f"{network} {', '.join(f'{name} {value:g}' for name, value in options.items())}, {schedule.epochs} epochs, seed {seed}"
    return Unit(train, training, {}, label)


def network(settings: Settings, name: str, seed: int | None = None) -> Unit | None:
    """The network of a panel; None for the authors' where it is not given."""
    seed = settings.seed if seed is None else seed
    if name == AUTHORS:
        return authors(settings)
    return {"FCNN": fcnn, "LeNet-5": lenet, "NIN": nin, "DenseNet": densenet}[name](settings, seed)


def attacked(settings: Settings, name: str) -> dict[str, Any]:
    """Data set and number of images on which a network is attacked."""
    if on_mnist(name):
        return {"data": settings.mnist, "images": settings.images}
    return {"data": settings.colour, "images": settings.colour_test}


def adam(settings: Settings, rate: float = 2e-3) -> Schedule:
    """Adam, its rate a tenth in the last third."""
    last = max(1, settings.task_epochs // 3)
    return Schedule(((max(1, settings.task_epochs - last), rate), (last, rate / 10)), batch=50, optimiser="adam")


def task_network(settings: Settings, label: str, network: str, step: str, options: dict, **more: Any) -> Unit:
    """A network of Section III, for another task than classification; `more` are further settings of Train."""
    own = {"data": settings.mnist, "schedule": adam(settings), "seed": settings.seed}
    training = Train(network=network, step=step, options=options, **{**own, **more})
    return Unit(train, training, {}, f"{label}, {training.schedule.epochs} epochs")
