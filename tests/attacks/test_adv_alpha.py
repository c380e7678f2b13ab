"""Adv_Alpha: the smallest flip of the linearised softmax."""

import math

import pytest
import torch

from helpers.attacks.adv_alpha import adv_alpha, material, smallest_flip
from helpers.core.errors import UserError
from helpers.core.norms import dual, norm, steepest

NORMS = (1, 1.5, 2, math.inf)
every_norm = pytest.mark.parametrize("p", NORMS)


@pytest.fixture
def problem(network):
    """A network, images, its own answers, and its softmax alpha (b, k) with Jacobian rows T (b, k, d) in float64."""
    model = network(classes=5).eval()
    images = torch.rand(8, 3, 4, 4, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    alpha = model(images).softmax(1).detach()
    rows = [torch.autograd.functional.jacobian(lambda x: model(x[None]).softmax(1)[0], image) for image in images]
    return model, images, alpha.argmax(1), alpha, torch.stack(rows).flatten(2)


def smallest(alpha, rows, labels, p):
    """Distance and class by trying every class."""
    found = []
    for a, row, y in zip(alpha, rows, labels, strict=True):
        options = [(float((a[y] - a[j]) / norm((row[j] - row[y])[None], dual(p))), j) for j in range(len(a)) if j != y]
        found.append(min(options))
    return found


@every_norm
def test_smallest_flip_has_the_smallest_distance_and_its_class(p, problem):
    model, images, labels, alpha, rows = problem
    step, target = smallest_flip(model, images, labels, norm=p)
    expected = smallest(alpha, rows, labels, p)
    assert target.tolist() == [j for _, j in expected]
    assert norm(step, p).tolist() == pytest.approx([distance for distance, _ in expected], rel=1e-9)


@every_norm
def test_smallest_flip_flips_the_linear_model_and_not_a_shorter_one(p, problem):
    model, images, labels, alpha, rows = problem
    step, target = smallest_flip(model, images, labels, norm=p)
    for share, expected in ((1.001, target), (0.999, labels)):
        moved = alpha + torch.einsum("bkd,bd->bk", rows, share * step.flatten(1))
        assert moved.argmax(1).tolist() == expected.tolist()


@every_norm
def test_attack_is_the_smallest_flip_rescaled_to_the_budget(p, problem):
    model, images, labels, _, rows = problem
    step, target = smallest_flip(model, images, labels, norm=p)
    found = adv_alpha(model, images, labels, norm=p, budget=0.4, box=None)
    assert torch.allclose(found.perturbation, 0.4 * step / norm(step, p)[:, None, None, None])
    for index, j in enumerate(target):
        normal = rows[index, j] - rows[index, labels[index]]
        assert torch.allclose(found.perturbation[index].flatten(), 0.4 * steepest(normal[None], p)[0])
    assert found.gradient_evaluations.tolist() == [4] * 8


def test_one_forward_pass_serves_all_classes(problem, counted):
    model, images, labels, *_ = problem
    counter = counted(model)
    adv_alpha(counter, images, labels, budget=0.1)
    assert counter.forwards == [8] and counter.backwards == [8] * 4


def test_fewer_candidates_cost_fewer_passes(problem, counted):
    model, images, labels, alpha, rows = problem
    counter = counted(model)
    found = adv_alpha(counter, images, labels, norm=2, budget=1.0, candidates=1, box=None)
    assert counter.backwards == [8] and found.gradient_evaluations.tolist() == [1] * 8
    second = alpha.scatter(1, labels[:, None], -1).argmax(1)
    for index, j in enumerate(second):
        normal = rows[index, j] - rows[index, labels[index]]
        assert torch.allclose(found.perturbation[index].flatten(), steepest(normal[None], 2)[0])


def test_images_outside_their_class_stay(problem):
    model, images, labels, *_ = problem
    wrong = labels.clone()
    wrong[::2] = (wrong[::2] + 1) % 5
    found = adv_alpha(model, images, wrong, budget=0.3)
    assert torch.equal(found.images[::2], images[::2]) and bool(found.success[::2].all())
    assert bool(found.perturbation[1::2].flatten(1).any(1).all())
    step, _ = smallest_flip(model, images, wrong)
    assert not step[::2].any()


def test_budget_counted_in_another_norm(problem):
    model, images, labels, *_ = problem
    found = adv_alpha(model, images, labels, norm=math.inf, measure=2, budget=0.5, box=None)
    assert found.norm(2).tolist() == pytest.approx([0.5] * 8)
    signs = adv_alpha(model, images, labels, norm=math.inf, budget=1.0, box=None).perturbation.sign()
    assert torch.equal(found.perturbation.sign(), signs)


@pytest.mark.parametrize("confidence", [1.0, 5.0, 20.0])
def test_float32_finds_float64s_direction_at_any_confidence(confidence, problem):
    model, images, labels, *_ = problem
    with torch.no_grad():
        for parameter in model[-1].parameters():
            parameter *= confidence
    exact = material(model, images, labels).unit
    model.float()
    single = material(model, images.float(), labels).unit.double()
    assert torch.allclose(single, exact, atol=2e-4)


def test_rounded_arithmetic_is_worse_on_confident_images(linear):
    weight = torch.randn(4, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    bias = torch.tensor([40.0, 0.0, -0.5, -1.0], dtype=torch.float64)
    images, labels = torch.full((1, 12), 0.5, dtype=torch.float64), torch.tensor([0])
    exact = material(linear(weight, bias), images, labels).unit
    cosine = {
        arithmetic: float(
            (
                material(linear(weight.float(), bias.float()), images.float(), labels, arithmetic=arithmetic).unit
                * exact
            ).sum()
        )
        for arithmetic in ("exact", "rounded")
    }
    assert cosine["exact"] == pytest.approx(1, abs=1e-6) and cosine["rounded"] < 0.99
    with pytest.raises(UserError, match="exact, rounded, got 'fast'"):
        material(linear(weight), images, labels, arithmetic="fast")


def test_flat_networks_give_no_direction(linear):
    model = linear(torch.zeros(3, 12), torch.tensor([2.0, 0.0, 0.0]))
    step, _ = smallest_flip(model, torch.rand(2, 12), torch.zeros(2, dtype=torch.int64))
    assert not step.any()
