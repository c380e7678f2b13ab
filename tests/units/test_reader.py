"""Units behind the second paper's modern questions, on a small network."""

import numpy as np
import pytest
import torch

from helpers.attacks.pgd import pgd
from helpers.core.errors import UserError
from helpers.core.model import PixelModel
from helpers.networks.fcnn import fcnn
from helpers.networks.lenet5 import lenet5
from helpers.training.schedule import Schedule
from helpers.units.after import After, after
from helpers.units.certified import Certified, certified, least_margin
from helpers.units.minimal import Minimal, minimal
from helpers.units.networks import Train, pixels, trained
from helpers.units.similarity import Similarity, similarity
from helpers.units.train import train
from helpers.units.unit import Context, Result

CHOSEN = Train("embedded_mnist", "fcnn", Schedule(((2, 0.05),), batch=50, momentum=0.9), 0, {"hidden": (20, 12)})


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return Context(None, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def network(context):
    torch.manual_seed(0)
    return {"network": Result(CHOSEN, train(CHOSEN, {}, context))}


def test_interval_bounds_hold_for_every_corner_and_are_exact_at_radius_zero():
    model = PixelModel(fcnn(torch.Generator().manual_seed(0), shape=(1, 2, 2), classes=3, hidden=(5, 4)), 0.3, 0.5).double().eval()
    images = torch.rand(20, 1, 2, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    logits = model(images).detach()
    labels = logits.argmax(1)
    zero = least_margin(model, images, labels, torch.zeros(20, dtype=torch.float64))
    margins = torch.where(torch.nn.functional.one_hot(labels, 3).bool(), torch.inf, logits.gather(1, labels[:, None]) - logits).min(1).values
    assert torch.allclose(zero, margins)
    bound = least_margin(model, images, labels, torch.full((20,), 0.1, dtype=torch.float64))
    for mask in range(16):
        signs = torch.tensor([1.0 if mask >> bit & 1 else -1.0 for bit in range(4)], dtype=torch.float64).reshape(1, 1, 2, 2)
        moved = model(images + 0.1 * signs).detach()
        at_corner = torch.where(torch.nn.functional.one_hot(labels, 3).bool(), torch.inf, moved.gather(1, labels[:, None]) - moved).min(1).values
        assert bool((bound <= at_corner + 1e-12).all())
    with pytest.raises(UserError, match="Interval bounds go through"):
        least_margin(PixelModel(lenet5(torch.Generator().manual_seed(0))), torch.rand(1, 1, 28, 28), torch.tensor([0]), torch.zeros(1))


def test_no_attack_gets_inside_a_certificate(context, network):
    value = certified(Certified("embedded_mnist", 60), network, context)
    radius, clean = value.arrays["radius"], value.arrays["clean"]
    assert radius.shape == (60,) and radius[clean].min() > 0
    found = minimal(Minimal("embedded_mnist", "deepfool", {"norm": "inf"}, measure="inf", images=60, box=None), network, context)
    assert bool((found.arrays["sizes"][clean] > radius[clean]).all())
    images, labels = pixels(context, "embedded_mnist", "test", 60, None)
    model = trained(network["network"])
    for index in np.flatnonzero(clean)[:5]:
        one = images[index : index + 1], labels[index : index + 1]
        assert not pgd(model, *one, budget=0.99 * float(radius[index]), steps=20, box=None).success.any()


def test_similarity_falls_with_the_budget(context, network):
    sizes = minimal(Minimal("embedded_mnist", "deepfool", {"norm": "inf"}, measure="inf", images=60, box=None), network, context)
    inputs = network | {"sizes": Result(None, sizes)}
    found = [similarity(Similarity("embedded_mnist", "linearised", {"steps": 2}, 20, share), inputs, context) for share in (0.2, 0.99)]
    assert found[0].numbers["budget"] < found[1].numbers["budget"]
    assert 0 < found[1].arrays["ssim"].mean() < found[0].arrays["ssim"].mean() < 1


@pytest.mark.parametrize("score", ["logit", "margin"])
def test_what_is_left_of_the_objective(context, network, score):
    attack = ("linearised", {"norm": "inf", "select": "own"}) if score == "logit" else ("fast_gradient", {"norm": "inf"})
    value = after(After("embedded_mnist", attack[0], (0.0, 0.05, 0.1), attack[1], score, 40), network, context)
    left, clean = value.arrays["value"], value.arrays["clean"]
    assert left.shape == (3, 40) and np.array_equal(value.arrays["fooled"][0], ~clean)
    assert left[0][clean].mean() > left[1][clean].mean() > left[2][clean].mean()
    assert score == "logit" or np.array_equal(value.arrays["fooled"], left < 0) or (left < 0).sum() >= value.arrays["fooled"].sum()
