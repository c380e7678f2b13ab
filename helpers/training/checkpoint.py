"""The state of an unfinished training: safetensors and JSON, no pickle."""

import json
import os
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn


def _parameters(optimiser: torch.optim.Optimizer) -> list[nn.Parameter]:
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]


def save_checkpoint(
    path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, order: torch.Generator, draws: torch.Generator,
    history: list[dict[str, float]],
) -> None:  # fmt: skip
    """Write everything the next epoch depends on to `path`, by way of a temporary name."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    for index, parameter in enumerate(_parameters(optimiser)):
        momentum = optimiser.state[parameter].get("momentum_buffer")
        if momentum is not None:
            tensors[f"momentum.{index}"] = momentum
    tensors |= {"order": order.get_state(), "draws": draws.get_state(), "random": torch.get_rng_state()}
    if torch.cuda.is_available():
        tensors["random_cuda"] = torch.cuda.get_rng_state()
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    contiguous = {name: value.detach().contiguous() for name, value in tensors.items()}
    save_file(contiguous, temporary, metadata={"history": json.dumps(history)})
    os.replace(temporary, path)


def load_checkpoint(
    path: Path, model: nn.Module, optimiser: torch.optim.Optimizer, order: torch.Generator, draws: torch.Generator
) -> list[dict[str, float]]:
    """Restore the state from `path` in place and return the history so far."""
    with safe_open(path, "pt") as handle:
        tensors = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118 (not a mapping)
        history = json.loads(handle.metadata()["history"])
    model.load_state_dict({name[6:]: value for name, value in tensors.items() if name.startswith("model.")})
    for index, parameter in enumerate(_parameters(optimiser)):
        if f"momentum.{index}" in tensors:
            # In the parameter's memory layout: another one would give other roundings.
            optimiser.state[parameter]["momentum_buffer"] = torch.empty_like(parameter).copy_(tensors[f"momentum.{index}"])
    order.set_state(tensors["order"])
    draws.set_state(tensors["draws"])
    torch.set_rng_state(tensors["random"])
    if torch.cuda.is_available() and "random_cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random_cuda"])
    return history
