"""Attack units: which images are moved, in which batches, and what is left where none is right."""

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from helpers.attacks.linearised import linearised
from helpers.core.errors import UserError
from helpers.core.model import predict
from helpers.data.load import load
from helpers.networks.mlp import mlp
from helpers.units.after import After, after
from helpers.units.attack import Attack, attack, one_step
from helpers.units.batches import in_batches
from helpers.units.elsewhere import Elsewhere, elsewhere
from helpers.units.minimal import Minimal, minimal
from helpers.units.networks import Train, trained
from helpers.units.recentred import Recentred, recentred
from helpers.units.unit import Context, Result, Value

OPTIONS = {"hidden": (12,), "bound": None}


@pytest.fixture
def context(tmp_path):
    return Context(None, tmp_path)


def untrained(bias=None, seed=0):
    """A random network; `bias`: of its logits."""
    made = mlp(torch.Generator().manual_seed(seed), **OPTIONS)
    tensors = {f"network.{name}": value.clone() for name, value in made.state_dict().items()}
    if bias is not None:
        tensors["network.classifier.0.bias"] = bias
    return {"network": Result(Train("embedded_mnist", "mlp", None, 0, OPTIONS), Value({}, {}, tensors))}


@pytest.fixture
def network():
    """Right now and then."""
    return untrained()


@pytest.fixture
def wrong():
    """A network that answers 3 always: none of the first 20 test images is a 3."""
    return untrained(torch.zeros(10).index_fill(0, torch.tensor([3]), 50.0))


def answers(network, context):
    """The network's answers on the first 1,000 test images."""
    return predict(trained(network["network"]), load("embedded_mnist", "test", None, context.cache).floats()[:1000]).argmax(1).numpy()


ATTACKS = [
    ("linearised", {"norm": "inf"}, 9), ("linearised", {"norm": "inf", "select": "own"}, 1),
    ("linearised", {"norm": "inf", "steps": 2}, 18), ("pgd", {"norm": "inf", "steps": 3}, None), ("random_direction", {"norm": "inf"}, 0),
]  # fmt: skip


@pytest.mark.parametrize("name, options, passes", ATTACKS)
def test_misclassified_images_are_neither_moved_nor_paid_for(name, options, passes, network, context):
    chosen = Attack("embedded_mnist", name, (0.01, 0.3), options, images=90, measure="inf", batch=40)
    value = attack(chosen, network, context)
    clean, correct, numbers = value.arrays["clean"], value.arrays["correct"], value.numbers
    assert 0 < clean.sum() < 45 and not correct[:, ~clean].any()
    assert numbers["accuracy"] == correct.mean(1).tolist() and numbers["clean"] == clean.mean()
    assert passes is None or numbers["gradient_evaluations"] == passes
    assert 0.009 < numbers["mean_norm"][0] <= 0.01001
    # Batches do not matter, nor do the images that are not moved: noise hangs on the position.
    again = attack(Attack("embedded_mnist", name, (0.01, 0.3), options, images=90, measure="inf", only_correct=False), network, context)
    assert np.array_equal(again.arrays["correct"][:, clean], correct[:, clean])


@pytest.mark.parametrize("name, options, passes", ATTACKS)
def test_no_image_is_right(name, options, passes, wrong, context):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        numbers = attack(Attack("embedded_mnist", name, (0.01, 0.1), options, images=20, batch=8), wrong, context).numbers
    assert numbers["accuracy"] == numbers["mean_norm"] == [0, 0] and numbers["clean"] == numbers["gradient_evaluations"] == 0


@pytest.mark.parametrize("name", ["deepfool", "fast_gradient", "fast_minimum_norm"])
def test_no_least_norm_where_none_is_right(name, wrong, context):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = minimal(Minimal("embedded_mnist", name, {"norm": "inf"}, images=20, batch=8), wrong, context)
    assert not value.arrays["sizes"].any() and value.numbers["images"] == 0 and math.isnan(value.numbers["median"])


def test_least_norms_of_the_right_ones_only(network, context):
    for name, options in (("deepfool", {"norm": "inf"}), ("fast_gradient", {"norm": "inf"})):
        value = minimal(Minimal("embedded_mnist", name, options, measure="inf", top=1.0, images=90, batch=40), network, context)
        sizes, clean = value.arrays["sizes"], value.arrays["clean"]
        assert sizes.dtype == np.float32 and not sizes[~clean].any() and bool((sizes[clean] > 0).all())
        assert value.numbers["images"] == clean.sum() and value.numbers["median"] == float(np.median(sizes[clean]))


def test_after_an_attack_the_objective_is_the_networks(network, context):
    value = after(After("embedded_mnist", "linearised", (0.0, 0.1), {"norm": "inf", "select": "own"}, images=30, batch=20), network, context)
    assert value.arrays["value"].shape == value.arrays["fooled"].shape == (2, 30)
    assert bool((value.arrays["value"][1] < value.arrays["value"][0]).all())
    assert np.array_equal(value.arrays["fooled"][0], ~value.arrays["clean"])


def test_noise_elsewhere(network, wrong, context):
    """On its own place it is the attack; another network and another image are asked with the same noise."""
    other = {"other": untrained(seed=5)["network"], **network}
    chosen = Elsewhere("embedded_mnist", "linearised", 0.01, {"norm": "inf"}, images=1000, batch=5)
    found = elsewhere(chosen, other, context)
    labels = load("embedded_mnist", "test", None, context.cache).labels[:1000].numpy()
    both = (answers(network, context) == labels) & (answers({"network": other["other"]}, context) == labels)
    direct = attack(Attack("embedded_mnist", "linearised", (0.01,), {"norm": "inf"}, images=1000, box=None), network, context)
    assert found.numbers["images"] == both.sum() > 3
    assert np.array_equal(found.arrays["own"], ~direct.arrays["correct"][0][both])
    images, labels = load("embedded_mnist", "test", None, context.cache).floats()[:1000][both], torch.from_numpy(labels[both])
    noise = linearised(trained(network["network"]), images, labels, budget=0.01, box=None).perturbation
    for name, judge, moved in (("network", other["other"], noise), ("image", network["network"], torch.cat([noise[-1:], noise[:-1]]))):
        assert np.array_equal(found.arrays[name], (trained(judge)(images + moved).argmax(1) != labels).numpy())
    assert len({bits.tobytes() for bits in found.arrays.values()}) == 3
    none = elsewhere(replace(chosen, images=20), {**wrong, "other": network["network"]}, context)
    assert none.numbers["images"] == 0 and {len(bits) for bits in none.arrays.values()} == {0}


def test_means_of_pixels_or_of_channels(network, context):
    found = recentred(Recentred("embedded_mnist", 50, training=80), network, context).arrays
    data = {split: load("embedded_mnist", split, None, context.cache) for split in ("train", "test")}
    mean = data["train"].floats()[:80].mean(0)
    model = trained(network["network"])
    right = model(data["test"].floats()[:50] - mean).argmax(1) == data["test"].labels[:50]
    assert np.array_equal(found["pixel"], right.numpy())
    assert np.array_equal(found["channel"], answers(network, context)[:50] == data["test"].labels[:50].numpy())


def test_options_decide_what_is_shared():
    assert one_step("linearised", {"norm": "inf", "select": "active"}) is not None
    assert one_step("linearised", {"norm": "inf", "steps": 10}) is None and one_step("deepfool", {}) is None


def test_a_single_image_that_does_not_fit():
    def full(part):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(UserError, match="does not hold the computation on a single image"):
        in_batches(5, 4, full)
    seen = []
    assert in_batches(5, 2, lambda part: part.stop - part.start, lambda *told: seen.append(told)) == [2, 2, 1]
    assert seen == [(2, 5), (4, 5), (5, 5)]
