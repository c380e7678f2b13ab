"""The pixel box and the zero border: attacks without and with the box, the border attacked and left alone (E10, E11)."""

from dataclasses import dataclass

from helpers.papers.convex_programming.attacks import BOX, METHODS, curve_units
from helpers.papers.convex_programming.networks import AUTHORS, authors, budgets, fcnn, network
from helpers.papers.convex_programming.panels import ratio
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import cell, table
from helpers.units.unit import Unit

TRIED = {name: METHODS[name] for name in ("Algorithm 1", "Algorithm 1-10", "DeepFool")}
WAYS = {"no box": None, "box": BOX}


@dataclass(frozen=True)
class Variant:
    """A network, as trained or with its border attacked or left alone, and the panel whose budgets it is given."""

    label: str
    panel: str
    network: Unit


def of_fcnn(settings: Settings) -> list[Variant]:
    """The fully connected network as printed, and as stored."""
    seed = settings.seed
    return [
        Variant("FCNN", "FCNN", network(settings, "FCNN")),
        Variant("FCNN 500x150, border attacked", "FCNN", fcnn(settings, seed, stored=True, border=True)),
        Variant("FCNN 500x150, border left alone", "FCNN", fcnn(settings, seed, stored=True)),
    ]


def of_lenet(settings: Settings) -> list[Variant]:
    """LeNet-5 as we train it, and the authors' own where it is given."""
    theirs = {True: "border attacked", False: "border left alone"} if settings.authors else {}
    own = [Variant("LeNet-5", "LeNet-5", network(settings, "LeNet-5"))]
    return own + [Variant(f"{AUTHORS}, {what}", AUTHORS, authors(settings, border)) for border, what in theirs.items()]


def box_item(name: str, kind: str, variants, order: float) -> Item:
    """The item of one kind of network."""

    def units(settings: Settings) -> dict[Key, Unit]:
        found = {}
        for one in variants(settings):
            for way, box in WAYS.items():
                made = curve_units(
                    settings, one.panel, one.network, TRIED, points=settings.box_points, box=box,
                    images=settings.strong_images,
                )  # fmt: skip
                found |= {Key(f"{one.label}, {way}", method): unit for method, unit in made.items()}
        return found

    def draw(settings: Settings, results: Keyed) -> Drawn:
        cells = []
        for one in variants(settings):
            sizes = budgets(one.panel, settings.box_points)
            for way in WAYS:
                for method in TRIED:
                    row = f"{one.label}, {way}"
                    cells += [
                        cell(f"{row}: {method}", f"{size:.4f}", ratio(results, row, sizes, index, method), "share")
                        for index, size in enumerate(sizes)
                    ]
        note = (
            f"Fooling ratio at each budget, first {settings.strong_images} test images. DeepFool in the box: its norm after "
            "clipping counts."
        )
        return Drawn(table(name, cells), note=note)

    return Item(name, f"The pixel box and the zero border: {kind}", units, draw, order=order)
