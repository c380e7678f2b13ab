"""A computation over images in batches."""

import logging
from collections.abc import Callable
from typing import TypeVar

import torch

from helpers.core.errors import UserError

log = logging.getLogger(__name__)

Part = TypeVar("Part")


def in_batches(
    count: int, size: int, run: Callable[[slice], Part], progress: Callable[[int, int], None] | None = None
) -> list[Part]:
    """run(slice) over `count` images, `size` at a time; `progress` is told (done, count) after each.

    Where the GPU's memory does not hold a batch, it is halved, with a warning, and the computation goes on.
    """
    parts, start = [], 0
    while start < count:
        try:
            parts.append(run(slice(start, min(start + size, count))))
        except torch.cuda.OutOfMemoryError:
            if size == 1:
                raise UserError("The GPU's memory does not hold the computation on a single image.") from None
            size = max(1, size // 2)
            log.warning("GPU memory is short: going on with batches of %d.", size)
            continue
        start = min(start + size, count)
        if progress is not None:
            progress(start, count)
    return parts
