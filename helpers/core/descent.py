"""The engine of the convex framework: repeated steps of steepest descent of a linearised objective."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.core.active import ActiveSet
from helpers.core.boxed import free
from helpers.core.checks import Box, check_images, check_labels, check_logits, clip
from helpers.core.linear import Linear, Objective
from helpers.core.model import evaluating
from helpers.core.norms import into_ball, per_sample, steepest
from helpers.core.objectives import differentiable
from helpers.core.perturbed import spent

Length = Callable[[Linear, int], Tensor]
"""(objective linearised, steps taken so far) -> (b,) length of the next step."""


def fixed(size: float) -> Length:
    """Steps of `size`: the budget, or the budget over their number."""
    return lambda linear, count: torch.full_like(linear.value, size)


def falling(first: float, steps: int) -> Length:
    """Steps that fall evenly from `first` to first / steps, for descents that are projected: long first, so that they get
    round kinks, short at last."""
    return lambda linear, count: torch.full_like(linear.value, first * (1 - count / steps))


def to_boundary(p: float, overshoot: float = 0.0) -> Length:
    """Steps onto the linear model's boundary L = 0, times 1 + overshoot; none where there is no gradient. [Balda Eq. 8]"""

    def length(linear: Linear, count: int) -> Tensor:
        distance = linear.distance(p)
        return (1 + overshoot) * torch.where(distance.isfinite(), distance, 0).clamp_min(0)

    return length


def descend(
    model: nn.Module,
    images: Tensor,
    wanted: Tensor,
    objective: Objective,
    *,
    norm: float,
    length: Length,
    steps: int = 1,
    radius: float | None = None,
    box: Box = (0, 1),
    start: Tensor | None = None,
    done: Callable[[Tensor, Tensor], Tensor] | None = None,
    classes: bool = True,
    freely: bool = True,
) -> tuple[Tensor, Tensor]:
    """x <- clip(x - length d_p(grad L)), `steps` times: (images (b, ...), backward passes (b,)). [Balda Eq. GNII] [Balda Prop. 2]

    Args:
        wanted: (b, ...) what the objective is told of each sample: labels, targets, masks.
        length: size of the next step, sample by sample.
        radius: of the l_p ball round the images, into which every step is projected. None: no projection; the l_p norm of the
            sum of the steps is then at most the sum of their lengths.
        start: (b, ...) where the first step is taken, the images by default.
        done: (output, wanted) -> (b,) bool; such samples leave the batch before their next step. None: all go on.
        classes: `wanted` (b,) are classes and the output (b, k) logits, both are checked; False for masks and scores.
        freely: the steepest direction is taken among the entries that the box lets move; else among all.
    """
    check_images(images)
    with evaluating(model):
        result, passes = (images if start is None else start).clone(), spent(0, images)
        active = ActiveSet(len(images), images.device)
        for count in range(steps):
            output, leaf = differentiable(model, result[active.index])
            if count == 0 and classes:
                check_logits(output, len(images))
                check_labels(wanted, output)
            if done is not None:
                unfinished = ~done(output.detach(), wanted[active.index])
                if not bool(unfinished.all()):
                    active.keep(unfinished)
                    if not len(active):
                        break
                    # The graph of the finished samples is not walked: the survivors are forwarded alone.
                    output, leaf = differentiable(model, result[active.index])
            linear = objective(output, leaf, wanted[active.index])
            passes[active.index] += linear.passes
            gradient = free(linear.gradient, leaf.detach(), box) if freely else linear.gradient
            moved = leaf.detach() - per_sample(length(linear, count), leaf) * steepest(gradient, norm)
            inside = clip(moved, box) if radius is None else into_ball(moved, images[active.index], radius, norm, box)
            result[active.index] = inside
    return result, passes
