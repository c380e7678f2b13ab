"""The errata with the numbers of a run."""

from collections.abc import Callable, Mapping

from helpers.papers.paper import Results
from helpers.papers.strong_adversary import errata as list_of_errata
from helpers.papers.strong_adversary.settings import Settings


def errata(
    settings: Settings, results: Mapping[str, Results], cell: Callable[[str, str, str], float | None]
) -> list[dict[str, str]]:
    """E1-E32; `cell(item, row, column)` reads our tables."""
    checks = results["table_theory"]["theory"].value.numbers["checks"]

    def told(item: str, row: str, column: str) -> float | None:
        """Our value, unless it is of a network that has not learned the paper's data."""
        if item.startswith("table_3") and (settings.colour != "cifar10" or (cell(item, row, "Validation") or 0) < 0.3):
            return None
        return cell(item, row, column)

    return list_of_errata.errata(checks, told)
