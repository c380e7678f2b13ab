"""Regression: what the Jacobian tells exactly: singular value, best single entry and pixel, semidefinite bound."""

from collections.abc import Mapping

import numpy as np

from helpers.core.quantities import fact, known, share
from helpers.core.statistics import bootstrap
from helpers.papers.convex_programming.regression import exact_numbers, units
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.table import Cell, cell, table


def cells_of(name: str, numbers: Mapping) -> list[Cell]:
    """The numbers of one network."""
    power, sigma = np.array(numbers["power"]), np.array(numbers["sigma"])
    picked = float(np.mean(np.array(numbers["picked_rank"]) == 1))
    cells = [
        cell(name, "power / sigma_1, least", fact((power[sigma > 0] / sigma[sigma > 0]).min()), "ratio"),
        cell(name, "takes the longest column", fact(picked), "share"),
    ]
    for size, ranks in numbers["entry_ranks"].items():
        longest = bootstrap(np.mean, np.array(numbers["entry_shares"][size]))
        cells += [
            cell(name, f"best entry at {size}", share([np.array(ranks) == 1]), "share"),
            cell(name, f"best five at {size}", share([np.array(ranks) <= 5]), "share"),
            cell(name, f"longest / best at {size}", known(longest), "ratio"),
        ]
    guessed = np.array(numbers["estimated_rank"])
    cells.append(cell(name, "64 passes: best five", share([guessed <= 5]), "share"))
    if "pixel_over_entry" in numbers:
        cells.append(cell(name, "pixel / entry", bootstrap(np.mean, np.array(numbers["pixel_over_entry"])), "ratio"))
    for column, label in (("signs", "signs"), ("rounded_signs", "rounded signs")):
        if numbers["bounds"]:
            least = min(found[column] / found["bound"] for found in numbers["bounds"])
            cells.append(cell(name, f"{label} / bound, least", fact(least), "ratio"))
    return cells


def draw(settings: Settings, results: Results) -> Drawn:
    """Every network whose Jacobian was built."""
    cells = [one for name, numbers in exact_numbers(results).items() for one in cells_of(name, numbers)]
    note = (
        "p = 2: power iteration over the largest singular value. p = 1: share of images on which the longest column of J is "
        "the entry (one of the five entries) whose change by .1 or 1 moves the output most, and its change over the best "
        "entry's; 64 passes: the same guessed from 64 random backward passes; pixel: three entries of a colour image. "
        f"p = inf: best of ten starts over the semidefinite bound, least of {settings.bounds} images; rounded: starts from "
        "the bound's factor."
    )
    return Drawn(table("table_regression", cells), note=note)


ITEM = Item("table_regression", "Regression: what is exact", units, draw, order=17)
