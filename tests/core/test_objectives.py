"""Cross-entropy through the margin: finite differences, torch in float64, and confident images in float32."""

import pytest
import torch
from torch.nn import functional

from helpers.core.errors import UserError
from helpers.core.norms import unit
from helpers.core.objectives import (
    cross_entropy,
    cross_entropy_margin,
    differentiable,
    forward,
    margin_seed,
    rounded_seed,
    without_label,
)


def logits_and_labels(random, classes=5, count=20, scale=4.0):
    logits = scale * torch.randn(count, classes, generator=random, dtype=torch.float64)
    return logits.requires_grad_(), torch.randint(classes, (count,), generator=random)


def confident(gap, classes=6, dtype=torch.float64):
    """Logits (1, k) whose label 2 leads every other class by at least `gap`."""
    logits = torch.linspace(-1, 0, classes, dtype=torch.float64)
    logits[2] = gap
    return logits[None].to(dtype).requires_grad_(), torch.tensor([2])


@pytest.mark.parametrize("classes", [2, 5])
def test_value_and_gradient_are_torchs_in_float64(classes, random):
    logits, labels = logits_and_labels(random, classes)
    ours, theirs = cross_entropy(logits, labels), functional.cross_entropy(logits, labels, reduction="none")
    assert torch.allclose(ours, theirs, rtol=1e-9)
    weights = torch.rand(len(labels), generator=random, dtype=torch.float64)
    (found,) = torch.autograd.grad((weights * ours).sum(), logits)
    (expected,) = torch.autograd.grad((weights * theirs).sum(), logits)
    assert torch.allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_gradients_by_finite_differences(random):
    logits, labels = logits_and_labels(random, count=6)
    assert torch.autograd.gradcheck(lambda z: cross_entropy(z, labels), (logits,))
    assert torch.autograd.gradcheck(lambda z: cross_entropy_margin(z, labels), (logits,))


def test_cross_entropy_is_softplus_of_the_margin(random):
    logits, labels = logits_and_labels(random)
    assert torch.allclose(
        cross_entropy(logits, labels), functional.softplus(cross_entropy_margin(logits, labels), threshold=50)
    )


def test_margin_seed_is_the_margins_gradient(random):
    logits, labels = logits_and_labels(random)
    (expected,) = torch.autograd.grad(cross_entropy_margin(logits, labels).sum(), logits)
    assert torch.allclose(margin_seed(logits, labels), expected)
    assert torch.allclose(margin_seed(logits, labels).sum(1), torch.zeros(20, dtype=torch.float64), atol=1e-12)


@pytest.mark.parametrize("gap", range(15, 61, 5))
def test_confident_images_keep_their_direction_in_float32(gap):
    exact = unit(margin_seed(*confident(gap)), 2)
    single, label = confident(gap, dtype=torch.float32)
    ours = unit(margin_seed(single, label), 2)
    (through,) = torch.autograd.grad(cross_entropy(single, label).sum(), single)
    assert torch.allclose(ours.double(), exact, atol=1e-6)
    assert torch.allclose(unit(through, 2).double(), exact, atol=1e-6)


@pytest.mark.parametrize("gap", range(20, 61, 5))
def test_where_the_usual_gradient_has_lost_the_label(gap):
    """What the suite avoids: float32 softmax minus one-hot, and torch's own cross-entropy, lose the label's term."""
    exact = unit(margin_seed(*confident(gap)), 2)
    single, label = confident(gap, dtype=torch.float32)
    (fused,) = torch.autograd.grad(functional.cross_entropy(single, label, reduction="sum"), single)
    for rounded in (rounded_seed(single, label), fused):
        assert float((unit(rounded, 2).double() * exact).sum()) < 0.6


@pytest.mark.parametrize("gap", [15, 30, 60])
def test_confident_losses_are_not_zero_in_float32(gap):
    logits, label = confident(gap)
    exact = without_label(logits, label).logsumexp(1).sub(gap).exp().log1p().item()
    assert cross_entropy(*confident(gap, dtype=torch.float32)).item() == pytest.approx(exact, rel=1e-4)
    if gap > 20:
        assert functional.cross_entropy(*confident(gap, dtype=torch.float32)).item() == 0


@pytest.mark.parametrize("gap", [-200.0, 200.0])
def test_extreme_logits_give_finite_numbers(gap):
    logits, label = confident(gap, dtype=torch.float32)
    loss = cross_entropy(logits, label)
    (gradient,) = torch.autograd.grad(loss.sum(), logits)
    assert bool(torch.isfinite(loss).all()) and bool(torch.isfinite(gradient).all())


def test_masked_maximum_when_all_other_logits_are_negative():
    """(1 - one_hot) * logits would find 0, the label's own place."""
    logits, labels = torch.tensor([[3.0, -2.0, -5.0], [-4.0, -7.0, -1.0]]), torch.tensor([0, 2])
    assert without_label(logits, labels).max(1).values.tolist() == [-2, -4]
    assert without_label(logits, labels).argmax(1).tolist() == [1, 0]
    assert logits[0, 0] == 3


def test_logits_can_be_differentiated_by_the_leaf(linear, random):
    model = linear(torch.randn(3, 12, generator=random, dtype=torch.float64))
    images = torch.rand(4, 3, 2, 2, generator=random, dtype=torch.float64)
    logits, leaf = differentiable(model, images)
    (gradient,) = torch.autograd.grad(logits[:, 1].sum(), leaf)
    assert torch.equal(logits, model(images)) and torch.equal(leaf, images)
    assert torch.allclose(gradient, model.weight[1].reshape(1, 3, 2, 2).expand(4, -1, -1, -1))


def test_forward_leaves_the_callers_images_alone(linear, random):
    images = torch.rand(2, 1, 2, 2, generator=random)
    _, leaf = forward(linear(torch.ones(2, 4)), images, torch.tensor([0, 1]))
    assert leaf.requires_grad and not images.requires_grad
    assert leaf.data_ptr() != images.data_ptr()


def test_forward_checks_what_it_is_given(linear):
    with pytest.raises(UserError, match=r"lie in \[0, 1\]"):
        forward(linear(torch.ones(2, 4)), torch.full((1, 1, 2, 2), 2.0), torch.tensor([0]))
    with pytest.raises(UserError, match=r"Labels must lie in 0\.\.1"):
        forward(linear(torch.ones(2, 4)), torch.rand(1, 1, 2, 2), torch.tensor([2]))
