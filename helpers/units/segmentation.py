"""A drawn figure put into the answer of a segmentation network."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from helpers.core.descent import descend, falling, fixed
from helpers.core.linear import toward_mask
from helpers.core.model import evaluating
from helpers.core.seeds import generator, per_sample_normal
from helpers.training.collage import collage
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value

PROJECTED = " projected"
"""Ends the name of an attack whose steps are projected."""


@dataclass(frozen=True)
class Segmentation:
    """`canvases` collages of test images (side, digits, pool as in training); a plus sign of class `target` is wanted in the
    middle, and the network's own answer elsewhere; `budgets` (l_inf, pixels of [0, 1]) in `steps` steps each, of the budget over
    their number or projected ones that fall from `first` times the budget."""

    data: str
    canvases: int = 20
    side: int = 32
    digits: int = 3
    pool: int = 2
    target: int = 6
    budgets: tuple[float, ...] = (0.02, 0.05, 0.1, 0.2, 0.3)
    steps: int = 100
    first: float = 0.2
    confidence: float = 0.5
    seed: int = 0
    shown: int = 4


def plus(side: int) -> Tensor:
    """(side, side) bool: a plus sign, half as wide as the canvas, its bars an eighth thick."""
    figure = torch.zeros(side, side, dtype=torch.bool)
    middle, reach, half = side // 2, side // 4, max(1, side // 16)
    figure[middle - half : middle + half, middle - reach : middle + reach] = True
    figure[middle - reach : middle + reach, middle - half : middle + half] = True
    return figure


def segmentation(settings: Segmentation, inputs: Mapping[str, Result], context: Context) -> Value:
    """Per attack ("<loss>", "<loss> projected", "random") arrays (B, n): "<attack>/hit" inside the plus, "/iou" of the answer's
    target class with it, "/kept" agreement with the clean answer outside; example canvases and answers. [Balda Sec. III]

    Losses: "max", and "first", the printed pair: inside the plus f_k - f_t, k the clean answer; outside, the clean runner-up
    against the answer. The sum of the plain steps is inside the ball by itself; projected ones are longer.
    """
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, "test", settings.canvases * settings.digits, None)
    canvases, truth = collage(
        images, labels, side=settings.side, digits=settings.digits, pool=settings.pool, generator=generator(settings.seed, "collage")
    )
    figure = plus(settings.side).to(context.device)
    with evaluating(model), torch.no_grad():
        ranked = model(canvases).topk(2, 1).indices
    clean, second = ranked[:, 0], ranked[:, 1]
    wanted = torch.where(figure, settings.target, clean)
    rivals = {"max": wanted, "first": torch.stack([wanted, torch.where(figure & (clean != settings.target), clean, second)], 1)}
    numbers: dict = {"budgets": list(settings.budgets), "pixel_accuracy": float((clean == truth).double().mean()),
                     "canvases": len(canvases)}  # fmt: skip
    arrays = {"originals": _bytes(canvases[: settings.shown]), "clean": clean[: settings.shown].to(torch.uint8).cpu().numpy()}
    noise = per_sample_normal(canvases, settings.seed, torch.arange(len(canvases))).sign()
    attacks = {f"{loss}{suffix}": (loss, suffix) for loss in rivals for suffix in ("", PROJECTED)}
    for name in (*attacks, "random"):
        rows = []
        for budget in settings.budgets:
            if name == "random":
                moved = (canvases + budget * noise).clamp(0, 1)
            else:
                loss, suffix = attacks[name]
                size, radius = (falling(settings.first * budget, settings.steps), budget) if suffix else (fixed(budget / settings.steps), None)
                objective = toward_mask(settings.confidence, loss)
                moved, _ = descend(
                    model, canvases, rivals[loss], objective, norm=float("inf"), length=size, steps=settings.steps, radius=radius, classes=False
                )
            answer = _answer(model, moved)
            rows.append(_rates(answer, clean, figure, settings.target))
        arrays |= {f"{name}/{part}": torch.stack([row[part] for row in rows]).cpu().numpy() for part in ("hit", "iou", "kept")}
        arrays[f"{name}/moved"] = _bytes(moved[: settings.shown])
        arrays[f"{name}/answer"] = answer[: settings.shown].to(torch.uint8).cpu().numpy()
    return Value(numbers, arrays)


def _answer(model: nn.Module, canvases: Tensor) -> Tensor:
    with evaluating(model), torch.no_grad():
        return model(canvases).argmax(1)


def _rates(answer: Tensor, clean: Tensor, figure: Tensor, target: int) -> dict[str, Tensor]:
    """hit, iou, kept, each (n,) a share of every canvas."""
    found = answer == target
    hit = found[:, figure].double().mean(1)
    both, either = (found & figure).flatten(1).sum(1), (found | figure).flatten(1).sum(1)
    kept = (answer == clean)[:, ~figure].double().mean(1)
    return {"hit": hit, "iou": both / either, "kept": kept}


def _bytes(images: Tensor) -> np.ndarray:
    return (images * 255).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
