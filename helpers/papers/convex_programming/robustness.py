"""Table I's measures of every network, and the units behind them."""

import math

import numpy as np

from helpers.core.statistics import Estimate, accuracy, bootstrap, over_seeds
from helpers.papers.convex_programming.attacks import BOX, METHODS, curve_units, distance_unit
from helpers.papers.convex_programming.networks import AUTHORS, NETWORKS, fcnn, network, on_mnist
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.shares import Key, Keyed, seeds
from helpers.units.score import Score, score
from helpers.units.unit import Unit

STORED, BORDER = "FCNN 500x150", "FCNN 500x150 on 32x32"
SHOWN = {
    **NETWORKS,
    STORED: "FCNN 500x150, border left alone",
    BORDER: "FCNN 500x150, border attacked",
    AUTHORS: AUTHORS,
}
"""Rows of our Table I: the printed four, the stored shape, the same with the border attacked as theirs was, the authors'
own weights."""

UNITS = {
    "Test error": "error",
    "rho_1": "ratio",
    "rho_1 over the largest pixel": "ratio",
    "not fooled": "share",
}
"""Units of our columns; the others are l_inf sizes."""


def made(settings: Settings, name: str, seed: int) -> Unit | None:
    """The network of a row."""
    if name in (BORDER, STORED):
        return fcnn(settings, seed, stored=True, border=name == BORDER)
    return network(settings, name, seed)


def panel_of(name: str) -> str:
    """The panel whose budgets and images a row is given."""
    return "FCNN" if name in (STORED, BORDER) else name


def units(settings: Settings) -> dict[Key, Unit]:
    """Test accuracy, DeepFool's norms without and with the box, and rho_2's distances of every row."""
    found = {}
    for name in SHOWN:
        for seed in range(settings.seed, settings.seed + (settings.seeds if name == "FCNN" else 1)):
            trained = made(settings, name, seed)
            if trained is not None:
                found |= {Key(name, part, seed): unit for part, unit in parts(settings, name, seed, trained).items()}
    return found


def parts(settings: Settings, name: str, seed: int, trained: Unit) -> dict[str, Unit]:
    """What one network of a row is asked."""
    panel, first = panel_of(name), seed == settings.seed
    deepfool = {"DeepFool": METHODS["DeepFool"]}
    # The least budget of Algorithm 1-10 costs ten attacks: one seed, and the colour networks at full scale only.
    asked = first and name in NETWORKS and (on_mnist(name) or settings.full)
    data = settings.mnist if on_mnist(name) else settings.colour
    found = {
        "test": Unit(score, Score(data), {"network": trained}, f"test accuracy of {trained.label}"),
        "deepfool": curve_units(settings, panel, trained, deepfool)["DeepFool"],
        "distances": distance_unit(settings, panel, trained, settings.least_images if asked else 0),
    }
    if first:
        found["boxed"] = curve_units(settings, panel, trained, deepfool, box=BOX)["DeepFool"]
    return found


def mean(values: np.ndarray) -> float:
    """Mean of the finite values: the authors drop images that DeepFool does not fool."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else math.nan


def mean_relative(sizes: np.ndarray, pixels: np.ndarray) -> float:
    """mean(sizes / pixels)."""
    return mean(sizes / pixels)


def eps_99(values: np.ndarray) -> float:
    """Least size at which more than 99 % are fooled; an image that is not fooled counts as infinite."""
    ordered = np.sort(values)
    return float(ordered[min(len(ordered) - 1, int(np.floor(0.99 * len(ordered))))])


def over(found: list[Estimate], is_share: bool) -> Estimate:
    """One estimate a seed as one: the seeds' interval, never narrower than the first seed's over images."""
    if len(found) == 1:
        return found[0]
    value = float(np.mean([one.value for one in found]))
    if not all(math.isfinite(bound) for one in found for bound in (one.low, one.high)):
        return Estimate(value, -math.inf, math.inf, len(found))
    between, first = over_seeds([one.value for one in found]), found[0]
    half = max(between.high - between.value, first.high - first.value, first.value - first.low)
    low, high = between.value - half, between.value + half
    return Estimate(between.value, max(low, 0.0) if is_share else low, min(high, 1.0) if is_share else high, between.n)


def measures(results: Keyed, name: str) -> dict[str, Estimate]:
    """Table I's four numbers of a row and ours beside them, over its seeds."""
    found: dict[str, list[Estimate]] = {}
    for seed in seeds(results, name, "test"):
        for column, value in _of_seed(results, name, seed).items():
            found.setdefault(column, []).append(value)
    return {column: over(values, UNITS.get(column) in ("error", "share")) for column, values in found.items()}


def _of_seed(results: Keyed, name: str, seed: int) -> dict[str, Estimate]:
    right = results[Key(name, "test", seed)].value.arrays["correct"]
    deepfool, distances = (results[Key(name, part, seed)].value.arrays for part in ("deepfool", "distances"))
    clean = deepfool["clean"]
    sizes = deepfool["sizes"][clean]
    return {
        "Test error": accuracy([~right]),
        "rho_1": bootstrap(mean_relative, sizes, distances["prepared"][clean]),
        "rho_2": bootstrap(mean, distances["ratio"][clean]),
        "fooled >99%": bootstrap(eps_99, sizes),
        "rho_1 over the range": bootstrap(mean, sizes),
        "rho_1 over the largest pixel": bootstrap(mean_relative, sizes, distances["size"][clean]),
        "rho_2, active class": bootstrap(mean, distances["active"][clean]),
        "not fooled": accuracy([np.isinf(sizes)]),
    }


def boxed(results: Keyed, name: str, seed: int) -> dict[str, Estimate]:
    """What DeepFool says inside the pixel box, of a row's first seed."""
    if Key(name, "boxed", seed) not in results:
        return {}
    deepfool, distances = (results[Key(name, part, seed)].value.arrays for part in ("boxed", "distances"))
    clean = deepfool["clean"]
    sizes = deepfool["sizes"][clean]
    return {
        "rho_1": bootstrap(mean_relative, sizes, distances["prepared"][clean]),
        "fooled >99%": bootstrap(eps_99, sizes),
        "rho_1 over the range": bootstrap(mean, sizes),
        "not fooled": accuracy([np.isinf(sizes)]),
    }
