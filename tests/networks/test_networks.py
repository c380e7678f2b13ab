"""The papers' networks: shapes, sizes, initial weights, and where they are split."""

import math
import sys
from functools import partial

import pytest
import torch
from torch import nn

from helpers.networks.autoencoder import autoencoder
from helpers.networks.densenet import densenet
from helpers.networks.fcnn import fcnn
from helpers.networks.lenet5 import lenet5
from helpers.networks.lenet_tanh import lenet_tanh
from helpers.networks.mlp import mlp
from helpers.networks.nin import nin
from helpers.networks.split import Split, initialise
from helpers.networks.unet import unet
from helpers.networks.vgg_two_stage import vgg_two_stage

small_vgg = partial(vgg_two_stage, maps=(4, 6), units=16)
BUILDERS = {"mlp": (mlp, (1, 28, 28)), "lenet": (lenet_tanh, (1, 28, 28)), "vgg": (small_vgg, (3, 28, 28))}
every_network = pytest.mark.parametrize("build, shape", BUILDERS.values(), ids=BUILDERS)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@every_network
def test_logits_and_representation(build, shape):
    network = build(seeded(), shape=shape).eval()
    images = torch.rand(5, *shape)
    hidden = network.representation(images)
    assert network(images).shape == (5, 10) and hidden.dim() == 2
    assert torch.equal(network.classifier(hidden), network(images))
    assert network(images[:0]).shape == (0, 10)
    assert build(seeded(), shape=shape, classes=3)(images).shape == (5, 3)


@every_network
def test_same_seed_same_weights_and_the_global_stream_is_left(build, shape):
    torch.manual_seed(5)
    first = build(seeded(1), shape=shape).state_dict()
    torch.manual_seed(6)
    second, other = build(seeded(1), shape=shape).state_dict(), build(seeded(2), shape=shape).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["classifier.0.weight"], other["classifier.0.weight"])


@every_network
def test_weights_are_uniform_within_the_bound_and_biases_zero(build, shape):
    for bound in (0.07, 0.5, None):
        for layer in build(seeded(), shape=shape, bound=bound).modules():
            if isinstance(layer, nn.Linear | nn.Conv2d):
                limit = bound or math.sqrt(6 / layer.weight[0].numel())
                assert 0.8 * limit < float(layer.weight.detach().abs().max()) <= limit
                assert not layer.bias.any()


def test_uniform_weights_have_the_uniforms_deviation():
    layer = nn.Linear(400, 400)
    initialise(layer, seeded(), 0.3)
    assert layer.weight.std().item() == pytest.approx(0.3 / math.sqrt(3), rel=0.02)
    initialise(layer, seeded())
    assert layer.weight.std().item() == pytest.approx(math.sqrt(2 / 400), rel=0.02)  # He


def test_mlp_of_the_paper():
    network = mlp(seeded())
    assert count(network) == 89_610
    assert network.representation(torch.rand(2, 1, 28, 28)).shape == (2, 100)
    assert network.representation(torch.rand(9, 1, 28, 28)).min().item() >= 0
    assert count(mlp(seeded(), hidden=(100,))) == 785 * 100 + 1010
    assert count(mlp(seeded(), shape=(3, 4, 4), hidden=(5, 6, 7), classes=2)) == 49 * 5 + 6 * 6 + 7 * 7 + 8 * 2


def test_lenet_of_the_paper():
    network = lenet_tanh(seeded(), units=100)
    assert count(network) == 520 + 25_050 + 80_100 + 1_010
    hidden = network.representation(torch.rand(2, 1, 28, 28))
    assert hidden.shape == (2, 800) and hidden.abs().max().item() <= 1


def test_lenet_pools_before_tanh_to_the_same_result():
    network = lenet_tanh(seeded(), shape=(3, 20, 20), maps=(4, 5), units=6)
    layers = list(network.representation)
    assert [type(layer) for layer in layers[1:3]] == [nn.MaxPool2d, nn.Tanh]
    swapped = nn.Sequential(layers[0], layers[2], layers[1], layers[3], layers[5], layers[4], layers[6])
    images = torch.rand(3, 3, 20, 20)
    assert torch.equal(network.representation(images), swapped(images))


def test_vgg_of_the_paper(monkeypatch):
    """31.7 million weights, counted without making them."""
    monkeypatch.setattr(sys.modules["helpers.networks.vgg_two_stage"], "initialise", lambda *_: None)
    with torch.device("meta"):
        network = vgg_two_stage(seeded())
    weights = sum(parameter.numel() for parameter in network.parameters() if parameter.dim() > 1)
    assert weights == pytest.approx(31.7e6, rel=2e-3)
    convolutions = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    assert [layer.out_channels for layer in convolutions] == [128] * 3 + [256] * 3
    assert [layer.in_features for layer in network.modules() if isinstance(layer, nn.Linear)] == [256 * 49, 2048, 2048]


@pytest.mark.parametrize("side", [12, 13, 16, 24, 25, 26, 28, 30, 32])
def test_vgg_at_any_crop(side):
    assert small_vgg(seeded(), shape=(3, side, side))(torch.rand(2, 3, side, side)).shape == (2, 10)


@pytest.mark.parametrize("side", [16, 20, 28, 29, 32])
def test_lenet_at_any_side(side):
    network = lenet_tanh(seeded(), shape=(1, side, side), maps=(2, 3), units=4)
    assert network(torch.rand(2, 1, side, side)).shape == (2, 10)


@every_network
def test_dropout_acts_in_training_only_and_stands_where_the_paper_has_it(build, shape):
    network = build(seeded(), shape=shape, dropout=0.5)
    drops = [name for name, layer in network.named_modules() if isinstance(layer, nn.Dropout)]
    assert drops and all(network.get_submodule(name).p == 0.5 for name in drops)
    images = torch.rand(4, *shape)
    assert not torch.equal(network.train()(images), network(images))
    assert torch.equal(network.eval()(images), network(images))
    if build is not small_vgg:  # before the output only
        assert len(drops) == 1 and drops[0] == f"classifier.{len(network.classifier) - 2}"
    else:
        assert [name.split(".")[0] for name in drops] == ["representation", "classifier"]
    assert not [layer for layer in build(seeded(), shape=shape).modules() if isinstance(layer, nn.Dropout)]


def test_batch_normalisation_keeps_its_one_and_zero():
    network = small_vgg(seeded(), batch_norm=True)
    layers = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    assert len(layers) == 6
    assert all(bool((layer.weight == 1).all()) and not layer.bias.any() for layer in layers)


def test_split_is_the_two_parts_in_turn():
    network = Split(nn.Linear(3, 4), nn.Linear(4, 2))
    images = torch.rand(5, 3)
    assert torch.equal(network(images), network.classifier(network.representation(images)))
    assert {name.split(".")[0] for name in network.state_dict()} == {"representation", "classifier"}


def test_the_convex_papers_networks_have_the_stored_numbers_of_weights():
    assert count(fcnn(seeded())) == 133_860
    assert count(fcnn(seeded(), hidden=(500, 150), border=2)) == 589_160
    assert count(lenet5(seeded())) == 61_706
    assert count(nin(seeded())) == 966_986
    assert count(densenet(seeded())) == 1_019_722


@pytest.mark.parametrize(
    "build, shape",
    [(fcnn, (1, 28, 28)), (partial(fcnn, border=2), (1, 28, 28)), (lenet5, (1, 28, 28)),
     (partial(nin, width=0.1), (3, 32, 32)), (partial(densenet, depth=10, growth=4), (3, 32, 32))],
)  # fmt: skip
def test_the_convex_papers_networks(build, shape):
    torch.manual_seed(5)
    network = build(seeded(1), shape=shape).eval()
    torch.manual_seed(6)
    images = torch.rand(3, *shape)
    again = build(seeded(1), shape=shape).eval()
    assert torch.equal(network(images), again(images)) and network(images).shape == (3, 10)
    assert torch.equal(network.classifier(network.representation(images)), network(images))
    assert build(seeded(), shape=shape, classes=4)(images).shape == (3, 4)


def test_a_border_inside_the_network_is_a_border_around_the_image():
    inside, outside = lenet5(seeded()).eval(), lenet5(seeded(), shape=(1, 32, 32), border=0).eval()
    images = torch.rand(2, 1, 28, 28)
    assert torch.allclose(inside(images), outside(nn.functional.pad(images, (2, 2, 2, 2))), atol=1e-6)


def test_nin_has_logits_of_at_least_zero():
    assert float(nin(seeded(), width=0.1).eval()(torch.rand(4, 3, 32, 32)).detach().min()) >= 0


@pytest.mark.parametrize("options", [{}, {"maps": (4, 6)}, {"hidden": (5,)}])
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32)])
def test_autoencoders_answer_with_an_image(options, shape):
    network = autoencoder(seeded(), shape=shape, **options)
    assert network(torch.rand(2, *shape)).shape == (2, *shape)
    assert network.representation(torch.rand(2, *shape)).shape == (2, options.get("hidden", (128, 32))[-1])


def test_the_u_net_answers_at_every_pixel():
    network = unet(seeded(), shape=(1, 32, 32), outputs=11, width=4)
    assert network(torch.rand(2, 1, 32, 32)).shape == (2, 11, 32, 32)
    assert unet(seeded(), shape=(3, 64, 48), outputs=3, width=2)(torch.rand(1, 3, 64, 48)).shape == (1, 3, 64, 48)
