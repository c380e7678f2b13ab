"""What is left of an objective after a one-step attack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
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

    def at(budget: float, part: slice) -> tuple[Tensor, Tensor]:
        x, y = images[part], labels[part]
        moved = run(model, x, y, budget=budget, box=None, **options_of(run, settings.options, ids[part])).images
        logits = predict(model, moved)
        own = logits.gather(1, y.unsqueeze(1)).squeeze(1)
        return own if settings.score == "logit" else -cross_entropy_margin(logits, y), logits.argmax(1) != y

    values, fooled = [], []
    for budget in settings.budgets:
        left, hit = zip(*in_batches(len(images), settings.batch, partial(at, budget)), strict=True)
        values.append(torch.cat(left).cpu().numpy())
        fooled.append(torch.cat(hit).cpu().numpy())
    return Value({"budgets": list(settings.budgets)}, {"value": np.stack(values), "fooled": np.stack(fooled), "clean": clean.cpu().numpy()})
