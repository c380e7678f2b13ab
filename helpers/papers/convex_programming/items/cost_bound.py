"""Seconds of the sign iteration and of the semidefinite bound as the perturbed window grows. [Balda Sec. III]"""

from helpers.papers.convex_programming.regression import exact_numbers, units
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.table import cell, table

NOTE = "One image; the perturbation is confined to a central window. Processor seconds on this machine."


def draw(settings: Settings, results: Results) -> Drawn:
    """The windows of one image and the whole image, where windows were asked for."""
    cells = []
    for name, numbers in exact_numbers(results).items():
        for found in [*numbers["scaling"], *numbers["bounds"][:1]] if numbers["scaling"] else []:
            row = f"{name}, {found['entries']} entries"
            cells += [
                cell(row, "sign iteration, ten starts", found["seconds_signs"], "seconds"),
                cell(row, "semidefinite bound", found["seconds_bound"], "seconds"),
                cell(row, "signs / bound", found["signs"] / found["bound"], "ratio"),
            ]
    return Drawn(table("cost_bound", cells), note=NOTE)


ITEM = Item("cost_bound", "Regression: what the bound costs", units, draw, order=18)
