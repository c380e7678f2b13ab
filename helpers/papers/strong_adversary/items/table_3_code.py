"""Table 3 in the pixel units of the authors' code, where the same .5 is half as many grey levels."""

from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Keyed, accuracies, bars
from helpers.papers.strong_adversary.columns import COLUMNS
from helpers.papers.strong_adversary.items.table_1 import REPORTED
from helpers.papers.strong_adversary.items.table_3 import network_units, reduced, scale_note, title
from helpers.papers.strong_adversary.settings import Settings

ROWS = ("Normal", "LWA")
ALT = "Table 3 in the code's pixel units: accuracy of Normal and LWA, clean and under four perturbations."


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Five columns of accuracies as bars."""
    made = accuracies("table_3_code", results, (*ROWS, "Source"), COLUMNS, "Validation")
    note = (
        f"Data: {settings.colour}; l2 size {settings.colour_budget} in (pixel - 128) / 128: half of the printed size "
        f"in grey levels. {scale_note(settings)}"
    )
    return Drawn(
        made,
        bars(made, REPORTED, title(settings, "Table 3, code's units"), ROWS, COLUMNS, ALT),
        note,
        reduced(settings),
    )


ITEM = Item(
    "table_3_code",
    "Table 3 in the authors' code's units",
    lambda settings: network_units(settings, "code", ROWS),
    draw,
    order=15,
)
