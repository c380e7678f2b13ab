"""The training loop over named players: data order, optimisers, history, resumable state."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from helpers.core.errors import UserError
from helpers.core.seeds import generator
from helpers.training.checkpoint import State, load_checkpoint, save_checkpoint
from helpers.training.schedule import Schedule

SAVE_EVERY = 60.0
"""Seconds between two writings of the resumable state."""


class Source(Protocol):
    """Images and labels by position; images may stay 8-bit until their batch is made."""

    def __len__(self) -> int: ...

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Images (b, c, h, w) float in [0, 1] and labels (b,) at the positions `index` (b,), on the players' device."""


@dataclass(frozen=True, eq=False)
class InMemory:
    """A source from images (n, c, h, w) float in [0, 1] and labels (n,)."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """See Source."""
        index = index.to(self.images.device)
        return self.images[index], self.labels[index]


@dataclass(eq=False)
class Player:
    """A model that is trained, how, and perhaps the decay of a moving average of its weights (`average`, in (0, 1)).

    After training, `averaged` holds that average, as a module with the model's parameter names.
    """

    model: nn.Module
    schedule: Schedule
    average: float | None = None
    averaged: nn.Module | None = field(default=None, init=False)


@dataclass(frozen=True, eq=False)
class Batch:
    """What a step sees besides the models.

    Attributes:
        images: (b, c, h, w) in [0, 1], augmented; labels: (b,); index: (b,) their positions in the source.
        draws: a generator for the step's own random numbers; memory: tensors that the step keeps from batch to batch.
        Both are part of the resumable state.
    """

    images: Tensor
    labels: Tensor
    index: Tensor
    draws: torch.Generator
    memory: dict[str, Tensor]


Models = Mapping[str, nn.Module]
Step = Callable[[Models, Batch, tuple[str, ...]], Mapping[str, Tensor]]
Augment = Callable[[Tensor, torch.Generator], Tensor]


@dataclass(frozen=True, eq=False)
class Training:
    """How named players are trained.

    Attributes:
        step: (models, batch, due) -> the scalar loss of every player named in `due`, with a graph. `models` holds players
            and partners. A loss reaches its own player's parameters alone.
        seed: of order, augmentation and the step's draws.
        turns: the players that move together, turn after turn within a batch; by default all at once. `step` is called
            once a turn, so that a later player meets the earlier ones' new weights.
        partners: fixed models, in evaluation mode throughout.
        augment: (images, generator) -> images, applied to each batch.
    """

    step: Step
    seed: int
    turns: tuple[tuple[str, ...], ...] | None = None
    partners: Models = field(default_factory=dict)
    augment: Augment | None = None


@dataclass(frozen=True, eq=False)
class Hooks:
    """What is done beside the training; none of it changes a result.

    Attributes:
        evaluate: (models, epoch) -> numbers added to the epoch's row.
        checkpoint: file of the resumable state, written about every minute and read if it is there.
        progress: called with (epochs done, epochs).
    """

    evaluate: Callable[[Models, int], dict[str, float]] | None = None
    checkpoint: Path | None = None
    progress: Callable[[int, int], None] | None = None


def alone(step: Callable[[nn.Module, Tensor, Tensor], Tensor], name: str = "model") -> Step:
    """The step of a single player from (model, images, labels) -> loss."""
    return lambda models, batch, due: {name: step(models[name], batch.images, batch.labels)}


def train_network(
    model: nn.Module,
    source: Source,
    step: Callable[[nn.Module, Tensor, Tensor], Tensor],
    schedule: Schedule,
    *,
    seed: int,
    augment: Augment | None = None,
    hooks: Hooks | None = None,
) -> list[dict[str, float]]:
    """Train one model in place by `step` (model, images, labels) -> loss; return its history as `train` does."""
    return train({"model": Player(model, schedule)}, source, Training(alone(step), seed, augment=augment), hooks)


def train(
    players: Mapping[str, Player], source: Source, training: Training, hooks: Hooks | None = None
) -> list[dict[str, float]]:
    """Train the players' models in place; return one row per epoch: epoch, loss, rate, and what `evaluate` adds.

    With several players the columns are "<player>/loss" and "<player>/rate". The global random state (dropout's masks)
    is seeded from `training.seed` and afterwards what it was.

    Raises UserError where players' epochs or batch sizes differ, a turn names no player, and in the first epoch in
    which a loss is not finite.
    """
    hooks = hooks or Hooks()
    epochs, size = _common(players)
    turns = training.turns or (tuple(players),)
    if sorted(name for turn in turns for name in set(turn)) != sorted(players):
        raise UserError(f"Every player moves in exactly one turn: players {', '.join(players)}, turns {turns}.")
    device = next(next(iter(players.values())).model.parameters()).device
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        return _run(players, source, training, hooks, turns, epochs, size)


def _common(players: Mapping[str, Player]) -> tuple[int, int]:
    """Epochs and batch size, the same for all players."""
    found = {(player.schedule.epochs, player.schedule.batch) for player in players.values()}
    if len(found) != 1:
        raise UserError(f"Players of one training share epochs and batch size, got {sorted(found)}.")
    return found.pop()


def _run(
    players: Mapping[str, Player], source: Source, training: Training, hooks: Hooks, turns: tuple, epochs: int, size: int
) -> list[dict[str, float]]:  # fmt: skip
    seed = training.seed
    torch.manual_seed(generator(seed, "training").initial_seed())
    streams = {"order": generator(seed, "order"), "draws": generator(seed, "augment"), "step": generator(seed, "step")}
    for player in players.values():
        ema = None if player.average is None else get_ema_multi_avg_fn(player.average)
        player.averaged = None if ema is None else AveragedModel(player.model, multi_avg_fn=ema, use_buffers=True)
    state = State(
        {name: player.model for name, player in players.items()},
        {name: make_optimiser(player.model, player.schedule) for name, player in players.items()},
        {name: player.averaged for name, player in players.items() if player.averaged is not None},
        streams,
    )
    if hooks.checkpoint is not None and hooks.checkpoint.exists():
        load_checkpoint(hooks.checkpoint, state)
    per_epoch = max(1, len(source) // size)
    rates = {
        name: schedule_rates(state.optimisers[name], player.schedule, per_epoch, len(state.history) * per_epoch)
        for name, player in players.items()
    }
    models = {**state.models, **training.partners}
    for partner in training.partners.values():
        partner.eval()
    saved = time.monotonic()
    for epoch in range(len(state.history) + 1, epochs + 1):
        row = {"epoch": epoch, **_epoch(players, source, training, turns, state, rates, size)}
        state.history.append(row | (hooks.evaluate(models, epoch) if hooks.evaluate is not None else {}))
        if hooks.progress is not None:
            hooks.progress(epoch, epochs)
        if hooks.checkpoint is not None and time.monotonic() - saved > SAVE_EVERY:
            save_checkpoint(hooks.checkpoint, state)
            saved = time.monotonic()
    for player in players.values():
        player.model.eval()
        player.averaged = None if player.averaged is None else player.averaged.module.eval()
    return state.history


def _epoch(
    players: Mapping[str, Player], source: Source, training: Training, turns: tuple, state: State,
    rates: Mapping[str, LambdaLR], size: int,
) -> dict[str, float]:  # fmt: skip
    """One pass over the source: mean losses and last learning rates."""
    for model in state.models.values():
        model.train()
    models = {**state.models, **training.partners}
    total: dict[str, Tensor] = {}
    last: dict[str, float] = {}
    count = 0
    for index in batches(len(source), size, state.streams["order"]):
        images, labels = source.batch(index)
        if training.augment is not None:
            images = training.augment(images, state.streams["draws"])
        batch = Batch(images, labels, index, state.streams["step"], state.memory)
        for turn in turns:
            losses = training.step(models, batch, turn)
            for name in turn:
                _backward(state.optimisers[name], losses[name], retain=len(turn) > 1)
            for name in turn:
                if (clip := players[name].schedule.clip) is not None:
                    # The bound is on the gradient of the batch's summed loss.
                    nn.utils.clip_grad_value_(state.models[name].parameters(), clip / len(index))
                state.optimisers[name].step()
                last[name] = rates[name].get_last_lr()[0]
                rates[name].step()
                if name in state.averages:
                    state.averages[name].update_parameters(state.models[name])
                loss = losses[name].detach()
                total[name] = total[name] + loss if name in total else loss.clone()
        count += 1
    means = {name: float(value) / count for name, value in total.items()}
    for name, mean in means.items():
        if not math.isfinite(mean):
            whose = "the loss" if len(players) == 1 else f"the loss of {name}"
            epoch = len(state.history) + 1
            raise UserError(f"Training stopped in epoch {epoch}: {whose} is not finite (learning rate {last[name]:g}).")
    if len(players) == 1:
        return {"loss": next(iter(means.values())), "rate": next(iter(last.values()))}
    return {f"{name}/loss": mean for name, mean in means.items()} | {f"{name}/rate": last[name] for name in means}


def _backward(optimiser: torch.optim.Optimizer, loss: Tensor, retain: bool) -> None:
    """The gradient of `loss` at the optimiser's own parameters, and at no others."""
    own = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    optimiser.zero_grad(set_to_none=True)
    loss.backward(inputs=own, retain_graph=retain)


def batches(count: int, size: int, order: torch.Generator) -> Iterator[Tensor]:
    """Index tensors of one epoch in random order; a last incomplete batch is dropped (unless it is the only one)."""
    permutation = torch.randperm(count, generator=order)
    if count < size:
        yield permutation
        return
    yield from permutation[: count - count % size].split(size)


def make_optimiser(model: nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    """SGD or Adam, decay on weights only, one fused pass over the parameters; rates are set by `schedule_rates`."""
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": schedule.weight_decay}, {"params": others, "weight_decay": 0.0}]
    if schedule.optimiser == "adam":
        return torch.optim.Adam(groups, lr=schedule.rate(0, 1), fused=True)
    return torch.optim.SGD(
        groups, lr=schedule.rate(0, 1), momentum=schedule.momentum, nesterov=schedule.nesterov, fused=True
    )


def schedule_rates(optimiser: torch.optim.Optimizer, schedule: Schedule, per_epoch: int, done: int = 0) -> LambdaLR:
    """The scheduler that gives the optimiser the schedule's rate at every step, `done` steps being over."""
    for group in optimiser.param_groups:
        # Factors of 1, so that the rates are the schedule's own, unrounded.
        group["initial_lr"] = 1.0
    return LambdaLR(optimiser, lambda step: schedule.rate(step, per_epoch), last_epoch=done - 1)
