"""The paper's equations held against independent computations: sections 2 and 6, on small random problems in float64.

Each check calls the functions that the experiments use and compares them with linear programs, enumerated corners,
finite differences or autograd; it returns a flat dict of numbers (worst deviations, shares, printed beside corrected
values). Sections 5 and 7 stand in `training.py`, the appendix in `appendix.py`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from scipy import linalg, optimize
from torch import Tensor, nn
from torch.nn import functional

from helpers.attacks.adv_alpha import smallest_flip
from helpers.attacks.fast_gradient import fast_gradient
from helpers.core.boundaries import Boundary, softmax_difference
from helpers.core.norms import dual, norm, steepest, unit
from helpers.core.objectives import cross_entropy_margin, margin_seed, rounded_seed
from helpers.core.seeds import generator
from helpers.papers.strong_adversary.theory import appendix, training
from helpers.papers.strong_adversary.theory.training import NORMS, corners


@dataclass(frozen=True)
class Softmax:
    """A linear softmax model: images (b, d) in [0, 1], labels (b,), alpha (b, k) and T = d alpha / d x (b, k, d)."""

    model: nn.Module
    images: Tensor
    labels: Tensor
    alpha: Tensor
    jacobian: Tensor

    def gap(self, other: Tensor) -> Tensor:
        """alpha_y - alpha_j (b,) for the classes j = other (b,)."""
        return (self.alpha.gather(1, self.labels[:, None]) - self.alpha.gather(1, other[:, None])).squeeze(1)

    def boundary(self, other: Tensor) -> Boundary:
        """The linearised boundary with the classes `other` (b,): normal T_j - T_y, from the explicit Jacobian."""
        rows = torch.arange(len(other))
        normal = self.jacobian[rows, other] - self.jacobian[rows, self.labels]
        return Boundary(self.gap(other), normal, torch.ones_like(normal[:, 0]), other, 0)

    def linearised(self, r: Tensor) -> Tensor:
        """alpha + T r, (b, ..., k) for r (b, ..., d)."""
        alpha = self.alpha.reshape(len(r), *[1] * (r.dim() - 2), -1)
        return alpha + torch.einsum("bkd,b...d->b...k", self.jacobian, r)


def random_softmax(seed: int, index: int, images: int = 60, features: int = 8, classes: int = 5) -> Softmax:
    """Problem number `index` under `seed`; the labels are the model's answers, so every image counts as correct."""
    source = generator(seed, "theory", "softmax", index)
    layer = nn.Linear(features, classes, dtype=torch.float64).requires_grad_(False)
    layer.weight.copy_(torch.randn(layer.weight.shape, generator=source, dtype=torch.float64))
    layer.bias.zero_()
    x = torch.rand(images, features, generator=source, dtype=torch.float64)
    alpha = layer(x).softmax(1)
    jacobian = torch.func.vmap(torch.func.jacrev(lambda one: layer(one).softmax(0)))(x)
    return Softmax(layer, x, alpha.argmax(1), alpha, jacobian)


def problems(seed: int, count: int = 8) -> list[Softmax]:
    """The random models that sections 2 and 6 are checked on."""
    return [random_softmax(seed, index) for index in range(count)]


def others(labels: Tensor, classes: int) -> Tensor:
    """(classes - 1, b): every class but each sample's label, in rising order."""
    rising = torch.arange(classes - 1)[:, None]
    return rising + (rising >= labels)


def smallest_step(normal: Tensor, gap: float, p: float, printed: bool = False) -> float:
    """min ||r||_p subject to <normal, r> >= gap (printed: <= gap), by a linear program; l2 by least squares.

    A reference for [Huang Eq. 1]: it shares nothing with `Boundary.step`.
    """
    d, n = normal.numpy(), len(normal)
    if p == 2:
        return float(linalg.norm(linalg.lstsq(d[None], [gap])[0]))
    sign = 1 if printed else -1
    if p == 1:  # r = u - v with u, v >= 0
        return float(optimize.linprog([1] * 2 * n, A_ub=[[*(sign * d), *(-sign * d)]], b_ub=[sign * gap]).fun)
    bounds = [(None, None)] * n + [(0, None)]  # variables (r, t), -t <= r <= t
    box = [[s * (i == k) for k in range(n)] + [-1] for s in (1, -1) for i in range(n)]
    rows, right = [[*(sign * d), 0], *box], [sign * gap] + [0] * 2 * n
    return float(optimize.linprog([0] * n + [1], A_ub=rows, b_ub=right, bounds=bounds).fun)


def proposition_3(seed: int) -> dict[str, float]:
    """Problem (1) and its closed forms, corrected and as printed. [Huang Prop. 3] [Huang Eq. 1]"""
    found: dict[str, float] = {}
    problem = random_softmax(seed, 0, images=15)
    boundary = problem.boundary(others(problem.labels, 5)[0])
    pairs = list(zip(boundary.normal, boundary.gap.tolist(), strict=True))
    reached = []
    for name, p in NORMS.items():
        step = boundary.step(p)
        optimum = torch.tensor([smallest_step(d, gap, p) for d, gap in pairs], dtype=torch.float64)
        found[f"deviation_{name}"] = float((norm(step, p) - optimum).abs().max())
        found[f"minimum_{name}"] = float(optimum.mean())
        reached.append(((boundary.normal * step).sum(1) - boundary.gap).abs().max())
    found["constraint_deviation"] = float(max(reached))
    printed = [smallest_step(d, gap, p, printed=True) for d, gap in pairs for p in (math.inf, 1)]
    found["printed_minimum"] = max(map(abs, printed))
    return found | _printed_closed_forms(seed)


def _printed_closed_forms(seed: int) -> dict[str, float]:
    """What the printed l2 and l1 solutions do: sizes, the class they pick, their direction."""
    deviation, moved, wrong = [], [], []
    for problem in problems(seed):
        classes = others(problem.labels, 5)
        boundaries = [problem.boundary(other) for other in classes]
        printed = [b.gap[:, None] / norm(b.normal, 2)[:, None] * b.normal for b in boundaries]
        sizes = torch.stack([norm(r, 2) for r in printed])
        deviation.append((sizes - torch.stack([b.gap for b in boundaries])).abs().max())
        moved.append(sizes.argmin(0) != torch.stack([b.distance(2) for b in boundaries]).argmin(0))
        largest = torch.cat([b.normal.gather(1, b.normal.abs().argmax(1, keepdim=True)) for b in boundaries])
        wrong.append(largest < 0)
    return {
        "l2_printed_norm_minus_gap": float(max(deviation)),
        "l2_printed_other_class": float(torch.cat(moved).double().mean()),
        "l1_printed_wrong_way": float(torch.cat(wrong).double().mean()),
    }


def _directions(boundaries: list[Boundary], p: float, seed: int) -> Tensor:
    """(b, m, d) points of the unit l_p sphere: its corners (l2: 256 random ones) and the steepest for every class."""
    normals = [boundary.normal for boundary in boundaries]
    count, features = normals[0].shape
    if p == 2:
        points = unit(torch.randn(256, features, generator=generator(seed, "theory", "sphere"), dtype=torch.float64), 2)
    else:
        points = corners(features, p)
    return torch.cat([points.expand(count, -1, -1), torch.stack([steepest(normal, p) for normal in normals], 1)], 1)


def proposition_4(seed: int) -> dict[str, float]:
    """The smallest r_(j) flips the linear model, no shorter r does; an r_(j) need not win j. [Huang Prop. 4]"""
    inside, beyond, tie, rho, lost = [], [], [], [], []
    for problem in problems(seed):
        rows, classes = torch.arange(len(problem.labels)), others(problem.labels, 5)
        boundaries = [problem.boundary(other) for other in classes]
        for p in NORMS.values():
            r, target = smallest_flip(problem.model, problem.images, problem.labels, norm=p)
            size = torch.stack([b.distance(p) for b in boundaries]).amin(0)
            rho.append((norm(r, p) - size).abs().max())
            near = problem.linearised(0.999 * size[:, None, None] * _directions(boundaries, p, seed)).argmax(2)
            inside.append((near != problem.labels[:, None]).flatten())
            beyond.append(problem.linearised(1.001 * r).argmax(1) != problem.labels)
            at = problem.linearised(r)
            tie.append((at[rows, target] - at[rows, problem.labels]).abs().max())
        lost += [problem.linearised(1.001 * b.step(2)).argmax(1) != b.target for b in boundaries]
    return {
        "rho_deviation": float(max(rho)),
        "tie_deviation": float(max(tie)),
        "flips_below_rho": float(torch.cat(inside).double().mean()),
        "flips_at_1.001": float(torch.cat(beyond).double().mean()),
        "r_j_does_not_win_j": float(torch.cat(lost).double().mean()),
    }


def algorithm_1(seed: int) -> dict[str, float]:
    """What the unmasked loop of Algorithm 1 meets: j = y, and images that are already misclassified. [Huang Alg. 1]"""
    problem = random_softmax(seed, 0)
    own = problem.boundary(problem.labels)
    ratio = own.gap / norm(own.normal, 2)
    wrong = Softmax(problem.model, problem.images, (problem.labels + 1) % 5, problem.alpha, problem.jacobian)
    boundaries = [wrong.boundary(other) for other in others(wrong.labels, 5)]
    sizes = torch.stack([b.distance(2) for b in boundaries])
    rise = torch.stack([(b.normal * b.step(2)).sum(1) for b in boundaries]).gather(0, sizes.argmin(0)[None])
    flip, _ = smallest_flip(problem.model, wrong.images, wrong.labels)
    return {
        "own_class_undefined": float(ratio.isnan().double().mean()),
        "misclassified_negative": float((sizes.amin(0) < 0).double().mean()),
        "misclassified_points_back": float((rise < 0).double().mean()),
        "ours_moves_misclassified": float(norm(flip, 2).max()),
    }


def section_6_1_1(seed: int, budget: float = 0.2) -> dict[str, float]:
    """The step that lowers alpha_y, against the printed sign. [Huang Sec. 6.1.1] [Huang Eq. 5]

    The l-infinity step is compared with Goodfellow's, budget * sign(d CE / d x), by autograd in float64.
    """
    found: dict[str, float] = {}
    inner, same, negative = [], [], []
    values: dict[str, list[Tensor]] = {}
    for problem in problems(seed):
        x, y, rows = problem.images, problem.labels, torch.arange(len(problem.labels))
        own = problem.jacobian[rows, y]
        values.setdefault("before", []).append(problem.alpha[rows, y])
        for name, p in NORMS.items():
            r = fast_gradient(problem.model, x, y, norm=p, budget=budget, box=None).perturbation
            printed = budget * steepest(own, p)
            inner.append(((own * r).sum(1) + budget * norm(own, dual(p))).abs().max())
            for kind, step in (("corrected", r), ("printed", printed)):
                after = problem.model(x + step).softmax(1)[rows, y]
                values.setdefault(f"{kind}_{name}", []).append(after)
                values.setdefault(f"{kind}_{name}_raises", []).append((after > values["before"][-1]).double())
        leaf = x.clone().requires_grad_()
        gradient = torch.autograd.grad(functional.cross_entropy(problem.model(leaf), y, reduction="sum"), leaf)[0]
        moved = fast_gradient(problem.model, x, y, norm=math.inf, budget=budget, box=None).images
        same.append((moved == x + budget * gradient.sign()).all(1))
        negative.append((steepest(own, math.inf) == -gradient.sign()).all(1))
    found |= {name: float(torch.cat(parts).mean()) for name, parts in values.items()}
    found["inner_product_deviation"] = float(max(inner))
    found["linf_is_sign_step"] = float(torch.cat(same).double().mean())
    found["linf_printed_is_negative"] = float(torch.cat(negative).double().mean())
    return found


def stable_forms(seed: int) -> dict[str, float]:
    """The margin's gradient and the scaled class differences against autograd of the softmax. [Huang Sec. 2]"""
    gradient, difference, rows_sum = [], [], []
    for problem in problems(seed):
        logits, rows = problem.model(problem.images), torch.arange(len(problem.labels))
        weight = problem.model.weight
        leaf = problem.images.clone().requires_grad_()
        loss = functional.cross_entropy(problem.model(leaf), problem.labels, reduction="sum")
        size = torch.sigmoid(cross_entropy_margin(logits, problem.labels))[:, None]
        ours = size * margin_seed(logits, problem.labels) @ weight
        gradient.append((ours - torch.autograd.grad(loss, leaf)[0]).abs().max())
        rest = 1 - problem.alpha[rows, problem.labels]
        for other in others(problem.labels, 5):
            _, seeds, _ = softmax_difference(logits, problem.labels, other)
            difference.append((rest[:, None] * (seeds @ weight) - problem.boundary(other).normal).abs().max())
        rows_sum.append(problem.jacobian.sum(1).abs().max())
    worst = {"gradient_deviation": gradient, "difference_deviation": difference, "jacobian_row_sum": rows_sum}
    return {name: float(max(values)) for name, values in worst.items()}


def rounding(seed: int) -> dict[str, float]:
    """Softmax minus one-hot in float32 on confident logits: the label's part, and the angle to the exact gradient.

    Ten classes, logsumexp of the others minus z_y = -15 and -17; also one rival only. The exact part of the label is
    -(1 - alpha_y). [Huang Sec. 6.1.1]
    """
    found: dict[str, float] = {}
    labels = torch.zeros(2000, dtype=torch.int64)
    for gap in (15, 17):
        logits = torch.randn(2000, 10, generator=generator(seed, "theory", "rounding", gap), dtype=torch.float64)
        logits[:, 0] = logits[:, 1:].logsumexp(1) + gap
        logits = logits.float()
        exact = margin_seed(logits.double(), labels)
        remaining = torch.sigmoid(cross_entropy_margin(logits.double(), labels))
        rounded, ours = rounded_seed(logits, labels).double(), margin_seed(logits, labels).double()
        error = (rounded[:, 0] / remaining + 1).abs()
        found[f"label_part_error_{gap}"] = float(error.mean())
        found[f"label_part_zero_{gap}"] = float((rounded[:, 0] == 0).double().mean())
        found[f"cosine_rounded_{gap}"] = float(functional.cosine_similarity(rounded, exact).mean())
        found[f"cosine_ours_{gap}"] = float(functional.cosine_similarity(ours, exact).min())
        single = rounded_seed(torch.tensor([[float(gap), 0.0]]), labels[:1])[0, 0]
        found[f"single_rival_error_{gap}"] = abs(float(single) * (1 + math.exp(gap)) + 1)
    return found


CHECKS: tuple[Callable[[int], dict[str, float]], ...] = (
    proposition_3, proposition_4, algorithm_1, section_6_1_1, stable_forms, rounding,
    *training.CHECKS, *appendix.CHECKS,
)  # fmt: skip


def theory_numbers(seed: int) -> dict[str, dict[str, float]]:
    """Every check's numbers, by the check's name."""
    return {check.__name__: check(seed) for check in CHECKS}
