"""Table 3: CIFAR-10, two convolution stages, in the printed pixel units."""

from collections.abc import Sequence

from helpers.core.quantities import ours
from helpers.papers.claims import claim
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed, accuracies, attacked, bars
from helpers.papers.strong_adversary import networks
from helpers.papers.strong_adversary.columns import ADVERSARIAL, COLUMNS, PIXEL, Attacked, cells, fixed
from helpers.papers.strong_adversary.items.table_1 import REPORTED
from helpers.papers.strong_adversary.networks import COLOUR, LENET, MLP, colour
from helpers.papers.strong_adversary.networks import rows as trained_rows
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.tables import Tables
from helpers.units.unit import Unit


def network_units(settings: Settings, pixels: str, rows: Sequence[str]) -> dict[Key, Unit]:
    """Every row and seed under the four adversarial columns; `pixels` "printed" or "code"."""
    seeds = networks.seeds(settings, settings.colour_seeds)
    twins = {seed: colour(settings, "Normal", seed + 1000, pixels) for seed in seeds}
    trained = {(row, seed): colour(settings, row, seed, pixels) for row in rows for seed in seeds}
    scale = PIXEL if pixels == "printed" else 128 / 255
    at = Attacked(settings.colour, (settings.colour_budget,), settings.colour_test, scale)
    first = twins[settings.seed]
    found = attacked(trained, lambda row, seed: cells(trained[row, seed], twins[seed], at))
    return found | {Key("Source", "Fixed", settings.seed): fixed(first, first, at)}


def scale_note(settings: Settings) -> str:
    """How far the network is from the paper's."""
    if settings.colour_schedule == "authors":
        return "The authors' networks and schedule."
    return (
        f"Reduced networks: maps {settings.colour_maps}, {settings.colour_units} units, {settings.colour_epochs} "
        "epochs of one cycle; only the profile paper is comparable with the print."
    )


def reduced(settings: Settings) -> str:
    """What is smaller than the paper's."""
    return "" if settings.colour_schedule == "authors" else "reduced networks"


def title(settings: Settings, name: str) -> str:
    """The name of a table, called reduced where its networks are."""
    return ", ".join(filter(None, (name, reduced(settings))))


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Five columns of accuracies as bars, the printed values beside them where the networks are the paper's."""
    made = accuracies("table_3", results, (*COLOUR, "Source"), COLUMNS, "Validation")
    alt = "Table 3: accuracy of colour networks by training method, clean and under four perturbations."
    note = f"Data: {settings.colour}; l2 size {settings.colour_budget} in pixels / 256. {scale_note(settings)}"
    return Drawn(
        made, bars(made, REPORTED, title(settings, "Table 3"), tuple(COLOUR), COLUMNS, alt), note, reduced(settings)
    )


def reading(t: Tables) -> list[str]:
    """Whether these networks learned, and who keeps most."""
    clean = t.table_3["Normal", "Validation"].value
    normal, lwa = (t.table_3[row, "Adv_Loss"].value for row in ("Normal", "LWA"))
    return [
        f"Normal is right on {clean:.3f} of the clean images (.100 is chance).",
        f"Under Adv_Loss Normal keeps {normal:.3f} and LWA {lwa:.3f}.",
    ]


ITEM = Item(
    "table_3",
    "Table 3: CIFAR-10",
    lambda settings: network_units(settings, "printed", trained_rows(settings, COLOUR)),
    draw,
    reading=reading,
    order=14,
)


@claim("C5", "Tables 1-3", needs="paper")
def c5(t: Tables):
    """C2 carried over to the tables (the text says it of Figure 1 only): in every row Adv_Alpha leaves no more accuracy
    than Adv_Loss."""
    for table, rows in ((t.table_1, MLP), (t.table_2, LENET), (t.table_3, ("Normal", "Dropout", "LWA", "LWA_Rep"))):
        for row in rows:
            yield table[row, "Adv_Loss"] >= table[row, "Adv_Alpha"]


@claim("C19", "abstract, 7.2, Table 3", needs="paper")
def c19(t: Tables):
    """On CIFAR-10 LWA and LWA_Rep are more robust than Normal and Dropout on every adversarial set."""
    for column in ADVERSARIAL:
        for row in ("LWA", "LWA_Rep"):
            yield t.table_3[row, column] > t.table_3["Normal", column]
            yield t.table_3[row, column] > t.table_3["Dropout", column]


@claim("C20", "7.2, Table 3", needs="paper")
def c20(t: Tables):
    """On CIFAR-10 LWA and LWA_Rep lose a little clean accuracy (our bar: more than 0, at most .05)."""
    for row in ("LWA", "LWA_Rep"):
        lost = t.table_3["Normal", "Validation"] - t.table_3[row, "Validation"]
        yield lost > 0
        yield lost <= 0.05


@claim("C21", "Table 3", needs="paper")
def c21(t: Tables):
    """On CIFAR-10 LWA_Rep beats LWA on the white-box sets, LWA by .1 on the transferred one."""
    for column in ADVERSARIAL[1:]:
        yield t.table_3["LWA_Rep", column] >= t.table_3["LWA", column]
    yield t.table_3["LWA", "Fixed"] - t.table_3["LWA_Rep", "Fixed"] >= ours(0.1)


@claim("C22", "Related Works", needs="paper")
def c22(t: Tables):
    """LWA is at least as robust as Goodfellow's and Miyato's objectives."""
    for table in (t.table_2, t.table_3):
        for rival in ("Goodfellow", "Miyato"):
            for column in ADVERSARIAL:
                yield table["LWA", column] >= table[rival, column]
