"""Bad input gets one sentence from every attack."""

import math

import pytest
import torch
from torch import nn

from helpers.core.errors import UserError

LABELS = torch.tensor([0, 1, 2])


@pytest.fixture
def images():
    return torch.rand(3, 3, 4, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize(
    "spoil, sentence",
    [
        (lambda x: x.index_fill(0, torch.tensor(1), math.nan), "contain NaN"),
        (lambda x: x + 0.5, r"lie in \[0, 1\].*normalisation inside the model"),
        (lambda x: x - 0.5, r"lie in \[0, 1\]"),
        (lambda x: x * math.inf, r"lie in \[0, 1\]|NaN"),
        (lambda x: (255 * x).to(torch.uint8), "floating point.*divide 8-bit pixels by 255"),
        (lambda x: x.flatten(), "batch dimension"),
    ],
    ids=["nan", "above", "below", "infinite", "uint8", "no batch"],
)
def test_images(name, spoil, sentence, images, attack, network):
    with pytest.raises(UserError, match=sentence):
        attack(name, network(), spoil(images), LABELS)


@pytest.mark.parametrize(
    "labels, sentence",
    [
        (torch.tensor([0, 1]), "Labels must be 3 integers"),
        (torch.tensor([0, 1, 2, 3]), "Labels must be 3 integers"),
        (torch.tensor([0.0, 1.0, 2.0]), "Labels must be 3 integers.*, got torch.float"),
        (torch.tensor([[0], [1], [2]]), "Labels must be 3 integers"),
        (torch.tensor([True, False, True]), "Labels must be 3 integers"),
        (torch.tensor([0, 1, 4]), r"Labels must lie in 0\.\.3, got 0\.\.4"),
        (torch.tensor([0, -1, 3]), r"Labels must lie in 0\.\.3, got -1\.\.3"),
    ],
    ids=["few", "many", "floats", "shape", "bits", "high", "negative"],
)
def test_labels(gradient_name, labels, sentence, images, attack, network):
    with pytest.raises(UserError, match=sentence):
        attack(gradient_name, network(), images, labels)


class Returns(nn.Module):
    """A model whose answer is `change` of some logits."""

    def __init__(self, model, change):
        super().__init__()
        self.model, self.change = model, change

    def forward(self, images):
        return self.change(self.model(images))


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda z: z.softmax(1), "probabilities where logits are expected"),
        (lambda z: (30 * z).softmax(1), "probabilities where logits are expected"),
        (lambda z: z[:, :1], "one class"),
        (lambda z: z[:, :, None], r"logits of shape \(3, classes\), got \(3, 4, 1\)"),
        (lambda z: z[:, 0], r"logits of shape \(3, classes\), got \(3,\)"),
        (lambda z: z[:2], r"logits of shape \(3, classes\), got \(2, 4\)"),
        (lambda z: z * math.nan, "not finite"),
        (lambda z: z + math.inf, "not finite"),
    ],
    ids=["probabilities", "confident", "one class", "maps", "one number", "short", "nan", "infinite"],
)
def test_models(gradient_name, change, sentence, images, attack, network):
    model = Returns(network(), change)
    with pytest.raises(UserError, match=sentence):
        attack(gradient_name, model, images, torch.zeros(3, dtype=torch.int64))
    assert model.training and all(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize("budget", [-0.1, math.nan, math.inf])
def test_budgets(sized_name, budget, images, attack, network):
    with pytest.raises(UserError, match="budget must be finite and at least 0"):
        attack(sized_name, network(), images, LABELS, budget=budget)


@pytest.mark.parametrize("p", [0, 0.5, -2, math.nan])
def test_norms(name, p, images, attack, network):
    with pytest.raises(UserError, match="p >= 1 or infinity"):
        attack(name, network(), images, LABELS, norm=p)


@pytest.mark.parametrize("name", ["adv_alpha", "deepfool"])
def test_candidates(name, images, attack, network):
    with pytest.raises(UserError, match="at least one other class"):
        attack(name, network(), images, LABELS, candidates=0)


def test_settings_are_keywords_and_unknown_ones_are_refused(name, images, attack, network):
    with pytest.raises(TypeError, match="unexpected keyword argument 'epsilon'"):
        attack(name, network(), images, LABELS, epsilon=0.1)
