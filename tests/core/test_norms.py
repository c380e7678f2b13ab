"""Norms, dual exponents and steepest directions at any p."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.core.errors import UserError
from helpers.core.norms import dual, norm, per_sample, project, steepest, unit

EXPONENTS = (1, 1.01, 1.5, 2, 3, 10, math.inf)
every_p = pytest.mark.parametrize("p", EXPONENTS)


def gradients(random, scale=1.0, dtype=torch.float64):
    return (scale * torch.randn(5, 2, 3, 4, generator=random, dtype=torch.float64)).to(dtype)


@every_p
def test_norm_is_numpys(p, random):
    r = gradients(random)
    assert norm(r, p).numpy() == pytest.approx(np.linalg.norm(r.flatten(1).numpy(), p, axis=1), rel=1e-12)


@pytest.mark.parametrize("p, q", [(1, math.inf), (math.inf, 1), (2, 2), (1.5, 3), (3, 1.5), (10, 10 / 9)])
def test_dual_exponents(p, q):
    assert dual(p) == pytest.approx(q) and dual(dual(p)) == pytest.approx(p)


@every_p
@pytest.mark.parametrize("scale", [1.0, 1e-10, 1e-30, 1e30])
def test_steepest_has_unit_norm_and_attains_the_dual_norm(p, scale, random):
    g = gradients(random, scale)
    d = steepest(g, p)
    assert d.shape == g.shape
    assert norm(d, p).numpy() == pytest.approx(np.ones(5), rel=1e-12)
    assert ((g * d).sum((1, 2, 3)) / scale).numpy() == pytest.approx((norm(g, dual(p)) / scale).numpy(), rel=1e-12)


@every_p
def test_float32_gradients_of_1e_30_have_the_direction_of_float64(p, random):
    g = gradients(random, 1e-30, torch.float32)
    assert torch.allclose(steepest(g, p).double(), steepest(g.double(), p), atol=2e-5)


@every_p
def test_no_direction_of_the_ball_does_better(p, random):
    g = gradients(random)
    best = (g * steepest(g, p)).sum((1, 2, 3))
    for _ in range(50):
        other = unit(gradients(random), p)
        assert bool(((g * other).sum((1, 2, 3)) <= best * (1 + 1e-12)).all())


@every_p
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_zero_samples_stay_zero_and_do_not_touch_their_neighbours(p, dtype, random):
    g = gradients(random, dtype=dtype)
    alone = steepest(g, p)
    g[2] = 0
    for function in (steepest, unit):
        assert not function(g, p)[2].any() and bool(torch.isfinite(function(g, p)).all())
    assert torch.equal(steepest(g, p)[[0, 1, 3, 4]], alone[[0, 1, 3, 4]])
    assert norm(g, p)[2] == 0
    assert steepest(g, p).dtype == dtype


@every_p
@pytest.mark.parametrize("shape", [(0, 3, 4, 4), (0, 5), (2, 0)])
def test_empty_batches_and_empty_samples(p, shape):
    r = torch.zeros(shape)
    assert norm(r, p).shape == shape[:1]
    assert steepest(r, p).shape == unit(r, p).shape == project(r, 1.0, p).shape == shape


def test_known_directions():
    g = torch.tensor([[3.0, -4.0, 0.0]])
    assert steepest(g, 2).tolist()[0] == pytest.approx([0.6, -0.8, 0.0])
    assert steepest(g, math.inf).tolist() == [[1, -1, 0]]
    assert steepest(g, 1).tolist() == [[0, -1, 0]]
    # p = 3, q = 1.5: d_i = sign(g_i) |g_i|^(1/2) / ||g||_q^(1/2)
    size = (3**1.5 + 4**1.5) ** (1 / 3)
    assert steepest(g, 3).tolist()[0] == pytest.approx([math.sqrt(3) / size, -2 / size, 0.0])


def test_l1_ties_go_to_the_first_entry():
    g = torch.tensor([[1.0, -2.0, 2.0, 2.0], [-1.0, 1.0, 1.0, -1.0]])
    assert steepest(g, 1).tolist() == [[0, -1, 0, 0], [-1, 0, 0, 0]]


@pytest.mark.parametrize("p", [0, 0.5, -1, -math.inf, math.nan])
@pytest.mark.parametrize("function", [norm, steepest, unit, lambda r, p: project(r, 1.0, p), lambda r, p: dual(p)])
def test_bad_exponents_are_refused(function, p):
    with pytest.raises(UserError, match="p >= 1 or infinity"):
        function(torch.ones(1, 3), p)


def test_per_sample_multiplies_any_shape():
    r = torch.ones(2, 3, 4, 4)
    assert norm(per_sample(torch.tensor([2.0, 3.0]), r) * r, math.inf).tolist() == [2, 3]


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(
    values=st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=6),
    p=st.one_of(st.just(math.inf), st.floats(1, 20)),
)
def test_any_vector_any_p(values, p):
    g = torch.tensor([values], dtype=torch.float64)
    d = steepest(g, p)
    if not g.any():
        assert not d.any()
        return
    assert float(norm(d, p)) == pytest.approx(1, rel=1e-9)
    assert float((g * d).sum()) == pytest.approx(float(norm(g, dual(p))), rel=1e-9)
