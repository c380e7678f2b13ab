"""Scalar objectives linearised at the images: what every attack of the convex framework minimises over a norm ball.

L < 0 means success where L is a margin. An objective is a function (output, leaf, wanted) -> Linear: the model's output
with a graph, its input, and what the caller wants of each sample (the class to leave, the class or mask to reach).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from helpers.core.boundaries import Difference, logit_difference, nearest_boundary
from helpers.core.errors import UserError
from helpers.core.norms import dual, norm
from helpers.core.objectives import cross_entropy_margin, input_gradient, margin_seed, without_label


@dataclass(frozen=True)
class Linear:
    """L(x + r) ~ value + <gradient, r>, sample by sample. [Balda Eq. 1]

    Attributes:
        value: (b,); gradient: (b, ...); passes: backward passes spent on each sample.
    """

    value: Tensor
    gradient: Tensor
    passes: int

    def distance(self, p: float) -> Tensor:
        """value / ||gradient||_q (b,): below it (GN) has no solution; infinite where the gradient is zero. [Balda Prop. 1] [Balda Eq. 5]"""
        length = norm(self.gradient, dual(p))
        return torch.where(length > 0, self.value / length, torch.inf)

    def feasible(self, budget: float, p: float) -> Tensor:
        """(b,) bool: some r with ||r||_p <= budget has value + <gradient, r> < 0 (strictly). [Balda Eq. GN]"""
        return self.value < budget * norm(self.gradient, dual(p))


Objective = Callable[[Tensor, Tensor, Tensor], Linear]


def cross_entropy(logits: Tensor, leaf: Tensor, labels: Tensor) -> Linear:
    """L = z_y - logsumexp of the others, a rising function of minus the cross-entropy. [Balda Alg. FastGrad]"""
    value = -cross_entropy_margin(logits.detach(), labels)
    return Linear(value, -input_gradient(logits, leaf, margin_seed(logits, labels)), 1)


def own_score(score: str = "logit") -> Objective:
    """L = f_y alone, f the logit or the probability of the class to leave. [Balda Alg. 2]

    With probabilities the direction is that of the cross-entropy (Balda E1): grad p_y = p_y (1 - p_y) grad (z_y - LSE).
    """
    if score not in ("logit", "probability"):
        raise UserError(f"score is logit or probability, got {score!r}.")

    def objective(logits: Tensor, leaf: Tensor, labels: Tensor) -> Linear:
        if score == "logit":
            own = functional.one_hot(labels, logits.shape[1])
            return Linear((logits.detach() * own).sum(1), input_gradient(logits, leaf, own), 1)
        found = cross_entropy(logits, leaf, labels)
        return Linear(found.value.sigmoid(), found.gradient, 1)

    return objective


def margin(
    p: float, *, select: str = "budget", budget: float = 0.0, candidates: int | None = None,
    difference: Difference = logit_difference,
) -> Objective:  # fmt: skip
    """L = min_{j != y} f_y - f_j at one class: the active one, the one that `budget` lowers most, or the nearest. [Balda Eq. 3]

    select: "active" is the gradient of the minimum, one backward pass; "budget" minimises min_j L_j + <grad L_j, r> over
    the ball exactly; "ratio" is DeepFool's. As in nearest_boundary.
    """

    def objective(logits: Tensor, leaf: Tensor, labels: Tensor) -> Linear:
        found = nearest_boundary(
            logits, leaf, labels, p=p, difference=difference, select=select, budget=budget, candidates=candidates
        )
        return Linear(found.gap, -found.normal, found.passes)

    return objective


def toward(logits: Tensor, leaf: Tensor, targets: Tensor) -> Linear:
    """L_t = max_{j != t} z_j - z_t at its active class: negative when t wins. [Balda Eq. L_t]

    The paper prints f_k - f_t, which may be negative while a third class wins (Balda E6).
    """
    value, rival = without_label(logits.detach(), targets).max(1)
    classes = logits.shape[1]
    seed = functional.one_hot(rival, classes) - functional.one_hot(targets, classes)
    return Linear(value - logits.detach().gather(1, targets.unsqueeze(1)).squeeze(1), input_gradient(logits, leaf, seed), 1)


def toward_mask(confidence: float = 0.0, rival: str = "max") -> Objective:
    """Sum over pixels of relu(L_t + confidence); `wanted` (b, h, w) holds a class per pixel, -1 for pixels left free.

    rival: "max" is L_t = max_{j != t} z_j - z_t; "first" is the printed pair f_k - f_t, k the class before the attack (Balda E6),
    which needs `wanted` (b, 2, h, w): targets and the classes k.
    """
    if rival not in ("max", "first"):
        raise UserError(f"rival is max or first, got {rival!r}.")

    def objective(logits: Tensor, leaf: Tensor, wanted: Tensor) -> Linear:
        targets = wanted if rival == "max" else wanted[:, 0]
        counted = targets >= 0
        index = targets.clamp_min(0).unsqueeze(1)
        fixed = logits.detach()
        others = fixed.scatter(1, index, -torch.inf).argmax(1, keepdim=True) if rival == "max" else wanted[:, 1:]
        hinge = fixed.gather(1, others) - fixed.gather(1, index) + confidence
        pushed = ((hinge > 0) & counted.unsqueeze(1)).to(fixed.dtype)
        seed = torch.zeros_like(fixed).scatter_add_(1, others, pushed).scatter_add_(1, index, -pushed)
        return Linear((hinge * pushed).flatten(1).sum(1), input_gradient(logits, leaf, seed), 1)

    return objective


def score(sign: float) -> Objective:
    """L = sign * s(x), s the model's output (b,): +1 hides anomalies, -1 raises false alarms. [Balda Sec. III]"""

    def objective(output: Tensor, leaf: Tensor, wanted: Tensor) -> Linear:
        return Linear(sign * output.detach(), input_gradient(output, leaf, torch.full_like(output, sign)), 1)

    return objective
