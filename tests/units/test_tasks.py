"""Regression, segmentation and anomaly units on small networks over the embedded digits."""

import numpy as np
import pytest
import torch

from helpers.training.schedule import Schedule
from helpers.units.anomaly import Anomaly, anomaly
from helpers.units.networks import Train
from helpers.units.regression import Regression, regression
from helpers.units.segmentation import Segmentation, plus, segmentation
from helpers.units.train import train
from helpers.units.unit import Context, Result

ADAM = Schedule(((1, 3e-3),), batch=50, optimiser="adam")


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return Context(None, tmp_path_factory.mktemp("cache"))


def made(context, network, step, options=None, step_options=None, images=400):
    torch.manual_seed(0)
    chosen = Train("embedded_mnist", network, ADAM, 0, options or {}, step, step_options or {}, images=images)
    return {"network": Result(chosen, train(chosen, {}, context))}


def test_regression(context):
    network = made(context, "autoencoder", "reconstruct", {"hidden": (64, 32)}, images=None)
    chosen = Regression("embedded_mnist", 4, {"1": (0.1, 0.5), "2": (1e-3, 0.5), "inf": (1e-3, 0.05)}, restarts=4, bounds=1, windows=(4, 8))
    value = regression(chosen, network, context)
    numbers, arrays = value.numbers, value.arrays
    assert numbers["power"] == pytest.approx(numbers["sigma"], rel=1e-3)
    assert arrays["2/predicted"] == pytest.approx(np.array(numbers["sigma"]), rel=1e-2)
    assert arrays["2/change"][0] == pytest.approx(1e-3 * arrays["2/predicted"], rel=1e-2)
    for found in (*numbers["bounds"], *numbers["scaling"]):
        for way in ("signs", "rounded_signs"):
            assert 0.8 * found["bound"] <= found[way] <= found["bound"] * (1 + 1e-6)
    assert [found["entries"] for found in numbers["scaling"]] == [16, 64] and numbers["bounds"][0]["entries"] == 784
    assert numbers["scaling"][0]["bound"] <= numbers["scaling"][1]["bound"] <= numbers["bounds"][0]["bound"] * (1 + 1e-6)
    assert numbers["gradient_of_the_change_at_zero"] == 0
    for name in ("1", "2", "inf"):
        assert arrays[f"{name}/change"].shape == arrays[f"{name}/random"].shape == arrays[f"{name}/loss"].shape == (2, 4)
        assert bool((arrays[f"{name}/change"] >= arrays[f"{name}/random"]).all())
    assert set(numbers["entry_ranks"]) == {"0.1", "1"} and "pixel_over_entry" not in numbers
    assert all(1 <= rank <= 784 for ranks in (*numbers["entry_ranks"].values(), numbers["estimated_rank"]) for rank in ranks)
    for size, ranks in numbers["entry_ranks"].items():
        shares = np.array(numbers["entry_shares"][size])
        assert bool(((shares == 1) == (np.array(ranks) == 1)).all()) and shares.max() <= 1 and shares.min() > 0
    assert np.median(numbers["estimated_rank"]) <= 5 and numbers["picked_rank"] == [1] * 4
    again = regression(chosen, network, context)
    assert all(np.array_equal(arrays[key], again.arrays[key]) for key in arrays)


def test_a_pixel_of_a_colour_network_is_three_entries(context):
    torch.manual_seed(0)
    chosen = Train("embedded_colour", "autoencoder", ADAM, 0, {"shape": (3, 8, 8), "hidden": (32,)}, "reconstruct", images=200, crop=8)
    network = {"network": Result(chosen, train(chosen, {}, context))}
    numbers = regression(Regression("embedded_colour", 3, {"1": (0.1,)}, restarts=2, bounds=0), network, context).numbers
    assert len(numbers["pixel_over_entry"]) == 3 and min(numbers["pixel_over_entry"]) >= 1
    assert numbers["bounds"] == [] and numbers["scaling"] == []


def test_segmentation(context):
    network = made(context, "unet", "segment", {"shape": (1, 32, 32), "width": 4}, images=None)
    chosen = Segmentation("embedded_mnist", 3, budgets=(0.05, 0.3), steps=8, shown=2)
    value = segmentation(chosen, network, context)
    for attack in ("max", "max projected", "first", "first projected", "random"):
        for part in ("hit", "iou", "kept"):
            shares = value.arrays[f"{attack}/{part}"]
            assert shares.shape == (2, 3) and shares.min() >= 0 and shares.max() <= 1
    for attack in ("max", "max projected"):
        moved = value.arrays[f"{attack}/moved"].astype(float) - value.arrays["originals"]
        assert moved.shape == (2, 1, 32, 32) and 0 < np.abs(moved).max() <= 0.3 * 255 + 1
    assert value.arrays["clean"].shape == (2, 32, 32)


def test_the_plus_is_symmetric():
    for side in (16, 32, 64):
        figure = plus(side)
        assert torch.equal(figure, figure.T) and torch.equal(figure, figure.flip(0))
        assert 0.05 < figure.double().mean() < 0.2


def test_anomalies_fall_and_normal_images_rise(context):
    network = made(context, "autoencoder", "reconstruct", {"hidden": (16, 8)}, {"without": 0}, images=None)
    chosen = Anomaly("embedded_mnist", 0, 60, {"2": (0.5, 2.0), "inf": (0.02, 0.1)}, steps=4)
    value = anomaly(chosen, network, context)
    clean, anomalous = value.arrays["clean"], value.arrays["anomalous"]
    assert anomalous.dtype == bool and 0 < anomalous.sum() < 60
    for name in ("2", "inf"):
        attacked = value.arrays[f"{name}/attacked"]
        assert attacked.shape == value.arrays[f"{name}/random"].shape == (2, 60)
        assert bool((attacked[:, anomalous] < clean[anomalous]).all()) and bool((attacked[:, ~anomalous] > clean[~anomalous]).all())
        assert attacked[1, ~anomalous].mean() > attacked[0, ~anomalous].mean()
