"""The training loop: rates, batches, optimiser, and where it stops."""

import pytest
import torch
from torch import nn

from helpers.core.errors import UserError
from helpers.training.augment import random_crop
from helpers.training.driver import Hooks, InMemory, batches, make_optimiser, train_network
from helpers.training.plain import plain
from helpers.training.schedule import Schedule


@pytest.fixture
def data():
    random = torch.Generator().manual_seed(0)
    return torch.rand(40, 3, 2, 2, generator=random, dtype=torch.float64), torch.randint(4, (40,), generator=random)


def weights(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


def test_rates_of_phases():
    schedule = Schedule(((2, 0.1), (1, 0.01), (3, 0.001)))
    assert schedule.epochs == 6
    assert [schedule.rate(step, 2) for step in range(12)] == [0.1] * 4 + [0.01] * 2 + [0.001] * 6
    assert schedule.rate(99, 2) == 0.001


def test_rates_of_one_cycle():
    schedule = Schedule(((4, 0.8),), one_cycle=True)
    rates = [schedule.rate(step, 5) for step in range(20)]
    assert rates[:5] == pytest.approx([0.16, 0.32, 0.48, 0.64, 0.8])
    assert rates[5:] == pytest.approx([0.8 * (20 - step) / 15 for step in range(5, 20)])
    assert max(rates) == 0.8 and min(rates) > 0 and rates[-1] == pytest.approx(0.8 / 15)
    assert Schedule(((1, 0.5),), one_cycle=True).rate(0, 1) == 0.5


@pytest.mark.parametrize("count, size, expected", [(40, 10, 4), (43, 10, 4), (10, 10, 1), (7, 10, 1)])
def test_batches_are_a_random_order_without_the_incomplete_one(count, size, expected):
    found = list(batches(count, size, torch.Generator().manual_seed(0)))
    seen = torch.cat(found)
    assert len(found) == expected and all(len(part) == min(size, count) for part in found)
    assert len(seen.unique()) == len(seen) and int(seen.max()) < count
    order = torch.Generator().manual_seed(0)
    first, second = torch.cat(list(batches(count, size, order))), torch.cat(list(batches(count, size, order)))
    assert torch.equal(first, seen) and not torch.equal(first, second)


def test_weights_decay_and_biases_do_not(make_model):
    model = make_model(batch_norm=True)
    optimiser = make_optimiser(model, Schedule(((1, 0.1),), weight_decay=0.5, momentum=0.9))
    before = weights(model)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimiser.step()
    for name, parameter in model.named_parameters():
        factor = 0.95 if parameter.dim() > 1 else 1.0
        assert torch.allclose(parameter, factor * before[name])


def test_two_steps_by_hand(make_model, data):
    """SGD with momentum over one batch twice."""
    images, labels = data
    schedule = Schedule(((2, 0.3),), batch=40, momentum=0.9)
    model, reference = make_model(), make_model()
    history = train_network(model, InMemory(images, labels), plain, schedule, seed=0)
    velocity, losses = None, []
    for _ in range(2):
        loss = plain(reference, images, labels)
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, list(reference.parameters()))
        velocity = gradients if velocity is None else [0.9 * v + g for v, g in zip(velocity, gradients, strict=True)]
        with torch.no_grad():
            for parameter, v in zip(reference.parameters(), velocity, strict=True):
                parameter -= 0.3 * v
    for one, other in zip(model.parameters(), reference.parameters(), strict=True):
        assert torch.allclose(one, other, rtol=1e-9)
    assert [row["loss"] for row in history] == pytest.approx(losses)
    assert [(row["epoch"], row["rate"]) for row in history] == [(1, 0.3), (2, 0.3)]


@pytest.mark.parametrize("kind", ["nesterov", "adam"])
def test_optimisers_by_hand(kind, make_model, data):
    """Three steps over one batch: the look-ahead of Nesterov's momentum, and Adam with its corrected means."""
    images, labels = data
    options = {"momentum": 0.9, "nesterov": True} if kind == "nesterov" else {"optimiser": "adam"}
    model, reference = make_model(), make_model()
    schedule = Schedule(((3, 0.01),), batch=40, **options)
    train_network(model, InMemory(images, labels), plain, schedule, seed=0)
    parameters = list(reference.parameters())
    first, second = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    for count in range(1, 4):
        gradients = torch.autograd.grad(plain(reference, images, labels), parameters)
        with torch.no_grad():
            for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
                if kind == "nesterov":
                    m.mul_(0.9).add_(g)
                    p -= 0.01 * (g + 0.9 * m)
                else:
                    m.mul_(0.9).add_(0.1 * g)
                    v.mul_(0.999).add_(0.001 * g**2)
                    p -= 0.01 * (m / (1 - 0.9**count)) / ((v / (1 - 0.999**count)).sqrt() + 1e-8)
    for one, other in zip(model.parameters(), parameters, strict=True):
        assert torch.allclose(one, other, rtol=1e-9)


def test_gradients_of_the_summed_loss_are_clipped(make_model, data):
    images, labels = data
    model = make_model()
    before = weights(model)
    gradients = torch.autograd.grad(plain(model, images, labels), list(model.parameters()))
    train_network(model, InMemory(images, labels), plain, Schedule(((1, 1.0),), batch=40, clip=0.4), seed=0)
    for (name, parameter), gradient in zip(model.named_parameters(), gradients, strict=True):
        assert torch.allclose(before[name] - parameter, gradient.clamp(-0.01, 0.01), atol=1e-9)


def test_same_seed_same_bytes_and_other_seeds_other_orders(make_model, data):
    def run(seed):
        torch.manual_seed(99)
        model = make_model(dropout=0.5)
        history = train_network(model, InMemory(*data), plain, Schedule(((2, 0.1),), batch=10), seed=seed)
        return weights(model), history

    (first, rows), (second, again), (other, _) = run(0), run(0), run(1)
    assert same(first, second) and rows == again and not same(first, other)


def test_history_evaluation_progress_and_modes(make_model, data):
    seen, modes = [], []

    def evaluate(models, epoch):
        models["model"].eval()
        return {"accuracy": epoch / 10}

    def step(model, images, labels):
        modes.append(model.training)
        return plain(model, images, labels)

    model = make_model()
    history = train_network(
        model, InMemory(*data), step, Schedule(((3, 0.1),), batch=20), seed=0,
        hooks=Hooks(evaluate, progress=lambda done, total: seen.append((done, total))),
    )  # fmt: skip
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert [row["accuracy"] for row in history] == [0.1, 0.2, 0.3]
    assert all(modes) and len(modes) == 6 and not model.training


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_stops_when_the_loss_is_not_finite(value, make_model, data):
    calls = []

    def step(model, images, labels):
        calls.append(1)
        return plain(model, images, labels) * (value if len(calls) == 6 else 1.0)

    with pytest.raises(UserError, match=r"stopped in epoch 2: the loss is not finite \(learning rate 0.1\)"):
        train_network(make_model(), InMemory(*data), step, Schedule(((5, 0.1),), batch=10), seed=0)
    assert len(calls) <= 8


def test_the_caller_keeps_its_random_state(make_model, data):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train_network(make_model(dropout=0.5), InMemory(*data), plain, Schedule(((1, 0.1),), batch=10), seed=0)
    assert torch.equal(torch.rand(3), expected)


def test_diverging_training_stops(make_model, data):
    with pytest.raises(UserError, match="not finite"):
        train_network(make_model(), InMemory(*data), plain, Schedule(((50, 1e308),), batch=10), seed=0)


def test_random_crops_are_windows_of_their_images():
    images = torch.arange(6 * 2 * 5 * 7).reshape(6, 2, 5, 7)
    for mirror in (False, True):
        found = random_crop(images, torch.Generator().manual_seed(0), size=4, mirror=mirror)
        kinds = []
        for image, crop in zip(images, found, strict=True):
            windows = [(image[:, t : t + 4, s : s + 4], t, s) for t in range(2) for s in range(4)]
            matches = [
                (t, s, flip)
                for w, t, s in windows
                for flip in (False, True)
                if torch.equal(crop, w.flip(2) if flip else w)
            ]
            assert len(matches) == 1
            kinds += matches
        assert len({kind[:2] for kind in kinds}) > 1
        assert {flip for *_, flip in kinds} == ({False, True} if mirror else {False})


def test_crops_of_the_full_size_are_the_images_and_draws_repeat():
    images = torch.rand(5, 3, 8, 8)
    assert torch.equal(random_crop(images, torch.Generator(), size=8), images)
    first, second = (random_crop(images, torch.Generator().manual_seed(2), size=6, mirror=True) for _ in range(2))
    assert torch.equal(first, second) and first.shape == (5, 3, 6, 6)
    assert random_crop(images[:0], torch.Generator(), size=6).shape == (0, 3, 6, 6)


def test_augmentation_is_applied_to_every_batch(make_model, data):
    sizes = []

    def augment(batch, draws):
        sizes.append(len(batch))
        return batch + 0 * torch.rand(1, generator=draws)

    model = nn.Sequential(make_model())
    train_network(model, InMemory(*data), plain, Schedule(((2, 0.1),), batch=20), seed=0, augment=augment)
    assert sizes == [20] * 4


def test_crops_reach_into_a_zero_border():
    images = torch.ones(200, 1, 4, 4)
    found = random_crop(images, torch.Generator().manual_seed(0), size=4, pad=2)
    assert found.shape == images.shape and set(found.unique().tolist()) == {0.0, 1.0}
    assert torch.equal(random_crop(images, torch.Generator().manual_seed(0), size=8, pad=2), nn.functional.pad(images, (2,) * 4))
