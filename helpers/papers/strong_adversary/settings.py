"""What can be set in the reproduction of "Learning with a Strong Adversary", and the three profiles."""

from dataclasses import dataclass
from typing import Literal

from helpers.papers.fields import Count, Natural, Positive


@dataclass(frozen=True)
class Settings:
    """Budgets are in the paper's pixels (8-bit values / 256); helpers work in [0, 1], 256/255 times as much.

    Attributes:
        mnist, colour: data sets; seed: the first seed; seeds: of printed rows; added_seeds: of added rows.
        budget, colour_budget: l2 size of the tables' perturbations; top, spacing: the curves' largest size and grid.
        mlp_epochs: the short schedule of the fully connected networks; authors_seeds: seeds at the authors' epochs.
        added_epochs: of Table 1b; widest: hidden layers of the fully connected networks are at most so wide.
        miyato: Miyato's objective in Tables 2 and 3 too; lenet_seeds: of Table 2's printed rows; lenet_epochs,
            lenet_batch, lenet_rate: the one-cycle schedule (momentum 0.9).
        tuning_epochs: of the networks from which a radius is chosen; long_epochs: of the longer LeNet run (0: none).
        colour_maps, colour_units, colour_images, colour_epochs, colour_batch, colour_seeds, colour_test: the colour
            network, its training, and how many test images it is judged on (None: all); colour_schedule: "one-cycle"
            or "authors".
        auto_attack: also run AutoAttack (needs the extra `bench`).
        pgd_images, pgd_steps, pgd_restarts: the many-step attack.
    """

    mnist: str = "embedded_mnist"
    colour: str = "embedded_colour"
    seed: Natural = 0
    seeds: Count = 2
    added_seeds: Count = 1
    authors_seeds: Natural = 0
    budget: Positive = 1.5
    colour_budget: Positive = 0.5
    top: Positive = 4.0
    spacing: Positive = 0.5
    mlp_epochs: Count = 20
    widest: Count = 200
    added_epochs: Count = 10
    lenet_seeds: Count = 1
    miyato: bool = False
    lenet_epochs: Count = 2
    lenet_batch: Count = 50
    lenet_rate: Positive = 0.05
    tuning_epochs: Count = 5
    long_epochs: Natural = 0
    colour_maps: tuple[Count, Count] = (8, 16)
    colour_units: Count = 64
    colour_images: Count | None = 1_000
    colour_test: Count | None = 500
    colour_epochs: Count = 3
    colour_batch: Count = 25
    colour_seeds: Count = 1
    colour_schedule: Literal["one-cycle", "authors"] = "one-cycle"
    auto_attack: bool = False
    pgd_images: Count = 50
    pgd_steps: Count = 20
    pgd_restarts: Count = 2


PROFILES = {
    "quick": {},
    "cpu": {
        "mnist": "mnist",
        "colour": "cifar10",
        "spacing": 0.2,
        "seeds": 3,
        "authors_seeds": 1,
        "mlp_epochs": 20,
        "added_epochs": 5,
        "widest": 500,
        "lenet_seeds": 3,
        "lenet_epochs": 5,
        "lenet_batch": 100,
        "tuning_epochs": 3,
        "long_epochs": 50,
        "colour_units": 128,
        "colour_images": 5_000,
        "colour_test": 2_000,
        "colour_epochs": 8,
        "colour_batch": 50,
        "pgd_images": 1_000,
        "pgd_steps": 50,
        "pgd_restarts": 5,
    },
    "paper": {
        "mnist": "mnist",
        "colour": "cifar10",
        "spacing": 0.2,
        "seeds": 5,
        "added_seeds": 3,
        "authors_seeds": 5,
        "mlp_epochs": 20,
        "added_epochs": 20,
        "widest": 500,
        "lenet_seeds": 5,
        "miyato": True,
        "lenet_epochs": 20,
        "lenet_batch": 100,
        "tuning_epochs": 10,
        "long_epochs": 120,
        "colour_maps": (128, 256),
        "colour_units": 2048,
        "colour_images": None,
        "colour_test": None,
        "colour_epochs": 65,
        "colour_batch": 128,
        "colour_seeds": 3,
        "colour_schedule": "authors",
        "auto_attack": True,
        "pgd_images": 10_000,
        "pgd_steps": 50,
        "pgd_restarts": 5,
    },
}


def decides(settings: Settings, profile: str) -> bool:
    """Whether these settings can decide claims that need the profile: MNIST, and CIFAR-10 at the authors' scale."""
    full_colour = settings.colour == "cifar10" and settings.colour_schedule == "authors"
    return {"quick": True, "cpu": settings.mnist == "mnist", "paper": settings.mnist == "mnist" and full_colour}[
        profile
    ]
