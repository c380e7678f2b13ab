"""Sections II and III on small random problems: what is exact, and what the print gives."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from helpers.attacks.deepfool import deepfool
from helpers.attacks.fast_gradient import fast_gradient
from helpers.attacks.linearised import linearised
from helpers.attacks.targeted import exact_steps, targeted
from helpers.core.boxed import boxed_step
from helpers.core.descent import descend, fixed, to_boundary
from helpers.core.linear import Linear, cross_entropy, margin
from helpers.core.model import evaluating, predict
from helpers.core.norms import dual, norm, per_sample, steepest, unit
from helpers.core.objectives import differentiable, rounded_seed
from helpers.core.operator_norms import from_matrix, sign_iteration
from helpers.core.seeds import generator

NORMS = {"l1": 1.0, "l1.5": 1.5, "l2": 2.0, "l3": 3.0, "l10": 10.0, "linf": math.inf}


AFFINE_BUDGET = 0.2
TARGET_BUDGETS = (0.05, 0.08, 0.12)


class Affine(nn.Module):
    """logits = W x + b, float64: weight (k, d), images (b, d)."""

    def __init__(self, weight: Tensor, bias: Tensor):
        super().__init__()
        self.weight, self.bias = weight, bias

    def forward(self, images: Tensor) -> Tensor:
        return images @ self.weight.T + self.bias


def normal(seed: int, name: str, *shape: int) -> Tensor:
    """Gaussian numbers in double precision, the same for a seed and a name."""
    return torch.randn(*shape, generator=generator(seed, name), dtype=torch.float64)


def affine(seed: int, count: int, classes: int, size: int) -> tuple[Affine, Tensor, Tensor]:
    """A random affine classifier, images (count, size) in [0, 1] and its own answers."""
    model = Affine(normal(seed, "weight", classes, size), normal(seed, "bias", classes))
    images = torch.rand(count, size, generator=generator(seed, "images"), dtype=torch.float64)
    return model, images, model(images).argmax(1)


def small_network(seed: int, size: int = 16, classes: int = 5) -> nn.Module:
    """A tanh network in double precision, weights from the seed."""
    layers = nn.Sequential(nn.Linear(size, 24), nn.Tanh(), nn.Linear(24, classes)).double()
    with torch.no_grad():
        for index, weight in enumerate(layers.parameters()):
            weight.copy_(normal(seed, f"layer {index}", *weight.shape) / (2 if weight.dim() > 1 else 4))
    return layers


def least_ratio(model: Affine, images: Tensor, labels: Tensor, p: float) -> Tensor:
    """min_l L_l / ||g_l||_q (b,) of an affine classifier."""
    logits = model(images)
    gaps = logits.gather(1, labels.unsqueeze(1)) - logits
    lengths = torch.stack([norm(model.weight[labels] - row, dual(p)) for row in model.weight], 1)
    return torch.where(functional.one_hot(labels, len(model.weight)).bool(), torch.inf, gaps / lengths).min(1).values


def proposition_1(seed: int) -> dict[str, float]:
    """(GN) is feasible iff eps ||g||_q > L; the printed (5) leaves the equality open (E7). [Balda Prop. 1] [Balda Eq. 5]"""
    wrong, open_in_print = 0, 0
    for name, p in NORMS.items():
        gradient, value = normal(seed, f"gn {name}", 1000, 12), normal(seed, f"gap {name}", 1000).abs()
        budget = 0.5 * float(value.mean() / norm(gradient, dual(p)).mean())
        linear = Linear(value, gradient, 1)
        least = value - (gradient * budget * steepest(gradient, p)).sum(1)
        wrong += int((linear.feasible(budget, p) != (least < 0)).sum())
        # At L = eps ||g||_q nothing is below 0, and the printed condition eps ||g||_q < L does not say so.
        length = norm(gradient, dual(p))
        edge = Linear(0.25 * length, gradient, 1)
        open_in_print += int((~edge.feasible(0.25, p) & ~(0.25 * length < edge.value)).sum())
    return {"problems": 6000, "disagreements": wrong, "infeasible_not_told_by_print": open_in_print / 6000}


def proposition_2(seed: int) -> dict[str, float]:
    """The closed form has norm eps and value -eps ||g||_q, for every p; (6) as printed in float32 does not. [Balda Eq. 6]"""
    worst = 0.0
    for name, p in NORMS.items():
        gradient = normal(seed, f"p2 {name}", 200, 30)
        step = -0.7 * steepest(gradient, p)
        worst = max(worst, float((norm(step, p) / 0.7 - 1).abs().max()))
        worst = max(worst, float(((gradient * step).sum(1) / (-0.7 * norm(gradient, dual(p))) - 1).abs().max()))
    small = 1e-3 * normal(seed, "naive", 200, 30).float()
    q = dual(1.01)
    naive = small.sign() * small.abs().pow(q - 1) / per_sample(small.abs().pow(q).sum(1).pow((q - 1) / q), small)
    return {
        "deviation": worst,
        "printed_float32_not_finite": float((~naive.isfinite().all(1)).double().mean()),
        "stable_float32_deviation": float((norm(steepest(small, 1.01), 1.01) - 1).abs().max()),
    }


def recovered(seed: int) -> dict[str, float]:
    """FGSM, Algorithm 2 on probabilities and DeepFool as rows of the engine. [Balda Eq. 7] [Balda Eq. 8] [Balda Alg. 2]"""
    model = small_network(seed)
    images = torch.rand(64, 16, generator=generator(seed, "recovered"), dtype=torch.float64)
    labels = predict(model, images).argmax(1)
    infinite = {"norm": math.inf, "budget": 0.1, "box": None}
    found, _ = descend(model, images, labels, cross_entropy, norm=math.inf, length=fixed(0.1), box=None)
    # By automatic differentiation alone: FGSM on the cross-entropy, and a step against the probability itself.
    leaf = images.clone().requires_grad_()
    ascent = torch.autograd.grad(functional.cross_entropy(model(leaf), labels), leaf)[0]
    own = torch.autograd.grad(model(leaf).softmax(1).gather(1, labels.unsqueeze(1)).sum(), leaf)[0]
    fgsm, against = images + 0.1 * ascent.sign(), images - 0.1 * own.sign()
    probability = linearised(model, images, labels, select="own probability", **infinite)
    fooled = [predict(model, moved).argmax(1) != labels for moved in (against, fgsm)]
    logit = linearised(model, images, labels, select="own", **infinite)
    free = fast_gradient(model, images, labels, **infinite)
    deviations, turned = [], []
    for p in (1.5, 2.0, math.inf):
        first, _ = descend(model, images, labels, margin(p, select="ratio"), norm=p, length=to_boundary(p), box=None)
        step = deepfool(model, images, labels, norm=p, overshoot=0.0, steps=1, box=None)
        deviations.append(float((first - step.images).abs().max()))
        # (GNII) and (8), each divided by its own length.
        inside = linearised(model, images, labels, norm=p, budget=0.01, select="ratio", box=None).perturbation
        turned.append(float((inside / 0.01 - unit(first - images, p)).abs().max()))
        whole, _ = descend(
            model, images, labels, margin(p, select="ratio"), norm=p, length=to_boundary(p, 0.02), steps=50, box=None,
            done=lambda logits, y: logits.argmax(1) != y,
        )  # fmt: skip
        deviations.append(float((whole - deepfool(model, images, labels, norm=p, box=None).images).abs().max()))
    return {
        "fgsm_entries_differing": int(((found - fgsm).abs() > 1e-12).sum()),
        "probability_entries_differing": int(
            ((against - fgsm).abs() > 1e-12).sum() + ((probability.images - against).abs() > 1e-12).sum()
        ),
        "probability_fooled_differing": int((fooled[0] != fooled[1]).sum()),
        "logit_signs_agreeing": float((logit.perturbation.sign() == free.perturbation.sign()).double().mean()),
        "deepfool_deviation": max(deviations),
        "directions_of_gnii_and_8_differ_by": max(turned),
    }


def affine_classifier(seed: int) -> dict[str, float]:
    """Budget-selected Algorithm 1 fools iff eps > min_l L_l / ||g_l||_q; the printed active class fools less. [Balda Alg. 1]"""
    shares, wrong, count, budget = {"active": 0, "budget": 0, "ratio": 0}, 0, 0, AFFINE_BUDGET
    for problem in range(40):
        model, images, labels = affine(seed + problem, 100, 5, 12)
        ratio = least_ratio(model, images, labels, math.inf)
        for select in shares:
            found = linearised(model, images, labels, budget=budget, select=select, box=None).success
            shares[select] += int(found.sum())
            if select == "budget":
                wrong += int((found != (ratio < budget)).sum())
        count += len(images)
    return {
        "problems": count,
        "wrong": wrong,
        **{f"fooled_{select}": found / count for select, found in shares.items()},
    }


def two_classes(seed: int) -> dict[str, float]:
    """With two classes Algorithm 1 on logits, Algorithm 2 on probabilities and FastGrad are one attack (E1)."""
    model, images, labels = affine(seed, 100, 2, 12)
    found = [
        linearised(model, images, labels, budget=0.1, select=select, box=None).images
        for select in ("budget", "own probability")
    ]
    found.append(fast_gradient(model, images, labels, budget=0.1, box=None).images)
    return {"largest_difference": max(float((found[0] - other).abs().max()) for other in found[1:])}


def box(seed: int) -> dict[str, float]:
    """The box inside the convex program against clipping afterwards: feasible, never worse, equal for inf. [Balda Eq. GNII]"""
    gradient = normal(seed, "box", 200, 20)
    images = torch.rand(200, 20, generator=generator(seed, "pixels"), dtype=torch.float64).round(decimals=1)
    numbers = {}
    for name, p in (("l1", 1.0), ("l2", 2.0), ("linf", math.inf)):
        exact = boxed_step(gradient, images, 0.8, p, (0.0, 1.0))
        clipped = (images - 0.8 * steepest(gradient, p)).clamp(0, 1) - images
        gain = ((gradient * clipped).sum(1) - (gradient * exact).sum(1)) / norm(gradient, dual(p))
        moved = images + exact
        numbers[f"least_gain_{name}"] = float(gain.min())
        numbers[f"mean_gain_{name}"] = float(gain.mean())
        numbers[f"outside_{name}"] = float(torch.maximum(-moved, moved - 1).clamp_min(0).max())
        numbers[f"norm_excess_{name}"] = float((norm(exact, p) - 0.8).clamp_min(0).max())
        numbers[f"entries_{name}"] = float((exact != 0).sum(1).double().mean())
    return numbers


def targets(seed: int) -> dict[str, float]:
    """Targeted problems solved within three budgets: by the linear program, in ten active-class steps, and in ten steps of the
    printed pair (E6). [Balda Eq. L_t]"""
    count = 200
    model, images, _ = affine(seed, count, 10, 30)
    logits = model(images)
    own = logits.argmax(1)
    target = logits.topk(4, 1).indices[:, 3]
    others = torch.tensor([[j for j in range(10) if j != t] for t in target.tolist()])
    gaps = (logits.gather(1, others) - logits.gather(1, target.unsqueeze(1))).T.contiguous()
    gradients = torch.stack([model.weight[others[:, column]] - model.weight[target] for column in range(9)])
    found = {}
    for budget in TARGET_BUDGETS:
        printed = images - budget * steepest(model.weight[own] - model.weight[target], math.inf)
        moved = {
            "exact": images + exact_steps(gaps, gradients, budget, math.inf),
            "active": targeted(model, images, target, budget=budget, steps=10, box=None).images,
            # Its gradient is the same at every step of an affine classifier: ten steps are one.
            "printed": printed,
        }
        found |= {
            f"{name}_{budget:g}": float((model(one).argmax(1) == target).double().mean()) for name, one in moved.items()
        }
        won = model(printed)
        negative = won.gather(1, own.unsqueeze(1)) < won.gather(1, target.unsqueeze(1))
        found[f"printed_negative_but_missed_{budget:g}"] = float(
            (negative.squeeze(1) & (won.argmax(1) != target)).double().mean()
        )
    return found


def rounding(seed: int) -> dict[str, float]:
    """Signs of the float32 cross-entropy gradient that are right, at logit gaps of 12 to 20 (E2)."""
    network = small_network(seed, size=64, classes=10)
    images = torch.rand(100, 64, generator=generator(seed, "gap images"), dtype=torch.float64)
    found = {}
    with evaluating(network):
        for gap in (12, 15, 17, 20):
            logits, leaf = differentiable(network, images)
            labels = logits.argmax(1)
            raised = logits + functional.one_hot(labels, 10) * (gap - _gap(logits.detach(), labels)).unsqueeze(1)
            seed_of = rounded_seed(raised.detach().float(), labels).double()
            rough = torch.autograd.grad(raised, leaf, seed_of, retain_graph=True)[0]
            exact = -cross_entropy(raised, leaf, labels).gradient
            found[f"agreement_{gap}"] = float((rough.sign() == exact.sign()).double().mean())
    return found


def _gap(logits: Tensor, labels: Tensor) -> Tensor:
    """z_k - logsumexp of the others (b,)."""
    others = logits.scatter(1, labels.unsqueeze(1), -torch.inf)
    return logits.gather(1, labels.unsqueeze(1)).squeeze(1) - others.logsumexp(1)


def operator_norms(seed: int) -> dict[str, float]:
    """||A||_{inf -> 2}^2 = ||A^T A||_{inf -> 1}: the cited hardness result is about the latter; +r and -r are alike for J only
    (E18)."""
    matrix = normal(seed, "operator", 5, 10)
    signs = torch.tensor(
        [[1.0 if mask >> bit & 1 else -1.0 for bit in range(10)] for mask in range(1024)], dtype=torch.float64
    )
    largest = float((signs @ matrix.T).square().sum(1).max())
    gram = float((signs @ (matrix.T @ matrix)).abs().sum(1).max())
    _, reached = sign_iteration(from_matrix(matrix.expand(10, -1, -1)), normal(seed, "starts", 10, 10))
    network = small_network(seed)
    images = torch.rand(50, 16, generator=generator(seed, "both signs"), dtype=torch.float64)
    along = 0.5 * unit(normal(seed, "along", 50, 16), 2)
    plus, minus = (
        torch.linalg.vector_norm(network(images + sign * along) - network(images), dim=1) for sign in (1, -1)
    )
    return {
        "difference": abs(largest - gram) / largest,
        "best_of_ten_over_optimum": float(reached.max()) / math.sqrt(largest),
        "change_of_plus_and_minus_apart": float(((plus - minus).abs() / torch.maximum(plus, minus)).detach().mean()),
    }


def certificates(seed: int) -> dict[str, float]:
    """p_k < 1/m proves fooled and p_k > 1/2 proves not fooled: what the paper says Algorithm 2 cannot tell (E23)."""
    probabilities = (3 * normal(seed, "probabilities", 20000, 10)).softmax(1)
    own = probabilities[:, 0]
    fooled = probabilities.argmax(1) != 0
    return {
        "below_1_m_not_fooled": int((~fooled & (own < 0.1)).sum()),
        "above_half_fooled": int((fooled & (own > 0.5)).sum()),
        "undecided": float(((own >= 0.1) & (own <= 0.5)).double().mean()),
    }


CHECKS = (
    proposition_1, proposition_2, recovered, affine_classifier, two_classes, box, targets, rounding, operator_norms,
    certificates,
)  # fmt: skip


def theory_numbers(seed: int) -> dict[str, dict[str, float]]:
    """The numbers of every check, by its name."""
    return {check.__name__: check(seed) for check in CHECKS}
