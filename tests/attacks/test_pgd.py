"""Projected gradient steps, restarts, and who is still in the batch."""

import math

import pytest
import torch
from torch.nn import functional

from helpers.attacks.fast_gradient import fast_gradient
from helpers.attacks.pgd import pgd, random_start
from helpers.core.boxed import boxed_step
from helpers.core.errors import UserError
from helpers.core.norms import dual, norm
from helpers.core.seeds import derive

NORMS = (1, 1.5, 2, math.inf)
every_norm = pytest.mark.parametrize("p", NORMS)


@pytest.fixture
def problem(network):
    model = network(classes=4, curvature=3.0).eval()
    images = torch.rand(12, 3, 4, 4, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    return model, images, model(images).argmax(1)


def loss(model, images, labels):
    return functional.cross_entropy(model(images), labels, reduction="none").detach()


@every_norm
@pytest.mark.parametrize("restarts", [1, 2])
def test_reaches_the_linear_optimum(p, restarts, oracle):
    """Of a sample that holds out, the lead grows by budget * ||normal||_q, the most there is in the ball."""
    exact = oracle(4, (3, 4, 4))
    budget = 0.8 * exact.distance(p)
    found = pgd(
        exact.model, exact.images, exact.labels, norm=p, budget=budget, step=budget / 2, steps=4, restarts=restarts
    )
    lead = (found.perturbation * exact.outwards()).flatten(1).sum(1)
    assert lead.tolist() == pytest.approx([budget * float(norm(exact.normal[None], dual(p)))] * 4, rel=1e-6)
    assert not found.success.any()
    assert found.gradient_evaluations.tolist() == [4 * restarts] * 4


@every_norm
def test_one_step_is_the_fast_gradient(p, problem):
    found = pgd(*problem, norm=p, budget=0.05, step=0.05, steps=1, box=None)
    expected = fast_gradient(*problem, norm=p, budget=0.05, box=None)
    assert torch.allclose(found.images, expected.images, atol=1e-12)


@pytest.mark.parametrize("p", [1, 1.05, 1.5, 2, math.inf])
def test_steps_do_not_stall_in_the_box(p, linear):
    """The entries of largest gradient meet the box at once; the others go on, up to the budget."""
    weight = torch.stack([torch.zeros(100), torch.linspace(1, 2, 100)]).double()
    images, labels = torch.full((1, 100), 0.5, dtype=torch.float64), torch.tensor([0])
    budget = {1: 10, 1.05: 9, 1.5: 4, 2: 2.5, math.inf: 0.3}[p]
    model = linear(weight, torch.tensor([1e3, 0.0], dtype=torch.float64))
    found = pgd(model, images, labels, norm=p, budget=budget, steps=100)
    gain = float((found.perturbation * weight[1]).sum())
    best = boxed_step(-weight[1:], images, budget, p, (0, 1))
    assert gain == pytest.approx(float((best * weight[1]).sum()), rel=0.02)
    assert float(norm(found.perturbation, p)) <= budget * (1 + 1e-9)


def test_steps_are_two_and_a_half_budgets_in_all_by_default(problem):
    expected = pgd(*problem, norm=2, budget=0.1, step=0.05, steps=5, restarts=2)
    assert torch.equal(pgd(*problem, norm=2, budget=0.1, steps=5, restarts=2).images, expected.images)
    assert torch.equal(pgd(*problem, norm=2, budget=0.1, steps=0).images, problem[1])


@pytest.mark.parametrize("p", [2, math.inf])
def test_more_steps_beat_one(p, problem):
    model, images, labels = problem
    budget = 0.15 if p == 2 else 0.02
    one = fast_gradient(model, images, labels, norm=p, budget=budget)
    many = pgd(model, images, labels, norm=p, budget=budget, step=budget / 5, steps=40)
    held = ~many.success
    assert bool((loss(model, many.images, labels) >= loss(model, one.images, labels) - 1e-9)[held].all())
    assert not (one.success & ~many.success).any()


def test_the_worst_iterate_is_kept_even_with_steps_far_too_long(problem):
    model, images, labels = problem
    found = pgd(model, images, labels, norm=2, budget=0.05, step=5.0, steps=7)
    assert bool((loss(model, found.images, labels) >= loss(model, images, labels)).all())


def test_no_steps_keep_the_best_of_the_random_starts(problem):
    """Each start is compared with what is kept, sample by sample: no restart overwrites a better one."""
    model, images, labels = problem
    ids = torch.arange(12)
    found = pgd(model, images, labels, norm=2, budget=0.1, step=0.1, steps=0, restarts=6, seed=3)
    tried = [images] + [(images + random_start(images, 0.1, 2, derive(3, r), ids)).clamp(0, 1) for r in range(1, 6)]
    losses = torch.stack([loss(model, x, labels) for x in tried])
    best = losses.argmax(0)
    held = ~found.success
    assert held.any() and len(best[held].unique()) > 1
    expected = torch.stack(tried)[best, torch.arange(12)]
    assert torch.equal(found.images[held], expected[held])


def test_restarts_never_lose_a_fooled_sample_or_a_larger_loss(problem):
    model, images, labels = problem
    options = {"norm": 2, "budget": 0.12, "step": 0.05, "steps": 4}
    before = pgd(model, images, labels, **options)
    assert before.success.any() and not before.success.all()
    for restarts in (2, 3, 5):
        after = pgd(model, images, labels, restarts=restarts, **options)
        assert torch.equal(after.images[before.success], before.images[before.success])
        assert bool(
            (loss(model, after.images, labels) >= loss(model, before.images, labels) - 1e-12)[~before.success].all()
        )
        before = after


def test_only_survivors_are_forwarded(problem, counted):
    model, images, labels = problem
    counter = counted(model)
    found = pgd(counter, images, labels, norm=2, budget=0.3, step=0.03, steps=15, restarts=3)
    assert counter.forwards == sorted(counter.forwards, reverse=True)
    assert counter.forwards[0] == 12 > counter.forwards[-1]
    assert int(found.gradient_evaluations.sum()) <= sum(counter.backwards)


def test_nobody_left_ends_the_attack(problem, counted):
    model, images, labels = problem
    counter = counted(model)
    found = pgd(counter, images, (labels + 1) % 4, norm=2, budget=0.3, step=0.1, steps=9, restarts=4)
    assert counter.forwards == [12]
    assert torch.equal(found.images, images) and bool(found.success.all())


def test_seeds_and_names_of_the_samples_decide_the_starts(problem):
    model, images, labels = problem
    options = {"norm": math.inf, "budget": 0.01, "step": 0.004, "steps": 3, "restarts": 3}
    whole = pgd(model, images, labels, seed=1, **options)
    assert torch.equal(whole.images, pgd(model, images, labels, seed=1, **options).images)
    order = torch.tensor([7, 2, 9])
    some = pgd(model, images[order], labels[order], seed=1, ids=order, **options)
    assert torch.allclose(some.images, whole.images[order], atol=1e-12)


@every_norm
def test_random_starts_lie_in_the_ball(p):
    images = torch.zeros(20, 3, 4, 4, dtype=torch.float64)
    start = random_start(images, 0.3, p, 0, torch.arange(20))
    assert bool((norm(start, p) <= 0.3 * (1 + 1e-9)).all())
    if math.isinf(p):  # uniform in the cube: mean 0, deviation budget / sqrt 3
        assert float(start.std()) == pytest.approx(0.3 / 3**0.5, rel=0.05)


@pytest.mark.parametrize("step", [math.nan, math.inf, -0.1])
def test_a_step_must_be_a_length(step, problem):
    with pytest.raises(UserError):
        pgd(*problem, norm=2, budget=0.1, step=step, steps=2)
