"""Nearest neighbours and boosted trees on a network's perturbed images, beside random directions of the same size."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier

from helpers.attacks.fast_gradient import fast_gradient
from helpers.attacks.random_direction import random_direction
from helpers.units.networks import pixels, trained
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Neighbours:
    """`budget`: l2 size in pixels of [0, 1]; `train`, `test`: how many images of each split."""

    data: str
    budget: float
    train: int = 5000
    test: int = 1000
    seed: int = 0


def neighbours(settings: Neighbours, inputs: Mapping[str, Result], context: Context) -> Value:
    """Bits "<classifier>/<set>" (n,), set clean, transferred (from the input "source") or random. [Huang Sec. 1]"""
    source = trained(inputs["source"], context.device)
    crop = inputs["source"].settings.crop
    train_x, train_y = pixels(context, settings.data, "train", settings.train, crop)
    x, y = pixels(context, settings.data, "test", settings.test, crop)
    transferred = fast_gradient(source, x, y, norm=2, budget=settings.budget, box=None).images
    random = random_direction(source, x, y, norm=2, budget=settings.budget, seed=settings.seed, box=None).images
    sets = {"clean": x, "transferred": transferred, "random": random}
    flat = {name: images.flatten(1).cpu().numpy() for name, images in sets.items()}
    judges = {
        "5-NN": KNeighborsClassifier(5),
        "Boosted trees": HistGradientBoostingClassifier(max_iter=15, max_bins=32, max_leaf_nodes=15, early_stopping=False, random_state=settings.seed),
    }
    right = {}
    for name, judge in judges.items():
        judge.fit(train_x.flatten(1).cpu().numpy(), train_y.cpu().numpy())
        for set_name, images in flat.items():
            right[f"{name}/{set_name}"] = judge.predict(images) == y.cpu().numpy()
    moved = float(torch.linalg.vector_norm((transferred - x).flatten(1), dim=1).mean())
    return Value({"accuracy": {name: float(bits.mean()) for name, bits in right.items()}, "mean_l2": moved}, right)
