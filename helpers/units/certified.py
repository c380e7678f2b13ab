"""A radius inside which no perturbation changes the answer: interval bounds through a fully connected network."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from helpers.core.errors import UserError
from helpers.core.model import PixelModel, predict
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Certified:
    """`images` test images; `top`: largest radius tried; `halvings` of the bisection."""

    data: str
    images: int | None = None
    top: float = 0.1
    halvings: int = 16


@torch.no_grad()
def least_margin(model: PixelModel, images: Tensor, labels: Tensor, radius: Tensor) -> Tensor:
    """Lower bound (b,) of min_l z_k - z_l over the l_inf balls of `radius` (b,), by interval arithmetic.

    Layers: Flatten, Linear, ReLU, the last one Linear; its rows are subtracted before the bound is taken.
    """
    centre = model.normalise(images)
    spread = (radius.reshape(-1, *[1] * (images.dim() - 1)) / model.std).expand_as(centre)
    layers = [layer for layer in model.network.modules() if not isinstance(layer, nn.Sequential) and not list(layer.children())]
    for layer in layers[:-1]:
        if isinstance(layer, nn.Flatten):
            centre, spread = centre.flatten(1), spread.flatten(1)
        elif isinstance(layer, nn.Linear):
            centre, spread = layer(centre), spread @ layer.weight.abs().T
        elif isinstance(layer, nn.ReLU):
            low, high = (centre - spread).relu(), (centre + spread).relu()
            centre, spread = (low + high) / 2, (high - low) / 2
        else:
            raise UserError(f"Interval bounds go through Flatten, Linear and ReLU, not {type(layer).__name__}.")
    last = layers[-1]
    weight = last.weight[labels].unsqueeze(1) - last.weight
    bias = last.bias[labels].unsqueeze(1) - last.bias
    bound = torch.einsum("bkd,bd->bk", weight, centre) + bias - torch.einsum("bkd,bd->bk", weight.abs(), spread)
    return bound.scatter(1, labels.unsqueeze(1), torch.inf).min(1).values


def certified(settings: Certified, inputs: Mapping[str, Result], context: Context) -> Value:
    """Array "radius" (n,): the largest l_inf radius certified for the network's own answer, by bisection; bits "clean"."""
    model = trained(inputs["network"], context.device)
    images, labels = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    answers = predict(model, images).argmax(1)
    low, high = torch.zeros(len(images), device=images.device), torch.full((len(images),), settings.top, device=images.device)
    for _ in range(settings.halvings):
        middle = (low + high) / 2
        safe = torch.cat([
            least_margin(model, images[part], answers[part], middle[part]) > 0
            for part in (slice(start, start + 500) for start in range(0, len(images), 500))
        ])  # fmt: skip
        low, high = torch.where(safe, middle, low), torch.where(safe, high, middle)
    return Value({"images": len(images)}, {"radius": low.cpu().numpy(), "clean": (answers == labels).cpu().numpy()})
