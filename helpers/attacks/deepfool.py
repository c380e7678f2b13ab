"""Repeated steps onto the nearest linearised class boundary."""

import torch
from torch import Tensor, nn

from helpers.core.boundaries import boundary_to, nearest_boundary
from helpers.core.boxed import free
from helpers.core.checks import Box, clip
from helpers.core.contract import attack
from helpers.core.model import evaluating
from helpers.core.norms import beyond_rounding, per_sample, steepest
from helpers.core.norms import norm as length_of
from helpers.core.objectives import differentiable, forward, left
from helpers.core.perturbed import Perturbed, spent

EXTRA = 1e-4
"""Share of the perturbation's norm added to a step for every step before it, in a row, that the box cut: what these leave
shrinks geometrically, this ends it."""

NEARER = 2.0
"""A sample whose step the box cuts goes on to the same class, one backward pass a step, while that is at least so many times
nearer than every other by the gradients' lengths of the last look; else all classes are looked at again."""


PATIENCE = 4
"""After so many cut steps in a row, the entries that the box has stopped leave the step to the others."""


def still_nearest(logits: Tensor, labels: Tensor, kept: Tensor, lengths: Tensor) -> Tensor:
    """(b,) bool: the class `kept` is NEARER than the others. `lengths` (b, k) as nearest_boundary found them."""
    gaps = logits.gather(1, labels.unsqueeze(1)) - logits
    distances = torch.where(lengths > 0, gaps / lengths, torch.inf)
    own = distances.gather(1, kept.unsqueeze(1)).squeeze(1)
    return NEARER * own <= distances.scatter(1, kept.unsqueeze(1), torch.inf).amin(1)


@attack
def deepfool(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    norm: float = 2,
    steps: int = 50,
    overshoot: float = 0.02,
    candidates: int | None = None,
    box: Box = (0, 1),
) -> Perturbed:
    """x <- clip(x + (1 + overshoot) (z_y - z_j) / ||grad(z_j - z_y)||_q * steepest), j nearest. [Balda Eq. 8]

    Inside a box a cut step leaves some of the gap: the sample goes on to the same j, a little farther than the linear model
    says (EXTRA), while that is by far the nearest (NEARER); only then, as without a box, all classes are looked at.

    Args:
        norm: p > 1 or inf; steps: at most; overshoot: every step, and so their sum, is scaled by 1 + overshoot.
        candidates: how many of the highest other classes are examined; all by default.

    A sample that has left its label leaves the batch; one already outside returns untouched. A sample whose gradients
    all vanish, or whom the box lets go nowhere, stops where it is, not fooled.
    """
    with evaluating(model):
        logits, leaf = forward(model, images, labels)
        result, passes = images.clone(), spent(0, images)
        # The class that a sample goes on to, -1 where all are looked at; the gradients' lengths that its last look found;
        # how many of its last steps in a row the box cut, and how many were too small for the pixels' rounding.
        kept, lengths = torch.full_like(labels, -1), torch.zeros_like(logits.detach())
        cuts, ties = torch.zeros_like(labels), torch.zeros_like(labels)
        groups = [(torch.arange(len(images), device=images.device), logits, leaf)]
        for _ in range(steps):
            held = [torch.arange(0, device=images.device)]
            while groups:
                index, logits, leaf = groups.pop()
                stays = ~left(logits.detach(), labels[index])
                looks = bool((kept[index] < 0).all())
                if not looks:
                    near = still_nearest(logits.detach(), labels[index], kept[index], lengths[index])
                    back = index[stays & ~near]
                    if len(back):
                        kept[back] = -1
                        groups.append((back, *differentiable(model, result[back])))
                    stays &= near
                index = index[stays]
                if not len(index):
                    continue
                if not bool(stays.all()):
                    # The graph of the finished samples is not walked: the survivors are forwarded alone.
                    logits, leaf = differentiable(model, result[index])
                if looks:
                    found = nearest_boundary(logits, leaf, labels[index], p=norm, candidates=candidates)
                    lengths[index] = found.lengths
                else:
                    found = boundary_to(logits, leaf, labels[index], kept[index])
                passes[index] += found.passes
                start = leaf.detach()
                distance = found.distance(norm) + EXTRA * cuts[index] * length_of(start - images[index], norm)
                distance, ties[index] = beyond_rounding(torch.where(distance.isfinite(), distance, 0), ties[index], start, norm)
                # Near p = 1 a step that leaves out nothing would go nowhere, again and again.
                patient = per_sample(cuts[index] < PATIENCE, start)
                normal = torch.where(patient, found.normal, -free(-found.normal, start, box))
                moved = start + (1 + overshoot) * per_sample(distance, start) * steepest(normal, norm)
                result[index] = clip(moved, box)
                goes = (result[index] != start).flatten(1).any(1)
                cut = ((result[index] != moved) | (normal != found.normal)).flatten(1).any(1)
                kept[index], cuts[index] = torch.where(cut & goes, found.target, -1), torch.where(cut, cuts[index] + 1, 0)
                # One that did not move toward the class it kept gets another look at all classes.
                tied = (ties[index] > 0) & found.normal.flatten(1).any(1)
                held.append(index[goes | tied] if looks else index)
            del logits, leaf
            remaining = torch.cat(held)
            groups = [
                (chosen, *differentiable(model, result[chosen]))
                for chosen in (remaining[kept[remaining] < 0], remaining[kept[remaining] >= 0]) if len(chosen)
            ]  # fmt: skip
            if not groups:
                break
    return Perturbed(result, images, labels, passes, model)
