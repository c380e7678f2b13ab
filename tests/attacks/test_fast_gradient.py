"""One step along the cross-entropy gradient."""

import math

import pytest
import torch
from torch.nn import functional

from helpers.attacks.fast_gradient import fast_gradient, material
from helpers.core.errors import UserError
from helpers.core.norms import norm, steepest, unit


@pytest.fixture
def problem(network):
    model = network()
    images = torch.rand(6, 3, 4, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return model, images, torch.arange(6) % 4


def gradient(model, images, labels):
    """Of torch's cross-entropy in float64, evaluation mode."""
    leaf = images.clone().requires_grad_()
    modes = [(module, module.training) for module in model.modules()]
    loss = functional.cross_entropy(model.eval()(leaf), labels, reduction="sum")
    for module, mode in modes:
        module.training = mode
    return torch.autograd.grad(loss, leaf)[0]


@pytest.mark.parametrize("p", [1, 1.5, 2, 3, math.inf])
def test_step_is_the_steepest_of_torchs_float64_gradient(p, problem):
    found = fast_gradient(*problem, norm=p, budget=0.3, box=None)
    assert torch.allclose(found.perturbation, 0.3 * steepest(gradient(*problem), p), atol=1e-12)
    assert found.gradient_evaluations.tolist() == [1] * 6


def test_sign_step_is_exact(problem):
    model, images, labels = problem
    found = fast_gradient(model, images, labels, budget=8 / 255)
    assert torch.equal(found.images, (images + 8 / 255 * gradient(*problem).sign()).clamp(0, 1))


def test_l2_step_is_the_unit_gradient(problem):
    model, images, labels = problem
    g = gradient(*problem)
    expected = 1.5 * g / torch.linalg.vector_norm(g, dim=(1, 2, 3), keepdim=True)
    assert torch.allclose(fast_gradient(model, images, labels, norm=2, budget=1.5, box=None).perturbation, expected)


def test_sign_direction_rescaled_to_an_l2_budget(problem):
    found = fast_gradient(*problem, norm=math.inf, measure=2, budget=0.7, box=None)
    assert found.norm(2).numpy() == pytest.approx([0.7] * 6)
    assert torch.equal(found.perturbation.sign(), gradient(*problem).sign())


@pytest.mark.parametrize("gap", [15, 20, 30, 45, 60])
def test_confident_images_in_float32(gap, linear):
    """The direction equals float64's; the rounded variant, which is torch's float32 gradient, has lost the label."""
    random = torch.Generator().manual_seed(gap)
    weight = torch.randn(5, 48, generator=random, dtype=torch.float64)
    images = torch.rand(4, 3, 4, 4, generator=random, dtype=torch.float64)
    labels = torch.tensor([0, 1, 2, 3])
    for index, label in enumerate(labels):
        one, y = images[index : index + 1], labels[index : index + 1]
        trail = gap + torch.linspace(0, 1, 5, dtype=torch.float64)
        trail[label] = 0
        bias = -trail - weight @ one.flatten()
        exact = material(linear(weight, bias), one, y, norm=2).unit
        model = linear(weight.float(), bias.float())
        single = material(model, one.float(), y, norm=2).unit.double()
        rounded = material(model, one.float(), y, norm=2, arithmetic="rounded").unit.double()
        assert torch.allclose(single, exact, atol=1e-4)
        assert float((rounded * exact).sum()) < (1 - 1e-6 if gap < 20 else 0.9)


def test_rounded_arithmetic_agrees_where_nothing_rounds(problem):
    exact, rounded = (
        fast_gradient(*problem, norm=2, budget=1, box=None, arithmetic=a).images for a in ("exact", "rounded")
    )
    assert torch.allclose(exact, rounded)
    with pytest.raises(UserError, match="exact, rounded, got 'fast'"):
        fast_gradient(*problem, budget=1, arithmetic="fast")


def test_a_small_step_raises_the_cross_entropy(problem):
    model, images, labels = problem
    model.eval()
    before = functional.cross_entropy(model(images), labels, reduction="none")
    for p in (1, 1.5, 2, math.inf):
        found = fast_gradient(model, images, labels, norm=p, budget=1e-3, box=None)
        after = functional.cross_entropy(model(found.images), labels, reduction="none")
        slope = norm(gradient(*problem), 1 if math.isinf(p) else math.inf if p == 1 else p / (p - 1))
        assert torch.allclose(after - before, 1e-3 * slope, rtol=0.05)


@pytest.mark.parametrize("measure", [0.5, -1, math.nan])
def test_bad_measures_are_refused(measure, problem):
    with pytest.raises(UserError, match="p >= 1 or infinity"):
        fast_gradient(*problem, norm=2, measure=measure, budget=0.1)


def test_material_is_a_unit_direction(problem):
    for p, measure in ((2, None), (math.inf, None), (math.inf, 2), (1, 2)):
        found = material(*problem, norm=p, measure=measure)
        direction = unit(found.unit, p if measure is None else measure)
        assert found.passes == 1 and torch.allclose(found.unit, direction)
