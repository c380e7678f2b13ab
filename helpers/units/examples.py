"""A few images with their perturbations, small enough for the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from helpers.core.model import predict
from helpers.core.named import find
from helpers.units.attack import options_of
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Examples:
    """`attacks`: by shown name {"attack": file in attacks/, "options": ...}; one budget; one image per class."""

    data: str
    attacks: dict[str, dict[str, Any]]
    budget: float
    split: str = "test"
    images: int = 500

    def files(self) -> tuple[tuple[str, str], ...]:
        """(room, name) of the files that the settings name."""
        return tuple(("attacks", given["attack"]) for given in self.attacks.values())


def examples(settings: Examples, inputs: Mapping[str, Result], context: Context) -> Value:
    """The first correctly classified image of each class (uint8), each attack's perturbation (float16), the answers."""
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, settings.split, settings.images, inputs["network"].settings.crop)
    right = predict(model, images).argmax(1) == labels
    chosen = [int((right & (labels == label)).nonzero()[0]) for label in labels[right].unique()]
    x, y = images[chosen], labels[chosen]
    arrays = {"originals": (x * 255).round().to(torch.uint8).cpu().numpy()}
    answers = {}
    for name, given in settings.attacks.items():
        run = find("attacks", given["attack"])
        found = run(model, x, y, budget=settings.budget, box=None, **options_of(run, given["options"], 0, len(x)))
        arrays[name] = found.perturbation.cpu().numpy().astype(np.float16)
        answers[name] = predict(model, found.images).argmax(1).tolist()
    return Value({"labels": y.tolist(), "answers": answers}, arrays)
