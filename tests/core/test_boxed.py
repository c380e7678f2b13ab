"""The linear program over ball and box, against a convex solver."""

import math

import cvxpy
import numpy as np
import pytest
import torch

from helpers.core.boxed import boxed_step, room
from helpers.core.norms import norm, steepest

NORMS = (1, 1.5, 2, 3, math.inf)


def problem(seed, size=12, dtype=torch.float64):
    random = torch.Generator().manual_seed(seed)
    gradient = torch.randn(4, size, generator=random, dtype=torch.float64)
    gradient[0, 3], gradient[1] = 0, 0
    images = torch.rand(4, size, generator=random, dtype=torch.float64)
    images[:, 0], images[:, 1] = 0, 1
    return gradient.to(dtype), images.to(dtype)


def solved(gradient, image, budget, p):
    """Least <gradient, r> by cvxpy."""
    r = cvxpy.Variable(len(gradient))
    bounds = [cvxpy.pnorm(r, "inf" if math.isinf(p) else p) <= budget, image + r >= 0, image + r <= 1]
    task = cvxpy.Problem(cvxpy.Minimize(gradient @ r), bounds)
    task.solve(solver=cvxpy.CLARABEL)
    return task.value


@pytest.mark.parametrize("budget", [0.05, 0.6, 2.0, 50.0])
@pytest.mark.parametrize("p", NORMS)
def test_minimum_of_a_convex_solver(p, budget):
    gradient, images = problem(seed=int(10 * budget))
    step = boxed_step(gradient, images, budget, p, (0.0, 1.0))
    for index in range(len(images)):
        expected = solved(gradient[index].numpy(), images[index].numpy(), budget, p)
        assert float(gradient[index] @ step[index]) == pytest.approx(expected, abs=1e-6)
    assert bool((norm(step, p) <= budget * (1 + 1e-9)).all())
    moved = images + step
    assert float(moved.min()) >= -1e-12 and float(moved.max()) <= 1 + 1e-12
    assert not step[1].any(), "no gradient, no step"


@pytest.mark.parametrize("p", NORMS)
def test_never_above_the_clipped_ball_step_and_equal_for_inf(p):
    gradient, images = problem(seed=5, size=30)
    for budget in (0.1, 0.7, 3.0):
        exact = boxed_step(gradient, images, budget, p, (0.0, 1.0))
        clipped = (images - budget * steepest(gradient, p)).clamp(0, 1) - images
        values = [(gradient * step).sum(1) for step in (exact, clipped)]
        assert bool((values[0] <= values[1] + 1e-12).all())
        if math.isinf(p):
            assert torch.allclose(exact, clipped, atol=1e-12)


@pytest.mark.parametrize("p", NORMS)
def test_without_a_box_it_is_the_ball_step(p):
    gradient, images = problem(seed=2)
    assert torch.equal(boxed_step(gradient, images, 0.3, p, None), -0.3 * steepest(gradient, p))
    wide = boxed_step(gradient, images, 0.3, p, (-100.0, 100.0))
    assert torch.allclose(wide, -0.3 * steepest(gradient, p), atol=1e-9)


@pytest.mark.parametrize("p", NORMS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_shapes_types_tiny_gradients_and_empty_batches(p, dtype):
    gradient, images = problem(seed=3, dtype=dtype)
    cubes = boxed_step(gradient.view(4, 3, 2, 2), images.view(4, 3, 2, 2), 0.4, p, (0, 1))
    assert cubes.shape == (4, 3, 2, 2) and cubes.dtype == dtype
    assert torch.allclose(cubes.flatten(1), boxed_step(1e-20 * gradient, images, 0.4, p, (0, 1)), atol=1e-5)
    assert boxed_step(gradient[:0], images[:0], 0.4, p, (0, 1)).shape == (0, 12)
    assert not boxed_step(gradient, images, 0.0, p, (0, 1)).any()


def test_one_entry_without_a_box_and_a_few_with_it():
    gradient, images = problem(seed=4)
    assert (boxed_step(gradient, images, 1.5, 1, None) != 0).sum(1).tolist()[2] == 1
    filled = boxed_step(gradient, images, 1.5, 1, (0.0, 1.0))[2]
    changed = filled.nonzero().flatten()
    assert 2 <= len(changed) <= 4
    full = np.isclose(filled.abs().numpy(), room(gradient, images, (0.0, 1.0))[2].numpy())
    assert full[changed.numpy()].sum() == len(changed) - 1, "all but the last are moved as far as they go"
