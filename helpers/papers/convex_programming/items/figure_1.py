"""Figure 1: images, the noise of Algorithm 1 and the sum of both."""

import numpy as np

from helpers.papers.convex_programming.networks import attacked, network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.table import Cell, cell, table
from helpers.report.specs import Figure, ImageRow, Images
from helpers.units.examples import Examples, examples
from helpers.units.unit import Unit, Value

SHOWN = {"LeNet-5": 0.1, "NIN": 0.02}
"""Network and budget of the two halves; the paper gives neither."""

COUNT = 6
ALT = "Images, the noise of Algorithm 1 and the sum of both, for a digit network and a colour network."
NOTE = "Below the images: the network's answer and its probability. Shown clipped to [0, 1], attacked without a box."


def units(settings: Settings) -> dict[str, Unit]:
    """Algorithm 1 on one image per class, of those that it fools."""
    attacks = {"Algorithm 1": {"attack": "linearised", "options": {"norm": "inf"}}}
    found = {}
    for name, budget in SHOWN.items():
        shown = Examples(attacked(settings, name)["data"], attacks, budget, images=200, only_fooled=True)
        found[name] = Unit(examples, shown, {"network": network(settings, name)}, f"examples, {name}")
    return found


def pictures(images: np.ndarray) -> list[np.ndarray]:
    """Images (n, c, h, w) as the figure draws them."""
    return [image.squeeze() if len(image) == 1 else image.transpose(1, 2, 0) for image in images]


def cells_of(name: str, value: Value) -> list[Cell]:
    """Answers and their probabilities, before and after."""
    answers = {"before": value.numbers["labels"], "after": value.numbers["answers"]["Algorithm 1"]}
    sure = {"before": value.numbers["confidence"]["originals"], "after": value.numbers["confidence"]["Algorithm 1"]}
    count = min(COUNT, len(value.arrays["originals"]))
    found = [
        cell(name, f"image {index + 1}: {part}", answers[part][index], "class")
        for index in range(count)
        for part in answers
    ]
    return found + [
        cell(name, f"image {index + 1}: confidence {part}", sure[part][index], "probability")
        for index in range(count)
        for part in sure
    ]


def draw(settings: Settings, results: Results) -> Drawn:
    """Original, noise and adversarial image, with both answers."""
    cells, panels = [], []
    for name, result in results.items():
        value = result.value
        cells += cells_of(name, value)
        originals = value.arrays["originals"][:COUNT].astype(np.float32) / 255
        noise = value.arrays["Algorithm 1"][:COUNT].astype(np.float32)
        labels, answers = value.numbers["labels"][:COUNT], value.numbers["answers"]["Algorithm 1"][:COUNT]
        before, after = (value.numbers["confidence"][key][:COUNT] for key in ("originals", "Algorithm 1"))
        was = [f"{label} ({sure:.2f})" for label, sure in zip(labels, before, strict=True)]
        now = [f"→ {answer} ({sure:.2f})" for answer, sure in zip(answers, after, strict=True)]
        rows = (
            ImageRow("original", pictures(originals), was),
            ImageRow("noise", pictures(noise), signed=True, scale=SHOWN[name]),
            ImageRow("Algorithm 1", pictures(np.clip(originals + noise, 0, 1)), now),
        )
        panels.append(Images(f"{name}, eps {SHOWN[name]:g}", rows))
    return Drawn(table("figure_1", cells), Figure(tuple(panels), alt=ALT), NOTE)


ITEM = Item("figure_1", "Figure 1: examples", units, draw, order=1)
