"""Each training step's loss and gradient, against a direct computation in float64 with torch's cross-entropy."""

import math

import pytest
import torch
from torch.nn import functional

from helpers.attacks.adv_alpha import material
from helpers.core.errors import UserError
from helpers.core.norms import norm, steepest, unit
from helpers.training.perturbed_hidden import perturbed_hidden
from helpers.training.perturbed_input import perturb, perturbed_input
from helpers.training.plain import plain
from helpers.training.virtual_adversarial import virtual_adversarial


def weight_gradients(loss, model):
    return torch.autograd.grad(loss, list(model.parameters()))


def agree(found, expected):
    return all(torch.allclose(one, other, rtol=1e-8, atol=1e-12) for one, other in zip(found, expected, strict=True))


def image_gradient(model, images, labels):
    leaf = images.clone().requires_grad_()
    return torch.autograd.grad(functional.cross_entropy(model(leaf), labels, reduction="sum"), leaf)[0]


def test_plain_is_the_mean_cross_entropy(model, images, labels):
    loss, expected = plain(model, images, labels), functional.cross_entropy(model(images), labels)
    assert loss.item() == pytest.approx(expected.item())
    assert agree(weight_gradients(loss, model), weight_gradients(expected, model))


@pytest.mark.parametrize("p, measure", [(2, None), (math.inf, None), (1, None), (math.inf, 2), (1.5, None)])
@pytest.mark.parametrize("clean", [0.0, 0.5, 0.3])
def test_perturbed_input_is_the_mixture_at_a_constant_perturbation(p, measure, clean, model, images, labels):
    loss = perturbed_input(model, images, labels, radius=0.3, clean=clean, norm=p, measure=measure)
    direction = steepest(image_gradient(model, images, labels), p)
    moved = images + 0.3 * unit(direction, measure or p)
    expected = (1 - clean) * functional.cross_entropy(model(moved), labels)
    expected = expected + clean * functional.cross_entropy(model(images), labels)
    assert loss.item() == pytest.approx(expected.item())
    assert agree(weight_gradients(loss, model), weight_gradients(expected, model))


@pytest.mark.parametrize("adversary", ["gradient", "rounded"])
def test_both_arithmetics_agree_in_float64(adversary, model, images, labels):
    found = perturb(model, images, labels, adversary, 2.0, 2.0, 0.2, 1, None)
    assert torch.allclose(found - images, 0.2 * unit(image_gradient(model, images, labels), 2))


@pytest.mark.parametrize("p", [2.0, math.inf])
def test_the_alpha_adversary_is_the_attack(p, model, images):
    labels = model(images).argmax(1)
    found = perturb(model, images, labels, "alpha", p, p, 0.2, 1, None)
    assert torch.allclose(found - images, 0.2 * material(model, images, labels, norm=p).unit)


@pytest.mark.parametrize("p", [1.0, 2.0, math.inf])
def test_random_perturbations_have_the_radius_and_use_no_gradient(p, model, images, labels):
    torch.manual_seed(0)
    found = perturb(model, images, labels, "random", p, p, 0.2, 1, None)
    assert norm(found - images, p).tolist() == pytest.approx([0.2] * 8)
    torch.manual_seed(0)
    assert torch.equal(found, images.add(steepest(torch.randn_like(images), p), alpha=0.2))


@pytest.mark.parametrize("p, box", [(2.0, None), (math.inf, (0, 1))])
def test_several_steps_are_projected_steps(p, box, model, images, labels):
    found = perturb(model, images, labels, "gradient", p, p, 0.2, 3, box)
    moved = images
    for _ in range(3):
        r = moved + 2.5 * 0.2 / 3 * steepest(image_gradient(model, moved, labels), p) - images
        size = norm(r, p)[:, None, None, None]
        r = r.clamp(-0.2, 0.2) if math.isinf(p) else r * (0.2 / size).clamp(max=1)
        moved = images + r if box is None else (images + r).clamp(*box)
    assert torch.allclose(found, moved)
    assert bool((norm(found - images, p) <= 0.2 * (1 + 1e-9)).all())


@pytest.mark.parametrize("steps", [1, 3])
def test_the_radius_is_counted_in_measure(steps, model, images, labels):
    found = perturb(model, images, labels, "gradient", math.inf, 2.0, 0.2, steps, None)
    assert bool((norm(found - images, 2) <= 0.2 * (1 + 1e-9)).all())


def test_the_box_is_kept(model, images, labels):
    for steps in (1, 3):
        found = perturb(model, images, labels, "gradient", 2.0, 2.0, 3.0, steps, (0, 1))
        assert float(found.min()) >= 0 and float(found.max()) <= 1


def test_unknown_adversaries_are_refused(model, images, labels):
    with pytest.raises(UserError, match="gradient, rounded, alpha, random, got 'fast'"):
        perturbed_input(model, images, labels, radius=0.1, adversary="fast")


@pytest.mark.parametrize("relative", [True, False])
@pytest.mark.parametrize("p", [2, math.inf])
def test_perturbed_hidden_gives_each_part_its_gradient(relative, p, model, images, labels):
    """N_cla's gradient at the perturbed point; N_rep's at the clean input, the perturbation a constant."""
    loss = perturbed_hidden(model, images, labels, radius=0.3, relative=relative, norm=p)
    network = model.network
    hidden = network.representation(model.normalise(images))
    fixed = hidden.detach().clone().requires_grad_()
    g = torch.autograd.grad(functional.cross_entropy(network.classifier(fixed), labels, reduction="sum"), fixed)[0]
    size = 0.3 * norm(fixed.detach(), p) if relative else torch.full((8,), 0.3, dtype=torch.float64)
    moved = (fixed.detach() + size[:, None] * steepest(g, p)).requires_grad_()
    expected = functional.cross_entropy(network.classifier(moved), labels)
    classifier = list(network.classifier.parameters())
    *of_classifier, at_moved = torch.autograd.grad(expected, [*classifier, moved])
    of_representation = torch.autograd.grad(hidden, list(network.representation.parameters()), at_moved)
    assert loss.item() == pytest.approx(expected.item())
    assert agree(weight_gradients(loss, model), (*of_representation, *of_classifier))


def test_virtual_adversarial_is_its_definition(model, images, labels):
    torch.manual_seed(3)
    loss = virtual_adversarial(model, images, labels, radius=0.4, weight=0.7, probe=0.1)
    torch.manual_seed(3)
    p = model(images).softmax(1).detach()

    def divergence(x, reduction):
        return functional.kl_div(model(x).log_softmax(1), p, reduction=reduction)

    near = (images + 0.1 * unit(torch.randn_like(images), 2)).requires_grad_()
    direction = unit(torch.autograd.grad(divergence(near, "sum"), near)[0], 2)
    smooth = divergence(images + 0.4 * direction, "batchmean")
    expected = functional.cross_entropy(model(images), labels) + 0.7 * smooth
    assert smooth.item() > 0 and loss.item() == pytest.approx(expected.item())
    assert agree(weight_gradients(loss, model), weight_gradients(expected, model))


def test_virtual_adversarial_needs_no_label(model, images, labels):
    def smoothness(y):
        torch.manual_seed(3)
        return (virtual_adversarial(model, images, y, radius=0.4) - plain(model, images, y)).item()

    assert smoothness(labels) == pytest.approx(smoothness((labels + 1) % 4))


def test_a_float32_probe_of_second_order_is_not_lost(make_model, images, labels):
    def gradient(dtype):
        model = make_model().to(dtype)
        noise = unit(torch.randn(8, 3, 2, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64), 2)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(torch, "randn_like", lambda like: noise.to(like))
            loss = virtual_adversarial(model, images.to(dtype), labels, radius=0.4, probe=1e-2)
        return torch.cat([g.flatten() for g in weight_gradients(loss, model)]).double()

    assert torch.allclose(gradient(torch.float32), gradient(torch.float64), atol=1e-4)


STEPS = {
    "plain": plain,
    "mixture": lambda *batch: perturbed_input(*batch, radius=0.2, clean=0.5),
    "several steps": lambda *batch: perturbed_input(*batch, radius=0.2, steps=3),
    "alpha": lambda *batch: perturbed_input(*batch, radius=0.2, adversary="alpha"),
    "hidden": lambda *batch: perturbed_hidden(*batch, radius=0.2),
    "virtual": lambda *batch: virtual_adversarial(*batch, radius=0.2),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_running_statistics_move_once_a_step(step, make_model, images, labels):
    model = make_model(batch_norm=True)
    layers = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm1d)]
    step(model, images, labels).backward()
    assert [int(layer.num_batches_tracked) for layer in layers] == [1, 1]
    assert all(layer.momentum == 0.1 for layer in layers)


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_adversaries_leave_no_gradients_and_the_training_mode(step, make_model, images, labels):
    model = make_model(dropout=0.5)
    loss = step(model, images, labels)
    assert loss.dim() == 0 and loss.requires_grad and model.training
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
    assert not images.requires_grad
