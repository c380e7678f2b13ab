"""Masking: images whose confidence hides their gradient, and dead logits of NIN (Q3)."""

import numpy as np

from helpers.core.quantities import share
from helpers.core.statistics import bootstrap
from helpers.papers.convex_programming.attacks import few
from helpers.papers.convex_programming.items.table_masking import masked
from helpers.papers.convex_programming.networks import attacked, network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.table import cell, table
from helpers.units.dead import Dead, dead
from helpers.units.distances import Distances, distances
from helpers.units.unit import Unit

GAPS = (16.0, 16.6)
NOTE = (
    "Above a gap of 16.6 the float32 cross-entropy gradient has lost its own class's term (E2). A dead logit: exactly 0 under "
    "NIN's last ReLU, without gradient."
)


def units(settings: Settings) -> dict[str, Unit]:
    """Logit gaps on the MNIST networks, dead logits of NIN."""
    found = {}
    for name, trained in masked(settings).items():
        how, label = Distances(**few(settings), top=1.0), f"distances, first images, {trained.label}"
        found[name] = Unit(distances, how, {"network": trained}, label)
    nin = network(settings, "NIN")
    found["NIN"] = Unit(dead, Dead(**attacked(settings, "NIN")), {"network": nin}, f"dead logits of {nin.label}")
    return found


def draw(settings: Settings, results: Results) -> Drawn:
    """Shares of images that hide their gradient."""
    cells = []
    for name, result in results.items():
        arrays = result.value.arrays
        if "dead" in arrays:
            cells.append(cell(name, "a dead logit", share([arrays["dead"] > 0]), "share"))
            cells.append(cell(name, "dead logits, of ten", bootstrap(np.mean, arrays["dead"]), "classes"))
            continue
        confidence = arrays["confidence"][arrays["clean"]]
        cells += [cell(name, f"logit gap above {gap:g}", share([confidence > gap]), "share") for gap in GAPS]
    return Drawn(table("table_confidence", cells), note=NOTE)


ITEM = Item("table_confidence", "Masking", units, draw, order=27)
