"""A network whose weights are given as a file."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.core.errors import UserError
from helpers.data.weights import find_weights, load_weights
from helpers.units.networks import build
from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Given:
    """Takes the place of a training's settings.

    Attributes:
        weights: name of the file in the data folder's `weights/`; checksum: its SHA-256.
        network, options, mean, std: as in Train.
        names: {parameter in the file: parameter of the network}.
    """

    weights: str
    checksum: str
    network: str
    options: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    mean: float | tuple[float, ...] = 0.0
    std: float | tuple[float, ...] = 1.0
    seed: int = 0
    crop: int | None = None

    def files(self) -> tuple[tuple[str, str], ...]:
        """(room, name) of the files that the settings name."""
        return (("networks", self.network),)


def given(settings: Given, inputs: Mapping[str, Result], context: Context) -> Value:
    """The file's tensors under the network's names. UserError: no such file, another checksum, weights that do not fit."""
    path = find_weights(settings.weights, context.data)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != settings.checksum:
        raise UserError(f"{path}: not the file that was asked for (SHA-256 {found[:12]}, not {settings.checksum[:12]}).")
    tensors = {settings.names.get(name, name): tensor for name, tensor in load_weights(path).items()}
    build(settings, "cpu", tensors)
    return Value({"weights": settings.weights}, {}, tensors)
