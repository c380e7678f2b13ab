"""DeepFool: who leaves the batch, and when."""

import sys

import pytest
import torch

from helpers.attacks.deepfool import deepfool
from helpers.core.norms import dual, norm, steepest


@pytest.fixture
def problem(network):
    model = network(classes=4, curvature=4.0)
    images = torch.rand(8, 3, 4, 4, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    model.eval()
    labels = model(images).argmax(1)
    return model, images, labels


def by_hand(model, image, label, p, steps=50, overshoot=0.02):
    """DeepFool on one image, class by class, without a box; the number of steps taken."""
    total, x = torch.zeros_like(image), image
    for count in range(steps):
        rows = torch.autograd.functional.jacobian(lambda z: model(z[None])[0], x)
        z = model(x[None])[0].detach()
        if int(z.argmax()) != label:
            return x, count
        options = []
        for j in range(len(z)):
            if j != label:
                normal = (rows[j] - rows[label])[None]
                options.append((float((z[label] - z[j]) / norm(normal, dual(p))), j, normal))
        distance, _, normal = min(options, key=lambda option: option[:2])
        total = total + distance * steepest(normal, p)[0]
        x = image + (1 + overshoot) * total
    return x, steps


@pytest.mark.parametrize("p", [1.5, 2, float("inf")])
def test_is_the_paper_on_each_image_alone(p, problem):
    model, images, labels = problem
    found = deepfool(model, images, labels, norm=p, box=None)
    counts = set()
    for index in range(len(images)):
        expected, count = by_hand(model, images[index], int(labels[index]), p)
        assert torch.allclose(found.images[index], expected, atol=1e-9)
        assert found.gradient_evaluations[index] == 3 * count
        counts.add(count)
    assert bool(found.success.all()) and len(counts) > 1


def test_finished_samples_are_not_forwarded_again(problem, counted):
    model, images, labels = problem
    counter = counted(model)
    found = deepfool(counter, images, labels, box=None)
    steps = found.gradient_evaluations // 3
    alive = [int((steps > count).sum()) for count in range(int(steps.max()))]
    assert alive[-1] < alive[0] == 8
    # Three backward passes for those still inside their class, and for nobody else.
    assert counter.backwards == [size for size in alive for _ in range(3)]
    assert counter.forwards == sorted(counter.forwards, reverse=True)
    assert sum(counter.forwards) <= 2 * sum(alive) + 1


def test_misclassified_images_come_back_untouched_and_cost_nothing(problem):
    model, images, labels = problem
    wrong = labels.clone()
    wrong[::2] = (wrong[::2] + 1) % 4
    found = deepfool(model, images, wrong)
    assert torch.equal(found.images[::2], images[::2])
    assert bool(found.success[::2].all()) and not found.norm(2)[::2].any()
    assert not found.gradient_evaluations[::2].any() and bool(found.gradient_evaluations[1::2].all())


def test_all_misclassified_costs_one_forward_pass(problem, counted):
    model, images, labels = problem
    counter = counted(model)
    found = deepfool(counter, images, (labels + 1) % 4)
    assert counter.forwards == [8] and not counter.backwards
    assert torch.equal(found.images, images) and found.images is not images


def test_a_flat_network_is_left_after_one_look(linear, counted):
    counter = counted(linear(torch.zeros(3, 12), torch.tensor([2.0, 0.0, 0.0])))
    images = torch.rand(2, 12)
    found = deepfool(counter, images, torch.zeros(2, dtype=torch.int64))
    assert torch.equal(found.images, images) and not found.success.any()
    assert counter.forwards[:-1] == [2]  # the last one answers `success`


def test_steps_bound_the_work(problem):
    model, images, labels = problem
    found = deepfool(model, images, labels, steps=1, overshoot=0.0, box=None)
    assert found.gradient_evaluations.tolist() == [3] * 8
    more = deepfool(model, images, labels, steps=3, box=None)
    assert int(more.gradient_evaluations.max()) <= 9


def test_fewer_candidates(problem):
    model, images, labels = problem
    found = deepfool(model, images, labels, candidates=1, box=None)
    assert bool(found.success.all())
    assert bool((found.norm(2) >= deepfool(model, images, labels, box=None).norm(2) * 0.8).all())


def test_overshoot_scales_the_total_once(linear):
    model = linear(torch.tensor([[2.0, 0.0], [0.0, 2.0]], dtype=torch.float64))
    images, labels = torch.tensor([[0.8, 0.2]], dtype=torch.float64), torch.tensor([0])
    for overshoot in (0.02, 0.5):
        found = deepfool(model, images, labels, overshoot=overshoot, box=None)
        assert float(found.norm(2)) == pytest.approx((1 + overshoot) * 0.6 / 2**0.5)


@pytest.mark.parametrize("p", [1.5, 2, float("inf")])
def test_crosses_the_boundary_where_the_box_blocks_some_pixels(p, linear):
    """Half of the pixels start at the edge they are pushed towards; the others can and must reach the boundary."""
    normal = torch.linspace(1, 2, 12, dtype=torch.float64)
    images = torch.full((3, 12), 0.5, dtype=torch.float64)
    images[1, ::2], images[2, ::2] = 0.99, 1.0
    model = linear(torch.stack([-normal, normal]), torch.zeros(2, dtype=torch.float64))
    leads = 2 * images @ normal
    for index, lead in enumerate(leads):
        model.bias.data = torch.stack([lead, torch.zeros_like(lead)]) + torch.tensor([1.0, 0.0], dtype=torch.float64)
        found = deepfool(model, images[index : index + 1], torch.tensor([0]), norm=p)
        assert bool(found.success) and float(found.images.max()) <= 1
        assert int(found.gradient_evaluations) <= 20
        if index != 1:
            usable = torch.where(images[index] < 1, normal, 0)[None]
            shortest = 1 / (2 * float(norm(usable, dual(p))))
            assert shortest <= float(found.norm(p)) <= 1.03 * shortest


def edge_images(count=40):
    """Images with half of their entries at the edges of the box, as digits have."""
    random = torch.Generator().manual_seed(4)
    images = torch.rand(count, 3, 4, 4, generator=random, dtype=torch.float64)
    return torch.where(torch.rand(images.shape, generator=random) < 0.5, images.round(), images)


@pytest.mark.parametrize("p", [2, float("inf")])
def test_a_class_is_kept_while_the_box_cuts_steps(p, network, monkeypatch):
    """The same answers as with all classes at every step, for a share of the passes."""
    model, images = network(classes=4, curvature=2.0).eval(), edge_images()
    labels = model(images).argmax(1)
    found = deepfool(model, images, labels, norm=p)
    for index in range(0, 40, 7):
        alone = deepfool(model, images[index : index + 1], labels[index : index + 1], norm=p)
        assert torch.allclose(alone.images[0], found.images[index], atol=1e-12)
        assert int(alone.gradient_evaluations) == int(found.gradient_evaluations[index])
    monkeypatch.setattr(sys.modules["helpers.attacks.deepfool"], "NEARER", float("inf"))
    thorough = deepfool(model, images, labels, norm=p)
    assert torch.equal(found.success, thorough.success) and bool(found.success.any())
    assert float(found.norm(p).mean()) <= 1.001 * float(thorough.norm(p).mean())
    assert float(found.gradient_evaluations.double().mean()) < 0.8 * float(thorough.gradient_evaluations.double().mean())


def test_a_sample_that_the_box_lets_go_nowhere_is_left(linear):
    """Every entry that the nearest class needs is at its edge."""
    model = linear(torch.tensor([[0.0, 0.0], [4.0, 0.0], [0.0, 0.5]]), torch.tensor([5.0, 0.0, 0.0]))
    images = torch.tensor([[1.0, 0.5]])
    found = deepfool(model, images, torch.tensor([0]), steps=6)
    assert not bool(found.success) and int(found.gradient_evaluations) == 2 and torch.equal(found.images, images)


class Bent(torch.nn.Module):
    """Class 1 comes nearer until its gradient vanishes; class 2 can be reached."""

    def forward(self, images):
        first, second = images.unbind(1)
        return torch.stack([0 * first, -1 - torch.relu(4.7 - 4 * first - 4 * second), 2 * first - 1.5], 1)


def test_a_kept_class_without_gradient_is_given_up():
    found = deepfool(Bent(), torch.tensor([[0.0, 1.0]]), torch.tensor([0]))
    assert bool(found.success) and float(found.images[0, 0]) == pytest.approx(0.75, abs=0.02)
    assert int(found.gradient_evaluations) == 2 + 1 + 2
