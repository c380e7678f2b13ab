"""Nearest linearised boundaries, against the float64 Jacobian of the softmax."""

import math

import pytest
import torch

from helpers.core.boundaries import (
    candidate_classes,
    logit_difference,
    nearest_boundary,
    rounded_softmax_difference,
    softmax_difference,
)  # fmt: skip
from helpers.core.errors import UserError
from helpers.core.norms import dual, norm, steepest

NORMS = (1, 1.5, 2, math.inf)


@pytest.fixture
def network():
    with torch.random.fork_rng():
        torch.manual_seed(1)
        layers = (torch.nn.Flatten(), torch.nn.Linear(12, 9), torch.nn.Tanh(), torch.nn.Linear(9, 5))
        return torch.nn.Sequential(*layers).double()


@pytest.fixture
def images(random):
    return torch.rand(6, 3, 2, 2, generator=random, dtype=torch.float64)


def jacobian(function, images):
    """Rows (b, k, d) of d function_k / d image."""
    rows = [torch.autograd.functional.jacobian(lambda x: function(x[None])[0], image) for image in images]
    return torch.stack(rows).flatten(2)


def graph(model, images):
    leaf = images.clone().requires_grad_()
    logits = model(leaf)
    return logits, leaf, logits.detach().argmax(1)


def brute_force(outputs, rows, labels, p):
    """(class, gap, normal) of the smallest gap / ||normal||_q, class by class in plain loops."""
    found = []
    for z, row, y in zip(outputs, rows, labels, strict=True):
        options = [(z[y] - z[j], row[j] - row[y], j) for j in range(len(z)) if j != y]
        found.append(min(options, key=lambda option: float(option[0] / norm(option[1][None], dual(p)))))
    return found


@pytest.mark.parametrize("p", NORMS)
@pytest.mark.parametrize("confidence", [1.0, 10.0])
def test_softmax_boundary_is_that_of_the_jacobian(p, confidence, network, images):
    def model(x):
        return confidence * network(x)

    logits, leaf, labels = graph(model, images)
    found = nearest_boundary(logits, leaf, labels, p=p, difference=softmax_difference)
    alpha = logits.detach().softmax(1)
    rows = jacobian(lambda x: model(x).softmax(1), images)
    remaining = 1 - alpha.gather(1, labels[:, None]).squeeze(1)
    for index, (gap, normal, target) in enumerate(brute_force(alpha, rows, labels, p)):
        assert int(found.target[index]) == target
        assert float(found.gap[index]) == pytest.approx(float(gap), rel=1e-9)
        assert found.scale[index].item() == pytest.approx(remaining[index].item(), rel=1e-9)
        assert torch.allclose(found.scale[index] * found.normal[index].flatten(), normal, rtol=1e-7, atol=1e-14)
        distance = gap / norm(normal[None], dual(p))
        assert found.distance(p)[index].item() == pytest.approx(distance.item(), rel=1e-9)


@pytest.mark.parametrize("p", NORMS)
def test_logit_boundary_distance_and_step(p, network, images):
    logits, leaf, labels = graph(network, images)
    found = nearest_boundary(logits, leaf, labels, p=p)
    rows = jacobian(network, images)
    for index, (gap, normal, target) in enumerate(brute_force(logits.detach(), rows, labels, p)):
        distance = gap / norm(normal[None], dual(p))
        assert int(found.target[index]) == target
        assert float(found.distance(p)[index]) == pytest.approx(float(distance), rel=1e-9)
        step = found.step(p)[index].flatten()
        assert torch.allclose(step, distance * steepest(normal[None], p)[0])
        assert float(step @ normal) == pytest.approx(float(gap), rel=1e-9)


def test_rounded_difference_is_the_plain_jacobian(network, images):
    logits, leaf, labels = graph(network, images)
    found = nearest_boundary(logits, leaf, labels, p=2, difference=rounded_softmax_difference)
    rows = jacobian(lambda x: network(x).softmax(1), images)
    for index, (_, normal, target) in enumerate(brute_force(logits.detach().softmax(1), rows, labels, 2)):
        assert int(found.target[index]) == target
        assert torch.allclose(found.normal[index].flatten(), normal, rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("gap", [10.0, 30.0, 60.0])
def test_softmax_difference_in_float32_keeps_the_direction_of_confident_images(gap):
    logits = torch.tensor([[gap, 0.0, -0.5, -2.0]], dtype=torch.float64)
    label, other = torch.tensor([0]), torch.tensor([2])
    exact = softmax_difference(logits, label, other)[1]
    single = softmax_difference(logits.float(), label, other)[1].double()
    assert torch.allclose(single / single.norm(), exact / exact.norm(), atol=1e-6)


def test_selection_by_budget_and_by_smallest_gap(linear):
    """Class 1 has the smaller gap, class 2 the smaller distance; which one a budget prefers depends on its size."""
    model = linear(torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 10.0]]).double(), torch.tensor([5.0, 3.0, 1.0]).double())

    def chosen(**options):
        found = nearest_boundary(*graph(model, torch.zeros(1, 2).double()), p=2, **options)
        return found.target.item(), found.passes

    assert chosen(select="ratio") == (2, 2)
    assert chosen(select="active") == (1, 1)
    assert chosen(select="budget", budget=0.1) == (1, 2)
    assert chosen(select="budget", budget=1.0) == (2, 2)


def test_ties_go_to_the_lowest_class(linear):
    model = linear(torch.eye(4, dtype=torch.float64))
    images = torch.tensor([[1.0, 0.5, 0.5, 0.5], [0.5, 0.5, 1.0, 0.5]], dtype=torch.float64)
    for select in ("ratio", "budget"):
        assert nearest_boundary(*graph(model, images), p=2, select=select).target.tolist() == [1, 0]


@pytest.mark.parametrize("candidates", [1, 2, 3])
def test_ties_among_fewer_candidates_go_to_the_lowest_classes(candidates):
    logits = torch.tensor([[5.0, 1, 1, 1, 1, 1], [1, 5.0, 1, 1, 1, 1], [1, 1, 1, 1, 1, 5.0]])
    found = candidate_classes(logits, torch.tensor([0, 1, 5]), candidates).T.tolist()
    assert found == [[1, 2, 3][:candidates], [0, 2, 3][:candidates], [0, 1, 2][:candidates]]


def test_candidates_are_the_highest_other_classes_in_rising_order():
    logits, labels = torch.tensor([[0.0, 9.0, -1.0, -3.0], [-9.0, -5.0, -7.0, -1.0]]), torch.tensor([1, 3])
    assert candidate_classes(logits, labels, None).T.tolist() == [[0, 2, 3], [0, 1, 2]]
    assert candidate_classes(logits, labels, 2).T.tolist() == [[0, 2], [1, 2]]
    assert candidate_classes(logits, labels, 1).T.tolist() == [[0], [1]]
    assert candidate_classes(logits, labels, 99).shape == (3, 2)
    for bad in (0, -1):
        with pytest.raises(UserError, match="at least one other class"):
            candidate_classes(logits, labels, bad)


def test_classes_with_a_zero_gradient_are_passed_over(linear):
    weight = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    model = linear(weight, torch.tensor([1.0, 0.9, -3.0], dtype=torch.float64))
    assert nearest_boundary(*graph(model, torch.zeros(1, 2).double()), p=2).target.item() == 2


@pytest.mark.parametrize("p", NORMS)
@pytest.mark.parametrize("difference", [logit_difference, softmax_difference])
def test_no_gradient_at_all_gives_a_zero_step(p, difference, linear):
    model = linear(torch.zeros(3, 4), torch.tensor([1.0, 0.0, 1.0]))
    found = nearest_boundary(*graph(model, torch.rand(2, 1, 2, 2)), p=p, difference=difference)
    assert bool(found.distance(p).isinf().all())
    assert not found.step(p).any()


def test_an_unknown_choice_of_class_is_refused(network, images):
    with pytest.raises(UserError, match="select is one of ratio, budget, active, got 'nearest'"):
        nearest_boundary(*graph(network, images), p=2, select="nearest")
