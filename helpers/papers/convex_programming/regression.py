"""Regression networks: how far a perturbation moves the output. The paper has no experiment. [Balda Eq. 9]"""

from collections.abc import Mapping

import numpy as np

from helpers.core.statistics import Estimate, bootstrap, exact, mean_ratio
from helpers.papers.convex_programming.plan import expected
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.convex_programming.task_networks import trained
from helpers.papers.paper import Drawn, Item, Results, curve, row, table
from helpers.report.specs import Curves, Figure
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


def regression_units(settings: Settings) -> dict[str, Unit]:
    """A digit autoencoder, a convolutional one, one of colour images, and a network that colours grey images."""
    dense = trained(settings, "autoencoder", "autoencoder", "reconstruct", {})
    maps = trained(settings, "convolutional autoencoder", "autoencoder", "reconstruct", {"maps": (8, 16), "hidden": (32,)})
    colours = trained(
        settings, "colouring network", "unet", "colourise", {"shape": (1, 32, 32), "outputs": 3}, data=settings.colour, images=settings.colour_images
    )
    pixels = trained(
        settings, "colour autoencoder", "autoencoder", "reconstruct", {"shape": (3, COLOUR_SIDE, COLOUR_SIDE), "hidden": (256,)},
        data=settings.colour, images=settings.colour_images, crop=COLOUR_SIDE,
    )  # fmt: skip
    given = {"images": settings.task_images, "budgets": SIZES, "seed": settings.seed}
    only = {name: SIZES[name] for name in ("2", "inf")}
    chosen = {
        "autoencoder": (dense, Regression(settings.mnist, **given, bounds=settings.bounds), 120),
        "convolutional autoencoder": (maps, Regression(settings.mnist, **given, bounds=settings.bounds, windows=WINDOWS), 200),
        "colour autoencoder": (pixels, Regression(settings.colour, **given, bounds=0), 120),
        "colouring network": (colours, Regression(settings.colour, **{**given, "budgets": only}, grey=True, matrix=False), 100),
    }
    return {
        name: Unit(regression, one, {"network": network}, f"regression, {name}", expected(settings, seconds))
        for name, (network, one, seconds) in chosen.items()
    }


def ratio_of_means(first: np.ndarray, second: np.ndarray) -> Estimate:
    """mean(first) / mean(second) over images, resampled together."""
    return bootstrap(mean_ratio, first, second)


LINES = {"change": "attacked", "loss": "FGSM on the error", "random": "random"}
"""What moves the image, and its name in the figure."""


def draw_regression(settings: Settings, results: Results) -> Drawn:
    """Change of the output over its linear prediction, against size: attacked, by FGSM on the error, and at random. [Balda Eq. 9]"""
    rows, panels = [], []
    for name, result in results.items():
        for p, sizes in result.value.numbers["budgets"].items():
            arrays = {key: result.value.arrays[f"{p}/{key}"] for key in ("predicted", *LINES)}
            lines = []
            for key, label in LINES.items():
                cells = [ratio_of_means(line, size * arrays["predicted"]) for size, line in zip(sizes, arrays[key], strict=True)]
                rows += [row("figure_regression", f"{name}, p = {p}, size {size:g}", f"{label} / prediction", cell, "ratio")
                         for size, cell in zip(sizes, cells, strict=True)]  # fmt: skip
                lines.append(curve(label, sizes, cells))
            leads = [ratio_of_means(line, other) for line, other in zip(arrays["change"], arrays["random"], strict=True)]
            rows += [row("figure_regression", f"{name}, p = {p}, size {size:g}", "attacked / random", cell, "ratio") for size, cell in zip(sizes, leads, strict=True)]
            panels.append(Curves(f"{name}, p = {p}", "size in its own norm", "change / prediction", tuple(lines), y_range=(0, 1.3), x_log=True))
    alt = "Change of regression networks' output over its linear prediction against size, attacked, by FGSM on the error, and by random noise, for three norms."
    trap = max(result.value.numbers["gradient_of_the_change_at_zero"] for result in results.values())
    note = (
        f"Means over {settings.task_images} test images, no box; of +r and -r the larger change. Prediction: eps ||J||, for p = inf eps times the best of ten "
        f"sign iterations, a lower bound. Random, p = 1: one random entry. Gradient of the change itself at no perturbation: {trap:g}."
    )
    return Drawn(table(rows), Figure(tuple(panels), columns=3, alt=alt), note)


def draw_exact(settings: Settings, results: Results) -> Drawn:
    """What the Jacobian tells exactly: singular value, best single entry and pixel, semidefinite bound."""
    rows = []

    def add(name: str, column: str, value: Estimate, unit: str = "ratio") -> None:
        rows.append(row("table_regression", name, column, value, unit))

    for name, numbers in exact_numbers(results).items():
        power, sigma = np.array(numbers["power"]), np.array(numbers["sigma"])
        add(name, "power / sigma_1, least", exact(float((power[sigma > 0] / sigma[sigma > 0]).min())))
        for size, ranks in numbers["entry_ranks"].items():
            add(name, f"best entry at {size}", bootstrap(np.mean, np.array(ranks) == 1), "share")
            add(name, f"best five at {size}", bootstrap(np.mean, np.array(ranks) <= 5), "share")
            add(name, f"longest / best at {size}", bootstrap(np.mean, np.array(numbers["entry_shares"][size])))
        add(name, "64 passes: best five", bootstrap(np.mean, np.array(numbers["estimated_rank"]) <= 5), "share")
        if "pixel_over_entry" in numbers:
            add(name, "pixel / entry", bootstrap(np.mean, np.array(numbers["pixel_over_entry"])))
        for column in ("signs", "rounded_signs"):
            if numbers["bounds"]:
                least = min(found[column] / found["bound"] for found in numbers["bounds"])
                add(name, f"{column.replace('_', ' ')} / bound, least", exact(least))
    note = (
        "p = 2: power iteration over the largest singular value. p = 1: share of images on which the longest column of J is the entry (one of "
        "the five entries) whose change by .1 or 1 moves the output most, and its change over the best entry's; 64 passes: the same guessed from 64 random backward passes; pixel: three "
        f"entries of a colour image. p = inf: best of ten starts over the semidefinite bound, least of {settings.bounds} images; rounded: starts from the bound's factor."
    )
    return Drawn(table(rows), note=note)


def draw_scaling(settings: Settings, results: Results) -> Drawn:
    """Seconds of the sign iteration and of the semidefinite bound as the perturbed window grows. [Balda Sec. III]"""
    rows = []
    for name, numbers in exact_numbers(results).items():
        for found in timed(numbers):
            label = f"{name}, {found['entries']} entries"
            rows.append(row("cost_bound", label, "sign iteration, ten starts", found["seconds_signs"], "seconds"))
            rows.append(row("cost_bound", label, "semidefinite bound", found["seconds_bound"], "seconds"))
            rows.append(row("cost_bound", label, "signs / bound", found["signs"] / found["bound"], "ratio"))
    return Drawn(table(rows), note="One image; the perturbation is confined to a central window. Processor seconds on this machine.")


def timed(numbers: Mapping[str, list]) -> list[dict[str, float]]:
    """The bounds of one image's windows and of the whole image, where windows were asked for."""
    return [*numbers["scaling"], *numbers["bounds"][:1]] if numbers["scaling"] else []


def exact_numbers(results: Results) -> dict[str, dict]:
    """Numbers of the networks whose Jacobian was built."""
    return {name: result.value.numbers for name, result in results.items() if "sigma" in result.value.numbers}


REGRESSION = (
    Item("figure_regression", "Regression: how far the output moves", regression_units, draw_regression),
    Item("table_regression", "Regression: what is exact", regression_units, draw_exact),
    Item("cost_bound", "Regression: what the bound costs", regression_units, draw_scaling),
)
