"""The figure of Proposition C: the induced regularisation is not convex."""

from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.strong_adversary.items.table_theory import units
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table
from helpers.report.specs import Curve, Curves, Figure

ALT = "The induced regularisation R_z against w: not convex; as printed it is negative for w below 0."


def draw(settings: Settings, results: Results) -> Drawn:
    """R_z as printed (right for w >= 0 only) and corrected. [Huang Prop. C]"""
    found = results["theory"].value.numbers["curve"]
    lines = (
        Curve("corrected", found["w"], found["corrected"], method="lwa"),
        Curve("as printed", found["w"], found["printed"], reported=True),
    )
    cells = [
        cell(line.label, f"{w:.2f}", y, "") for line in lines for w, y in zip(line.x[::10], line.y[::10], strict=True)
    ]
    panel = Curves("Proposition C: c = 0.5, x = y = 1", "w", "R_z(w)", lines)
    return Drawn(table("figure_proposition_c", cells), Figure((panel,), alt=ALT))


ITEM = Item("figure_proposition_c", "The figure of Proposition C", units, draw, order=16)
