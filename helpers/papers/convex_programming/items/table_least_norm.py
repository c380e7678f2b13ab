"""A stronger reference: least norms of DeepFool and FMN, image by image (Q1)."""

import numpy as np

from helpers.core.quantities import share
from helpers.core.statistics import bootstrap
from helpers.papers.convex_programming.items import table_reference
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import cell, table
from helpers.units.unit import Unit


def units(settings: Settings) -> dict[Key, Unit]:
    """Those of the reference's units that return a least norm."""
    return {key: unit for key, unit in table_reference.units(settings).items() if key.column in ("DeepFool", "FMN")}


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Median least norms, and their ratio."""
    cells = []
    for row in dict.fromkeys(key.row for key in results):
        deepfool, fmn = (results[Key(row, method)].value.arrays for method in ("DeepFool", "FMN"))
        found = np.isfinite(deepfool["sizes"]), np.isfinite(fmn["sizes"])
        both = deepfool["clean"] & found[0] & found[1]
        first, second = deepfool["sizes"][both], fmn["sizes"][both]
        cells += [
            cell(row, "DeepFool, median", bootstrap(np.median, first), "linf"),
            cell(row, "FMN, median", bootstrap(np.median, second), "linf"),
            cell(row, "FMN / DeepFool, median", bootstrap(np.median, second / first), "ratio"),
            cell(row, "only one fools", share([(found[0] != found[1])[deepfool["clean"]]]), "share"),
        ]
    note = (
        f"l_inf, the first {settings.strong_images} test images; FMN: 100 steps. DeepFool only bounds the least norm from "
        "above."
    )
    return Drawn(table("table_least_norm", cells), note=note)


ITEM = Item("table_least_norm", "A stronger reference: least norms", units, draw, order=24)
