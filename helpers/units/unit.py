"""One cached computation, what it is given and what it leaves."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch


@dataclass(frozen=True)
class Value:
    """What a unit computes.

    Attributes:
        numbers: JSON values; go into the record.
        arrays: small arrays (success bits, curves, example images); go into the record, bits packed.
        tensors: trained networks; stay in the cache.
    """

    numbers: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    tensors: dict[str, torch.Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """A finished unit: the settings it ran with, and its value."""

    settings: Any
    value: Value


@dataclass(frozen=True)
class Context:
    """Where a unit runs; none of it may change a result.

    Attributes:
        data: folder of the data sets, or None; cache: folder of the cache; device: "cpu" or "cuda".
        scratch: file for resumable state, removed when the unit is finished.
        progress: called with (done, total).
    """

    data: Path | None
    cache: Path
    device: str = "cpu"
    scratch: Path | None = None
    progress: Callable[[int, int], None] | None = None


def declares(name: str) -> Callable[[Callable], Callable]:
    """A decorator that gives a unit's function the name on which identities rest, wherever its file stands."""

    def name_it(function: Callable) -> Callable:
        function.unit_name = name
        return function

    return name_it


@dataclass(frozen=True, eq=False)
class Unit:
    """A module-level `function(settings, inputs, context) -> Value`, its settings and the units it builds on.

    Attributes:
        settings: a frozen dataclass. A field `data` names the data set; a method `files()` gives the (room, name) of the
            files it also runs by name, such as ("attacks", "pgd").
        inputs: units by the name under which the function receives their results.
        label: what progress lines say; not part of the identity.
    """

    function: Callable[[Any, Mapping[str, Result], Context], Value]
    settings: Any
    inputs: Mapping[str, "Unit"] = field(default_factory=dict)
    label: str = ""

    @property
    def name(self) -> str:
        """The name that the function declares, else its dotted name."""
        dotted = f"{self.function.__module__}.{self.function.__qualname__}"
        return getattr(self.function, "unit_name", dotted)

    @property
    def data(self) -> str | None:
        """The data set the unit reads, if any."""
        return getattr(self.settings, "data", None)

    def identity(self, checksum: Callable[[str], str]) -> str:
        """SHA-256 of function, settings, the inputs' identities and the data's checksum (`checksum(name)`).

        Settings at their default do not count, so that a new one leaves the identities of old results as they are.
        """
        data = checksum(self.data) if self.data else None
        if data not in self._identities:
            self._identities[data] = self._identify(checksum, data)
        return self._identities[data]

    @cached_property
    def _identities(self) -> dict[str | None, str]:
        return {}

    def _identify(self, checksum: Callable[[str], str], data: str | None) -> str:
        parts = {
            "function": self.name,
            "settings": differing(self.settings),
            "inputs": {name: unit.identity(checksum) for name, unit in self.inputs.items()},
            "data": data,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def differing(settings: Any) -> dict[str, Any]:
    """The fields of a settings dataclass that differ from their default, as JSON values."""
    found = {}
    for one in dataclasses.fields(settings):
        value = getattr(settings, one.name)
        default = one.default if one.default_factory is dataclasses.MISSING else one.default_factory()
        if default is dataclasses.MISSING or value != default:
            found[one.name] = differing(value) if dataclasses.is_dataclass(value) else value
    return found


def numeric(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as an attack takes them: JSON has no infinity, so settings write "inf"."""
    return {name: math.inf if value == "inf" else value for name, value in options.items()}


def closure(units: Mapping[str, Unit] | list[Unit]) -> Iterator[Unit]:
    """Every unit needed, each once, inputs before the units that build on them."""
    seen: set[int] = set()

    def visit(unit: Unit) -> Iterator[Unit]:
        if id(unit) in seen:
            return
        seen.add(id(unit))
        for needed in unit.inputs.values():
            yield from visit(needed)
        yield unit

    for unit in units.values() if isinstance(units, Mapping) else units:
        yield from visit(unit)
