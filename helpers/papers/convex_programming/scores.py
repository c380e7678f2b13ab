"""Claims 16, 23 and 28 beyond the tables: how linear a network is, how visible the noise, what the objective tells."""

import numpy as np

from helpers.core.statistics import Estimate, auc, bootstrap
from helpers.papers.convex_programming.plan import METHODS, attacked, budgets, curve_units, expected, network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results, row, table
from helpers.units.after import After, after
from helpers.units.similarity import Similarity, similarity
from helpers.units.unit import Unit

ONE_STEP = {"Algorithm 2": "logit", "FastGrad": "margin"}
"""The attacks that push one score, and the score."""


def after_units(settings: Settings) -> dict[str, Unit]:
    """L(x + eta) of Algorithm 2 and FastGrad at every budget."""
    found = {}
    for name in ("FCNN", "LeNet-5"):
        made = network(settings, name)
        for method, score in ONE_STEP.items():
            file, options = METHODS[method]
            chosen = After(attack=file, options={"norm": "inf", **options}, budgets=budgets(name, settings.points), score=score, **attacked(settings, name))
            found[f"{name}/{method}"] = Unit(after, chosen, {"network": made}, f"{method}'s objective on {made.label}", expected(settings, 30))
    return found


def half_fooled(result) -> tuple[int, float, Estimate]:
    """The budget whose fooling ratio is nearest .5: its index, that ratio, and the AUC of -L for "fooled"."""
    arrays = result.value.arrays
    clean = arrays["clean"]
    fooled, values = arrays["fooled"][:, clean], arrays["value"][:, clean]
    shares = fooled.mean(1) if fooled.size else np.zeros(len(fooled))
    index = int(np.abs(shares - 0.5).argmin())
    return index, float(shares[index]), bootstrap(auc, -values[index], fooled[index], draws=200)


def draw_after(settings: Settings, results: Results) -> Drawn:
    """AUC of the objective left after the attack."""
    rows = []
    for key, result in results.items():
        name, method = key.split("/")
        index, share, area = half_fooled(result)
        rows.append(row("table_objective", f"{name}, {method}", "budget", budgets(name, settings.points)[index], "linf"))
        rows.append(row("table_objective", f"{name}, {method}", "fooled there", share, "share"))
        rows.append(row("table_objective", f"{name}, {method}", "AUC of -L", area, "area"))
    return Drawn(table(rows), note="At the budget whose fooling ratio is nearest .5.")


def similarity_units(settings: Settings) -> dict[str, Unit]:
    """Structural similarity at the budget that fools 99 %."""
    found = {}
    for name in ("FCNN", "LeNet-5"):
        made = network(settings, name)
        deepfool = curve_units(settings, name, made, {"DeepFool": METHODS["DeepFool"]})["DeepFool"]
        chosen = Similarity(settings.mnist, "linearised", {"steps": 10})
        found[name] = Unit(similarity, chosen, {"network": made, "sizes": deepfool}, f"similarity on {made.label}", expected(settings, 20))
    return found


def draw_similarity(settings: Settings, results: Results) -> Drawn:
    """Mean SSIM at eps_99."""
    rows = []
    for name, result in results.items():
        rows.append(row("table_similarity", name, "eps_99", result.value.numbers["budget"], "linf"))
        rows.append(row("table_similarity", name, "SSIM", bootstrap(np.mean, result.value.arrays["ssim"]), "ssim"))
    return Drawn(table(rows), note="Algorithm 1-10 in the box, at the eps_99 that DeepFool needs without one; SSIM (structural similarity) of scikit-image, 1 for equal images. A proxy: no eye was asked.")


SCORES = (
    Item("table_objective", "What the objective tells", after_units, draw_after),
    Item("table_similarity", "How visible the noise is", similarity_units, draw_similarity),
)
