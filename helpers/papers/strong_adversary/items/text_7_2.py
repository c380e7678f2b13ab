"""Section 7.2: the five percentages that the text repeats from Table 1."""

from helpers.core.quantities import Missing
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Keyed, correct
from helpers.papers.strong_adversary.items.table_1 import units
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table

REPEATED = (
    ("Dropout", "Adv_Loss"),
    ("Goodfellow", "Adv_Loss"),
    ("LWA", "Adv_Loss"),
    ("Goodfellow", "Adv_Alpha"),
    ("LWA", "Adv_Alpha"),
)


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Table 1's cells of these names."""
    found = ((row, column, correct(results, row, column)) for row, column in REPEATED)
    return Drawn(table("text_7_2", [cell(*one) for one in found if not isinstance(one[2], Missing)]))


ITEM = Item("text_7_2", "Section 7.2: numbers in the text", units, draw, order=8)
