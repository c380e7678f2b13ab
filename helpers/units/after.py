"""What is left of an objective after a one-step attack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from helpers.core.model import predict
from helpers.core.named import find
from helpers.core.objectives import cross_entropy_margin
from helpers.units.attack import options_of
from helpers.units.batches import in_batches
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class After:
    """An attack at `budgets` without a box; `score`: "logit" of the label, or "margin" z_y - logsumexp of the others."""

    data: str
    attack: str
    budgets: tuple[float, ...]
    options: dict[str, Any] = field(default_factory=dict)
    score: str = "logit"
    images: int | None = None
    batch: int = 500

    def files(self) -> tuple[tuple[str, str], ...]:
        """(room, name) of the files that the settings name."""
        return (("attacks", self.attack),)


def after(settings: After, inputs: Mapping[str, Result], context: Context) -> Value:
    """Arrays "value" (B, n) of L at the perturbed images, bits "fooled" (B, n) and "clean" (n,)."""
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    clean = predict(model, images).argmax(1) == labels
    run = find("attacks", settings.attack)
    ids = torch.arange(len(images))

    def one(part: slice) -> tuple[Tensor, Tensor]:
        """L (B, b) at the perturbed images, and whether they are fooled."""
        x, y = images[part], labels[part]
        options = options_of(run, settings.options, ids[part])
        moved = [run(model, x, y, budget=budget, box=None, **options).images for budget in settings.budgets]
        logits = torch.stack([predict(model, each) for each in moved])
        if settings.score == "logit":
            left = logits.gather(2, y.expand(len(moved), -1).unsqueeze(2)).squeeze(2)
        else:
            left = torch.stack([-cross_entropy_margin(each, y) for each in logits])
        return left, logits.argmax(2) != y

    value, fooled = zip(*in_batches(len(images), settings.batch, one, context.progress), strict=True)
    arrays = {"value": torch.cat(value, 1).cpu().numpy(), "fooled": torch.cat(fooled, 1).cpu().numpy()}
    return Value({"budgets": list(settings.budgets)}, {**arrays, "clean": clean.cpu().numpy()})
