"""Every attack against a linear model whose closest adversarial point is known in closed form."""

import math

import pytest
import torch

from helpers.core.norms import dual, norm, steepest

NORMS = (1, 1.5, 2, math.inf)
SHAPES = ((1, 6, 6), (3, 4, 4), (12,))
every_norm = pytest.mark.parametrize("p", NORMS)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_count = pytest.mark.parametrize("count", [0, 1, 3, 8])
every_dtype = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
tolerance = {torch.float32: 2e-5, torch.float64: 1e-9}


@every_dtype
@every_shape
@every_count
@every_norm
def test_succeeds_just_above_the_distance_and_not_below(gradient_sized_name, p, count, shape, dtype, attack, oracle):
    exact = oracle(count, shape, dtype)
    for share, fooled in ((0.99, False), (1.01, True)):
        budget = share * exact.distance(p)
        found = attack(gradient_sized_name, exact.model, exact.images, exact.labels, norm=p, budget=budget)
        assert found.success.tolist() == [fooled] * count
        assert found.images.shape == exact.images.shape and found.images.dtype == dtype
        if gradient_sized_name == "pgd" and fooled:  # it stops at the first step that leaves the label
            assert bool((found.norm(p) <= budget * (1 + 1e-5)).all())
            continue
        expected = budget * steepest(exact.outwards(), p)
        assert torch.allclose(found.perturbation, expected, atol=tolerance[dtype])


@every_dtype
@every_shape
@every_count
@every_norm
@pytest.mark.parametrize("overshoot", [0.0, 0.02])
def test_deepfool_finds_the_closest_point(overshoot, p, count, shape, dtype, attack, oracle):
    exact = oracle(count, shape, dtype)
    found = attack("deepfool", exact.model, exact.images, exact.labels, norm=p, overshoot=overshoot, steps=1)
    expected = (1 + overshoot) * exact.distance(p) * steepest(exact.outwards(), p)
    assert torch.allclose(found.perturbation, expected, atol=tolerance[dtype])
    assert found.success.shape == (count,)
    assert not overshoot or bool(found.success.all())


@every_shape
@every_count
@every_norm
def test_deepfool_among_several_classes(p, count, shape, attack, linear):
    """Distance min_j (z_y - z_j) / ||w_j - w_y||_q, without a box."""
    random = torch.Generator().manual_seed(count)
    weight = torch.randn(6, math.prod(shape), generator=random, dtype=torch.float64)
    images = torch.rand(count, *shape, generator=random, dtype=torch.float64)
    model = linear(weight)
    logits = model(images).detach()
    labels = logits.argmax(1)
    found = attack("deepfool", model, images, labels, norm=p, box=None)
    for index in range(count):
        y, z = labels[index], logits[index]
        others = [j for j in range(6) if j != y]
        distances = [float((z[y] - z[j]) / norm((weight[j] - weight[y])[None], dual(p))) for j in others]
        nearest = others[min(range(5), key=distances.__getitem__)]
        expected = 1.02 * min(distances) * steepest((weight[nearest] - weight[y])[None], p)
        assert torch.allclose(found.perturbation[index].flatten(), expected[0], atol=1e-9)
    assert bool(found.success.all()) and found.gradient_evaluations.tolist() == [5] * count


@every_norm
def test_random_directions_have_the_budgets_size_and_almost_never_the_oracles_effect(p, attack, oracle):
    exact = oracle(50, (3, 4, 4))
    budget = exact.distance(p)
    found = attack("random_direction", exact.model, exact.images, exact.labels, norm=p, budget=budget, box=None)
    assert found.norm(p).numpy() == pytest.approx([budget] * 50, rel=1e-9)
    assert not found.success.any()
    assert found.gradient_evaluations.tolist() == [0] * 50


@every_norm
@pytest.mark.parametrize("box", [(0, 1), (-3, 5), None], ids=str)
def test_a_wider_box_does_not_scale_the_steps(gradient_name, box, p, attack, oracle):
    exact = oracle(3, (1, 6, 6))
    expected = attack(gradient_name, exact.model, exact.images, exact.labels, norm=p, budget=0.9 * exact.distance(p))
    found = attack(gradient_name, exact.model, exact.images, exact.labels, norm=p, budget=0.9 * exact.distance(p), box=box)
    assert torch.allclose(found.images, expected.images, atol=1e-12)


@every_norm
def test_norms_are_those_of_the_clipped_perturbation(sized_name, p, attack, oracle):
    exact = oracle(4, (1, 6, 6))
    images = exact.images.round()
    labels = exact.model(images).argmax(1)
    found = attack(sized_name, exact.model, images, labels, norm=p, budget=0.4)
    assert torch.equal(found.norm(p), norm(found.images - images, p))
    assert float(found.images.min()) >= 0 and float(found.images.max()) <= 1
    if 1 < p < math.inf and sized_name != "pgd":
        # Clipping takes some away; PGD's steps fill the room that the box leaves.
        assert bool((found.norm(p) < 0.399).any())
