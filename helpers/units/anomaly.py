"""An anomaly score pushed down on anomalies and up on normal images."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from helpers.attacks.random_direction import material as random_directions
from helpers.core.descent import descend, fixed
from helpers.core.linear import score
from helpers.core.model import PixelModel, evaluating
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Anomaly:
    """`images` test images; the class `without` was left out in training; `budgets` by norm ("2", "inf"), in `steps` steps."""

    data: str
    without: int
    images: int = 1000
    budgets: Mapping[str, tuple[float, ...]] = None
    steps: int = 10
    seed: int = 0


class Score(nn.Module):
    """s(x) = mean squared error of an autoencoder's answer, (b,)."""

    def __init__(self, model: PixelModel):
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tensor:
        return (self.model(images) - images).square().flatten(1).mean(1)


def anomaly(settings: Anomaly, inputs: Mapping[str, Result], context: Context) -> Value:
    """Scores (n,) "clean", (B, n) "<p>/attacked" (anomalies down, normal images up) and "<p>/random"; bits "anomalous". [Balda Sec. III]"""
    model = Score(trained(inputs["network"], context.device))
    images, labels = pixels(context, settings.data, "test", settings.images, inputs["network"].settings.crop)
    anomalous = labels == settings.without
    with evaluating(model), torch.no_grad():
        clean = model(images)
    arrays = {"clean": clean.cpu().numpy(), "anomalous": anomalous.cpu().numpy()}
    ids = torch.arange(len(images))
    for name, sizes in settings.budgets.items():
        p = float(name)
        noise = random_directions(model, images, labels, norm=p, seed=settings.seed, ids=ids).unit
        rows = {"attacked": [], "random": []}
        for size in sizes:
            moved = images.clone()
            for chosen, sign in ((anomalous, 1.0), (~anomalous, -1.0)):
                length = fixed(size / settings.steps)
                moved[chosen], _ = descend(
                    model, images[chosen], labels[chosen], score(sign), norm=p, length=length, steps=settings.steps, classes=False
                )
            with evaluating(model), torch.no_grad():
                rows["attacked"].append(model(moved))
                rows["random"].append(model((images + size * noise).clamp(0, 1)))
        arrays |= {f"{name}/{key}": torch.stack(values).cpu().numpy() for key, values in rows.items()}
    return Value({"budgets": {name: list(sizes) for name, sizes in settings.budgets.items()}, "images": len(images)}, arrays)
