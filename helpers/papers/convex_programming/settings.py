"""What can be set in the reproduction of "On Generation of Adversarial Examples using Convex Programming"."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from helpers.papers.fields import Count, Natural, Positive

Points = Annotated[tuple[Annotated[int, Field(ge=0, le=9)], ...], Field(min_length=1)]


@dataclass(frozen=True)
class Settings:
    """Budgets are l_inf sizes as a fraction of the data range, which is 1 here: pixels of [0, 1].

    Attributes:
        mnist, colour: data sets; seed: the first seed; seeds: of the fully connected network.
        points: which of the ten budgets of Figure 2 are tried, from 0; box_points: those of the tables of box and border;
        images: attacked test images of MNIST (None: all).
        fcnn_epochs, lenet_epochs: schedules of panels (a) and (b); batch: images a step.
        authors: file name of the authors' LeNet-5 in `weights/`; empty: left out.
        colour_images, colour_test: training and attacked images of panels (c) and (d); colour_points: budgets tried there.
        nin_width, nin_epochs, nin_dropout; densenet_depth, densenet_growth, densenet_epochs; colour_batch; full: the authors' schedules.
        task_images: of the regression, segmentation and anomaly sections; task_epochs: of their networks but the segmentation's.
        canvas, pool: side of a collage, and how much its digits are shrunk; canvas_epochs: of the
            segmentation network; canvas_steps: of the attacks on it.
        bounds: semidefinite bounds computed.
        least_images: images asked for the least budget of Algorithm 1-10; strong_images, strong_steps, strong_restarts: PGD;
        auto_attack: also run AutoAttack (extra `bench`).
    """

    mnist: str = "embedded_mnist"
    colour: str = "embedded_colour"
    seed: Natural = 0
    seeds: Count = 1
    points: Points = (1, 3, 5, 7, 9)
    box_points: Points = (3, 9)
    images: Count | None = 150
    fcnn_epochs: Count = 12
    lenet_epochs: Count = 10
    batch: Count = 128
    authors: str = ""
    colour_images: Count | None = 1_000
    colour_test: Count | None = 50
    colour_points: Points = (4, 9)
    nin_width: Positive = 0.15
    nin_epochs: Count = 8
    nin_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    densenet_depth: Count = 10
    densenet_growth: Count = 6
    densenet_epochs: Count = 5
    colour_batch: Count = 25
    full: bool = False
    task_images: Count = 6
    task_epochs: Count = 4
    canvas: Annotated[int, Field(ge=32, multiple_of=4)] = 32
    pool: Annotated[int, Field(ge=1, le=4)] = 2
    canvas_epochs: Count = 6
    canvas_steps: Count = 40
    bounds: Natural = 1
    least_images: Count = 30
    strong_images: Count = 60
    strong_steps: Count = 40
    strong_restarts: Count = 2
    auto_attack: bool = False

    def __post_init__(self):
        for field in ("points", "box_points", "colour_points"):
            object.__setattr__(self, field, tuple(sorted(set(getattr(self, field)))))


PROFILES = {
    "quick": {},
    "cpu": {
        "mnist": "mnist",
        "colour": "cifar10",
        "seeds": 3,
        "points": tuple(range(10)),
        "box_points": (1, 3, 5, 7, 9),
        "images": None,
        "fcnn_epochs": 12,
        "lenet_epochs": 6,
        "authors": "convex_programming_lenet5_authors",
        "colour_images": 15_000,
        "colour_test": 150,
        "colour_points": tuple(range(10)),
        "nin_width": 0.25,
        "nin_epochs": 10,
        "nin_dropout": 0.2,
        "densenet_depth": 16,
        "densenet_growth": 8,
        "densenet_epochs": 4,
        "colour_batch": 64,
        "task_images": 100,
        "task_epochs": 4,
        "canvas": 64,
        "pool": 1,
        "canvas_epochs": 4,
        "canvas_steps": 100,
        "bounds": 3,
        "least_images": 300,
        "strong_images": 500,
        "strong_steps": 100,
        "strong_restarts": 5,
    },
    "paper": {
        "mnist": "mnist",
        "colour": "cifar10",
        "seeds": 3,
        "points": tuple(range(10)),
        "box_points": tuple(range(10)),
        "images": None,
        "fcnn_epochs": 12,
        "lenet_epochs": 6,
        "authors": "convex_programming_lenet5_authors",
        "colour_images": None,
        "colour_test": None,
        "colour_points": tuple(range(10)),
        "nin_width": 1.0,
        "nin_epochs": 200,
        "nin_dropout": 0.5,
        "densenet_depth": 40,
        "densenet_growth": 12,
        "densenet_epochs": 300,
        "colour_batch": 64,
        "full": True,
        "task_images": 200,
        "task_epochs": 20,
        "canvas": 64,
        "pool": 1,
        "canvas_epochs": 10,
        "canvas_steps": 200,
        "bounds": 3,
        "least_images": 1_000,
        "strong_images": 1_000,
        "strong_steps": 100,
        "strong_restarts": 5,
        "auto_attack": True,
    },
}


def decides(settings: Settings, profile: str) -> bool:
    """Whether these settings can decide claims that need the profile: MNIST, and CIFAR-10 at full scale."""
    full = settings.full and settings.colour == "cifar10"
    return {"quick": True, "cpu": settings.mnist == "mnist", "paper": settings.mnist == "mnist" and full}[profile]
