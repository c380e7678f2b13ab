"""What rho_2 measures: first steps, DeepFool's norms and a certified radius on three networks (Q5)."""

from dataclasses import replace

import numpy as np

from helpers.core.quantities import share
from helpers.core.statistics import bootstrap
from helpers.papers.convex_programming.attacks import BOX, METHODS, against, few
from helpers.papers.convex_programming.networks import fcnn
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import cell, table
from helpers.units.certified import Certified, certified
from helpers.units.distances import Distances, distances
from helpers.units.unit import Unit

TIMES = 4
"""The sharpened network's output layer is multiplied by this: no decision changes."""

WAYS = ("as it is", "sharpened", "adversarially trained")


def changed_network(settings: Settings, way: str) -> Unit:
    """The fully connected network, its output layer multiplied, or trained against five projected steps."""
    plain = fcnn(settings, settings.seed)
    if way == "sharpened":
        return replace(plain, settings=replace(plain.settings, sharpen=TIMES), label=f"{plain.label}, output x {TIMES}")
    if way == "adversarially trained":
        options = {"norm": "inf", "radius": 0.1, "steps": 5, "box": BOX}
        training = replace(plain.settings, step="perturbed_input", step_options=options)
        return replace(plain, settings=training, label=f"{plain.label}, trained against PGD")
    return plain


def units(settings: Settings) -> dict[Key, Unit]:
    """The three measures of the three networks."""
    found, where = {}, few(settings)
    for way in WAYS:
        network = changed_network(settings, way)
        count = f"{settings.strong_images} images, on {network.label}"
        found |= {
            Key(way, "distances"): Unit(
                distances, Distances(**where, top=0.5), {"network": network}, f"distances, {network.label}"
            ),
            Key(way, "deepfool"): against(network, METHODS["DeepFool"], (), f"DeepFool, {count}", **where),
            Key(way, "certified"): Unit(
                certified, Certified(**where), {"network": network}, f"certified radius, {network.label}"
            ),
        }
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Medians of every measure, and whether certificate and attack are in order."""
    cells = []
    for way in WAYS:
        far, deep, safe = (results[Key(way, part)].value.arrays for part in ("distances", "deepfool", "certified"))
        clean = far["clean"]
        medians = {
            "first step on logits": far["ratio"],
            "on probabilities": far["probability"],
            "DeepFool": deep["sizes"],
            "certified radius": safe["radius"],
        }
        cells += [
            cell(way, f"{column}, median", bootstrap(np.median, values[clean]), "linf")
            for column, values in medians.items()
        ]
        cells.append(cell(way, "clean accuracy", share([clean]), "accuracy"))
        cells.append(cell(way, "certified <= DeepFool", share([(safe["radius"] <= deep["sizes"])[clean]]), "share"))
    note = (
        f"First step: rho_2's term. Medians over the correct ones of the first {settings.strong_images} test images; "
        f"sharpened: output layer x {TIMES}, no decision changes."
    )
    return Drawn(table("table_measure", cells), note=note)


ITEM = Item("table_measure", "What rho_2 measures", units, draw, order=29)
