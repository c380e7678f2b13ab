"""The state of an unfinished training: safetensors and JSON, no pickle."""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from helpers.core.files import replacing

log = logging.getLogger(__name__)


@dataclass(eq=False)
class State:
    """Everything that the next epoch depends on.

    Attributes:
        models, optimisers: by player; averages: moving averages of weights, by player.
        streams: random generators by name; memory: tensors that a step keeps; history: the rows of the epochs done.
    """

    models: Mapping[str, nn.Module]
    optimisers: Mapping[str, torch.optim.Optimizer]
    averages: Mapping[str, nn.Module] = field(default_factory=dict)
    streams: Mapping[str, torch.Generator] = field(default_factory=dict)
    memory: dict[str, Tensor] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)

    @property
    def on_gpu(self) -> bool:
        """Whether a model lies on a GPU, whose random state then counts too."""
        return any(parameter.is_cuda for model in self.models.values() for parameter in model.parameters())


def save_checkpoint(path: Path, state: State) -> None:
    """Write `state` to `path`, by way of a temporary name. What cannot be written is a warning: training goes on."""
    tensors = {name: value.detach().contiguous() for name, value in _tensors(state).items()}
    about = {"history": json.dumps(state.history), "sha256": _digest(tensors, state.history)}
    try:
        with replacing(path) as temporary:
            save_file(tensors, temporary, metadata=about)
    except (OSError, SafetensorError) as error:
        # Training goes on; only a later resumption would have less to go on from.
        log.warning("The unfinished state could not be written to %s (%s).", path.parent, error)


def load_checkpoint(path: Path, state: State) -> None:
    """Restore `state` in place from `path`; a damaged file is named and removed, and the state stays as it is."""
    try:
        tensors, history = _read(path)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        log.warning("The unfinished state %s is damaged (%s): training starts again.", path.name, error)
        path.unlink(missing_ok=True)
        return
    for name, model in state.models.items():
        model.load_state_dict(_below(tensors, f"model.{name}."))
        _restore_optimiser(state.optimisers[name], _below(tensors, f"optimiser.{name}."))
    for name, average in state.averages.items():
        average.load_state_dict(_below(tensors, f"average.{name}."))
    for name, stream in state.streams.items():
        stream.set_state(tensors[f"stream.{name}"])
    device = next(next(iter(state.models.values())).parameters()).device
    state.memory.update({name: value.to(device) for name, value in _below(tensors, "memory.").items()})
    torch.set_rng_state(tensors["random"])
    if state.on_gpu and "random_cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random_cuda"])
    state.history[:] = history


def _tensors(state: State) -> dict[str, Tensor]:
    tensors = {"random": torch.get_rng_state()}
    if state.on_gpu:
        tensors["random_cuda"] = torch.cuda.get_rng_state()
    for name, model in state.models.items():
        tensors |= {f"model.{name}.{key}": value for key, value in model.state_dict().items()}
        for index, parameter in enumerate(_parameters(state.optimisers[name])):
            kept = state.optimisers[name].state[parameter].items()
            tensors |= {f"optimiser.{name}.{index}.{key}": value for key, value in kept if torch.is_tensor(value)}
    for name, average in state.averages.items():
        tensors |= {f"average.{name}.{key}": value for key, value in average.state_dict().items()}
    tensors |= {f"stream.{name}": stream.get_state() for name, stream in state.streams.items()}
    return tensors | {f"memory.{name}": value for name, value in state.memory.items()}


def _read(path: Path) -> tuple[dict[str, Tensor], list[dict[str, float]]]:
    with safe_open(path, "pt") as handle:
        tensors = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118 (not a mapping)
        about = handle.metadata()
    history = json.loads(about["history"])
    if _digest(tensors, history) != about["sha256"]:
        raise ValueError("its checksum is another")
    return tensors, history


def _digest(tensors: Mapping[str, Tensor], history: list[dict[str, float]]) -> str:
    """SHA-256 (hexadecimal) of names, bytes and history; safetensors itself has no checksum."""
    digest = hashlib.sha256(json.dumps(history).encode())
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].cpu().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _parameters(optimiser: torch.optim.Optimizer) -> list[nn.Parameter]:
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]


def _restore_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    parameters = _parameters(optimiser)
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        parameter = parameters[int(index)]
        # In the parameter's memory layout: another one would give other roundings.
        like = parameter if value.shape == parameter.shape else torch.empty_like(value, device=parameter.device)
        optimiser.state[parameter][name] = torch.empty_like(like).copy_(value)
