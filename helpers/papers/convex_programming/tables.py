"""Table I, and what its units of measurement, its box and its border do."""

import math

import numpy as np
from scipy import stats

from helpers.core.statistics import Estimate, accuracy, bootstrap, over_seeds
from helpers.papers.convex_programming.curves import BOX, fooled
from helpers.papers.convex_programming.plan import (
    AUTHORS,
    METHODS,
    NETWORKS,
    attacked,
    authors,
    budgets,
    curve_units,
    distance_unit,
    fcnn,
    network,
    on_mnist,
)  # fmt: skip
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results, row, table
from helpers.units.score import Score, score
from helpers.units.unit import Unit

BORDER = "FCNN 500x150 on 32x32"
SHOWN = {**NETWORKS, "FCNN 500x150": "FCNN 500x150, border left alone", BORDER: "FCNN 500x150, border attacked", AUTHORS: AUTHORS}
"""Rows of our Table I: the printed four, the stored shape, the same with the border attacked as theirs was, the authors' own weights."""


UNITS = {"Test error": "error", "rho_1": "ratio", "rho_1 over the largest pixel": "ratio", "not fooled": "share"}
"""Units of our columns; the others are l_inf sizes."""


def made(settings: Settings, name: str, seed: int) -> Unit | None:
    """The network of a row."""
    if name in (BORDER, "FCNN 500x150"):
        return fcnn(settings, seed, stored=True, border=name == BORDER)
    return network(settings, name, seed)


def panel_of(name: str) -> str:
    """The panel whose budgets and images a row is given."""
    return "FCNN" if name.startswith("FCNN") else name


def robustness_units(settings: Settings) -> dict[str, Unit]:
    """Test accuracy, DeepFool's norms without and with the box, and rho_2's distances of every row, by "row/seed/part"."""
    found = {}
    for name in SHOWN:
        for seed in range(settings.seed, settings.seed + (settings.seeds if name == "FCNN" else 1)):
            one, panel, key = made(settings, name, seed), panel_of(name), f"{name}/{seed}"
            if one is None:
                continue
            data = settings.mnist if on_mnist(name) else settings.colour
            # The least budget of Algorithm 1-10 costs ten attacks: one seed, and the colour networks at full scale only.
            least = settings.least_images if seed == settings.seed and name in NETWORKS and (on_mnist(name) or settings.full) else 0
            deepfool = {"DeepFool": METHODS["DeepFool"]}
            found[f"{key}/test"] = Unit(score, Score(data), {"network": one}, f"test accuracy of {one.label}", 5)
            found[f"{key}/deepfool"] = curve_units(settings, panel, one, deepfool)["DeepFool"]
            found[f"{key}/distances"] = distance_unit(settings, panel, one, least)
            if seed == settings.seed:
                found[f"{key}/boxed"] = curve_units(settings, panel, one, deepfool, box=BOX)["DeepFool"]
    return found


def over(found: list[Estimate], share: bool) -> Estimate:
    """One estimate a seed as one: the seeds' interval, never narrower than the first seed's over images; a share's in [0, 1]."""
    if len(found) == 1:
        return found[0]
    if not all(math.isfinite(bound) for one in found for bound in (one.low, one.high)):
        return Estimate(float(np.mean([one.value for one in found])), -math.inf, math.inf, len(found))
    between = over_seeds([one.value for one in found])
    half = max(between.high - between.value, found[0].high - found[0].value, found[0].value - found[0].low)
    low, high = between.value - half, between.value + half
    return Estimate(between.value, max(low, 0.0) if share else low, min(high, 1.0) if share else high, between.n)


def mean(values: np.ndarray) -> float:
    """Mean of the finite values: the authors drop images that DeepFool does not fool."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else math.nan


def eps_99(values: np.ndarray) -> float:
    """Least size at which more than 99 % are fooled; an image that is not fooled counts as infinite."""
    ordered = np.sort(values)
    return float(ordered[min(len(ordered) - 1, int(np.floor(0.99 * len(ordered))))])


def measures(results: Results, name: str) -> dict[str, Estimate]:
    """Table I's four numbers of a row and ours beside them, over its seeds."""
    found: dict[str, list[Estimate]] = {}
    for key in (key.removesuffix("/test") for key in results if key.startswith(f"{name}/") and key.endswith("/test")):
        right = results[f"{key}/test"].value.arrays["correct"]
        deepfool, distances = results[f"{key}/deepfool"].value.arrays, results[f"{key}/distances"].value.arrays
        clean = deepfool["clean"]
        sizes, largest = deepfool["sizes"][clean], distances["size"][clean]
        parts = {
            "Test error": accuracy([~right]),
            "rho_1": bootstrap(lambda s, x: mean(s / x), sizes, distances["prepared"][clean]),
            "rho_2": bootstrap(mean, distances["ratio"][clean]),
            "fooled >99%": bootstrap(eps_99, sizes),
            "rho_1 over the range": bootstrap(mean, sizes),
            "rho_1 over the largest pixel": bootstrap(lambda s, x: mean(s / x), sizes, largest),
            "rho_2, active class": bootstrap(mean, distances["active"][clean]),
            "not fooled": accuracy([np.isinf(sizes)]),
        }
        for column, value in parts.items():
            found.setdefault(column, []).append(value)
    return {column: over(values, UNITS.get(column) in ("error", "share")) for column, values in found.items()}


def boxed(results: Results, key: str) -> dict[str, Estimate]:
    """What DeepFool says inside the pixel box, of a row's first seed."""
    if f"{key}/boxed" not in results:
        return {}
    deepfool, distances = results[f"{key}/boxed"].value.arrays, results[f"{key}/distances"].value.arrays
    clean = deepfool["clean"]
    sizes = deepfool["sizes"][clean]
    return {
        "rho_1": bootstrap(lambda s, x: mean(s / x), sizes, distances["prepared"][clean]),
        "fooled >99%": bootstrap(eps_99, sizes),
        "rho_1 over the range": bootstrap(mean, sizes),
        "not fooled": accuracy([np.isinf(sizes)]),
    }


def stretch(results: Results, key: str) -> np.ndarray:
    """Least size that fools along the linear step over the size the linear model says, of the correct images."""
    arrays = results[f"{key}/distances"].value.arrays
    return (arrays["along"] / arrays["ratio"])[arrays["clean"]]


def rank_agreement(results: Results, key: str) -> Estimate:
    """Spearman's correlation of rho_2's term with the least budget of Algorithm 1-10; never fooled ranks last."""
    arrays = results[f"{key}/distances"].value.arrays
    return bootstrap(lambda a, b: float(stats.spearmanr(a, b).statistic), arrays["ratio"][arrays["least_of"]], arrays["least"])


def draw_linearity(settings: Settings, results: Results) -> Drawn:
    """How linear a classifier is around an image, and whether rho_2 orders images as an attack does. [Balda Remark 1]"""
    rows = []
    for name, label in SHOWN.items():
        key = f"{name}/{settings.seed}"
        if f"{key}/distances" not in results:
            continue
        values = stretch(results, key)
        rows.append(row("table_linearity", label, "stretch, median", bootstrap(np.median, values), "ratio"))
        rows.append(row("table_linearity", label, "stretch, 90 % below", bootstrap(lambda v: float(np.quantile(v, 0.9, method="higher")), values), "ratio"))
        if "least" in results[f"{key}/distances"].value.arrays:
            rows.append(row("table_linearity", label, "Spearman with Algorithm 1-10", rank_agreement(results, key), "correlation"))
    note = "Stretch: least size that fools along the linear model's step over the size at which the linear model is fooled; 1 for an affine classifier."
    return Drawn(table(rows), note=note)


def told(settings: Settings, name: str) -> str:
    """How many test images a network is attacked on."""
    images = attacked(settings, name)["images"]
    return "all" if images is None else f"the first {images}"


def draw_table_1(settings: Settings, results: Results) -> Drawn:
    """Table I. [Balda Table I]"""
    rows = []
    for name, label in SHOWN.items():
        for column, value in measures(results, name).items():
            rows.append(row("table_1", label, column, value, UNITS.get(column, "linf")))
        for column, value in boxed(results, f"{name}/{settings.seed}").items():
            rows.append(row("table_1", f"{label}, in the box", column, value, UNITS.get(column, "linf")))
    note = (
        f"p = inf, no box but where the row says so; test error on the whole test set, the rest over the correctly classified of {told(settings, 'FCNN')} test images, "
        f"of {told(settings, 'NIN')} for the colour networks (the authors: 1,024 drawn, E13, E14). rho_1 as the authors took it, in normalised pixels (E4), rho_2 with the minimum over classes (E26; as printed: active class); ∞: 1 % or more are never fooled. "
        f"The colour networks were trained on {settings.colour} at the scale of the profile."
    )
    return Drawn(table(rows), note=note)


def variants(settings: Settings) -> dict[str, tuple[str, Unit]]:
    """By row the panel whose budgets it is given, and its network: as trained, and the border attacked or left alone."""
    seed = settings.seed
    found = {
        "FCNN": ("FCNN", network(settings, "FCNN")),
        "FCNN 500x150, border attacked": ("FCNN", fcnn(settings, seed, stored=True, border=True)),
        "FCNN 500x150, border left alone": ("FCNN", fcnn(settings, seed, stored=True)),
        "LeNet-5": ("LeNet-5", network(settings, "LeNet-5")),
    }
    if settings.authors:
        for border, told in ((True, "border attacked"), (False, "border left alone")):
            found[f"{AUTHORS}, {told}"] = (AUTHORS, authors(settings, border))
    return found


def variant_units(settings: Settings, kind: str) -> dict[str, Unit]:
    """Algorithm 1-10, 1 and DeepFool without and with the box, the border attacked and left alone (E10, E11)."""
    chosen = {name: METHODS[name] for name in ("Algorithm 1", "Algorithm 1-10", "DeepFool")}
    found = {}
    for label, (panel, one) in variants(settings).items():
        if not label.startswith(kind):
            continue
        for where, box in (("no box", None), ("box", BOX)):
            units = curve_units(settings, panel, one, chosen, box=box, points=settings.box_points, images=settings.strong_images)
            found |= {f"{label}, {where}/{method}": unit for method, unit in units.items()}
    return found


def draw_variants(settings: Settings, results: Results, item: str) -> Drawn:
    """Fooling ratios at every budget, a row for each variant and method."""
    rows, panels = [], {label: panel for label, (panel, _) in variants(settings).items()}
    for key, result in results.items():
        where, method = key.rsplit("/", 1)
        sizes = budgets(panels[where.rsplit(", ", 1)[0]], settings.box_points)
        for size, bits in zip(sizes, fooled(result, sizes), strict=True):
            rows.append(row(item, f"{where}: {method}", f"{size:.4f}", accuracy([bits]), "share"))
    note = (
        f"Fooling ratio at each budget, first {settings.strong_images} test images (MNIST's first ones are easier than its last). "
        "DeepFool in the box: its norm after clipping counts."
    )
    return Drawn(table(rows), note=note)


TABLES = (
    Item("table_1", "Table I: robustness measures", robustness_units, draw_table_1),
    Item("table_linearity", "How linear the networks are", robustness_units, draw_linearity),
    *(Item(item, f"The pixel box and the zero border: {kind}", lambda s, k=kind: variant_units(s, k), lambda s, r, i=item: draw_variants(s, r, i))
      for item, kind in (("table_box_fcnn", "FCNN"), ("table_box_lenet", "LeNet-5"))),
)
