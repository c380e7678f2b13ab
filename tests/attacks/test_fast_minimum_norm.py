"""The minimum-norm attack on linear models with known distances, on a curved network, and where it can do nothing."""

import math

import pytest
import torch

from helpers.attacks.deepfool import deepfool
from helpers.attacks.fast_minimum_norm import fast_minimum_norm
from helpers.core.errors import UserError
from helpers.core.norms import norm
from helpers.core.seeds import generator


@pytest.mark.parametrize("p", [2, math.inf])
def test_the_distance_of_a_linear_boundary(p, oracle):
    exact = oracle(6, (20,), torch.float64)
    found = fast_minimum_norm(exact.model, exact.images, exact.labels, norm=p, steps=300, box=None)
    assert bool(found.success.all())
    ratio = found.norm(p) / exact.distance(p)
    assert bool((ratio >= 1 - 1e-9).all()) and bool((ratio <= 1.01).all())


@pytest.mark.parametrize("p", [2, math.inf])
@pytest.mark.parametrize("box", [None, (0, 1)])
def test_on_a_curved_network_smaller_than_deepfool(p, box, network):
    network = network(curvature=3.0, dtype=torch.float32).eval()
    images = torch.rand(40, 3, 4, 4, generator=generator(0, "images"))
    labels = network(images).argmax(1)
    found, other = fast_minimum_norm(network, images, labels, norm=p, box=box), deepfool(network, images, labels, norm=p, box=box)
    both = found.success & other.success
    assert float(found.success.double().mean()) >= float(other.success.double().mean())
    assert float(found.norm(p)[both].mean()) < float(other.norm(p)[both].mean())
    if box:
        assert found.images.min() >= 0 and found.images.max() <= 1
    assert bool((found.gradient_evaluations == 100).all())


def test_samples_that_are_wrong_or_cannot_be_fooled_stay(linear):
    model = linear(torch.tensor([[0.0, 0.0], [0.0, 0.0]]), torch.tensor([3.0, 0.0]))
    images = torch.rand(4, 2, generator=generator(1, "images"))
    found = fast_minimum_norm(model, images, torch.tensor([0, 0, 1, 1]), steps=5)
    assert torch.equal(found.images, images) and found.success.tolist() == [False, False, True, True]
    assert not norm(found.perturbation, math.inf).any()
    assert found.gradient_evaluations.tolist() == [5, 5, 0, 0]


def test_no_steps_are_refused(linear):
    model = linear(torch.eye(2))
    with pytest.raises(UserError, match="at least 1 steps, got 0"):
        fast_minimum_norm(model, torch.rand(1, 2), torch.tensor([0]), steps=0)
