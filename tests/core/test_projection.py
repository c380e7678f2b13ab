"""Projection onto l_p balls, against its variational inequality and independent solvers."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import brentq, minimize

from helpers.core.errors import UserError
from helpers.core.norms import dual, into_ball, norm, project

EXPONENTS = (1, 1.01, 1.5, 2, 3, 10, math.inf)
every_p = pytest.mark.parametrize("p", EXPONENTS)


def samples(random, count=6, shape=(2, 3, 4)):
    return torch.randn(count, *shape, generator=random, dtype=torch.float64)


@every_p
@pytest.mark.parametrize("radius", [1e-6, 1e-3, 0.3, 1.0])
def test_projection_satisfies_the_variational_inequality(p, radius, random):
    """x is nearest iff it lies in the ball and <r - x, y - x> <= 0 there: <r - x, x> = radius ||r - x||_q."""
    r = samples(random)
    x = project(r, radius, p)
    assert bool((norm(x, p) <= radius * (1 + 1e-9)).all())
    left = r - x
    inner, bound = (left * x).sum((1, 2, 3)), radius * norm(left, dual(p))
    assert (inner / bound).numpy() == pytest.approx(np.ones(len(r)), rel=1e-6)


@every_p
def test_points_inside_stay_and_projecting_twice_changes_nothing(p, random):
    r = samples(random)
    assert torch.equal(project(r, 2 * float(norm(r, p).max()), p), r)
    once = project(r, 0.7, p)
    assert torch.allclose(project(once, 0.7, p), once, rtol=1e-9, atol=1e-12)


@every_p
def test_radius_zero_leaves_nothing(p, random):
    assert float(project(samples(random), 0.0, p).abs().max()) < 1e-9


@every_p
def test_zero_samples_stay_zero(p):
    assert not project(torch.zeros(2, 3, 4, 4), 0.5, p).any()


@every_p
def test_one_radius_a_sample(p, random):
    r = samples(random, 3)
    radii = torch.tensor([0.1, 0.5, 100.0], dtype=torch.float64)
    together = project(r, radii, p)
    for index in range(3):
        alone = project(r[index : index + 1], float(radii[index]), p)
        assert torch.allclose(together[index : index + 1], alone, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("radius", [0.2, 1.0, 3.0])
def test_l1_is_soft_thresholding_at_the_root(radius, random):
    for row in torch.randn(5, 40, generator=random, dtype=torch.float64).numpy():
        level = brentq(
            lambda t, row=row: np.maximum(np.abs(row) - t, 0).sum() - radius, 0, np.abs(row).max(), xtol=1e-15
        )
        expected = np.sign(row) * np.maximum(np.abs(row) - level, 0)
        assert project(torch.from_numpy(row)[None], radius, 1).numpy()[0] == pytest.approx(expected, abs=1e-12)


def test_l1_with_equal_entries():
    assert project(torch.tensor([[2.0, -2.0, 2.0, 0.0]]), 3.0, 1).tolist()[0] == pytest.approx([1, -1, 1, 0])


@pytest.mark.parametrize("p", [1.5, 3, 10])
def test_general_p_is_scipys_nearest_point(p, random):
    for row in torch.randn(3, 3, generator=random, dtype=torch.float64).numpy():
        radius = 0.5 * np.linalg.norm(row, p)
        ball = {"type": "ineq", "fun": lambda x, radius=radius: radius**p - (np.abs(x) ** p).sum()}
        found = minimize(
            lambda x, row=row: ((x - row) ** 2).sum(), row / 3, constraints=[ball], method="SLSQP", tol=1e-12
        )
        assert project(torch.from_numpy(row)[None], radius, p).numpy()[0] == pytest.approx(found.x, abs=1e-5)


@every_p
def test_float32_images_stay_in_the_ball(p, random):
    r = torch.rand(4, 3, 16, 16, generator=random)
    x = project(r, 0.9, p)
    assert x.dtype == torch.float32 and x.shape == r.shape
    assert bool((norm(x.double(), p) <= 0.9 * (1 + 1e-5)).all())


@pytest.mark.parametrize("scale", [1e-30, 1e20])
@every_p
def test_projection_scales_with_its_argument(p, scale, random):
    r = samples(random)
    assert torch.allclose(project(r * scale, 0.5 * scale, p) / scale, project(r, 0.5, p), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("radius", [-0.1, math.nan])
def test_bad_radii_are_refused(radius):
    with pytest.raises(UserError, match="radius of at least 0"):
        project(torch.ones(1, 3), radius, 2)


@every_p
def test_into_the_ball_and_then_the_box_stays_in_both(p, random):
    centre = torch.rand(4, 2, 3, 4, generator=random, dtype=torch.float64)
    x = centre + samples(random, 4)
    assert torch.allclose(into_ball(x, centre, 0.4, p, None), centre + project(x - centre, 0.4, p))
    found = into_ball(x, centre, 0.4, p, (0, 1))
    assert bool((norm(found - centre, p) <= 0.4 * (1 + 1e-9)).all())
    assert float(found.min()) >= 0 and float(found.max()) <= 1
