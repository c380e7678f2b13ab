"""Attack one network at given budgets."""

import importlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch
from torch import nn

from helpers.attacks.sweep import sweep
from helpers.core.checks import clip
from helpers.core.errors import UserError
from helpers.core.model import predict
from helpers.core.named import find, module_name
from helpers.core.norms import norm
from helpers.units.train import pixels, trained
from helpers.units.unit import Context, Result, Value, numeric

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attack:
    """Settings of an attack on a trained network.

    Attributes:
        data, split, images: the attacked images (the first so many of a split, None for all).
        attack, options: file and arguments in attacks/; budgets in pixels of [0, 1].
        box: pixel range kept, or None; round: perturbed images are rounded to 8 bits.
        only_correct: misclassified images are left as they are (and stay wrong); False moves every image.
        batch: images at a time.
    """

    ROOMS: ClassVar[Mapping[str, str]] = {"attack": "attacks"}

    data: str
    attack: str
    budgets: tuple[float, ...]
    options: dict[str, Any] = field(default_factory=dict)
    split: str = "test"
    images: int | None = None
    box: tuple[float, float] | None = None
    round: bool = False
    only_correct: bool = True
    batch: int = 500


def attack(settings: Attack, inputs: Mapping[str, Result], context: Context) -> Value:
    """Bits `clean` (n,) and `correct` (B, n): right before, and at each budget; mean norms and passes as numbers.

    The input "network" is judged; with an input "source" the perturbations come from that network (a transferred set).
    Where the GPU's memory does not hold a batch, it is halved, with a warning, and the attack goes on.
    """
    model = trained(inputs["network"], context.device)
    source = trained(inputs["source"], context.device) if "source" in inputs else model
    crop = inputs["network"].settings.crop
    images, labels = pixels(context, settings.data, settings.split, settings.images, crop)
    parts, start, size = [], 0, settings.batch
    while start < len(images):
        part = slice(start, start + size)
        try:
            parts.append(_batch(settings, model, source, images[part], labels[part], start))
        except torch.cuda.OutOfMemoryError:
            if size == 1:
                raise UserError("The GPU's memory does not hold an attack on a single image.") from None
            size = max(1, size // 2)
            log.warning("GPU memory is short: going on with batches of %d.", size)
            continue
        start += size
        if context.progress is not None:
            context.progress(min(start, len(images)), len(images))
    bits, clean, norms, passes, empty = zip(*parts, strict=True)
    correct, right = np.concatenate(bits, axis=1), np.concatenate(clean)
    numbers = {
        "budgets": list(settings.budgets),
        "accuracy": correct.mean(1).tolist(),
        "clean": float(right.mean()),
        "mean_l2": np.concatenate(norms, axis=1).mean(1).tolist(),
        "gradient_evaluations": float(np.concatenate(passes).mean()),
        "no_direction": int(sum(empty)),
        "images": len(images),
    }
    return Value(numbers, {"clean": right, "correct": correct})


def _batch(
    settings: Attack, model: nn.Module, source: nn.Module, x: torch.Tensor, y: torch.Tensor, start: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """Bits (B, b), clean (b,), l2 norms (B, b), passes (b,), and how many correct images had no direction."""
    clean = predict(model, x).argmax(1) == y
    options = numeric(settings.options)
    if "seed" in options:
        options["ids"] = torch.arange(start, start + len(x))
    one_step = getattr(importlib.import_module(module_name("attacks", settings.attack)), "material", None)
    empty = 0
    if one_step is not None:
        material = one_step(source, x, y, **options)
        fooled = sweep(model, x, y, material, settings.budgets, box=settings.box, rounded=settings.round)
        empty = int((~material.unit.flatten(1).any(1) & clean).sum())
        passes = np.full(len(x), material.passes)
        norms = _norms(material, x, settings)
    else:
        run = find("attacks", settings.attack)
        rows = [run(source, x, y, budget=budget, box=settings.box, **options) for budget in settings.budgets]
        fooled = torch.stack([predict(model, row.images).argmax(1) != y for row in rows])
        passes = rows[-1].gradient_evaluations.cpu().numpy()
        norms = torch.stack([row.norm(2) for row in rows]).double().cpu().numpy()
    correct = ~fooled & clean if settings.only_correct else ~fooled
    return correct.cpu().numpy(), clean.cpu().numpy(), norms, passes, empty


def _norms(material, images: torch.Tensor, settings: Attack) -> np.ndarray:
    """l2 norms (B, b) of the perturbations after clipping."""
    left = [clip(images + material.at(budget), settings.box) - images for budget in settings.budgets]
    return torch.stack([norm(r, 2) for r in left]).double().cpu().numpy()
