"""Repeated steps onto the nearest linearised class boundary."""

import torch
from torch import Tensor, nn

from helpers.core.boundaries import boundary_to, nearest_boundary
from helpers.core.checks import Box, clip
from helpers.core.model import evaluating
from helpers.core.norms import norm as length_of
from helpers.core.norms import per_sample, steepest
from helpers.core.objectives import differentiable, forward
from helpers.core.perturbed import Perturbed, spent

EXTRA = 2e-3
"""Share of the perturbation's norm added to the step of a sample whose last one the box cut: the rest shrinks geometrically,
this ends it."""

FALLING = 0.9
"""A sample whose steps the box cuts goes on to the same class, one backward pass a step, while each leaves at most this
share of the gap; else all classes are looked at again."""


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
    says (EXTRA), as long as that closes the gap (FALLING); only then, as without a box, all classes are looked at.

    Args:
        norm: p > 1 or inf; steps: at most; overshoot: every step, and so their sum, is scaled by 1 + overshoot.
        candidates: how many of the highest other classes are examined; all by default.

    A sample that has left its label leaves the batch; one already outside returns untouched. A sample whose gradients
    all vanish, or whom the box lets go nowhere, stops where it is, not fooled.
    """
    with evaluating(model):
        logits, leaf = forward(model, images, labels)
        result, passes = images.clone(), spent(0, images)
        # Of a sample whose last step the box cut: the class it goes on to (-1: all are looked at) and its gap (infinite: not cut).
        kept, last = torch.full_like(labels, -1), torch.full(labels.shape, torch.inf, dtype=logits.dtype, device=images.device)
        groups = [(torch.arange(len(images), device=images.device), logits, leaf)]
        for _ in range(steps):
            left = [torch.arange(0, device=images.device)]
            while groups:
                index, logits, leaf = groups.pop()
                unfinished = logits.detach().argmax(1) == labels[index]
                index = index[unfinished]
                if not len(index):
                    continue
                if not bool(unfinished.all()):
                    # The graph of the finished samples is not walked: the survivors are forwarded alone.
                    logits, leaf = differentiable(model, result[index])
                looked = bool(kept[index[0]] < 0)
                if looked:
                    found = nearest_boundary(logits, leaf, labels[index], p=norm, candidates=candidates)
                else:
                    found = boundary_to(logits, leaf, labels[index], kept[index])
                passes[index] += found.passes
                start = leaf.detach()
                distance = found.distance(norm) + EXTRA * length_of(start - images[index], norm) * last[index].isfinite()
                distance = torch.where(distance.isfinite(), distance, 0)
                moved = start + (1 + overshoot) * per_sample(distance, start) * steepest(found.normal, norm)
                result[index] = clip(moved, box)
                cut, goes = ((result[index] != other).flatten(1).any(1) for other in (moved, start))
                kept[index] = torch.where(cut & goes & (found.gap <= FALLING * last[index]), found.target, -1)
                last[index] = torch.where(cut, found.gap, torch.inf)
                # One that did not move toward the class it kept gets another look at all classes.
                left.append(index[goes] if looked else index)
            del logits, leaf
            remaining = torch.cat(left)
            groups = [
                (chosen, *differentiable(model, result[chosen]))
                for chosen in (remaining[kept[remaining] < 0], remaining[kept[remaining] >= 0]) if len(chosen)
            ]  # fmt: skip
            if not groups:
                break
    return Perturbed(result, images, labels, passes, model)
