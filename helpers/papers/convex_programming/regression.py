"""Regression networks: their units, and what their tables share. The paper has no experiment. [Balda Eq. 9]"""

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.papers.convex_programming.networks import task_network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Results
from helpers.units.regression import Regression, regression
from helpers.units.unit import Unit

SIZES = {
    "1": (0.1, 0.3, 1.0, 3.0),
    "2": (0.01, 0.1, 0.3, 1.0, 2.0),
    "inf": (0.001, 0.01, 0.03, 0.1),
}
"""Sizes tried on the regression networks, by norm."""

WINDOWS = (8, 16)
"""Sides of the central windows in which the semidefinite bound is timed, beside the whole image: 64, 256 and 784 entries."""

COLOUR_SIDE = 16
"""Side of the colour autoencoder's images: 768 entries, so that its Jacobian is built."""


@dataclass(frozen=True)
class Place:
    """A network, a norm and a size of the figure's table."""

    network: str
    norm: str
    size: float

    def __str__(self) -> str:
        return f"{self.network}, p = {self.norm}, size {self.size:g}"


def networks(settings: Settings) -> dict[str, Unit]:
    """A digit autoencoder, a convolutional one, one of colour images, and a network that colours grey images."""
    colour = {"data": settings.colour, "images": settings.colour_images}
    side = COLOUR_SIDE
    return {
        "autoencoder": task_network(settings, "autoencoder", "autoencoder", "reconstruct", {}),
        "convolutional autoencoder": task_network(
            settings, "convolutional autoencoder", "autoencoder", "reconstruct", {"maps": (8, 16), "hidden": (32,)}
        ),
        "colour autoencoder": task_network(
            settings,
            "colour autoencoder",
            "autoencoder",
            "reconstruct",
            {"shape": (3, side, side), "hidden": (256,)},
            crop=side,
            **colour,
        ),
        "colouring network": task_network(
            settings, "colouring network", "unet", "colourise", {"shape": (1, 32, 32), "outputs": 3}, **colour
        ),
    }


def units(settings: Settings) -> dict[str, Unit]:
    """Every network's regression."""
    how = {"images": settings.task_images, "budgets": SIZES, "seed": settings.seed}
    only = {name: SIZES[name] for name in ("2", "inf")}
    asked = {
        "autoencoder": Regression(settings.mnist, **how, bounds=settings.bounds),
        "convolutional autoencoder": Regression(settings.mnist, **how, bounds=settings.bounds, windows=WINDOWS),
        "colour autoencoder": Regression(settings.colour, **how, bounds=0),
        "colouring network": Regression(settings.colour, **{**how, "budgets": only}, grey=True, matrix=False),
    }
    trained = networks(settings)
    return {
        name: Unit(regression, one, {"network": trained[name]}, f"regression, {name}") for name, one in asked.items()
    }


def exact_numbers(results: Results) -> dict[str, Mapping]:
    """Numbers of the networks whose Jacobian was built."""
    return {name: result.value.numbers for name, result in results.items() if "sigma" in result.value.numbers}
