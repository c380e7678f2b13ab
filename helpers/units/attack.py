"""Attack one network at given budgets."""

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from helpers.attacks.sweep import sweep
from helpers.core.checks import clip, round_pixels
from helpers.core.material import Material
from helpers.core.model import predict, with_dropout
from helpers.core.named import find, module_name
from helpers.core.norms import norm
from helpers.units.batches import in_batches
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value, numeric


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


def shared(name: str, options: Mapping[str, Any], source: nn.Module, images: Tensor, labels: Tensor) -> dict[str, Any]:
    """Further arguments of an attack that serve all budgets: what `shared` of attacks/<name>.py computes once, if it has one."""
    found = getattr(importlib.import_module(module_name("attacks", name)), "shared", None)
    return {} if found is None else found(source, images, labels, **numeric(options))


def options_of(function: Callable, given: Mapping[str, Any], ids: Tensor) -> dict[str, Any]:
    """Options as the attack takes them, with the images' positions `ids` (b,) where it draws noise by sample."""
    options = numeric(given)
    if "ids" in inspect.signature(function).parameters:
        options["ids"] = ids
    return options


def attack(settings: Attack, inputs: Mapping[str, Result], context: Context) -> Value:
    """Bits `clean` (n,) and `correct` (B, n): right before, and at each budget; as numbers the mean norm, changed entries
    and entries outside [0, 1] at each budget and the passes, over the attacked images (0 where there is none).

    The input "network" is judged; with an input "source" the perturbations come from that network (a transferred set).
    """
    model = trained(inputs["network"], context.device)
    source = trained(inputs["source"], context.device) if "source" in inputs else model
    source = with_dropout(source) if settings.dropout else source
    crop = inputs["network"].settings.crop
    images, labels = pixels(context, settings.data, settings.split, settings.images, crop)
    if settings.double:
        model, source, images = model.double(), source.double(), images.double()
    ids = torch.arange(len(images))

    def one(part: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
        return _batch(settings, model, source, images[part], labels[part], ids[part])

    bits, clean, sizes, passes, empty = zip(*in_batches(len(images), settings.batch, one, context.progress), strict=True)
    correct, right, spent = np.concatenate(bits, axis=1), np.concatenate(clean), np.concatenate(passes, axis=1)
    mean_norm, changed, outside = (np.concatenate(sizes, axis=2).sum(2) / max(1, spent.shape[1])).tolist()
    numbers = {
        "budgets": list(settings.budgets),
        "accuracy": correct.mean(1).tolist(),
        "clean": float(right.mean()),
        "mean_norm": mean_norm,
        "changed": changed,
        "outside": outside,
        "gradient_evaluations": float(spent.sum() / max(1, spent.size)),
        "no_direction": int(sum(empty)),
        "images": len(images),
    }
    return Value(numbers, {"clean": right, "correct": correct})


def _batch(
    settings: Attack, model: nn.Module, source: nn.Module, images: Tensor, labels: Tensor, ids: Tensor
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """Bits (B, b) and clean (b,) of all images; of the attacked ones (a) norms, changed and outside entries (3, B, a), passes
    (1 or B, a), and how many of those that are right have no direction."""
    clean = predict(model, images).argmax(1) == labels
    # Misclassified images are not moved, so they need no attack.
    chosen = (clean if settings.only_correct else torch.ones_like(clean)).nonzero().flatten()
    x, y = images[chosen], labels[chosen]
    make = one_step(settings.attack, settings.options)
    run = make or find("attacks", settings.attack)
    options = options_of(run, settings.options, ids[chosen.cpu()])
    empty = 0
    if make is not None:
        material = make(source, x, y, **options)
        fooled = sweep(model, x, y, material, settings.budgets, box=settings.box, rounded=settings.round)
        empty = int((material.none & clean[chosen]).sum())
        passes = np.full((1, len(x)), material.passes)
        moved = [clip(x + material.at(budget), settings.box) for budget in settings.budgets]
    else:
        options |= shared(settings.attack, settings.options, source, x, y)
        found = [run(source, x, y, budget=budget, box=settings.box, **options) for budget in settings.budgets]
        moved = [one.images for one in found]
        seen = [round_pixels(one) if settings.round else one for one in moved]
        fooled = torch.stack([predict(model, one).argmax(1) != y for one in seen])
        passes = np.stack([one.gradient_evaluations.cpu().numpy() for one in found])
    sizes = torch.stack([torch.stack([
        norm(one - x, float(settings.measure)),
        (one != x).flatten(1).sum(1).to(x.dtype),
        ((one < 0) | (one > 1)).flatten(1).sum(1).to(x.dtype),
    ]) for one in moved], 1)  # fmt: skip
    correct = torch.zeros(len(settings.budgets), len(images), dtype=torch.bool, device=images.device)
    correct[:, chosen] = ~fooled
    return correct.cpu().numpy(), clean.cpu().numpy(), sizes.double().cpu().numpy(), passes, empty
