"""What holds for every attack, norm, budget and batch."""

import math

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.core.model import predict
from helpers.core.norms import norm

NORMS = (1, 1.5, 2, math.inf)
every_norm = pytest.mark.parametrize("p", NORMS)
few = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def pictures(count, shape=(3, 4, 4), seed=0, dtype=torch.float64):
    return torch.rand(count, *shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def state(model):
    return {
        "values": {key: value.clone() for key, value in model.state_dict().items()},
        "modes": [module.training for module in model.modules()],
        "wanted": [parameter.requires_grad for parameter in model.parameters()],
        "grads": [parameter.grad for parameter in model.parameters()],
    }


@few
@given(
    p=st.sampled_from((1, 1.01, 1.5, 2, 3, math.inf)),
    budget=st.floats(0, 3),
    seed=st.integers(0, 99),
    box=st.booleans(),
)
def test_budget_box_success_and_finite_pixels(name, p, budget, seed, box, attack, network, least_norm):
    model = network(seed=seed)
    images = pictures(4, seed=seed)
    images[0, :, :2], images[0, :, 2:] = 0, 1
    labels = predict(model, images).argmax(1)
    options = {} if box else {"box": None}
    found = attack(name, model, images, labels, norm=p, budget=budget, **options)
    assert bool(torch.isfinite(found.images).all())
    assert not box or (float(found.images.min()) >= 0 and float(found.images.max()) <= 1)
    assert name in least_norm or bool((norm(found.images - images, p) <= budget * (1 + 1e-5) + 1e-12).all())
    assert torch.equal(found.success, predict(model, found.images).argmax(1) != labels)
    assert found.gradient_evaluations.shape == (4,) and torch.equal(found.originals, images)


@every_norm
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_large_float32_images_stay_in_budget_and_type(name, p, dtype, attack, network, least_norm):
    model = network((3, 16, 16), dtype=dtype)
    images = pictures(3, (3, 16, 16), dtype=dtype)
    found = attack(name, model, images, torch.arange(3), norm=p, budget=0.5)
    assert found.images.dtype == dtype and found.images.shape == images.shape
    assert name in least_norm or bool((found.norm(p) <= 0.5 * (1 + 1e-5)).all())


@few
@given(seed=st.integers(0, 99), frozen=st.booleans(), part=st.integers(0, 5))
def test_the_model_and_the_images_are_left_as_they_were(name, seed, frozen, part, attack, network):
    model = network(seed=seed)
    model[part].eval()
    model[1].bias.requires_grad_(not frozen)
    images, labels = pictures(3, seed=seed), torch.arange(3)
    kept, before, stream = images.clone(), state(model), torch.get_rng_state()
    attack(name, model, images, labels).success  # noqa: B018 (asks the model once more)
    after = state(model)
    assert all(torch.equal(before["values"][key], after["values"][key]) for key in before["values"])
    assert {key: before[key] for key in ("modes", "wanted", "grads")} == {
        key: after[key] for key in ("modes", "wanted", "grads")
    }
    assert torch.equal(images, kept) and not images.requires_grad and torch.equal(labels, torch.arange(3))
    assert torch.equal(torch.get_rng_state(), stream)


def test_dropout_and_batch_statistics_are_off(name, attack, network):
    model, images, labels = network(), pictures(5), torch.arange(5) % 4
    training = attack(name, model, images, labels)
    again = attack(name, model, images, labels)
    evaluation = attack(name, model.eval(), images, labels)
    assert torch.equal(training.images, again.images) and torch.equal(training.images, evaluation.images)


def test_a_model_that_fails_is_left_as_it_was(gradient_name, attack, network):
    model = network()
    before = state(model)
    with pytest.raises(RuntimeError):
        attack(gradient_name, model, pictures(2, (3, 5, 5)), torch.arange(2))
    after = state(model)
    assert before["modes"] == after["modes"] and before["wanted"] == after["wanted"]


@every_norm
@few
@given(order=st.permutations(range(7)), kept=st.integers(1, 7))
def test_batch_order_and_batch_size_do_not_matter(name, p, order, kept, attack, network):
    """Sample i alone, or among others, gets the same perturbation; random ones follow the samples' names."""
    model, images, labels = network(curvature=2.0), pictures(7), torch.arange(7) % 4
    more = {
        "pgd": {"restarts": 2, "seed": 5, "steps": 3 if p != 1.5 else 1}, "random_direction": {"seed": 5},
        "fast_minimum_norm": {"steps": 2},
    }.get(name, {})  # fmt: skip
    whole = attack(name, model, images, labels, norm=p, budget=0.2, **more)
    chosen = torch.tensor(order[:kept])
    if "seed" in more:
        more = more | {"ids": chosen}
    some = attack(name, model, images[chosen], labels[chosen], norm=p, budget=0.2, **more)
    assert torch.allclose(some.images, whole.images[chosen], atol=1e-9)
    assert torch.equal(some.gradient_evaluations, whole.gradient_evaluations[chosen])


@every_norm
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_no_gradient_gives_no_step_and_no_nan(name, p, dtype, attack, linear):
    model = linear(torch.zeros(3, 12, dtype=dtype), torch.tensor([2.0, 0.0, -1.0], dtype=dtype))
    images = pictures(3, (12,), dtype=dtype)
    found = attack(name, model, images, torch.zeros(3, dtype=torch.int64), norm=p)
    assert bool(torch.isfinite(found.images).all()) and not found.success.any()
    if name != "random_direction":
        assert torch.equal(found.images, images)


@every_norm
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("scale", [1e-10, 1e-20])
def test_tiny_gradients_still_give_steps_of_the_budget(gradient_sized_name, scale, p, dtype, attack, linear):
    weight = scale * torch.randn(2, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    model = linear(weight.to(dtype))
    images = torch.full((1, 12), 0.5, dtype=dtype)
    label = predict(model, images).argmax(1)
    one_step = {"steps": 1, "step": 0.2} if gradient_sized_name == "pgd" else {}
    found = attack(gradient_sized_name, model, images, label, norm=p, budget=0.2, **one_step)
    assert found.norm(p).item() == pytest.approx(0.2, rel=1e-5)
    large = attack(gradient_sized_name, linear((weight / scale).to(dtype)), images, label, norm=p, budget=0.2)
    if gradient_sized_name != "pgd":
        assert torch.allclose(found.images, large.images, atol=1e-5)


@every_norm
@pytest.mark.parametrize("scale", [1e-10, 1e-20])
def test_deepfool_reaches_the_boundary_of_tiny_logits(scale, p, attack, oracle, linear):
    exact = oracle(3, (12,))
    model = linear(scale * exact.model.weight.detach(), scale * exact.model.bias.detach())
    found = attack("deepfool", model, exact.images, exact.labels, norm=p)
    assert found.norm(p).tolist() == pytest.approx([1.02 * exact.distance(p)] * 3, rel=1e-6)


@pytest.mark.parametrize("p", [1.5, 2, math.inf])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_black_and_white_images_move(name, p, value, attack, network):
    model, images = network(), torch.full((2, 3, 4, 4), value, dtype=torch.float64)
    labels = predict(model, images).argmax(1)
    found = attack(name, model, images, labels, norm=p, budget=0.3)
    assert bool(found.perturbation.flatten(1).any(1).all())
    assert float(found.perturbation.abs().max()) > 0.01


@every_norm
def test_a_budget_of_zero_moves_nothing(name, p, attack, network, least_norm):
    images, labels = pictures(3), torch.arange(3)
    if name not in least_norm:
        assert torch.equal(attack(name, network(), images, labels, norm=p, budget=0.0).images, images)


@pytest.mark.parametrize("shape", [(1, 6, 6), (3, 4, 4), (12,), (2, 3, 2, 2)], ids=str)
def test_empty_batches(name, shape, attack, network):
    model = network(shape)
    images, labels = torch.zeros(0, *shape, dtype=torch.float64), torch.zeros(0, dtype=torch.int64)
    found = attack(name, model, images, labels)
    assert found.images.shape == images.shape
    assert found.success.shape == found.norm(2).shape == found.gradient_evaluations.shape == (0,)
