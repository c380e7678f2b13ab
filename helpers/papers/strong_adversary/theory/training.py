"""Checks of section 5 (objective, Proposition 6, Algorithm 3) and of the pixel range that section 7 states."""

import copy
import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from helpers.attacks.fast_gradient import fast_gradient
from helpers.core.model import PixelModel
from helpers.core.norms import norm, per_sample, unit
from helpers.core.objectives import cross_entropy, cross_entropy_margin
from helpers.core.seeds import generator
from helpers.networks.mlp import mlp
from helpers.training.perturbed_hidden import perturbed_hidden

NORMS = {"l2": 2.0, "linf": math.inf, "l1": 1.0}


def corners(features: int, p: float = math.inf) -> Tensor:
    """(m, features): the vertices of the unit l-infinity or l1 ball."""
    if p == 1:
        eye = torch.eye(features, dtype=torch.float64)
        return torch.cat([eye, -eye])
    return torch.tensor(list(itertools.product((-1.0, 1.0), repeat=features)), dtype=torch.float64)


def normal(seed: int, *shape: int, name: str) -> Tensor:
    """Standard normal numbers of the stream `name`, float64."""
    return torch.randn(shape, generator=generator(seed, "theory", name), dtype=torch.float64)


def equation_2(seed: int) -> dict[str, float]:
    """The inner maximum for a linear logistic model, and the printed 0/1 loss. [Huang Eq. 2] [Huang Sec. 5 item 1]

    Logits (0, w.x), y = +-1: the maximum over ||r||_inf <= c is softplus(c ||w||_1 - y w.x). The printed indicator
    compares the largest probability, instead of its class, with the label 1..K.
    """
    count, features, budget = 40, 8, 0.3
    w = normal(seed, features, name="logistic")
    x = torch.rand(count, features, generator=generator(seed, "theory", "logistic images"), dtype=torch.float64)
    labels = torch.arange(count) % 2
    y = 2.0 * labels - 1
    layer = nn.Linear(features, 2, dtype=torch.float64).requires_grad_(False)
    layer.weight.copy_(torch.stack([torch.zeros_like(w), w]))
    layer.bias.zero_()
    moved = (x[:, None] + budget * corners(features)).flatten(0, 1)
    every = cross_entropy(layer(moved), labels.repeat_interleave(2**features)).reshape(count, -1)
    closed = functional.softplus(budget * w.abs().sum() - y * (x @ w))
    one_step = fast_gradient(layer, x, labels, norm=math.inf, budget=budget, box=None)
    best = layer(x).softmax(1).max(1)
    return {
        "corner_deviation": float((every.amax(1) - closed).abs().max()),
        "one_step_deviation": float((cross_entropy(layer(one_step.images), labels) - closed).abs().max()),
        "indicator_printed": float((best.values != labels + 1).double().mean()),
        "indicator_corrected": float((best.indices != labels).double().mean()),
    }


def proposition_6(seed: int) -> dict[str, float]:
    """dL/dv = dh/dv at the exact inner maximiser, for linear softmax networks. [Huang Prop. 6] [Huang Eq. 3]

    Cross-entropy is convex in r here, so the maximum over the l-infinity ball sits at a corner: all are enumerated.
    Also the counterexample to the statement as printed, and how far one linearised step is from the maximiser.
    """
    count, features, classes, budget, h = 20, 6, 4, 0.5, 1e-5
    ball = budget * corners(features)
    deviation, missed, lost = [], [], []
    for index in range(count):
        v = normal(seed, classes, features, name=f"envelope {index}")
        x = torch.rand(features, generator=generator(seed, "theory", "envelope image", index), dtype=torch.float64)
        label = torch.tensor([index % classes])

        def loss(weights: Tensor, r: Tensor, x: Tensor = x, label: Tensor = label) -> Tensor:
            logits = torch.einsum("...kd,md->...mk", weights, x + r)
            return cross_entropy(logits.flatten(0, -2), label.expand(logits[..., 0].numel())).view(logits.shape[:-1])

        shifts = h * torch.eye(v.numel(), dtype=torch.float64).view(-1, *v.shape)
        slope = (loss(v + shifts, ball).amax(1) - loss(v - shifts, ball).amax(1)) / (2 * h)
        worst = loss(v, ball).argmax()
        leaf = v.clone().requires_grad_()
        partial = torch.autograd.grad(loss(leaf, ball[worst : worst + 1]).sum(), leaf)[0]
        deviation.append((slope.view_as(v) - partial).abs().max())
        layer = nn.Linear(features, classes, bias=False, dtype=torch.float64).requires_grad_(False)
        layer.weight.copy_(v)
        step = fast_gradient(layer, x[None], label, norm=math.inf, budget=budget, box=None).perturbation
        missed.append(not torch.allclose(step[0], ball[worst]))
        lost.append(loss(v, ball[worst : worst + 1]) - loss(v, step))
    return {
        "finite_difference_deviation": float(max(deviation)),
        "one_step_misses": sum(missed) / count,
        "one_step_largest_loss": float(max(lost)),
        **_kink(),
    }


def _kink(v0: float = 0.3, h: float = 1e-6) -> dict[str, float]:
    """h(u, v) = -|u - v| on [-1, 1]: L = max_u h is 0 with slope 0; h(u*, v) has slopes +1 and -1 at v0 = u*."""

    def inner(v: float) -> float:
        return max(-abs(u - v) for u in (-1.0, min(max(v, -1.0), 1.0), 1.0))

    return {
        "kink_slope_of_L": (inner(v0 + h) - inner(v0 - h)) / (2 * h),
        "kink_left_slope": (-abs(v0 - v0) + abs(v0 - (v0 - h))) / h,
        "kink_right_slope": (-abs(v0 - (v0 + h)) + abs(v0 - v0)) / h,
    }


def _tiny(seed: int) -> tuple[PixelModel, Tensor, Tensor]:
    """A small split ReLU network in float64, images (16, 1, 3, 3) and labels (16,)."""
    source = generator(seed, "theory", "split")
    model = PixelModel(mlp(source, shape=(1, 3, 3), classes=4, hidden=(12, 10), bound=0.7)).double()
    return model, torch.rand(16, 1, 3, 3, generator=source, dtype=torch.float64), torch.arange(16) % 4


def algorithm_3(seed: int, radius: float = 0.25, rate: float = 0.1) -> dict[str, float]:
    """Algorithm 3's two-stage gradients against one ordinary backward pass. [Huang Alg. 3] [Huang Eq. 4]

    `mixed_change` is what step 12 becomes if N_cla is updated before it, as the listing's order allows.
    """
    model, images, labels = _tiny(seed)
    represent, classify = model.network.representation, model.network.classifier
    perturbed_hidden(model, images, labels, radius=radius).backward()
    ours = [parameter.grad.clone() for parameter in model.parameters()]
    model.zero_grad()

    clean = represent(images)
    leaf = clean.detach().clone().requires_grad_()
    g = torch.autograd.grad(cross_entropy_margin(classify(leaf), labels).sum(), leaf)[0]
    r = per_sample(radius * norm(leaf.detach(), 2), g) * unit(g, 2)
    point = (leaf.detach() + r).requires_grad_()
    cross_entropy(classify(point), labels).mean().backward()  # steps 9 and 10: N_cla at the perturbed point
    updated = copy.deepcopy(classify)
    with torch.no_grad():
        for parameter, source in zip(updated.parameters(), classify.parameters(), strict=True):
            parameter -= rate * source.grad
    clean.backward(point.grad)  # steps 11 and 12: N_rep at the clean input
    theirs = [parameter.grad.clone() for parameter in model.parameters()]
    late = torch.autograd.grad(cross_entropy(updated(point), labels).mean(), point)[0]
    return {
        "gradient_difference": max(float((a - b).abs().max()) for a, b in zip(ours, theirs, strict=True)),
        "mixed_change": float((late - point.grad).norm() / point.grad.norm()),
    }


@torch.no_grad()
def _rescaled(model: PixelModel, factor: float) -> PixelModel:
    """The same function with N_rep's output `factor` times as large."""
    other = copy.deepcopy(model)
    first = other.network.representation[1]
    first.weight *= factor
    first.bias *= factor
    other.network.classifier[0].weight /= factor
    return other


def equation_4(seed: int, factor: float = 100.0, radius: float = 0.5) -> dict[str, float]:
    """How much the hidden perturbation raises the loss before and after N_rep is scaled up. [Huang Eq. 4]

    The function stays the same, so a budget that binds has the same effect twice: a relative one has, an absolute not.
    """
    model, images, labels = _tiny(seed)
    larger = _rescaled(model, factor)
    with torch.no_grad():
        change = (larger(images) - model(images)).abs().max()
        clean = cross_entropy(model(images), labels).mean()
    found = {"factor": factor, "function_change": float(change)}
    for name, relative in (("absolute", False), ("relative", True)):
        for kind, network in (("before", model), ("after", larger)):
            loss = perturbed_hidden(network, images, labels, radius=radius, relative=relative)
            found[f"{name}_{kind}"] = float(loss.detach() - clean)
    return found


def sign_step(seed: int, pixels: int = 784) -> dict[str, float]:
    """First-order gain of the sign direction at equal l2 size: ||g||_1 / (sqrt(n) ||g||_2) <= 1. [Huang Sec. 7.1]"""
    g = normal(seed, 500, pixels, name="sign")
    share = (unit(g.sign(), 2) * unit(g, 2)).sum(1)
    formula = g.abs().sum(1) / (math.sqrt(pixels) * g.norm(dim=1))
    return {
        "gain_mean": float(share.mean()),
        "gain_largest": float(share.max()),
        "formula_deviation": float((share - formula).abs().max()),
    }


def pixel_range(seed: int) -> dict[str, float]:
    """The CIFAR range of (pixel - mean) / divisor, printed and in the authors' code; a budget of .5 in grey levels.

    Takes a seed like every check; nothing here is random. [Huang Sec. 7]
    """
    found: dict[str, float] = {}
    for name, mean, divisor in (("printed", 117, 256), ("code", 128, 128)):
        found |= {
            f"{name}_low": (0 - mean) / divisor,
            f"{name}_high": (255 - mean) / divisor,
            f"{name}_levels": 0.5 * divisor,
        }
    return found | {"mnist_high": 255 / 256}


CHECKS: tuple[Callable[[int], dict[str, float]], ...] = (
    equation_2, proposition_6, algorithm_3, equation_4, sign_step, pixel_range,
)  # fmt: skip
