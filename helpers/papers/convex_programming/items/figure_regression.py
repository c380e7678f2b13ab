"""Regression: change of the output over its linear prediction, against size. [Balda Eq. 9]"""

from helpers.core.quantities import ours
from helpers.core.statistics import bootstrap, mean_ratio
from helpers.papers.claims import claim
from helpers.papers.convex_programming.regression import SIZES, Place, units
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.shares import estimated_curve
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.report.specs import Curves, Figure

LINES = {"change": "attacked", "loss": "FGSM on the error", "random": "random"}
"""What moves the image, and its name in the figure."""

LINEAR = 0.05
"""The mean change is linear where it is within this share of the prediction."""

ALT = (
    "Change of regression networks' output over its linear prediction against size, attacked, by FGSM on the error, and by "
    "random noise, for three norms."
)


def draw(settings: Settings, results: Results) -> Drawn:
    """Attacked, by FGSM on the error, and at random."""
    cells, panels = [], []
    for name, result in results.items():
        for p, sizes in result.value.numbers["budgets"].items():
            arrays = {key: result.value.arrays[f"{p}/{key}"] for key in ("predicted", *LINES)}
            places = [Place(name, p, size) for size in sizes]
            lines = []
            for key, label in LINES.items():
                found = [
                    bootstrap(mean_ratio, moved, place.size * arrays["predicted"])
                    for place, moved in zip(places, arrays[key], strict=True)
                ]
                pairs = zip(places, found, strict=True)
                cells += [cell(str(place), f"{label} / prediction", value, "ratio") for place, value in pairs]
                lines.append(estimated_curve(label, sizes, found))
            pairs = zip(places, arrays["change"], arrays["random"], strict=True)
            cells += [cell(str(at), "attacked / random", bootstrap(mean_ratio, a, b), "ratio") for at, a, b in pairs]
            axes = "size in its own norm", "change / prediction"
            panels.append(Curves(f"{name}, p = {p}", *axes, tuple(lines), y_range=(0, 1.3), x_log=True))
    trap = max(result.value.numbers["gradient_of_the_change_at_zero"] for result in results.values())
    note = (
        f"Means over {settings.task_images} test images, no box; of +r and -r the larger change. Prediction: eps ||J||, for "
        "p = inf eps times the best of ten sign iterations, a lower bound. Random, p = 1: one random entry. Gradient of the "
        f"change itself at no perturbation: {trap:g}."
    )
    return Drawn(table("figure_regression", cells), Figure(tuple(panels), columns=3, alt=ALT), note)


ITEM = Item("figure_regression", "Regression: how far the output moves", units, draw, order=16)


def is_linear(t: Tables, place: Place) -> bool:
    """Whether the mean change is within LINEAR of the linear prediction, on both sides."""
    found = t.figure_regression[str(place), "attacked / prediction"]
    return abs(found.value - 1) <= LINEAR


def networks(t: Tables) -> list[str]:
    """The networks that were attacked."""
    return [name for name in NAMES if str(Place(name, "2", SIZES["2"][0])) in t.figure_regression.rows]


NAMES = ("autoencoder", "convolutional autoencoder", "colour autoencoder", "colouring network")


@claim("C18", "III", scope="sizes at which the change is within .05 of linear")
def c18(t: Tables):
    """p = 2 has a closed form for regression, and it moves the output far more than noise (our bar: 3 times)."""
    for name in networks(t):
        for place in (Place(name, "2", size) for size in SIZES["2"]):
            if is_linear(t, place):
                yield t.figure_regression[str(place), "attacked / random"] >= ours(3, direction=1)
    for name in t.table_regression.rows:
        yield t.table_regression[name, "power / sigma_1, least"] >= 0.999


@claim("C19", "III", scope="sizes at which the change is within .05 of linear")
def c19(t: Tables):
    """For p = 1 the optimum is a single entry (the longest column; among the network's own best five; our bar: 9 of 10
    images)."""
    for name in t.table_regression.rows:
        yield t.table_regression[name, "takes the longest column"] >= 1
        for size in (0.1, 1.0):
            if is_linear(t, Place(name, "1", size)):
                yield t.table_regression[name, f"best five at {size:g}"] >= ours(0.9, direction=0.5)


@claim("C20", "III")
def c20(t: Tables):
    """For p = inf the optimum can be approximated (our bar: sign iteration reaches .8 of the semidefinite bound)."""
    for name in t.table_regression.rows:
        if "signs / bound, least" in t.table_regression.columns(name):
            yield t.table_regression[name, "signs / bound, least"] >= ours(0.8, direction=0.5)
