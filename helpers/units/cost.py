"""What two ways to a perturbation cost: backward passes counted, seconds measured in one run."""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from helpers.attacks.adv_alpha import material as alpha_material
from helpers.attacks.fast_gradient import material as loss_material
from helpers.core.model import evaluating
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Cost:
    """`images` at one batch; `repeats` of which the median counts; `classes` of the network."""

    data: str
    images: int = 100
    repeats: int = 3
    classes: int = 10


def softmax_jacobian(model: nn.Module, images: Tensor, *, shared: bool) -> Tensor:
    """T (k, b, ...) row by row: K backward passes after one shared forward pass, or after K of them (authors' code)."""
    rows = []
    leaf = images.detach().requires_grad_()
    outputs = model(leaf).softmax(1)
    classes = outputs.shape[1]
    for index in range(classes):
        if not shared and index:
            outputs = model(leaf).softmax(1)
        keep = shared and index < classes - 1
        rows.append(torch.autograd.grad(outputs[:, index].sum(), leaf, retain_graph=keep)[0])
    return torch.stack(rows)


def batched_jacobian(model: nn.Module, images: Tensor) -> Tensor:
    """T (k, b, ...) in one vectorised backward pass."""
    leaf = images.detach().requires_grad_()
    outputs = model(leaf).softmax(1)
    seeds = torch.eye(outputs.shape[1], device=images.device).unsqueeze(1).expand(-1, len(images), -1)
    return torch.autograd.grad(outputs, leaf, seeds, is_grads_batched=True)[0]


def cost(settings: Cost, inputs: Mapping[str, Result], context: Context) -> Value:
    """Backward passes a sample, and median seconds of each way in one run. [Huang Sec. 7.1]"""
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    passes: dict[str, int] = {}
    seconds: dict[str, list[float]] = {}

    def counted(name: str, run) -> None:
        backward = []
        hook = next(m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)).register_full_backward_hook(
            lambda *_: backward.append(1)
        )
        run()
        hook.remove()
        passes[name] = len(backward)

    ways = {
        "one gradient": lambda: loss_material(model, images, labels, norm=2),
        "nearest boundary": lambda: alpha_material(model, images, labels, norm=2),
        "K forward, K backward": lambda: softmax_jacobian(model, images, shared=False),
        "one forward, K backward": lambda: softmax_jacobian(model, images, shared=True),
        "one vectorised backward": lambda: batched_jacobian(model, images),
    }
    def now() -> float:
        if images.is_cuda:
            # Kernels are queued: the clock waits for them.
            torch.cuda.synchronize(images.device)
        return time.perf_counter()

    with evaluating(model):
        for name, run in ways.items():
            counted(name, run)
        for _ in range(settings.repeats):
            for name, run in ways.items():
                start = now()
                run()
                seconds.setdefault(name, []).append(now() - start)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return Value({"passes": passes, "seconds": medians, "images": len(images), "classes": settings.classes})
