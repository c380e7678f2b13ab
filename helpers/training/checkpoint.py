"""The state of an unfinished training: safetensors and JSON, no pickle."""

import json
import logging
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

log = logging.getLogger(__name__)


def _parameters(optimiser: torch.optim.Optimizer) -> list[nn.Parameter]:
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]


def _on_gpu(optimiser: torch.optim.Optimizer) -> bool:
    return any(parameter.is_cuda for parameter in _parameters(optimiser))


def _read(path: Path) -> tuple[dict[str, torch.Tensor], list[dict[str, float]]]:
    with safe_open(path, "pt") as handle:
        tensors = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118 (not a mapping)
        return tensors, json.loads(handle.metadata()["history"])


def save_checkpoint(
    path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, order: torch.Generator, draws: torch.Generator,
    history: list[dict[str, float]],
) -> None:  # fmt: skip
    """Write everything the next epoch depends on to `path`, by way of a temporary name."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    for index, parameter in enumerate(_parameters(optimiser)):
        found = optimiser.state[parameter].items()
        tensors |= {f"optimiser.{index}.{name}": value for name, value in found if torch.is_tensor(value)}
    tensors |= {"order": order.get_state(), "draws": draws.get_state(), "random": torch.get_rng_state()}
    if _on_gpu(optimiser):
        tensors["random_cuda"] = torch.cuda.get_rng_state()
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    contiguous = {name: value.detach().contiguous() for name, value in tensors.items()}
    try:
        save_file(contiguous, temporary, metadata={"history": json.dumps(history)})
        os.replace(temporary, path)
    except (OSError, SafetensorError) as error:
        # Training goes on; only a later resumption would have less to go on from.
        log.warning("The unfinished state could not be written to %s (%s).", path.parent, error)
        temporary.unlink(missing_ok=True)


def load_checkpoint(
    path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, order: torch.Generator, draws: torch.Generator
) -> list[dict[str, float]]:
    """Restore the state from `path` in place and return the history so far; a damaged file is removed, not read."""
    try:
        tensors, history = _read(path)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        log.warning("The unfinished state %s is damaged (%s): training starts again.", path.name, error)
        path.unlink(missing_ok=True)
        return []
    model.load_state_dict({name[6:]: value for name, value in tensors.items() if name.startswith("model.")})
    parameters = _parameters(optimiser)
    for key, value in tensors.items():
        if key.startswith("optimiser."):
            _, index, name = key.split(".", 2)
            parameter = parameters[int(index)]
            # In the parameter's memory layout: another one would give other roundings.
            like = torch.empty_like(parameter) if value.shape == parameter.shape else torch.empty_like(value, device=parameter.device)
            optimiser.state[parameter][name] = like.copy_(value)
    order.set_state(tensors["order"])
    draws.set_state(tensors["draws"])
    torch.set_rng_state(tensors["random"])
    if _on_gpu(optimiser) and "random_cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random_cuda"])
    return history
