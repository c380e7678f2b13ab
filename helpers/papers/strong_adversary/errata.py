"""The paper's 32 errata, each with the number that shows it where one can."""

from collections.abc import Mapping

from helpers.papers.errata_lines import Cell, Checks
from helpers.papers.paper import Results
from helpers.papers.strong_adversary import errata_experiments, errata_theory
from helpers.papers.strong_adversary.settings import Settings


def lines(theory: Checks, cell: Cell) -> list[dict[str, str]]:
    """E1 to E32 with the keys id, statement, where, kind, printed, corrected, shown_by.

    Args:
        theory: numbers of `theory.theory_numbers`; cell: our own (item, row, column), None where it was not run.
    """
    found = [
        *errata_theory.perturbations(theory),
        *errata_theory.objective(theory),
        *errata_theory.appendix(theory),
        *errata_experiments.setting(theory, cell),
        *errata_experiments.conclusions(cell),
        *errata_experiments.comparisons(cell),
        *errata_experiments.arithmetic(theory, cell),
    ]
    return sorted(found, key=lambda line: int(line["id"].removeprefix("E")))


def errata(settings: Settings, results: Mapping[str, Results], cell: Cell) -> list[dict[str, str]]:
    """The errata with the numbers of a run; `cell` reads our tables."""

    def told(item: str, row: str, column: str) -> float | None:
        """Our value, unless it is of a network at a reduced scale of Table 3."""
        return None if item.startswith("table_3") and settings.colour_schedule != "authors" else cell(item, row, column)

    return lines(results["table_theory"]["theory"].value.numbers["checks"], told)
