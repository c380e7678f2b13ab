"""Introduction: do other kinds of classifiers fall for the same images?"""

from helpers.core.quantities import share
from helpers.papers.claims import claim
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.strong_adversary.columns import PIXEL
from helpers.papers.strong_adversary.networks import source
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.neighbours import Neighbours, neighbours
from helpers.units.unit import Unit

JUDGES = ("5-NN", "Boosted trees")
IMAGES = {"clean": "Validation", "transferred": "Fixed", "random": "Random"}


def units(settings: Settings) -> dict[str, Unit]:
    """Other kinds of classifiers on the Fixed set (X10)."""
    twin = source(settings, "mlp", settings.seed)
    how = Neighbours(settings.mnist, settings.budget * PIXEL)
    return {"neighbours": Unit(neighbours, how, {"source": twin}, "5-NN and boosted trees")}


def draw(settings: Settings, results: Results) -> Drawn:
    """Accuracy of 5-NN and boosted trees on clean, Fixed and randomly perturbed images."""
    arrays = results["neighbours"].value.arrays
    cells = [
        cell(judge, column, share([arrays[f"{judge}/{images}"]]))
        for judge in JUDGES
        for images, column in IMAGES.items()
    ]
    note = f"l2 size {settings.budget}; up to 5,000 training and 1,000 test images."
    return Drawn(table("table_neighbours", cells), note=note)


def reading(t: Tables) -> list[str]:
    """What the Fixed set costs each judge beyond noise."""
    return [
        f"{judge}: {t.table_neighbours[judge, 'Validation'].value:.3f} clean, "
        f"{t.table_neighbours[judge, 'Random'].value:.3f} under noise, "
        f"{t.table_neighbours[judge, 'Fixed'].value:.3f} on the images that fool another network."
        for judge in JUDGES
    ]


ITEM = Item("table_neighbours", "Introduction: other kinds of classifiers", units, draw, reading=reading, order=20)


@claim("C34", "Introduction")
def c34(t: Tables):
    """The same adversarial set fools k-nearest neighbours and boosted trees (more than noise of the same size does)."""
    return [t.table_neighbours[judge, "Random"] > t.table_neighbours[judge, "Fixed"] for judge in JUDGES]
