"""Attack one network at given budgets."""

import importlib
import inspect
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import nn

from helpers.attacks.sweep import sweep
from helpers.core.checks import clip, round_pixels
from helpers.core.errors import UserError
from helpers.core.material import Material
from helpers.core.model import predict, with_dropout
from helpers.core.named import find, module_name
from helpers.core.norms import norm
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value, numeric

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Attack:
    """Settings of an attack on a trained network.

    Attributes:
        data, split, images: the attacked images (the first so many of a split, None for all).
        attack, options: file and arguments in attacks/; budgets in pixels of [0, 1].
        box: pixel range kept, or None (a paper that does not clip); round: perturbed images are rounded to 8 bits.
        only_correct: misclassified images are left as they are (and stay wrong); False moves every image.
        measure: the norm of `mean_norm`.
        dropout: dropout stays on while the perturbation is made (code that attacked in training mode), not while judged.
        double: network and images in double precision.
        batch: images at a time.
    """

    data: str
    attack: str
    budgets: tuple[float, ...]
    options: dict[str, Any] = field(default_factory=dict)
    split: str = "test"
    images: int | None = None
    box: tuple[float, float] | None = (0.0, 1.0)
    round: bool = False
    only_correct: bool = True
    measure: str = "2"
    dropout: bool = False
    double: bool = False
    batch: int = 500

    def files(self) -> tuple[tuple[str, str], ...]:
        """(room, name) of the files that the settings name."""
        return (("attacks", self.attack),)


def one_step(name: str, options: Mapping[str, Any]) -> Callable[..., Material] | None:
    """`material` of attacks/<name>.py, if it takes these options: what a one-step attack computes once for all budgets."""
    found = getattr(importlib.import_module(module_name("attacks", name)), "material", None)
    return found if found is not None and set(options) <= set(inspect.signature(found).parameters) else None


def options_of(function: Callable, given: Mapping[str, Any], start: int, count: int) -> dict[str, Any]:
    """Options as the attack takes them, with the images' positions where it draws noise by sample."""
    options = numeric(given)
    if "ids" in inspect.signature(function).parameters:
        options["ids"] = torch.arange(start, start + count)
    return options


def attack(settings: Attack, inputs: Mapping[str, Result], context: Context) -> Value:
    """Bits `clean` (n,) and `correct` (B, n): right before, and at each budget; as numbers the mean norm, changed entries
    and entries outside [0, 1] of the moved images at each budget, and passes.

    The input "network" is judged; with an input "source" the perturbations come from that network (a transferred set).
    Where the GPU's memory does not hold a batch, it is halved, with a warning, and the attack goes on.
    """
    model = trained(inputs["network"], context.device)
    source = trained(inputs["source"], context.device) if "source" in inputs else model
    source = with_dropout(source) if settings.dropout else source
    crop = inputs["network"].settings.crop
    images, labels = pixels(context, settings.data, settings.split, settings.images, crop)
    if settings.double:
        model, source, images = model.double(), source.double(), images.double()
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
    bits, clean, sizes, passes, empty = zip(*parts, strict=True)
    correct, right = np.concatenate(bits, axis=1), np.concatenate(clean)
    moved = max(1, int(right.sum()) if settings.only_correct else len(right))
    mean_norm, changed, outside = (np.concatenate(sizes, axis=2).sum(2) / moved).tolist()
    numbers = {
        "budgets": list(settings.budgets),
        "accuracy": correct.mean(1).tolist(),
        "clean": float(right.mean()),
        "mean_norm": mean_norm,
        "changed": changed,
        "outside": outside,
        "gradient_evaluations": float(np.concatenate(passes, axis=1)[:, right | (not settings.only_correct)].mean()),
        "no_direction": int(sum(empty)),
        "images": len(images),
    }
    return Value(numbers, {"clean": right, "correct": correct})


def _batch(
    settings: Attack, model: nn.Module, source: nn.Module, x: torch.Tensor, y: torch.Tensor, start: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """Bits (B, b), clean (b,), norms, changed and outside entries (3, B, b), passes (1 or B, b), and how many correct images
    had no direction."""
    clean = predict(model, x).argmax(1) == y
    make = one_step(settings.attack, settings.options)
    run = make or find("attacks", settings.attack)
    options = options_of(run, settings.options, start, len(x))
    empty = 0
    if make is not None:
        material = make(source, x, y, **options)
        fooled = sweep(model, x, y, material, settings.budgets, box=settings.box, rounded=settings.round)
        empty = int((material.none & clean).sum())
        passes = np.full((1, len(x)), material.passes)
        moved = [clip(x + material.at(budget), settings.box) for budget in settings.budgets]
    else:
        found = [run(source, x, y, budget=budget, box=settings.box, **options) for budget in settings.budgets]
        moved = [one.images for one in found]
        seen = [round_pixels(images) if settings.round else images for images in moved]
        fooled = torch.stack([predict(model, images).argmax(1) != y for images in seen])
        passes = np.stack([one.gradient_evaluations.cpu().numpy() for one in found])
    sizes = torch.stack([torch.stack([
        norm(images - x, float(settings.measure)),
        (images != x).flatten(1).sum(1).to(x.dtype),
        ((images < 0) | (images > 1)).flatten(1).sum(1).to(x.dtype),
    ]) for images in moved], 1)  # fmt: skip
    if settings.only_correct:
        # The others are left as they are, and wrong.
        fooled, sizes = fooled | ~clean, sizes * clean
    return (~fooled).cpu().numpy(), clean.cpu().numpy(), sizes.double().cpu().numpy(), passes, empty
