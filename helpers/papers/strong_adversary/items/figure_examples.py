"""Six digits under the three perturbations of one l2 size."""

import numpy as np

from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.strong_adversary.columns import ATTACKS, PIXEL
from helpers.papers.strong_adversary.networks import lenet
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table
from helpers.report.specs import Figure, ImageRow, Images
from helpers.units.examples import Examples, examples
from helpers.units.unit import Unit

ALT = "Digits, their perturbed versions and the perturbations of three attacks at the same l2 size."
SHOWN = 6


def units(settings: Settings) -> dict[str, Unit]:
    """One test image per class with the three perturbations, on LeNet Normal."""
    attacks = {column: {"attack": name, "options": options} for column, (name, options) in ATTACKS.items()}
    network = lenet(settings, "Normal", settings.seed)
    shown = Examples(settings.mnist, attacks, settings.budget * PIXEL)
    return {"examples": Unit(examples, shown, {"network": network}, "examples")}


def draw(settings: Settings, results: Results) -> Drawn:
    """Original, perturbed image and perturbation for each attack; as cells the network's answers."""
    value = results["examples"].value
    answers, labels = value.numbers["answers"], value.numbers["labels"]
    cells = [
        cell(name, f"image {index + 1}", answer, "class")
        for name, given in answers.items()
        for index, answer in enumerate(given)
    ]
    originals = value.arrays["originals"][:SHOWN] / 255
    rows = [ImageRow("original", [image.squeeze() for image in originals], [str(label) for label in labels[:SHOWN]])]
    for name in ATTACKS:
        r = value.arrays[name][:SHOWN].astype(np.float32)
        moved = np.clip(originals + r, 0, 1)
        captions = [f"→ {answer}" for answer in answers[name][:SHOWN]]
        rows.append(ImageRow(name, [image.squeeze() for image in moved], captions))
        rows.append(ImageRow("its perturbation", [image.squeeze() for image in r], signed=True, scale=0.5))
    figure = Figure((Images("Perturbed digits", tuple(rows)),), alt=ALT)
    return Drawn(table("figure_examples", cells), figure, f"l2 size {settings.budget}, shown clipped.")


ITEM = Item("figure_examples", "Examples", units, draw, order=1)
