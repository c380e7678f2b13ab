"""On a GPU the attacks do what they do on the processor, and an interrupted training goes on. Left out where there is none."""

import copy
import math

import pytest
import torch

from helpers.core.model import PixelModel
from helpers.networks.lenet_tanh import lenet_tanh
from helpers.training.checkpoint import State, load_checkpoint, save_checkpoint
from helpers.training.driver import make_optimiser
from helpers.training.schedule import Schedule

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")


@pytest.mark.parametrize("p", [2, math.inf])
def test_the_same_perturbations(name, p, network, attack):
    model = network(curvature=2.0).eval()
    images = torch.rand(9, 3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    labels = model(images).argmax(1)
    here = attack(name, model, images, labels, norm=p)
    there = attack(name, copy.deepcopy(model).cuda(), images.cuda(), labels.cuda(), norm=p)
    assert there.images.is_cuda and torch.allclose(there.images.cpu(), here.images, atol=1e-9)
    assert torch.equal(there.success.cpu(), here.success)


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_a_training_goes_on_from_its_state(kind, tmp_path):
    def state():
        model = PixelModel(lenet_tanh(torch.Generator().manual_seed(0), shape=(1, 16, 16), units=8, maps=(3, 4))).cuda()
        schedule = Schedule(((5, 0.01),), batch=10, momentum=0.9, optimiser=kind)
        return State({"a": model}, {"a": make_optimiser(model, schedule)})

    def step(state):
        state.optimisers["a"].zero_grad()
        state.models["a"](torch.full((4, 1, 16, 16), 0.5, device="cuda")).square().sum().backward()
        state.optimisers["a"].step()

    first, again = state(), state()
    step(first)
    save_checkpoint(tmp_path / "state", first)
    load_checkpoint(tmp_path / "state", again)
    step(first)
    step(again)
    for one, other in zip(first.models["a"].parameters(), again.models["a"].parameters(), strict=True):
        assert torch.equal(one, other)
