"""The two preprocessings of DenseNet (E25)."""

import numpy as np

from helpers.core.quantities import share
from helpers.papers.convex_programming.networks import attacked, network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.table import cell, table
from helpers.units.recentred import Recentred, recentred
from helpers.units.unit import Unit


def units(settings: Settings) -> dict[str, Unit]:
    """DenseNet with the means of training, and with pixel means."""
    trained = network(settings, "DenseNet")
    how = Recentred(settings.colour, attacked(settings, "DenseNet")["images"])
    return {"DenseNet": Unit(recentred, how, {"network": trained}, f"two means for {trained.label}")}


def draw(settings: Settings, results: Results) -> Drawn:
    """Test errors under both."""
    value = results["DenseNet"].value
    cells = [
        cell("DenseNet", f"error, {means} means", share([np.logical_not(value.arrays[means])]), "error")
        for means in ("channel", "pixel")
    ]
    note = (
        f"Ours is trained with channel means; pixel means of {value.numbers['training']} training images. The authors' was "
        "trained with pixel means and attacked with channel means."
    )
    return Drawn(table("table_preprocessing", cells), note=note)


ITEM = Item("table_preprocessing", "Two preprocessings", units, draw, order=13)
