"""The paper's 32 errata, each with the number that shows it where one can."""

from helpers.papers.strong_adversary import errata_experiments, errata_theory
from helpers.papers.strong_adversary.erratum import Cell, Theory


def errata(theory: Theory, cell: Cell) -> list[dict[str, str]]:
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
