"""Table I: test error and the three robustness measures, and what box, border and coordinates do to them."""

from helpers.core.quantities import independent, near
from helpers.papers.claims import claim
from helpers.papers.convex_programming.networks import AUTHORS, NETWORKS, attacked
from helpers.papers.convex_programming.panels import REPORTED
from helpers.papers.convex_programming.robustness import BORDER, SHOWN, UNITS, boxed, measures, units
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Keyed
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables

MEASURES = ("rho_1", "rho_2", "fooled >99%")


def counted(settings: Settings, name: str) -> str:
    """How many test images a network is attacked on."""
    images = attacked(settings, name)["images"]
    return "all" if images is None else f"the first {images}"


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Table I. [Balda Table I]"""
    cells = []
    for name, label in SHOWN.items():
        for column, value in measures(results, name).items():
            cells.append(cell(label, column, value, UNITS.get(column, "linf")))
        for column, value in boxed(results, name, settings.seed).items():
            cells.append(cell(f"{label}, in the box", column, value, UNITS.get(column, "linf")))
    reduced = "" if settings.full else " (reduced networks, not the paper's)"
    note = (
        "p = inf, no box but where the row says so; test error on the whole test set, the rest over the correctly "
        f"classified of {counted(settings, 'FCNN')} test images, of {counted(settings, 'NIN')} for the colour networks "
        f"(the authors: 1,024 drawn, E13, E14). rho_1 as the authors took it, in normalised pixels (E4), rho_2 with the "
        "minimum over classes (E26; as printed: active class); ∞: 1 % or more are never fooled. The colour networks were "
        f"trained on {settings.colour} at the scale of the profile{reduced}."
    )
    return Drawn(table("table_1", cells), note=note)


def reading(t: Tables) -> list[str]:
    """Ours beside the print, on the authors' weights where they exist."""
    row = AUTHORS if AUTHORS in t.table_1.rows else NETWORKS["LeNet-5"]
    ours = t.table_1[row, "rho_2"].value
    printed = REPORTED.number("table_1", NETWORKS["LeNet-5"], "rho_2")
    return [f"On {row} rho_2 is {ours:.4f}; the paper prints {printed:.3f} for LeNet-5."]


ITEM = Item("table_1", "Table I: robustness measures", units, draw, reading=reading, order=8)


def rows(t: Tables) -> dict[str, str]:
    """Our row of each network of Table I, as nearly as we have it."""
    lenet = AUTHORS if AUTHORS in t.table_1.rows else NETWORKS["LeNet-5"]
    found = {"LeNet-5": lenet, "FCNN": SHOWN[BORDER]}
    return found | ({"NIN": NETWORKS["NIN"], "DenseNet": NETWORKS["DenseNet"]} if t.settings.full else {})


def own_rows(t: Tables) -> dict[str, str]:
    """The networks that we trained as printed."""
    return {"LeNet-5": NETWORKS["LeNet-5"], "FCNN": NETWORKS["FCNN"]}


def ranked(t: Tables, names: dict[str, str]):
    order = [name for name in ("LeNet-5", "FCNN", "NIN", "DenseNet") if name in names]
    for column in MEASURES:
        for more, less in zip(order[:-1], order[1:], strict=True):
            yield independent(t.table_1[names[more], column], t.table_1[names[less], column]) > 0


@claim("C13", "IV, Table I", needs="cpu")
def c13(t: Tables):
    """rho_1, rho_2 and eps_99 rank the networks alike: LeNet > FCNN > NIN > DenseNet."""
    return ranked(t, rows(t))


c13.beyond("on our networks")(lambda t: ranked(t, own_rows(t)))


@claim("C14", "Table I", needs="paper", scope="shown by the table; no sentence says it")
def c14(t: Tables):
    """Lower error is not higher robustness: DenseNet errs less than NIN and is less robust."""
    nin, densenet = NETWORKS["NIN"], NETWORKS["DenseNet"]
    return [independent(t.table_1[nin, column], t.table_1[densenet, column]) > 0 for column in ("Test error", "rho_2")]


def reproduces(t: Tables, names: dict[str, str]):
    """30 % for the measures, one point for the error."""
    for name, row in names.items():
        for column in MEASURES:
            printed = REPORTED.number("table_1", NETWORKS[name], column, "authors")
            yield near((t.table_1[row, column] / printed).named(f"{column} of {row} over the print"), 1.0, 0.3)
        printed = REPORTED.number("table_1", NETWORKS[name], "Test error")
        yield near(t.table_1[row, "Test error"] - printed, 0.0, 0.01)


@claim("C24", "Table I", needs="cpu")
def c24(t: Tables):
    """Table I reproduces (30 % for rho_1, rho_2, eps_99; one point for the error)."""
    return reproduces(t, rows(t))


c24.beyond("on our networks")(lambda t: reproduces(t, own_rows(t)))
