"""Operator norms of Jacobians against the singular value decomposition, enumeration and a semidefinite solver."""

import itertools
import math

import cvxpy
import pytest
import torch
from torch import nn

from helpers.attacks.output_change import output_change
from helpers.core.errors import UserError
from helpers.core.model import evaluating
from helpers.core.norms import norm
from helpers.core.operator_norms import (
    Products,
    columns,
    estimated_columns,
    from_matrix,
    grouped_columns,
    jacobian,
    maximiser,
    power,
    rounded_starts,
    semidefinite,
    sign_iteration,
    singular,
)


@pytest.fixture
def model():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Flatten(), nn.Linear(12, 9), nn.Tanh(), nn.Dropout(0.5), nn.Linear(9, 6)).double().train()


@pytest.fixture
def images():
    return torch.rand(5, 3, 2, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def matrices(count, m, n, seed=0):
    return torch.randn(count, m, n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def best_signs(matrix):
    """Largest ||J s||_2 over all sign vectors."""
    signs = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=matrix.shape[1])), dtype=matrix.dtype)
    return float((signs @ matrix.T).norm(dim=1).max())


def test_jacobians_and_products_agree_with_autograd(model, images):
    with evaluating(model):
        expected = torch.stack([torch.autograd.functional.jacobian(lambda x: model(x[None])[0], one) for one in images]).flatten(2)
        for chunk in (1, 4, 64):
            assert torch.allclose(jacobian(model, images, chunk), expected)
            assert torch.allclose(columns(model, images, chunk), expected.norm(dim=1))
        v = torch.randn(images.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
        along = torch.einsum("bmn,bn->bm", expected, v.flatten(1))
        products = Products(model, images)
        assert torch.allclose(products.forward(v), along)
        assert torch.allclose(products.gram(v).flatten(1), torch.einsum("bmn,bm->bn", expected, along))
        assert torch.allclose(from_matrix(expected)(v.flatten(1)), products.gram(v).flatten(1))


def test_the_first_order_error_is_of_second_order(model, images):
    """f(x + t v) - f(x) - t J v falls by four when t is halved."""
    with evaluating(model):
        v = torch.ones_like(images)
        slope = Products(model, images).forward(v)
        errors = [(model(images + t * v) - model(images) - t * slope).norm() for t in (1e-3, 5e-4)]
    assert float(errors[0] / errors[1]) == pytest.approx(4, rel=0.02)


@pytest.mark.parametrize("m, n", [(6, 12), (12, 6)])
def test_power_iteration_is_the_singular_value(m, n):
    matrix = matrices(4, m, n)
    expected = torch.linalg.svdvals(matrix)[:, 0]
    start = torch.randn(4, n, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    v, value = power(from_matrix(matrix), start)
    assert torch.allclose(value, expected, rtol=1e-3) and norm(v, 2).tolist() == pytest.approx([1] * 4)
    sharp, _ = power(from_matrix(matrix), start, tolerance=1e-14)
    exact, sigma = singular(matrix)
    assert torch.allclose(sigma, expected) and torch.allclose((exact * sharp).sum(1).abs(), torch.ones(4, dtype=torch.float64), atol=1e-6)
    assert torch.allclose((matrix @ exact.unsqueeze(2)).flatten(1).norm(dim=1), expected)
    _, nothing = power(from_matrix(0 * matrix), start)
    assert nothing.tolist() == [0.0] * 4


def test_one_entry_and_one_pixel():
    matrix = matrices(3, 5, 12)
    sizes = matrix.norm(dim=1)
    draws = matrices(3, 12, 4000, seed=4)
    draws = draws / draws.abs().sum(1, keepdim=True)
    assert bool(((matrix @ draws).norm(dim=1).amax(1) <= sizes.amax(1)).all())
    groups, directions = grouped_columns(matrix, channels=3)
    for index in range(3):
        for pixel in range(4):
            part = matrix[index, :, pixel::4]
            assert float(groups[index, pixel]) == pytest.approx(float(torch.linalg.svdvals(part)[0]))
            assert float((part @ directions[index, pixel]).norm()) == pytest.approx(float(groups[index, pixel]))
    assert bool((groups.amax(1) >= sizes.amax(1)).all())


def test_estimated_columns_come_near_the_columns(model, images):
    with evaluating(model):
        exact = columns(model, images)
        found = estimated_columns(Products(model, images), 4000, torch.Generator().manual_seed(0)).flatten(1)
    assert torch.allclose(found, exact, rtol=0.1)


def test_sign_iteration_by_enumeration_and_under_its_bound():
    """Twenty random matrices of up to 12 columns: the best of ten starts, rounded starts, and the bound."""
    random = torch.Generator().manual_seed(0)
    for seed in range(20):
        matrix = matrices(1, 5, 8 + seed % 5, seed)[0]
        optimum = best_signs(matrix)
        starts = torch.randn(10, matrix.shape[1], generator=random, dtype=torch.float64)
        product = from_matrix(matrix.expand(10, -1, -1))
        signs, values = sign_iteration(product, starts)
        assert bool((signs.abs() == 1).all()) and bool((values <= optimum * (1 + 1e-12)).all())
        assert float(values.max()) >= 0.9 * optimum
        again, kept = sign_iteration(product, signs)
        assert torch.equal(again, signs) and torch.allclose(kept, values), "a fixed point"
        factor, bound = semidefinite(matrix, generator=random)
        assert norm(factor, 2).tolist() == pytest.approx([1] * len(factor))
        assert optimum <= bound * (1 + 1e-9) and optimum >= math.sqrt(2 / math.pi) * bound
        _, rounded = sign_iteration(product, rounded_starts(factor, 10, random))
        assert float(rounded.max()) >= 0.98 * optimum


def test_the_semidefinite_bound_is_that_of_a_solver():
    for seed in range(3):
        matrix = matrices(1, 4, 8, seed)[0]
        x = cvxpy.Variable((8, 8), PSD=True)
        task = cvxpy.Problem(cvxpy.Maximize(cvxpy.trace((matrix.T @ matrix).numpy() @ x)), [cvxpy.diag(x) == 1])
        task.solve(solver=cvxpy.CLARABEL)
        _, bound = semidefinite(matrix, generator=torch.Generator().manual_seed(0))
        assert bound == pytest.approx(math.sqrt(task.value), rel=1e-4) and bound >= math.sqrt(task.value) * (1 - 1e-7)


@pytest.mark.parametrize("p", [1.5, 2, 4, math.inf])
def test_other_exponents_never_fall_and_keep_the_norm(p):
    matrix = matrices(6, 5, 9)
    start = torch.randn(6, 9, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    r, value = maximiser(from_matrix(matrix), start, p)
    assert norm(r, p).tolist() == pytest.approx([1] * 6)
    first = (matrix @ (start / norm(start, p).unsqueeze(1)).unsqueeze(2)).flatten(1).norm(dim=1)
    assert bool((value >= first).all())
    if p == 2:
        assert torch.allclose(value, torch.linalg.svdvals(matrix)[:, 0], rtol=1e-3)


@pytest.mark.parametrize("p", [1, 2, math.inf])
def test_the_output_moves_as_predicted_and_more_than_by_chance(p, model, images):
    found, predicted = output_change(model, images, norm=p, budget=1e-4, box=None)
    with evaluating(model), torch.no_grad():
        change = (model(found) - model(images)).norm(dim=1)
        assert torch.allclose(change, predicted, rtol=1e-2)
        assert norm(found - images, p).tolist() == pytest.approx([1e-4] * 5)
        draw = torch.randn(images.shape, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
        random = images + 1e-4 * draw / norm(draw, p).reshape(-1, 1, 1, 1)
        assert bool((change > (model(random) - model(images)).norm(dim=1)).all())
    assert model.training, "the model is left as it was"


def test_sample_alone_or_among_others_box_and_bad_input(model, images):
    for p in (1, 2, math.inf):
        whole, _ = output_change(model, images, norm=p, budget=0.3, seed=4)
        alone, _ = output_change(model, images[3:4], norm=p, budget=0.3, seed=4, ids=torch.tensor([3]))
        assert torch.allclose(whole[3:4], alone, atol=1e-2)
        assert float(whole.min()) >= 0 and float(whole.max()) <= 1
    assert output_change(model, images[:0], budget=0.1)[0].shape == (0, 3, 2, 2)
    for options, sentence in (({"norm": 0.5, "budget": 0.1}, "p >= 1"), ({"budget": float("nan")}, "budget")):
        with pytest.raises(UserError, match=sentence):
            output_change(model, images, **options)
    with pytest.raises(UserError, match="NaN"):
        output_change(model, images * float("nan"), budget=0.1)
