"""What every attack asks of its arguments, in one sentence each."""

import math

import torch
from torch import Tensor

from helpers.core.errors import UserError

Box = tuple[float, float] | None
ROUNDING = 1e-4
"""Images so little outside [0, 1] are rounded, not normalised."""


def check_images(images: Tensor) -> None:
    """UserError unless images are floating point, (b, ...), finite and in [0, 1]."""
    if not images.is_floating_point():
        raise UserError(f"Images must be floating point in [0, 1], got {images.dtype}; divide 8-bit pixels by 255.")
    if images.dim() < 2:
        raise UserError(f"Images must have a batch dimension, got shape {tuple(images.shape)}.")
    if images.numel() == 0:
        return
    low, high = (float(value) for value in images.detach().aminmax())
    if math.isnan(low) or math.isnan(high):
        raise UserError("Images contain NaN.")
    if low >= -ROUNDING and high <= 1 + ROUNDING and not (low >= 0 and high <= 1):
        raise UserError(
            f"Images must lie in [0, 1], got [{low:.8g}, {high:.8g}]: off by a rounding error; use images.clamp(0, 1)."
        )
    if low < 0 or high > 1:
        raise UserError(
            f"Images must lie in [0, 1], got [{low:.4g}, {high:.4g}]; put the normalisation inside the model (PixelModel)."
        )


def check_labels(labels: Tensor, logits: Tensor) -> None:
    """UserError unless labels (b,) are integers inside the classes of logits (b, k)."""
    if labels.shape != logits.shape[:1] or labels.dtype != torch.int64:
        convert = "; use labels.long()" if not labels.is_floating_point() and labels.dtype != torch.bool else ""
        raise UserError(
            f"Labels must be {logits.shape[0]} integers (int64), got {labels.dtype} of shape {tuple(labels.shape)}{convert}."
        )
    if labels.numel() and not 0 <= int(labels.min()) <= int(labels.max()) < logits.shape[1]:
        raise UserError(f"Labels must lie in 0..{logits.shape[1] - 1}, got {int(labels.min())}..{int(labels.max())}.")


def check_logits(logits: Tensor, count: int) -> None:
    """UserError unless the model returned finite logits (count, k >= 2), and not probabilities."""
    if logits.dim() != 2 or logits.shape[0] != count:
        raise UserError(f"The model must return logits of shape ({count}, classes), got {tuple(logits.shape)}.")
    if logits.shape[1] < 2:
        raise UserError("The model has one class; an attack needs at least two.")
    if count == 0:
        return
    values = logits.detach()
    low, high = (float(value) for value in values.aminmax())
    if not math.isfinite(low) or not math.isfinite(high):
        raise UserError("The model returned logits that are not finite.")
    if low >= 0 and high <= 1 and bool(((values.sum(1) - 1).abs() < 1e-4).all()):
        raise UserError("The model returns probabilities where logits are expected: leave out its softmax.")


def check_output(output: object) -> Tensor:
    """Return the model's output; UserError unless it is a tensor."""
    if isinstance(output, Tensor):
        return output
    raise UserError(
        f"The model returned a {type(output).__name__} where logits (b, classes) are expected: wrap it in a module whose "
        "forward returns its logits."
    )


def check_budget(budget: float, dtype: torch.dtype = torch.float64) -> float:
    """Return budget as a float; UserError unless it is finite in `dtype` and at least 0."""
    budget = float(budget)
    if not (math.isfinite(budget) and budget >= 0):
        raise UserError(f"A budget must be finite and at least 0, got {budget}.")
    if budget > torch.finfo(dtype).max:
        raise UserError(f"A budget of {budget:g} is more than {dtype} can hold.")
    return budget


def check_count(name: str, count: int, least: int) -> int:
    """Return a number of steps, restarts, ...; UserError unless it is an integer of at least `least`."""
    if isinstance(count, bool) or int(count) != count or count < least:
        raise UserError(f"An attack takes at least {least} {name}, got {count}.")
    return int(count)


def check_box(box: Box, images: Tensor) -> None:
    """UserError unless box is None or (low, high) with low < high in [0, 1] that holds the images (b, ...)."""
    if box is None:
        return
    try:
        low, high = (float(bound) for bound in box)
    except (TypeError, ValueError):
        raise UserError(f"A box is None or a pair (low, high), got {box!r}.") from None
    if not low < high:
        raise UserError(f"A box is a pair (low, high) with low < high, got {box!r}.")
    if images.numel():
        least, most = (float(value) for value in images.detach().aminmax())
        if least < low or most > high:
            raise UserError(
                f"Images must lie in the box [{low:g}, {high:g}], got [{least:.4g}, {most:.4g}]: an attack would have to "
                "leave its budget to bring them there."
            )


def clip(images: Tensor, box: Box) -> Tensor:
    """Images moved into the pixel box (low, high), or unchanged where box is None."""
    return images if box is None else images.clamp(*box)


def round_pixels(images: Tensor) -> Tensor:
    """Nearest of the 256 levels k/255, halves upwards; a pixel that is a level stays what it is."""
    return torch.floor(images.clamp(0, 1) * 255 + 0.5) / 255
