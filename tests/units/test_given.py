"""Given weights as a network, and distances to its boundaries."""

import hashlib
import math

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from helpers.attacks.deepfool import deepfool
from helpers.attacks.linearised import linearised
from helpers.core.errors import UserError
from helpers.data.load import load
from helpers.networks.mlp import mlp
from helpers.units.distances import Distances, distances
from helpers.units.given import Given, given
from helpers.units.networks import trained
from helpers.units.unit import Context, Result

OPTIONS = {"hidden": (12,), "bound": None}


@pytest.fixture
def stored(tmp_path):
    """A small network's weights under other names, and how to ask for them."""
    network = mlp(torch.Generator().manual_seed(0), **OPTIONS)
    names = {name.replace("representation", "first").replace("classifier", "last"): f"network.{name}" for name in network.state_dict()}
    (tmp_path / "weights").mkdir()
    file = tmp_path / "weights" / "small.safetensors"
    values = {name: network.state_dict()[ours.removeprefix("network.")] for name, ours in names.items()}
    save_file(values, file)
    settings = Given("small", hashlib.sha256(file.read_bytes()).hexdigest(), "mlp", OPTIONS, names)
    return settings, Context(tmp_path, tmp_path / "cache"), network


def test_the_network_is_the_files(stored):
    settings, context, network = stored
    model = trained(Result(settings, given(settings, {}, context)))
    images = torch.rand(3, 1, 28, 28)
    assert torch.equal(model(images), network(images))


@pytest.mark.parametrize(
    "change, sentence",
    [({"checksum": "0" * 64}, "not the file that was asked for"), ({"weights": "none"}, "weights not found"),
     ({"names": {}}, "do not fit the network mlp"), ({"options": {"hidden": (5,)}}, "do not fit the network mlp")],
)  # fmt: skip
def test_other_files_are_refused(stored, change, sentence):
    settings, context, _ = stored
    spoilt = Given(**{**vars(settings), **change})
    with pytest.raises(UserError, match=sentence):
        given(spoilt, {}, context)


def test_distances_are_those_of_the_attacks(stored):
    settings, context, network = stored
    found = distances(
        Distances("embedded_mnist", images=40, top=0.2, least=5, steps=3), {"network": Result(settings, given(settings, {}, context))}, context
    )
    arrays = found.arrays
    assert bool((arrays["ratio"] <= arrays["active"] * (1 + 1e-5)).all()), "the minimum over classes is never larger (E26)"
    test = load("embedded_mnist", "test", None, context.cache)
    images = test.images[:40].float() / 255
    answers = network(images).argmax(1)
    assert torch.equal(torch.from_numpy(arrays["clean"]), answers == test.labels[:40])
    step = deepfool(network, images, answers, norm=math.inf, overshoot=0.0, steps=1, box=None)
    assert step.norm(math.inf).tolist() == pytest.approx(arrays["ratio"].tolist(), rel=1e-4)
    finite = np.isfinite(arrays["along"])
    assert finite.any() and bool((arrays["along"][finite] >= 0.3 * arrays["ratio"][finite]).all())
    for place, least in zip(arrays["least_of"], arrays["least"], strict=True):
        one = images[place : place + 1], answers[place : place + 1]
        for change, fooled in ((-0.2 / 1000, False), (0.0, True)):
            budget = float(least) + change
            assert linearised(network, *one, budget=budget, steps=3, box=None).success.item() is fooled
