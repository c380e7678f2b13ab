"""How visible the noise is: structural similarity at the budget that fools 99 %."""

import numpy as np

from helpers.core.quantities import ours
from helpers.core.statistics import bootstrap
from helpers.papers.claims import claim
from helpers.papers.convex_programming.attacks import METHODS, curve_units
from helpers.papers.convex_programming.networks import network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.similarity import Similarity, similarity
from helpers.units.unit import Unit

NOTE = (
    "Algorithm 1-10 in the box, at the eps_99 that DeepFool needs without one; SSIM (structural similarity), 1 for equal "
    "images. A proxy: no eye was asked."
)


def units(settings: Settings) -> dict[str, Unit]:
    """Structural similarity on both MNIST networks."""
    found = {}
    for name in ("FCNN", "LeNet-5"):
        trained = network(settings, name)
        deepfool = curve_units(settings, name, trained, {"DeepFool": METHODS["DeepFool"]})["DeepFool"]
        how = Similarity(settings.mnist, "linearised", {"steps": 10})
        inputs = {"network": trained, "sizes": deepfool}
        found[name] = Unit(similarity, how, inputs, f"similarity on {trained.label}")
    return found


def draw(settings: Settings, results: Results) -> Drawn:
    """Mean SSIM at eps_99."""
    cells = []
    for name, result in results.items():
        cells.append(cell(name, "eps_99", result.value.numbers["budget"], "linf"))
        cells.append(cell(name, "SSIM", bootstrap(np.mean, result.value.arrays["ssim"]), "ssim"))
    return Drawn(table("table_similarity", cells), note=NOTE)


ITEM = Item("table_similarity", "How visible the noise is", units, draw, order=22)


@claim("C23", "abstract, IV", needs="cpu", scope="by a proxy, SSIM at eps_99; no eye was asked")
def c23(t: Tables):
    """The noise is imperceptible (our bar: SSIM of .9 at eps_99)."""
    return [t.table_similarity[name, "SSIM"] >= ours(0.9, direction=0.5) for name in t.table_similarity.rows]
