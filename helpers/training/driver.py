"""The training loop: data order, optimiser, history, resumable state."""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from helpers.core.errors import UserError
from helpers.core.seeds import generator
from helpers.training.checkpoint import load_checkpoint, save_checkpoint
from helpers.training.schedule import Schedule

Step = Callable[[nn.Module, Tensor, Tensor], Tensor]
Augment = Callable[[Tensor, torch.Generator], Tensor]


def batches(count: int, size: int, order: torch.Generator) -> Iterator[Tensor]:
    """Index tensors of one epoch in random order; a last incomplete batch is dropped (unless it is the only one)."""
    permutation = torch.randperm(count, generator=order)
    if count < size:
        yield permutation
        return
    yield from permutation[: count - count % size].split(size)


def make_optimiser(model: nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    """SGD or Adam, decay on weights only, one fused pass over the parameters."""
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": schedule.weight_decay}, {"params": others, "weight_decay": 0.0}]
    rate = schedule.rate(0, 1)
    if schedule.optimiser == "adam":
        return torch.optim.Adam(groups, lr=rate, fused=True)
    return torch.optim.SGD(groups, lr=rate, momentum=schedule.momentum, nesterov=schedule.nesterov, fused=True)


def train_network(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    step: Step,
    schedule: Schedule,
    seed: int,
    augment: Augment | None = None,
    evaluate: Callable[[nn.Module, int], dict[str, float]] | None = None,
    checkpoint: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, float]]:
    """Train `model` in place; return one row per epoch: epoch, loss, rate, and what `evaluate(model, epoch)` adds.

    Args:
        images: (n, c, h, w) float in [0, 1] on the model's device; labels: (n,).
        step: (model, images, labels) -> scalar loss with a graph; the model is in training mode.
        augment: applied to each batch with its own generator.
        checkpoint: file for the resumable state, written about every minute and read if it is there.
        progress: called with (epochs done, epochs).

    Raises UserError in the first epoch whose loss is not finite.
    """
    order, draws = generator(seed, "order"), generator(seed, "augment")
    torch.manual_seed(generator(seed, "training").initial_seed())
    optimiser = make_optimiser(model, schedule)
    history: list[dict[str, float]] = []
    if checkpoint is not None and checkpoint.exists():
        history = load_checkpoint(checkpoint, model, optimiser, order, draws)
    saved = time.monotonic()
    for epoch in range(len(history), schedule.epochs):
        row = {"epoch": epoch + 1, **_epoch(model, optimiser, images, labels, step, schedule, epoch, augment, order, draws)}
        history.append(row | (evaluate(model, epoch + 1) if evaluate is not None else {}))
        if progress is not None:
            progress(epoch + 1, schedule.epochs)
        if checkpoint is not None and time.monotonic() - saved > 60:
            save_checkpoint(checkpoint, model, optimiser, order, draws, history)
            saved = time.monotonic()
    model.eval()
    return history


def _epoch(
    model: nn.Module, optimiser: torch.optim.Optimizer, images: Tensor, labels: Tensor, step: Step, schedule: Schedule,
    epoch: int, augment: Augment | None, order: torch.Generator, draws: torch.Generator,
) -> dict[str, float]:  # fmt: skip
    """One pass over the images: mean loss and last learning rate."""
    model.train()
    per_epoch = max(1, len(images) // schedule.batch)
    total = torch.zeros((), device=images.device)
    for count, index in enumerate(batches(len(images), schedule.batch, order)):
        rate = schedule.rate(epoch * per_epoch + count, per_epoch)
        for group in optimiser.param_groups:
            group["lr"] = rate
        index = index.to(images.device)
        batch = images[index] if augment is None else augment(images[index], draws)
        loss = step(model, batch, labels[index])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if schedule.clip is not None:
            # The authors clip the gradient of the batch's summed loss.
            nn.utils.clip_grad_value_(model.parameters(), schedule.clip / len(index))
        optimiser.step()
        total += loss.detach()
    mean = float(total) / (count + 1)
    if not math.isfinite(mean):
        raise UserError(f"Training stopped in epoch {epoch + 1}: the loss is not finite (learning rate {rate:g}).")
    return {"loss": mean, "rate": rate}
