"""PixelModel, and the states in which attacks and training call a model."""

import pytest
import torch
from torch import nn

from helpers.core.errors import UserError
from helpers.core.model import PixelModel, evaluating, frozen_statistics, predict, with_dropout
from helpers.core.perturbed import Perturbed, spent


@pytest.fixture
def network():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5), nn.Flatten(), nn.Linear(16, 3))


def state(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(
    "mean, std", [(0.0, 1.0), (0.13, 0.3), ((0.1, 0.2, 0.3), (0.5, 0.6, 0.7)), (0.0, (1.0, 1.0, 2.0))]
)
def test_pixels_are_normalised_inside_the_model(mean, std):
    images = torch.rand(2, 3, 4, 4)
    expected = (images - torch.tensor(mean).reshape(-1, 1, 1)) / torch.tensor(std).reshape(-1, 1, 1)
    assert torch.allclose(PixelModel(nn.Identity(), mean, std)(images), expected)


def test_normalisation_follows_the_type_and_is_not_stored(network):
    model = PixelModel(network, 0.5, 0.25).double()
    assert model(torch.rand(2, 3, 4, 4, dtype=torch.float64)).dtype == torch.float64
    assert not {"mean", "std"} & set(model.state_dict())


@pytest.mark.parametrize("std", [0.0, -1.0, (1.0, 0.0, 1.0), float("nan")])
def test_a_standard_deviation_must_be_positive(std):
    with pytest.raises(UserError, match="positive std"):
        PixelModel(nn.Identity(), 0.0, std)


@pytest.mark.parametrize("fails", [False, True])
def test_evaluating_restores_every_module_and_parameter(fails, network):
    network.train()
    network[1].eval()
    network[4].bias.requires_grad_(False)
    modes = [module.training for module in network.modules()]
    wanted = [parameter.requires_grad for parameter in network.parameters()]
    try:
        with evaluating(network):
            assert not any(module.training for module in network.modules())
            assert not any(parameter.requires_grad for parameter in network.parameters())
            if fails:
                raise RuntimeError
    except RuntimeError:
        assert fails
    assert [module.training for module in network.modules()] == modes
    assert [parameter.requires_grad for parameter in network.parameters()] == wanted


def test_evaluating_may_be_nested(network):
    network.train()
    with evaluating(network):
        with evaluating(network):
            pass
        assert not network.training and not network[0].weight.requires_grad
    assert network.training and network[0].weight.requires_grad


@pytest.mark.parametrize("momentum", [0.1, None])
@pytest.mark.parametrize("fails", [False, True])
def test_frozen_statistics_leaves_running_averages(momentum, fails, network):
    network[1].momentum = momentum
    network.train()
    images = torch.rand(8, 3, 4, 4)
    network(images)
    before = state(network)
    try:
        with frozen_statistics(network):
            network(5 * images).sum().backward()
            if fails:
                raise RuntimeError
    except RuntimeError:
        assert fails
    assert same(before, state(network))
    assert network[1].momentum == momentum and network.training
    network(images + 1)
    assert int(network[1].num_batches_tracked) == int(before["1.num_batches_tracked"]) + 1
    assert not torch.equal(before["1.running_mean"], network[1].running_mean)


def test_frozen_statistics_uses_the_batchs_own_statistics():
    layer = nn.BatchNorm2d(2).train()
    images = torch.rand(8, 2, 3, 3)
    with frozen_statistics(layer):
        assert torch.allclose(layer(images).mean((0, 2, 3)), torch.zeros(2), atol=1e-6)


def test_frozen_statistics_of_a_layer_that_keeps_none():
    layer = nn.BatchNorm2d(2, track_running_stats=False)
    with frozen_statistics(layer):
        layer(torch.rand(4, 2, 3, 3))
    assert layer.momentum == 0.1 and layer.num_batches_tracked is None


def test_predictions_are_those_of_evaluation_mode_in_any_batches(network):
    network.train()
    images = torch.rand(7, 3, 4, 4)
    before = state(network)
    whole, parts = predict(network, images), predict(network, images, batch=3)
    assert torch.allclose(whole, parts, atol=1e-6) and not whole.requires_grad
    assert same(before, state(network)) and network.training
    assert predict(network, images[:0]).shape == (0, 3)


def test_success_is_asked_once_and_on_the_returned_images(linear):
    calls = []
    model = linear(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    model.register_forward_hook(lambda *_: calls.append(1))
    originals = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    images = torch.tensor([[0.0, 1.0], [0.75, 0.25]])
    found = Perturbed(images, originals, torch.tensor([0, 0]), spent(3, images), model)
    assert found.success.tolist() == [True, False] and found.success.tolist() == [True, False]
    assert len(calls) == 1
    assert found.norm(1).tolist() == [2, 0.5] and torch.equal(found.perturbation, images - originals)
    assert found.gradient_evaluations.tolist() == [3, 3]
    assert found.gradient_evaluations.dtype == torch.int64


def test_empty_batches_have_no_success(linear):
    images = torch.zeros(0, 1, 2, 2)
    found = Perturbed(images, images, torch.zeros(0, dtype=torch.int64), spent(0, images), linear(torch.ones(2, 4)))
    assert found.success.shape == found.norm(2).shape == (0,)


def test_dropout_can_stay_on_in_evaluation_mode(network):
    model = network.eval()
    before, images = state(model), torch.rand(4, 3, 4, 4)
    drawing = with_dropout(model)
    torch.manual_seed(0)
    first, second = drawing(images), drawing(images)
    assert not torch.equal(first, second) and torch.equal(model(images), model(images))
    torch.manual_seed(0)
    expected = model[4](model[3](nn.functional.dropout(model[1](model[0](images)), 0.5)))
    assert torch.equal(first, expected), "everything but dropout is as in evaluation"
    assert same(before, state(model)) and same(before, state(drawing))


@pytest.mark.parametrize("kind", [nn.Dropout, nn.Dropout2d, nn.AlphaDropout, nn.FeatureAlphaDropout])
def test_every_kind_of_dropout_draws_also_at_the_root_and_registered_twice(kind):
    images, layer = torch.rand(4, 3, 4, 4), kind(0.5)
    both = nn.Sequential(nn.Flatten(1), layer, nn.Identity(), layer) if kind is nn.Dropout else nn.Sequential(layer, layer)
    for model in (layer, both):
        drawing = with_dropout(model.eval())
        assert not torch.equal(drawing(images), drawing(images))
        with evaluating(drawing):
            assert not torch.equal(drawing(images), drawing(images))
        assert torch.equal(model(images), model(images))


@pytest.mark.parametrize(
    "layer",
    [
        nn.InstanceNorm2d(3, track_running_stats=True),
        nn.utils.parametrizations.spectral_norm(nn.Conv2d(3, 2, 3)),
        nn.BatchNorm2d(3),
    ],
    ids=["instance", "spectral", "batch"],
)
def test_frozen_statistics_freezes_whatever_a_layer_tracks(layer):
    layer.train()
    before = {name: value.clone() for name, value in layer.named_buffers()}
    with frozen_statistics(layer):
        layer(torch.rand(4, 3, 5, 5, requires_grad=True)).sum().backward()
    assert before and all(torch.equal(value, before[name]) for name, value in layer.named_buffers())
    layer(3 + torch.rand(4, 3, 5, 5))
    assert any(not torch.equal(value, before[name]) for name, value in layer.named_buffers())


def test_pixel_models_normalise_channels_and_nothing_else():
    mean = torch.tensor([0.1, 0.2, 0.3])
    model = PixelModel(nn.Identity(), mean, 0.5)
    mean[0] = 9
    assert model.mean.flatten().tolist() == pytest.approx([0.1, 0.2, 0.3]), "the caller's tensor is copied"
    for shape in ((2, 1, 4, 4), (2, 12), (2, 3, 5, 4, 4), (2, 4, 4, 3)):
        with pytest.raises(UserError, match="3 channels of images"):
            model(torch.zeros(shape))
    one = PixelModel(nn.Identity(), 0.5, 0.5)
    for shape in ((2, 12), (2, 3, 5, 4, 4), (2, 1, 4, 4)):
        assert one(torch.ones(shape)).shape == shape and bool((one(torch.ones(shape)) == 1).all())
    with pytest.raises(UserError, match="finite"):
        PixelModel(nn.Identity(), float("nan"))
