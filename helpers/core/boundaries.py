"""The nearest class boundary of the linearised classifier: the step that Adv_Alpha, DeepFool and Algorithm 1 share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from helpers.core.errors import UserError
from helpers.core.norms import dual, norm, per_sample, steepest
from helpers.core.objectives import cross_entropy_margin, input_gradient, without_label

Difference = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]
"""(logits (b, k), labels (b,), other classes (b,)) -> gap (b,), seed (b, k), scale (b,).

The gap is f_y - f_j; the gradient of f_j - f_y is scale times that of <seed, logits>."""


def logit_difference(logits: Tensor, labels: Tensor, other: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """f = logits: gap z_y - z_j, scale 1. [Balda Eq. 3]"""
    classes = logits.shape[1]
    gap = (logits.gather(1, labels.unsqueeze(1)) - logits.gather(1, other.unsqueeze(1))).squeeze(1)
    seed = functional.one_hot(other, classes) - functional.one_hot(labels, classes)
    return gap, seed.to(logits.dtype), torch.ones_like(gap)


def softmax_difference(logits: Tensor, labels: Tensor, other: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """f = softmax alpha, with the scale 1 - alpha_y taken out so that nothing rounds away. [Huang Eq. 1]

    With beta the softmax over the other classes and J the Jacobian of the logits,
    T_j - T_y = (1 - alpha_y) seed^T J, seed = beta_j (e_j - alpha) - alpha_y (e_y - beta).
    The scale is common to all classes, so it moves neither the nearest class nor the direction.
    """
    classes = logits.shape[1]
    alpha = logits.softmax(1)
    beta = without_label(logits, labels).softmax(1)
    alpha_y, alpha_j, beta_j = (
        values.gather(1, index.unsqueeze(1)) for values, index in ((alpha, labels), (alpha, other), (beta, other))
    )
    e_j, e_y = functional.one_hot(other, classes), functional.one_hot(labels, classes)
    margin = (logits.gather(1, labels.unsqueeze(1)) - logits.gather(1, other.unsqueeze(1))).squeeze(1)
    # alpha_y - alpha_j without the cancellation of two nearly equal probabilities.
    gap = torch.where(margin > 0, -alpha_y.squeeze(1) * torch.expm1(-margin), alpha_j.squeeze(1) * torch.expm1(margin))
    return gap, beta_j * (e_j - alpha) - alpha_y * (e_y - beta), cross_entropy_margin(logits, labels).sigmoid()


def rounded_softmax_difference(logits: Tensor, labels: Tensor, other: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """softmax_difference by the plain softmax Jacobian in the logits' precision: shows what rounding does, no more."""
    alpha = logits.softmax(1)
    alpha_y, alpha_j = (alpha.gather(1, index.unsqueeze(1)) for index in (labels, other))
    e_j, e_y = (functional.one_hot(index, logits.shape[1]) for index in (other, labels))
    gap = (alpha_y - alpha_j).squeeze(1)
    return gap, alpha_j * (e_j - alpha) - alpha_y * (e_y - alpha), torch.ones_like(gap)


@dataclass(frozen=True)
class Boundary:
    """Per sample: gap (b,), scale (b,) times normal (b, ...) the gradient of f_j - f_y, the class j (b,).

    `lengths` (b, k): ||normal||_q of every class that nearest_boundary examined, 0 of the others; boundary_to gives none.
    """

    gap: Tensor
    normal: Tensor
    scale: Tensor
    target: Tensor
    passes: int
    lengths: Tensor | None = None

    def distance(self, p: float) -> Tensor:
        """gap / ||gradient||_q (b,): the l_p distance of the linear model's boundary; infinite where there is none."""
        length = norm(self.normal, dual(p))
        return torch.where(length > 0, self.gap / length / self.scale, torch.inf)

    def step(self, p: float) -> Tensor:
        """Smallest perturbation onto the linear model's boundary: distance times the steepest direction. [Huang Prop. 3]"""
        distance = self.distance(p)
        distance = torch.where(distance.isfinite(), distance, 0)
        return per_sample(distance, self.normal) * steepest(self.normal, p)


def candidate_classes(logits: Tensor, labels: Tensor, candidates: int | None) -> Tensor:
    """(c, b) classes other than the label, in rising order; `candidates` keeps the highest logits only."""
    others = logits.shape[1] - 1
    count = others if candidates is None else min(int(candidates), others)
    if count < 1:
        raise UserError(f"An attack must examine at least one other class, got candidates = {candidates}.")
    if count == others:
        rising = torch.arange(others, device=logits.device).unsqueeze(1)
        return rising + (rising >= labels)
    highest = without_label(logits.detach(), labels).sort(dim=1, descending=True, stable=True).indices[:, :count]
    return highest.sort(1).values.T


def class_boundaries(
    logits: Tensor, leaf: Tensor, labels: Tensor, difference: Difference = logit_difference, candidates: int | None = None
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """gap (b,), normal (b, ...), scale (b,), class (b,) of one other class after another; all share one forward pass."""
    fixed = logits.detach()
    classes = candidate_classes(fixed, labels, candidates)
    for index, other in enumerate(classes):
        gap, seed, scale = difference(fixed, labels, other)
        more = index < len(classes) - 1
        yield gap, input_gradient(logits, leaf, seed, retain=more), scale, other


def boundary_to(logits: Tensor, leaf: Tensor, labels: Tensor, other: Tensor, difference: Difference = logit_difference) -> Boundary:
    """The linearised boundary to the class `other` (b,), one for each sample; one backward pass."""
    gap, seed, scale = difference(logits.detach(), labels, other)
    return Boundary(gap, input_gradient(logits, leaf, seed), scale, other, passes=1)


def nearest_boundary(
    logits: Tensor,
    leaf: Tensor,
    labels: Tensor,
    *,
    p: float,
    difference: Difference = logit_difference,
    select: str = "ratio",
    budget: float = 0.0,
    candidates: int | None = None,
) -> Boundary:
    """Choose the class whose linearised boundary is nearest; one forward pass is shared by all backward passes.

    Args:
        logits: (b, k) with a graph; leaf: (b, ...) its input; labels: (b,).
        difference: gap and seed of one class difference.
        select: "ratio" smallest gap / ||normal||_q [Huang Alg. 1] [Balda Alg. DeepFool];
            "budget" smallest gap - budget ||normal||_q; "active" smallest gap, one backward pass.
        candidates: how many of the highest other classes are examined; all by default.

    Ties go to the lowest class; classes with a zero gradient are passed over.
    """
    if select not in ("ratio", "budget", "active"):
        raise UserError(f"select is one of ratio, budget, active, got {select!r}.")
    best: tuple[Tensor, ...] | None = None
    passes, lengths = 0, torch.zeros_like(logits.detach())
    for gap, normal, scale, other in class_boundaries(logits, leaf, labels, difference, 1 if select == "active" else candidates):
        length = norm(normal, dual(p))
        lengths.scatter_(1, other.unsqueeze(1), length.to(lengths.dtype).unsqueeze(1))
        score = gap / length if select == "ratio" else gap - budget * scale * length
        score = torch.where(length > 0, score, torch.inf)
        if best is None:
            best = (score, gap, normal, scale, other)
        else:
            better = score < best[0]
            for new, old in zip((score, gap, normal, scale, other), best, strict=True):
                torch.where(per_sample(better, new) if new.dim() > 1 else better, new, old, out=old)
        passes += 1
    return Boundary(*best[1:], passes=passes, lengths=lengths)
