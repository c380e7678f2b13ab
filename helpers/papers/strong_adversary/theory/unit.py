"""The theory checks as a unit."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.papers.strong_adversary.theory.appendix import proposition_c_curve
from helpers.papers.strong_adversary.theory.propositions import theory_numbers
from helpers.units.unit import Context, Result, Value, declares


@dataclass(frozen=True)
class Theory:
    """`seed` of the random small problems."""

    seed: int


@declares("helpers.papers.strong_adversary.theory_unit.theory")
def theory(settings: Theory, inputs: Mapping[str, Result], context: Context) -> Value:
    """The numeric checks of the propositions, and the curve of Proposition C."""
    return Value({"checks": theory_numbers(settings.seed), "curve": proposition_c_curve(241)})
