"""The theory checks as a unit."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.papers.convex_programming.theory.checks import theory_numbers
from helpers.units.unit import Context, Result, Value, declares


@dataclass(frozen=True)
class Theory:
    """`seed` of the random small problems."""

    seed: int


@declares("helpers.papers.convex_programming.theory_unit.theory")
def theory(settings: Theory, inputs: Mapping[str, Result], context: Context) -> Value:
    """The numbers of every check."""
    return Value({"checks": theory_numbers(settings.seed)})
