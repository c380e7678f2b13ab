"""What every attack promises whatever it is given: gradients that are not numbers, boxes, ties, precisions, odd models."""

import math
import random
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from helpers.attacks import auto_attack, deepfool, fast_minimum_norm, linearised, pgd, sweep, targeted
from helpers.attacks.random_direction import material as random_material
from helpers.core.errors import UserError
from helpers.core.model import PixelModel, predict
from helpers.core.norms import norm
from helpers.core.objectives import left


def pictures(count, dtype=torch.float32):
    draws = torch.Generator().manual_seed(0)
    return torch.rand(count, 3, 4, 4, generator=draws, dtype=torch.float64).to(dtype)


class Root(nn.Module):
    """The gradient of a square root at 0 is no number, though the logits are."""

    def forward(self, x):
        z = x[:, 0].sqrt()
        return torch.stack([x[:, 1] + 0 * z, 0.52 + 0 * z], 1)


def test_a_gradient_that_is_no_number_gives_a_zero_step(gradient_name, attack):
    images, labels = torch.tensor([[0.0, 0.5], [0.25, 0.5]]), torch.tensor([1, 1])
    found = attack(gradient_name, Root(), images, labels, norm=2, budget=0.1, box=None)
    assert torch.equal(found.images[0], images[0]) and bool(found.images.isfinite().all())
    assert found.success.tolist() == [False, True]


class Cliff(nn.Module):
    """Logits that are no numbers away from the images."""

    def forward(self, x):
        lead = 10 * (x.flatten(1).mean(1) - 0.6)
        return torch.stack([torch.zeros_like(lead), torch.where(lead > -0.5, math.nan, lead)], 1)


def test_logits_that_are_no_numbers_are_never_a_success(gradient_name, attack):
    images = torch.full((2, 3, 4, 4), 0.5)
    found = attack(gradient_name, Cliff(), images, torch.zeros(2, dtype=torch.int64), norm=math.inf, budget=0.3)
    assert not found.success.any() and bool(found.images.isfinite().all())
    assert left(torch.tensor([[0.0, 1.0], [0.0, math.nan], [1.0, 0.0]]), torch.zeros(3, dtype=torch.int64)).tolist() == [
        True, False, False]  # fmt: skip


@pytest.mark.parametrize(
    "box, sentence",
    [
        ((0.2, 0.8), r"lie in the box \[0.2, 0.8\]"),
        ((1, 0), "low < high"),
        ((0.0, math.nan), "low < high"),
        (0.5, "a pair"),
    ],
    ids=str,
)
def test_boxes(name, box, sentence, attack, network):
    with pytest.raises(UserError, match=sentence):
        attack(name, network(), pictures(2, torch.float64), torch.tensor([0, 1]), box=box)


def test_counts_and_budgets_beyond_the_type(network, sized_name, attack):
    model, images, labels = network(dtype=torch.float32), pictures(2), torch.tensor([0, 1])
    with pytest.raises(UserError, match="at least 0 steps, got -1"):
        pgd(model, images, labels, budget=0.1, steps=-1)
    with pytest.raises(UserError, match="at least 1 restarts, got 0"):
        pgd(model, images, labels, budget=0.1, steps=1, restarts=0)
    with pytest.raises(UserError, match="can hold"):
        attack(sized_name, model, images, labels, budget=1e39)


@pytest.mark.parametrize("p", [1, 1.5, 2, math.inf])
@pytest.mark.parametrize("budget", [1e-4, 0.3])
def test_many_steps_do_not_drift_over_the_budget(p, budget, network):
    model, images = network(dtype=torch.float32).eval(), pictures(6)
    labels = predict(model, images).argmax(1)
    rounding = 1.2e-7 * images[0].numel() ** (0 if math.isinf(p) else 1 / p)
    for moved in (
        linearised(model, images, labels, norm=p, budget=budget, steps=100).images,
        linearised(model, images, labels, norm=p, budget=budget, steps=100, box=None).images,
        linearised(model, images, labels, norm=p, budget=budget, steps=20, exact_box=True).images,
        targeted(model, images, (labels + 1) % 4, norm=p, budget=budget, steps=100).images,
        pgd(model, images, labels, norm=p, budget=budget, steps=100).images,
    ):
        assert float(norm((moved - images).double(), p).max()) <= budget * (1 + 1e-6) + rounding


@pytest.mark.parametrize("gap", [0.0, 1e-7, 1e-6, 1e-5])
@pytest.mark.parametrize("run", [deepfool, fast_minimum_norm])
@pytest.mark.parametrize("p", [1.5, 2, math.inf])
def test_ties_and_near_ties_are_left(run, p, gap, linear):
    draws = torch.Generator().manual_seed(0)
    weight = torch.randn(3, 100, generator=draws)
    model = linear(weight, torch.tensor([0.0, 0.0, -100.0]))
    lead = (weight[0] - weight[1]).double()
    images = 0.25 + 0.5 * torch.rand(200, 100, generator=draws, dtype=torch.float64)
    images = (images - ((images @ lead - gap) / lead.square().sum())[:, None] * lead).clamp(0, 1).float()
    labels = predict(model, images).argmax(1)
    found = run(model, images, labels, norm=p)
    assert bool(found.success.all()) and float(found.perturbation.abs().max()) < 1e-5


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_half_precision(name, dtype, attack, network):
    model, images = network(dtype=torch.float32).eval().to(dtype), pictures(4, dtype)
    labels = predict(model, images).argmax(1)
    found = attack(name, model, images, labels, norm=2, budget=0.5)
    assert found.images.dtype == dtype and torch.equal(found.originals, images)
    assert float(found.images.min()) >= 0 and float(found.images.max()) <= 1
    assert torch.equal(found.success, predict(model, found.images).argmax(1) != labels)
    if name not in ("deepfool", "fast_minimum_norm"):
        rounding = torch.finfo(dtype).eps * 48**0.5
        assert float(norm(found.perturbation.double(), 2).max()) <= 0.5 + rounding


@pytest.mark.parametrize("where", ["no_grad", "inference_mode", "autocast"])
def test_the_callers_state_of_gradients_does_not_matter(name, where, attack, network):
    model, images = network(dtype=torch.float32).eval(), pictures(4)
    labels = predict(model, images).argmax(1)
    expected = attack(name, model, images, labels, norm=2, budget=0.5)
    state = {
        "no_grad": torch.no_grad,
        "inference_mode": torch.inference_mode,
        "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    }[where]
    with state():
        found = attack(name, model, images.clone(), labels.clone(), norm=2, budget=0.5)
    assert found.images.dtype == torch.float32 and bool(found.images.isfinite().all())
    if where != "autocast":
        assert torch.equal(found.images, expected.images)


def test_images_with_a_graph_leave_none_in_the_result(name, attack, network):
    images = pictures(3, torch.float64).requires_grad_()
    found = attack(name, network(), images, torch.arange(3))
    assert not found.images.requires_grad and images.grad is None


class Constant(nn.Module):
    """Logits that do not depend on the images."""

    def forward(self, x):
        return torch.tensor([[1.0, 0.0, -1.0]], dtype=x.dtype).expand(len(x), 3)


def test_a_model_that_does_not_look_gives_no_step(gradient_name, attack):
    images = pictures(3)
    found = attack(gradient_name, Constant(), images, torch.zeros(3, dtype=torch.int64))
    assert torch.equal(found.images, images) and not found.success.any()


class InPlace(nn.Module):
    """A first layer that overwrites its input."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(48, 3)

    def forward(self, x):
        return self.layer(x.flatten(1).sub_(0.5).relu_())


def test_layers_that_work_in_place_overwrite_nothing(name, attack):
    images = pictures(3)
    before = images.clone()
    for model in (InPlace(), PixelModel(InPlace())):
        labels = predict(model, images).argmax(1)
        found = attack(name, model, images, labels, budget=0.5)
        assert torch.equal(images, before) and torch.equal(found.originals, before)
        sweep(model, images, labels, random_material(model, images, labels), (0.0, 0.1))
        assert torch.equal(images, before)


@pytest.mark.parametrize("change", [lambda z: (z, None), lambda z: {"logits": z}], ids=["tuple", "dictionary"])
def test_outputs_that_are_no_tensor_get_a_sentence(gradient_name, change, attack, network):
    class Wrapped(nn.Module):
        def __init__(self):
            super().__init__()
            self.model = network()

        def forward(self, x):
            return change(self.model(x))

    with pytest.raises(UserError, match=r"returned a (tuple|dict) .*wrap it in a module"):
        attack(gradient_name, Wrapped(), pictures(3, torch.float64), torch.arange(3))


def test_what_is_nearly_right_gets_a_remedy(gradient_name, attack, network):
    model, images = network(dtype=torch.float32), pictures(3)
    with pytest.raises(UserError, match=r"use labels.long\(\)"):
        attack(gradient_name, model, images, torch.arange(3, dtype=torch.int32))
    with pytest.raises(UserError, match=r"rounding error; use images.clamp\(0, 1\)"):
        attack(gradient_name, model, images.clone().index_fill(0, torch.tensor(0), 1 + 2e-7), torch.arange(3))


def test_a_sweep_checks_images_and_labels(network):
    model, images, labels = network(), pictures(3, torch.float64), torch.arange(3)
    found = random_material(model, images, labels)
    with pytest.raises(UserError, match="Labels must be 3 integers"):
        sweep(model, images, labels[:2], found, (0.1,))
    with pytest.raises(UserError, match=r"lie in \[0, 1\]"):
        sweep(model, images + 1, labels, found, (0.1,))
    with pytest.raises(UserError, match=r"lie in the box"):
        sweep(model, images, labels, found, (0.1,), box=(0.4, 0.6))


class Merging(nn.Module):
    """A layer that merges a change into its weight for evaluation and takes it out again for training."""

    def __init__(self):
        super().__init__()
        self.layer, self.merged = nn.Linear(48, 3), False
        self.change = 0.5 * torch.randn(3, 48, generator=torch.Generator().manual_seed(1))

    def train(self, mode=True):
        super().train(mode)
        if self.merged == mode:
            with torch.no_grad():
                self.layer.weight += self.change if self.merged is False else -self.change
            self.merged = not mode
        return self

    def forward(self, x):
        return self.layer(x.flatten(1)) if self.merged else self.layer(x.flatten(1)) + x.flatten(1) @ self.change.T


def test_modules_with_a_train_of_their_own_are_told_both_ways(gradient_name, attack):
    model, images = nn.Sequential(Merging()).train(), pictures(3)
    before = model[0].layer.weight.clone()
    attack(gradient_name, model, images, torch.arange(3))
    assert model.training and not model[0].merged and torch.allclose(model[0].layer.weight, before, atol=1e-6)


@pytest.mark.parametrize("kind", ["exported", "compiled"])
def test_exported_and_compiled_models(kind, attack):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        plain = nn.Sequential(nn.Flatten(), nn.Linear(48, 8), nn.Tanh(), nn.Linear(8, 3)).eval()
    images = pictures(4)
    labels = plain(images).argmax(1)
    if kind == "exported":
        shapes = ({0: torch.export.Dim("batch")},)
        model = torch.export.export(plain, (images,), dynamic_shapes=shapes).module()
    else:
        model = torch.compile(plain, backend="aot_eager")
    for run in (pgd, deepfool):
        options = {"budget": 0.5, "steps": 3} if run is pgd else {}
        expected = run(plain, images, labels, norm=2, **options)
        try:
            found = run(model, images, labels, norm=2, **options)
        except UserError as error:
            assert "donated_buffer = False" in str(error)
            continue
        assert torch.allclose(found.images, expected.images, atol=1e-5)


def test_auto_attack_leaves_the_random_states(monkeypatch, network):
    class Library:
        def __init__(self, model, norm, eps, n_classes, seed):
            self.seed = seed

        def __call__(self, images, labels):
            torch.manual_seed(self.seed), np.random.seed(self.seed), random.seed(self.seed)
            return images

    monkeypatch.setitem(sys.modules, "torchattacks", SimpleNamespace(AutoAttack=Library))
    monkeypatch.setattr(sys.modules["helpers.attacks.auto_attack"], "installed", lambda: True)

    def states():
        return torch.rand(1).item(), np.random.rand(), random.random()

    torch.manual_seed(7), np.random.seed(7), random.seed(7)
    expected = states()
    torch.manual_seed(7), np.random.seed(7), random.seed(7)
    auto_attack(network(), pictures(3, torch.float64), torch.arange(3), norm=2, budget=0.1)
    assert states() == expected
