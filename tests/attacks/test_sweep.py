"""One-step attacks over budgets, random directions, and the optional AutoAttack."""

import importlib
import math

import pytest
import torch

from helpers.attacks.sweep import sweep
from helpers.core.checks import round_pixels
from helpers.core.errors import UserError
from helpers.core.material import Directions
from helpers.core.model import predict
from helpers.core.norms import norm, unit

adv_alpha, auto_attack, fast_gradient, random_direction = (
    # The modules: the package gives the functions of these names.
    importlib.import_module(f"helpers.attacks.{name}")
    for name in ("adv_alpha", "auto_attack", "fast_gradient", "random_direction")
)
BUDGETS = (0.0, 0.05, 0.1, 0.3, 1.0)


@pytest.fixture
def problem(network):
    model = network()
    images = torch.rand(9, 3, 4, 4, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    return model, images, predict(model, images).argmax(1)


@pytest.mark.parametrize("module", [fast_gradient, adv_alpha, random_direction])
@pytest.mark.parametrize("p", [2, math.inf])
@pytest.mark.parametrize("box", [(0, 1), None])
def test_is_the_attack_at_each_budget(module, p, box, problem):
    run = getattr(module, module.__name__.rpartition(".")[2])
    found = sweep(*problem, module.material(*problem, norm=p), BUDGETS, box=box)
    for row, budget in zip(found, BUDGETS, strict=True):
        assert torch.equal(row, run(*problem, norm=p, budget=budget, box=box).success)
    assert found.dtype == torch.bool and not found[0].any()


def test_costs_one_backward_pass_and_one_forward_pass_a_budget(problem, counted):
    model, images, labels = problem
    counter = counted(model)
    material = fast_gradient.material(counter, images, labels, norm=2)
    assert (counter.forwards, counter.backwards) == ([9], [9])
    counter.forwards.clear()
    sweep(counter, images, labels, material, BUDGETS)
    assert (counter.forwards, counter.backwards) == ([9] * len(BUDGETS), [9])


def test_pixels_may_be_rounded_before_they_are_judged(problem):
    model, images, labels = problem
    images = round_pixels(images)
    material = fast_gradient.material(model, images, labels, norm=math.inf)
    found = sweep(model, images, labels, material, (0.0, 0.3 / 255, 8 / 255), rounded=True)
    assert not found[:2].any()
    moved = round_pixels((images + material.at(8 / 255)).clamp(0, 1))
    assert torch.equal(found[2], predict(model, moved).argmax(1) != labels)


def test_another_network_may_be_the_judge(problem, network):
    model, images, labels = problem
    judge = network(seed=7)
    found = sweep(judge, images, labels, fast_gradient.material(model, images, labels), (0.0,))
    assert torch.equal(found[0], predict(judge, images).argmax(1) != labels)


def test_no_budgets_and_no_images(problem):
    model, images, labels = problem
    material = fast_gradient.material(model, images, labels)
    assert sweep(model, images, labels, material, ()).shape == (0, 9)
    assert sweep(model, images[:0], labels[:0], Directions(images[:0], 1), BUDGETS).shape == (5, 0)
    with pytest.raises(UserError, match="budget must be finite"):
        sweep(model, images, labels, material, (0.1, math.nan))


@pytest.mark.parametrize("p", [1, 1.5, 2, math.inf])
def test_random_directions_depend_on_seed_and_name_only(p, problem):
    model, images, labels = problem
    whole = random_direction.material(model, images, labels, norm=p, seed=4).unit
    assert norm(whole, p).tolist() == pytest.approx([1] * 9)
    ids = torch.tensor([8, 0, 3])
    assert torch.equal(
        random_direction.material(model, images[ids], labels[ids], norm=p, seed=4, ids=ids).unit, whole[ids]
    )
    assert not torch.equal(random_direction.material(model, images, labels, norm=p, seed=5).unit, whole)


def test_random_directions_are_gaussian_or_signs(problem):
    model, images, labels = problem
    signs = random_direction.material(model, images, labels, norm=math.inf).unit
    assert set(signs.unique().tolist()) == {-1, 1}
    assert torch.allclose(unit(signs, 2).sign(), signs)


def test_auto_attack_names_the_extra_it_needs(problem, monkeypatch):
    monkeypatch.setattr(auto_attack, "installed", lambda: False)
    with pytest.raises(UserError, match="pip install torchattacks"):
        auto_attack.auto_attack(*problem, budget=0.1)


@pytest.mark.parametrize("options", [{"box": None}, {"norm": 1}, {"norm": 3}])
def test_auto_attack_knows_its_limits(options, problem, monkeypatch):
    monkeypatch.setattr(auto_attack, "installed", lambda: True)
    with pytest.raises(UserError, match=r"pixel box \(0, 1\), with norm 2 or infinity"):
        auto_attack.auto_attack(*problem, budget=0.1, **options)
