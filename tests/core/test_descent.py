"""The engine's projected steps."""

import math

import pytest
import torch
from torch import nn

from helpers.core.descent import descend, falling, fixed
from helpers.core.linear import Linear, own_score
from helpers.core.norms import norm


@pytest.fixture
def problem():
    random = torch.Generator().manual_seed(0)
    model = nn.Linear(12, 5, dtype=torch.float64)
    with torch.no_grad():
        model.weight.normal_(generator=random)
    images = torch.rand(40, 12, generator=random, dtype=torch.float64)
    return model, images, model(images).argmax(1)


def test_steps_fall_evenly():
    linear = Linear(torch.zeros(3), torch.zeros(3, 2), 1)
    length = falling(0.2, 10)
    assert torch.allclose(length(linear, 0), torch.full((3,), 0.2))
    assert torch.allclose(length(linear, 9), torch.full((3,), 0.02))


@pytest.mark.parametrize("p", [1, 1.5, 2, math.inf])
@pytest.mark.parametrize("box", [(0, 1), None])
def test_projected_steps_stay_in_the_ball(p, box, problem):
    """Nor leave the box; against a constant gradient they end where one step of the radius does."""
    model, images, labels = problem
    found, passes = descend(model, images, labels, own_score(), norm=p, length=falling(0.2, 10), steps=10, radius=0.1, box=box)
    assert bool((norm(found - images, p) <= 0.1 + 1e-9).all()) and passes.tolist() == [10] * 40
    if box is not None:
        assert float(found.min()) >= 0 and float(found.max()) <= 1
    elif p != 1.5:
        # For 1.5 the nearest point of the ball does not lie on the way to its centre.
        once, _ = descend(model, images, labels, own_score(), norm=p, length=fixed(0.1), box=None)
        assert torch.allclose(found, once, atol=1e-9)
