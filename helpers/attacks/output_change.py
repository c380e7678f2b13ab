"""The largest change of a regression network's output: operator norms of its Jacobian."""

import torch
from torch import Tensor, nn

from helpers.core.checks import Box, check_budget, check_images, clip
from helpers.core.errors import UserError
from helpers.core.model import evaluating
from helpers.core.norms import per_sample
from helpers.core.operator_norms import Products, columns, flat, maximiser, power
from helpers.core.seeds import derive, per_sample_normal


def directions(
    model: nn.Module, images: Tensor, norm: float, restarts: int, seed: int, ids: Tensor
) -> tuple[Tensor, Tensor]:
    """Unit directions (b, ...) of the largest first-order change of the output, and that change (b,). [Balda Eq. 9]"""
    if norm == 1:
        sizes = columns(model, images)
        value, entry = sizes.max(1)
        return torch.zeros_like(sizes).scatter_(1, entry.unsqueeze(1), 1).view_as(images), value
    product = Products(model, images).gram
    best, value = None, None
    for restart in range(1 if norm == 2 else restarts):
        start = per_sample_normal(images, derive(seed, restart), ids)
        found, size = power(product, start) if norm == 2 else maximiser(product, start, norm)
        if best is None:
            best, value = found, size
        else:
            best, value = torch.where(per_sample(size > value, found), found, best), torch.maximum(size, value)
    return best, value


def output_change(
    model: nn.Module,
    images: Tensor,
    *,
    norm: float = 2,
    budget: float,
    restarts: int = 10,
    seed: int = 0,
    ids: Tensor | None = None,
    box: Box = (0, 1),
) -> tuple[Tensor, Tensor]:
    """Images moved so that the output moves most: (images (b, ...), predicted change budget ||J||_{p -> 2} (b,)). [Balda Eq. 9]

    Args:
        model: (b, ...) -> outputs of any shape; images: (b, ...) in [0, 1].
        norm: 2 (power iteration, exact), 1 (the largest column, exact; m backward passes), any other p > 1 or inf (local
            maximisers from `restarts` random starts, the best kept; NP-hard for inf).
        ids: (b,) integers naming the samples, positions by default: what the random starts depend on.

    The linear problem does not tell r from -r: both are tried on the network and the larger change is kept.
    """
    budget = check_budget(budget)
    check_images(images)
    if not norm >= 1:
        raise UserError(f"A norm needs p >= 1 or infinity, got p = {norm}.")
    ids = torch.arange(len(images)) if ids is None else ids.cpu()
    if not len(images):
        return images.clone(), images.new_zeros(0)
    with evaluating(model):
        unit, value = directions(model, images, float(norm), restarts, seed, ids)
        with torch.no_grad():
            before = flat(model(images))
            moved = [clip(images + sign * budget * unit, box) for sign in (1, -1)]
            sizes = [torch.linalg.vector_norm(flat(model(one)) - before, dim=1) for one in moved]
    larger = per_sample(sizes[0] >= sizes[1], images)
    return torch.where(larger, *moved), budget * value

