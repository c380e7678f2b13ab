"""Algorithms 1, 1-n and 2, the engine and its rows, against closed forms and convex solvers."""

import math

import cvxpy
import pytest
import torch
from torch.nn import functional

from helpers.attacks.deepfool import deepfool
from helpers.attacks.fast_gradient import fast_gradient
from helpers.attacks.linearised import linearised, material, shared
from helpers.attacks.sweep import sweep
from helpers.attacks.targeted import exact_steps, mirror_steps, targeted
from helpers.core.descent import descend, fixed, to_boundary
from helpers.core.errors import UserError
from helpers.core.linear import Linear, cross_entropy, margin, own_score, score, toward, toward_mask
from helpers.core.model import evaluating, predict
from helpers.core.norms import dual, norm, steepest
from helpers.core.objectives import differentiable

NORMS = (1, 1.5, 2, math.inf)
every_norm = pytest.mark.parametrize("p", NORMS)


def affine(linear, count=40, classes=5, size=12, seed=0):
    random = torch.Generator().manual_seed(seed)
    weight = torch.randn(classes, size, generator=random, dtype=torch.float64)
    bias = torch.randn(classes, generator=random, dtype=torch.float64)
    images = torch.rand(count, size, generator=random, dtype=torch.float64)
    model = linear(weight, bias)
    return model, images, predict(model, images).argmax(1), weight


def least(model, images, labels, weight, p):
    """min_l L_l / ||g_l||_q of an affine classifier."""
    logits = predict(model, images)
    gaps = logits.gather(1, labels[:, None]) - logits
    lengths = torch.stack([norm(weight[labels] - row, dual(p)) for row in weight], 1)
    return torch.where(functional.one_hot(labels, len(weight)).bool(), torch.inf, gaps / lengths).min(1).values


def test_the_least_linear_value_of_a_convex_solver(linear):
    """Algorithm 1 minimises min_l L_l + <g_l, r> over the ball: one program a class, the least of them."""
    model, images, labels, weight = affine(linear, count=3, classes=4, size=6)
    logits = predict(model, images)
    for p in NORMS:
        found = linearised(model, images, labels, norm=p, budget=0.4, box=None)
        after = predict(model, found.images)
        margins = torch.where(functional.one_hot(labels, 4).bool(), torch.inf, after.gather(1, labels[:, None]) - after)
        for index, label in enumerate(labels.tolist()):
            values = []
            for other in set(range(4)) - {label}:
                r = cvxpy.Variable(6)
                gap = float(logits[index, label] - logits[index, other])
                slope = (weight[label] - weight[other]).numpy()
                task = cvxpy.Problem(cvxpy.Minimize(gap + slope @ r), [cvxpy.pnorm(r, "inf" if math.isinf(p) else p) <= 0.4])
                task.solve(solver=cvxpy.CLARABEL)
                values.append(task.value)
            assert float(margins[index].min()) == pytest.approx(min(values), abs=1e-6)


@every_norm
def test_on_an_affine_classifier_it_fools_just_above_the_least_ratio(p, linear):
    model, images, labels, weight = affine(linear)
    for index, distance in enumerate(least(model, images, labels, weight, p).tolist()):
        part = images[index : index + 1], labels[index : index + 1]
        for select in ("budget", "ratio"):
            for share, fooled in ((0.999, False), (1.001, True)):
                found = linearised(model, *part, norm=p, budget=share * distance, select=select, box=None)
                assert found.success.item() is fooled


@every_norm
def test_steps_onto_the_boundary_are_deepfool(p, linear, network):
    model, images = network(seed=3, curvature=2.0), torch.rand(6, 3, 4, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    labels = predict(model, images).argmax(1)
    objective = margin(p, select="ratio")
    first, _ = descend(model, images, labels, objective, norm=p, length=to_boundary(p), box=None)
    assert torch.allclose(first, deepfool(model, images, labels, norm=p, overshoot=0.0, steps=1, box=None).images, atol=1e-9)
    rule = to_boundary(p, 0.02)
    whole, passes = descend(
        model, images, labels, objective, norm=p, length=rule, steps=50, box=None, done=lambda z, y: z.argmax(1) != y
    )
    other = deepfool(model, images, labels, norm=p, box=None)
    assert torch.allclose(whole, other.images, atol=1e-9) and torch.equal(passes, other.gradient_evaluations)


@every_norm
def test_the_engine_with_the_cross_entropy_is_fast_gradient(p, network):
    model, images, labels = network(), torch.rand(5, 3, 4, 4, dtype=torch.float64), torch.arange(5) % 4
    found, _ = descend(model, images, labels, cross_entropy, norm=p, length=fixed(0.2))
    expected = fast_gradient(model, images, labels, norm=p, budget=0.2).images
    assert torch.allclose(found, expected, atol=1e-12)
    assert p != math.inf or torch.equal(found, expected)
    probability = linearised(model, images, labels, norm=p, budget=0.2, select="own probability")
    assert torch.allclose(probability.images, expected, atol=1e-12)


def test_own_score_is_the_logit_or_the_probability(network):
    model, images, labels = network(), torch.rand(4, 3, 4, 4, dtype=torch.float64), torch.arange(4)
    with evaluating(model):
        for kind, apply in (("logit", lambda z: z), ("probability", lambda z: z.softmax(1))):
            logits, leaf = differentiable(model, images)
            found = own_score(kind)(logits, leaf, labels)
            value, copy = differentiable(model, images)
            own = apply(value).gather(1, labels[:, None]).squeeze(1)
            gradient = torch.autograd.grad(own.sum(), copy)[0]
            assert torch.allclose(steepest(found.gradient, 2), steepest(gradient, 2), atol=1e-9)
            assert torch.allclose(found.value, own.detach(), atol=1e-12)
    with pytest.raises(UserError, match="score is logit or probability"):
        own_score("margin")


@every_norm
@pytest.mark.parametrize("select", ["budget", "active", "ratio", "own", "own probability"])
def test_one_computation_serves_every_budget(p, select, network):
    model, images = network(curvature=2.0), torch.rand(7, 3, 4, 4, dtype=torch.float64)
    labels = predict(model, images).argmax(1)
    steps = material(model, images, labels, norm=p, select=select)
    budgets = (0.0, 0.01, 0.1, 0.5)
    fooled = sweep(model, images, labels, steps, budgets)
    for budget, row in zip(budgets, fooled, strict=True):
        found = linearised(model, images, labels, norm=p, budget=budget, select=select)
        assert torch.allclose((images + steps.at(budget)).clamp(0, 1), found.images, atol=1e-12)
        assert torch.equal(row, found.success) and found.gradient_evaluations.tolist() == [steps.passes] * 7
    assert steps.passes == (3 if select in ("budget", "ratio") else 1)


@every_norm
@pytest.mark.parametrize("options", [{}, {"select": "own"}, {"steps": 3}, {"steps": 3, "select": "active"}, {"steps": 2, "exact_box": True}])
@pytest.mark.parametrize("box", [(0, 1), None])
def test_a_shared_first_step_changes_nothing(p, options, box, network, counted):
    if "exact_box" in options and box is None:
        return
    model, images = network(curvature=2.0), torch.rand(6, 3, 4, 4, dtype=torch.float64)
    labels = predict(model, images).argmax(1)
    counter = counted(model)
    more = shared(counter, images, labels, norm=p, **options)
    alone, together = [], len(counter.backwards)
    for budget in (0.0, 0.05, 0.4):
        found = linearised(counter, images, labels, norm=p, budget=budget, box=box, **options, **more)
        expected = linearised(model, images, labels, norm=p, budget=budget, box=box, **options)
        assert torch.allclose(found.images, expected.images, atol=1e-12)
        assert torch.equal(found.gradient_evaluations, expected.gradient_evaluations)
        alone.append(int(expected.gradient_evaluations[0]))
    saved = 0 if "exact_box" in options else 2 * together
    assert len(counter.backwards) == sum(alone) - saved


@every_norm
def test_n_steps_are_steps_of_a_share_chosen_anew(p, network):
    model, images = network(curvature=3.0), torch.rand(5, 3, 4, 4, dtype=torch.float64)
    labels = predict(model, images).argmax(1)
    whole = linearised(model, images, labels, norm=p, budget=0.3, steps=3, box=None)
    moved = images
    for _ in range(3):
        moved = _step(model, moved, labels, p)
    assert torch.allclose(whole.images, moved, atol=1e-12)
    assert bool((whole.norm(p) <= 0.3 + 1e-12).all()) and whole.gradient_evaluations.tolist() == [9] * 5


def _step(model, images, labels, p):
    """One step of .1 by hand: images may have left [0, 1]."""
    with evaluating(model):
        logits, leaf = differentiable(model, images)
        found = margin(p, budget=0.1)(logits, leaf, labels)
    return images - 0.1 * steepest(found.gradient, p)


@every_norm
def test_the_box_inside_the_program_is_no_worse_than_clipping(p, linear):
    model, images, labels, _ = affine(linear, count=30)
    images = images.round() * 0.9 + 0.05
    labels = predict(model, images).argmax(1)

    def value(found):
        logits = predict(model, found.images)
        return torch.where(functional.one_hot(labels, 5).bool(), torch.inf, logits.gather(1, labels[:, None]) - logits).min(1).values

    exact = linearised(model, images, labels, norm=p, budget=0.4, exact_box=True)
    clipped = linearised(model, images, labels, norm=p, budget=0.4)
    assert bool((value(exact) <= value(clipped) + 1e-9).all())
    assert p == math.inf or bool((value(exact) < value(clipped) - 1e-6).any())
    assert bool((exact.norm(p) <= 0.4 * (1 + 1e-9)).all())


def test_backward_passes_of_each_choice(network, counted):
    images, labels = torch.rand(3, 3, 4, 4, dtype=torch.float64), torch.arange(3)
    for options, passes in (({}, 3), ({"select": "active"}, 1), ({"select": "own"}, 1), ({"candidates": 2}, 2), ({"steps": 4}, 12)):
        model = counted(network().eval())
        found = linearised(model, images, labels, budget=0.1, **options)
        assert found.gradient_evaluations.tolist() == [passes] * 3 and len(model.backwards) == passes


@pytest.mark.parametrize(
    "options, sentence",
    [({"select": "nearest"}, "select is one of"), ({"steps": 0}, "at least 1 steps"), ({"budget": float("nan")}, "budget"),
     ({"norm": 0.5}, "p >= 1"), ({"exact_box": True, "select": "ratio"}, "exact_box"),
     ({"exact_box": True, "box": None}, "needs a box")],
)  # fmt: skip
def test_bad_settings_get_a_sentence(options, sentence, network):
    with pytest.raises(UserError, match=sentence):
        linearised(network(), torch.rand(2, 3, 4, 4, dtype=torch.float64), torch.tensor([0, 1]), **{"budget": 0.1, **options})


def test_the_target_loss_is_negative_exactly_when_the_target_wins(network):
    logits = torch.tensor([[1.0, 3.0, 2.0], [1.0, 0.0, 5.0]], dtype=torch.float64)
    leaf = logits.clone().requires_grad_()
    found = toward(leaf * 1.0, leaf, torch.tensor([2, 2]))
    assert found.value.tolist() == [1.0, -4.0], "printed f_k - f_t would be -1 in the first row, where class 1 wins (E6)"
    assert found.gradient.tolist() == [[0, 1, -1], [1, 0, -1]]


def test_targeted_steps_reach_the_class_and_success_says_so(linear):
    model, images, labels, _ = affine(linear)
    targets = (labels + 1) % 5
    found = targeted(model, images, targets, norm=2, budget=3.0, steps=20, box=None)
    assert torch.equal(found.success, predict(model, found.images).argmax(1) == targets)
    assert found.success.double().mean() > 0.9 and bool((found.norm(2) <= 3 + 1e-9).all())


@pytest.mark.parametrize("p", [1, 2, math.inf])
def test_the_targeted_program(p):
    """Exactly by the linear program (p = 1, inf), and to 3.1 % of the decrease that can be had by mirror steps."""
    random = torch.Generator().manual_seed(0)
    gaps = torch.rand(9, 6, generator=random, dtype=torch.float64)
    gradients = torch.randn(9, 6, 10, generator=random, dtype=torch.float64)

    def value(r):
        return (gaps + torch.einsum("cbd,bd->cb", gradients, r)).max(0).values

    expected = []
    for index in range(6):
        r = cvxpy.Variable(10)
        levels = gaps[:, index].numpy() + gradients[:, index].numpy() @ r
        task = cvxpy.Problem(cvxpy.Minimize(cvxpy.max(levels)), [cvxpy.pnorm(r, "inf" if math.isinf(p) else p) <= 0.3])
        task.solve(solver=cvxpy.CLARABEL)
        expected.append(task.value)
    expected = torch.tensor(expected, dtype=torch.float64)
    mirrored = mirror_steps(gaps, gradients, 0.3, p)
    assert bool((norm(mirrored, p) <= 0.3 * (1 + 1e-9)).all())
    start = gaps.max(0).values
    assert bool((value(mirrored) - expected <= 0.031 * (start - expected) + 1e-9).all())
    if p != 2:
        solved = exact_steps(gaps, gradients, 0.3, p)
        assert value(solved).tolist() == pytest.approx(expected.tolist(), abs=1e-6)
        assert bool((norm(solved, p) <= 0.3 * (1 + 1e-9)).all())
    else:
        with pytest.raises(UserError, match="p = 1 and inf only"):
            exact_steps(gaps, gradients, 0.3, p)


def test_masks_and_scores():
    random = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 3, 2, 2, generator=random, dtype=torch.float64)
    targets = torch.tensor([[[0, -1], [2, 1]], [[-1, -1], [0, 1]]])
    leaf = logits.clone().requires_grad_()
    output = leaf * 1.0
    found = toward_mask(0.5)(output, leaf, targets)
    expected = torch.zeros(2, dtype=torch.float64)
    copy = logits.clone().requires_grad_()
    for b in range(2):
        for i in range(2):
            for j in range(2):
                t = int(targets[b, i, j])
                if t >= 0:
                    rival = torch.stack([copy[b, k, i, j] for k in range(3) if k != t]).max()
                    expected[b] += functional.relu(rival - copy[b, t, i, j] + 0.5)
    assert torch.allclose(found.value, expected.detach())
    assert torch.allclose(found.gradient, torch.autograd.grad(expected.sum(), copy)[0])
    first = torch.stack([targets, logits.argmax(1)], 1)
    pair = toward_mask(0.0, "first")(leaf * 1.0, leaf, first)
    assert pair.value.shape == (2,) and bool((pair.value >= 0).all())
    scores = (leaf.square().flatten(1)).sum(1)
    assert torch.allclose(score(-1.0)(scores, leaf, targets).gradient, -2 * logits)


def test_feasibility_is_strict():
    """(GN) has a solution iff eps ||g||_q > L: equality is infeasible too (E7)."""
    for p in (1, 1.5, 2, 3, 10, math.inf):
        random = torch.Generator().manual_seed(int(min(p, 99)))
        gradient = torch.randn(50, 7, generator=random, dtype=torch.float64)
        length = norm(gradient, dual(p))
        linear = Linear(0.3 * length, gradient, 1)
        closed = linear.value + (gradient * -0.31 * steepest(gradient, p)).sum(1)
        assert bool((closed < 0).all()) and bool(linear.feasible(0.31, p).all())
        assert not bool(linear.feasible(0.29, p).any())
        assert linear.distance(p).tolist() == pytest.approx([0.3] * 50)
    none = Linear(torch.ones(1), torch.zeros(1, 3), 1)
    assert none.distance(2).tolist() == [math.inf] and not none.feasible(1e9, 2).item()
