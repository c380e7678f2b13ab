"""Table 2: LeNet on MNIST."""

from collections.abc import Sequence

from helpers.core.quantities import Missing, ours
from helpers.papers.claims import claim
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed, accuracies, attacked, bars
from helpers.papers.strong_adversary import networks
from helpers.papers.strong_adversary.columns import ADVERSARIAL, COLUMNS, Attacked, cells, fixed, grid
from helpers.papers.strong_adversary.items.table_1 import NOTE, REPORTED
from helpers.papers.strong_adversary.networks import LENET, lenet, long_networks, made_of, source
from helpers.papers.strong_adversary.networks import rows as trained_rows
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import Table
from helpers.papers.tables import Tables
from helpers.units.unit import Unit

PRINTED = ("Normal", "LWA")
AUTHORS = "Normal, plain SGD"
"""Normal on the authors' schedule, first seed, where the profile trains it."""


def network_units(settings: Settings, rows: Sequence[str]) -> dict[Key, Unit]:
    """The four columns of every row and seed; the first seed of the printed rows over the whole grid of the figures."""
    count = {row: settings.lenet_seeds if row in PRINTED else settings.added_seeds for row in rows}
    trained = {(row, seed): lenet(settings, row, seed) for row in rows for seed in networks.seeds(settings, count[row])}

    def columns(row: str, seed: int) -> dict[str, Unit]:
        swept = row in PRINTED and seed == settings.seed
        at = Attacked(settings.mnist, grid(settings) if swept else (settings.budget,))
        return cells(trained[row, seed], source(settings, "lenet", seed), at)

    first = source(settings, "lenet", settings.seed)
    own = fixed(first, first, Attacked(settings.mnist, (settings.budget,)))
    return attacked(trained, columns) | {Key("Source", "Fixed", settings.seed): own}


def units(settings: Settings) -> dict[Key, Unit]:
    """All rows that the profile trains, and Normal on the authors' schedule."""
    found = network_units(settings, trained_rows(settings, LENET))
    twin, at = source(settings, "lenet", settings.seed), Attacked(settings.mnist, (settings.budget,))
    for name, network in long_networks(settings).items():
        found |= {
            Key(f"Normal, {name}", column, settings.seed): unit for column, unit in cells(network, twin, at).items()
        }
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Five columns of accuracies as bars, the printed values beside them."""
    rows = [*LENET, AUTHORS, "Source"]
    made = accuracies("table_2", results, rows, COLUMNS, "Validation")
    alt = "Table 2: accuracy of LeNet by training method on the clean images and under four perturbations."
    note = (
        f"{NOTE.format(budget=settings.budget)} One cycle of {settings.lenet_epochs} epochs with momentum; the printed "
        f"rows over {settings.lenet_seeds} seeds; plain SGD is the authors' schedule, first seed. {made_of(LENET)}"
    )
    return Drawn(made, bars(made, REPORTED, "Table 2", (*LENET, AUTHORS), COLUMNS, alt), note)


def reading(t: Tables) -> list[str]:
    """What the schedule moves, and what LWA keeps."""
    cycle, lwa = t.table_2["Normal", "Adv_Loss"], t.table_2["LWA", "Adv_Loss"]
    authors = t.table_2[AUTHORS, "Adv_Loss"]
    lines = [f"LWA keeps {lwa.value:.3f} under Adv_Loss, Normal {cycle.value:.3f} on the one-cycle schedule."]
    if not isinstance(authors, Missing):
        printed = REPORTED.number("table_2", "Normal", "Adv_Loss")
        lines.append(f"On the authors' own schedule Normal keeps {authors.value:.3f}; printed {printed:.3f}.")
    return lines


ITEM = Item("table_2", "Table 2: LeNet, MNIST", units, draw, reading=reading, order=10)


def normal(t: Tables) -> str:
    """The row of Normal on the authors' schedule where it was trained, else on ours."""
    return AUTHORS if AUTHORS in t.table_2.rows else "Normal"


def both(t: Tables) -> list[tuple[Table, str]]:
    """Tables 1 and 2, each with its row of Normal."""
    return [(t.table_1, "Normal"), (t.table_2, "Normal")]


@claim("C16", "7.2, Tables 1, 2", needs="cpu")
def c16(t: Tables):
    """No trade-off on MNIST: LWA's clean accuracy is no lower than Normal's."""
    return [table["LWA", "Validation"] >= table[row, "Validation"] for table, row in both(t)]


@claim("C17", "abstract, Tables 1, 2", needs="cpu")
def c17(t: Tables):
    """LWA greatly improves robustness (our bar: the error falls at least threefold on every adversarial set)."""
    for table, row in both(t):
        for column in ADVERSARIAL:
            yield table["LWA", column] > table[row, column]
            less = (1 - table[row, column]) / 3 - (1 - table["LWA", column])
            yield less.named(f"a third of {row}'s error less LWA's", column) >= ours(0, direction=None)


@claim("C18", "7.2", needs="cpu")
def c18(t: Tables):
    """On LeNet perturbing the representation is not better than perturbing the image (within .01)."""
    return [t.table_2["LWA", column] - t.table_2["LWA_Rep", column] >= -0.01 for column in ADVERSARIAL]


@claim("C23", "Tables 1, 2", needs="cpu")
def c23(t: Tables):
    """The Fixed set transfers to Normal and not to LWA (our bars: .2 lost, .95 kept)."""
    for table, row in ((t.table_1, "Normal"), (t.table_2, normal(t))):
        yield table[row, "Validation"] - table[row, "Fixed"] >= ours(0.2)
        yield table["LWA", "Fixed"] >= ours(0.95, direction=0.8)
