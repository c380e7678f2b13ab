"""Choose a setting on held-out images."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.units.unit import Context, Result, Value


@dataclass(frozen=True)
class Choose:
    """`candidates`: the values tried, in the order of the inputs "0", "1", ...; the clean accuracy may fall by `allowed`
    below the best candidate's."""

    candidates: tuple[float, ...]
    allowed: float = 0.01


def choose(settings: Choose, inputs: Mapping[str, Result], context: Context) -> Value:
    """The candidate of highest accuracy under attack (its last budget) among those whose clean accuracy holds."""
    found = [inputs[str(index)].value.numbers for index in range(len(settings.candidates))]
    clean = [numbers["clean"] for numbers in found]
    robust = [numbers["accuracy"][-1] for numbers in found]
    held = [index for index, value in enumerate(clean) if value >= max(clean) - settings.allowed]
    best = max(held, key=lambda index: robust[index])
    return Value({"best": settings.candidates[best], "clean": clean, "robust": robust, "tried": list(settings.candidates)})
