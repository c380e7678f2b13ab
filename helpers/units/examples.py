"""A few images with their perturbations, small enough for the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.core.model import predict
from helpers.core.named import find
from helpers.units.attack import options_of
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Examples:
    """`attacks`: by shown name {"attack": file in attacks/, "options": ...}; one budget; one image per class, of those that every
    attack fools if `only_fooled`."""

    data: str
    attacks: dict[str, dict[str, Any]]
    budget: float
    split: str = "test"
    images: int = 500
    only_fooled: bool = False

    def files(self) -> tuple[tuple[str, str], ...]:
        """(room, name) of the files that the settings name."""
        return tuple(("attacks", given["attack"]) for given in self.attacks.values())


def examples(settings: Examples, inputs: Mapping[str, Result], context: Context) -> Value:
    """The first correctly classified image of each class (uint8), each attack's perturbation (float16), the answers and their probabilities."""
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, settings.split, settings.images, inputs["network"].settings.crop)
    right = predict(model, images).argmax(1) == labels
    for given in settings.attacks.values() if settings.only_fooled else ():
        run = find("attacks", given["attack"])
        right &= run(model, images, labels, budget=settings.budget, box=None, **options_of(run, given["options"], torch.arange(len(images)))).success
    chosen = [int((right & (labels == label)).nonzero()[0]) for label in labels[right].unique()]
    x, y = images[chosen], labels[chosen]
    arrays = {"originals": (x * 255).round().to(torch.uint8).cpu().numpy()}
    answers, sure = {}, {"originals": confidence(model, x)}
    for name, given in settings.attacks.items():
        run = find("attacks", given["attack"])
        found = run(model, x, y, budget=settings.budget, box=None, **options_of(run, given["options"], torch.tensor(chosen, dtype=torch.int64)))
        arrays[name] = found.perturbation.cpu().numpy().astype(np.float16)
        answers[name] = predict(model, found.images).argmax(1).tolist()
        sure[name] = confidence(model, found.images)
    return Value({"labels": y.tolist(), "answers": answers, "confidence": sure}, arrays)


def confidence(model: nn.Module, images: Tensor) -> list[float]:
    """The probability of the model's own answer, per image."""
    return predict(model, images).softmax(1).max(1).values.tolist()
