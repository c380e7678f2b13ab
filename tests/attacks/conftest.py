"""Linear models whose closest adversarial points are known, a counting wrapper, and one way to call every attack."""

import math
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from helpers.core.named import find
from helpers.core.norms import dual, norm


class Linear(nn.Module):
    """logits = weight x + bias: weight (k, d), images (b, ...) of d pixels."""

    def __init__(self, weight, bias=None):
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(len(weight), dtype=weight.dtype) if bias is None else bias)

    def forward(self, images):
        return images.flatten(1) @ self.weight.T + self.bias


class Counted(nn.Module):
    """A model, the batch sizes it is called with and those its logits are differentiated for."""

    def __init__(self, model):
        super().__init__()
        self.model, self.forwards, self.backwards = model, [], []

    def forward(self, images):
        self.forwards.append(len(images))
        logits = self.model(images)
        if logits.requires_grad:
            logits.register_hook(lambda gradient: self.backwards.append(len(gradient)))
        return logits


@dataclass
class Oracle:
    """Two classes, z_1 - z_0 = normal x + constant; every image is `gap` logits away from the boundary.

    Labels alternate. The closest adversarial point in l_p is images + distance(p) * sign * steepest(normal).
    """

    model: nn.Module
    images: Tensor
    labels: Tensor
    normal: Tensor
    gap: float

    def distance(self, p):
        return float(self.gap / norm(self.normal[None], dual(p)))

    def outwards(self):
        """(b, ...) gradient of the other class's lead."""
        sign = 1.0 - 2.0 * self.labels.to(self.normal)
        return (sign[:, None] * self.normal).view_as(self.images)


def make_oracle(count, shape, dtype=torch.float64, seed=0):
    """Images in the middle of the box, so that clipping does not bind on the way to the boundary."""
    random = torch.Generator().manual_seed(seed)
    size = math.prod(shape)
    weight = torch.randn(2, size, generator=random, dtype=torch.float64)
    normal = weight[1] - weight[0]
    bias = torch.tensor([0.0, -0.5 * float(normal.sum())], dtype=torch.float64)
    gap, labels = 0.15 * float(normal.abs().max()), torch.arange(count) % 2
    noise = 0.2 * torch.rand(count, size, generator=random, dtype=torch.float64) - 0.1
    lead = gap * (2.0 * labels - 1.0)
    noise += ((lead - noise @ normal) / normal.square().sum())[:, None] * normal
    model = Linear(weight.to(dtype), bias.to(dtype))
    return Oracle(model, (0.5 + noise).reshape(count, *shape).to(dtype), labels, normal.to(dtype), gap)


def small_network(shape=(3, 4, 4), classes=4, dtype=torch.float64, seed=0, width=16, curvature=1.0):
    """A tanh network with dropout and batch normalisation, in training mode."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(
            nn.Flatten(), nn.Linear(math.prod(shape), width), nn.BatchNorm1d(width), nn.Tanh(), nn.Dropout(0.5),
            nn.Linear(width, classes),
        ).to(dtype)  # fmt: skip
        with torch.no_grad():
            model[2].weight *= curvature
        model(torch.rand(50, *shape, dtype=dtype))
        return model.train()


LEAST_NORM = ("deepfool", "fast_minimum_norm")
"""Attacks without a budget."""

SIZED = ("fast_gradient", "linearised", "adv_alpha", "pgd")
GRADIENT = (*SIZED, *LEAST_NORM)
"""Every new attack is named here; those that need no gradient below."""


def call(name, model, images, labels, *, norm=2, budget=0.1, **options):
    """The attack `name` with the settings it needs."""
    if name == "pgd":
        options = {"step": budget / 4, "steps": 5} | options
    if name == "fast_minimum_norm":
        options = {"steps": 15} | options
    if name not in LEAST_NORM:
        options["budget"] = budget
    return find("attacks", name)(model, images, labels, norm=norm, **options)


@pytest.fixture(params=(*GRADIENT, "random_direction"))
def name(request):
    """Every attack that is called with a norm."""
    return request.param


@pytest.fixture(params=GRADIENT)
def gradient_name(request):
    """Every attack that follows gradients."""
    return request.param


@pytest.fixture(params=SIZED)
def gradient_sized_name(request):
    """Every attack with a budget that follows gradients."""
    return request.param


@pytest.fixture(params=(*SIZED, "random_direction"))
def sized_name(request):
    """Every attack with a budget."""
    return request.param


@pytest.fixture(scope="session")
def least_norm():
    return LEAST_NORM


@pytest.fixture(scope="session")
def linear():
    return Linear


@pytest.fixture(scope="session")
def counted():
    return Counted


@pytest.fixture(scope="session")
def oracle():
    return make_oracle


@pytest.fixture(scope="session")
def network():
    return small_network


@pytest.fixture(scope="session")
def attack():
    return call
