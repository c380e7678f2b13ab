"""Which setting moves a row of Tables 1 and 2 whose cells are near neither the print nor the authors' output."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from helpers.core.quantities import Missing
from helpers.papers.paper import Drawn, Item
from helpers.papers.reported import Reported
from helpers.papers.shares import Key, Keyed, clean, correct
from helpers.papers.strong_adversary.columns import COLUMNS, Attacked, cells
from helpers.papers.strong_adversary.items import table_1, table_2
from helpers.papers.strong_adversary.networks import (
    LENET,
    MLP,
    REPRESENTATION_RADII,
    Variant,
    lenet,
    long_networks,
    mlp,
    source,
)
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import Cell, cell, table
from helpers.units.unit import Unit

REPORTED = Reported("strong_adversary")
NEAR = 0.03
"""A cell is near a reported number within this."""

TITLES = {"table_1": "Table 1", "table_2": "Table 2"}
ROWS = {"table_1": tuple(MLP), "table_2": tuple(LENET)}
EVALUATIONS = {
    "float32 cross-entropy": {"arithmetic": "rounded"},
    "dropout on while attacked": {"how": {"dropout": True}},
    "float32 cross-entropy and dropout on": {"arithmetic": "rounded", "how": {"dropout": True}},
    "clipped to the box": {"how": {"box": (0.0, 1.0)}},
}
"""What the attack may do differently: (E31), (E27), the authors' code, (Q4)."""


@dataclass(frozen=True)
class Place:
    """A row of a printed table, and the setting that was changed (None: the table's own, all its seeds)."""

    item: str
    row: str
    setting: str | None = None

    @property
    def name(self) -> str:
        """What the table calls the row."""
        return f"{TITLES[self.item]}, {self.row}"


@dataclass(frozen=True)
class Changed:
    """A network, the source of its Fixed set, and what the attack does differently."""

    network: Unit
    twin: Unit
    how: Mapping = field(default_factory=dict)


def variations(settings: Settings) -> dict[Place, Changed]:
    """The first seed's networks under each changed setting."""
    return _of_table_1(settings) | _of_table_2(settings)


def _of_table_1(settings: Settings) -> dict[Place, Changed]:
    own, seed = Variant(authors=settings.authors_seeds > 0), settings.seed
    twin = source(settings, "mlp", seed, own.authors)
    found = {}
    for row in ("Normal", "Dropout", "LWA_Rep"):
        network = mlp(settings, row, seed, own)
        found |= _evaluated("table_1", row, MLP[row].dropout, network, twin)
        shorter = f"{settings.mlp_epochs} epochs, source too"
        found[Place("table_1", row, shorter)] = Changed(mlp(settings, row, seed), source(settings, "mlp", seed))
    held_out = Variant(split="tune", epochs=settings.tuning_epochs)
    for radius in REPRESENTATION_RADII:
        network = mlp(settings, "LWA_Rep", seed, replace(held_out, radius=radius))
        setting = f"radius {radius:g}, {settings.tuning_epochs} epochs without the held-out images"
        found[Place("table_1", "LWA_Rep", setting)] = Changed(network, twin)
    return found


def _of_table_2(settings: Settings) -> dict[Place, Changed]:
    seed, twin = settings.seed, source(settings, "lenet", settings.seed)
    found = {}
    for row in ("Normal", "Dropout"):
        network = lenet(settings, row, seed)
        found |= _evaluated("table_2", row, LENET[row].dropout, network, twin)
        if settings.lenet_seeds > 1:
            found[Place("table_2", row, "another source")] = Changed(network, source(settings, "lenet", seed + 1))
    itself = f"the source itself: {twin.settings.schedule.epochs} epochs, another seed"
    found[Place("table_2", "Normal", itself)] = Changed(twin, lenet(settings, "Normal", seed))
    for name, network in long_networks(settings).items():
        setting = f"{network.settings.schedule.epochs} epochs of {name}"
        found[Place("table_2", "Normal", setting)] = Changed(network, twin)
    return found


def _evaluated(item: str, row: str, dropout: float, network: Unit, twin: Unit) -> dict[Place, Changed]:
    """The network attacked in other ways; those with dropout on only where it has some."""
    ways = {setting: how for setting, how in EVALUATIONS.items() if dropout or "dropout" not in setting}
    return {Place(item, row, setting): Changed(network, twin, how) for setting, how in ways.items()}


def units(settings: Settings) -> dict[Key, Unit]:
    """Tables 1 and 2, and the first seed's networks of some rows under changed settings; on the paper's data only."""
    if settings.mnist != "mnist":
        return {}
    own = {"table_1": table_1.units(settings), "table_2": table_2.units(settings)}
    found = {
        Key(Place(item, key.row), key.column, key.seed): unit
        for item, units in own.items()
        for key, unit in units.items()
    }
    for place, changed in variations(settings).items():
        at = Attacked(settings.mnist, (settings.budget,), **changed.how)
        attacks = cells(changed.network, changed.twin, at, f" ({place.name}: {place.setting})")
        found |= {Key(place, column, settings.seed): unit for column, unit in attacks.items()}
    return found


def line(results: Keyed, place: Place) -> dict[str, float]:
    """A row of accuracies by column, over the seeds at hand."""
    found = {
        column: clean(results, place) if column == "Validation" else correct(results, place, column)
        for column in COLUMNS
    }
    return {column: value for column, value in found.items() if not isinstance(value, Missing)}


def first_seed(settings: Settings, results: Keyed) -> Keyed:
    """The results that belong to the first seed."""
    return {key: result for key, result in results.items() if key.seed == settings.seed}


def reported(place: Place, origin: str) -> dict[str, float]:
    """The row as printed ("print") or as the authors stored it ("authors")."""
    found = {column: REPORTED.get(place.item, place.row, column, origin) for column in COLUMNS}
    return {column: value for column, value in found.items() if value is not None}


def distances(row: Mapping, place: Place) -> dict[str, float]:
    """From each cell to the nearer of the printed and the authors' number."""
    known = [reported(place, origin) for origin in ("print", "authors")]
    apart = {
        column: [abs(value.value - one[column]) for one in known if column in one] for column, value in row.items()
    }
    return {column: min(found) for column, found in apart.items() if found}


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Reported rows, ours, and the first seed's under each changed setting; the note follows the far cells."""
    if not results:
        note = "Not run in this profile: needs the profile cpu (the reported numbers are about all of MNIST)."
        return Drawn(table("table_moved", ()), note=note)
    changed, first = variations(settings), first_seed(settings, results)
    shown, sentences = [], []
    for place in (Place(item, row) for item, rows in ROWS.items() for row in rows):
        mine = line(results, place)
        if not mine:
            continue
        tried = {other.setting: line(results, other) for other in changed if replace(other, setting=None) == place}
        if tried:
            for origin, title in (("print", "printed"), ("authors", "authors' output")):
                shown += _cells(f"{place.name}: {title}", reported(place, origin))
            shown += _cells(f"{place.name}: ours, the table's seeds", mine)
            shown += _cells(f"{place.name}: ours, first seed", line(first, place))
            for setting, row in tried.items():
                shown += _cells(f"{place.name}: {setting}", row)
        sentences += _sentences(place, mine, line(first, place), tried)
    note = (
        f"Cells further than {NEAR} from the print and from the authors' output, what the changed settings give for "
        "the first seed there, and the setting that brings the whole row nearest: "
    )
    return Drawn(table("table_moved", shown), note=note + (" ".join(sentences) or "There is none."))


def _cells(name: str, row: Mapping) -> list[Cell]:
    return [cell(name, column, value) for column, value in row.items()]


def _sentences(place: Place, mine: Mapping, first: Mapping, tried: Mapping[str, Mapping]) -> list[str]:
    """The far cells of a row and the setting that explains it, if one was found."""
    far = {column: size for column, size in distances(mine, place).items() if size > NEAR}
    if not far:
        return []
    cells_far = ", ".join(f"{column} {mine[column].value:.3f} ({size:.3f} apart)" for column, size in far.items())
    if not tried:
        return [f"{place.name}: {cells_far}; no other setting was tried."]
    moving = {
        setting: max(abs(row[column].value - first[column].value) for column in far) for setting, row in tried.items()
    }
    worst = {setting: max(distances(row, place).values()) for setting, row in tried.items()}
    best, most = min(worst, key=worst.get), max(moving, key=moving.get)
    before = max(distances(first, place).values())
    text = f"{place.name}: {cells_far}; moved most by “{most}” (by up to {moving[most]:.3f})"
    if worst[best] < before:
        return [f"{text}; “{best}” brings the row's largest distance from {before:.3f} to {worst[best]:.3f}."]
    return [f"{text}; none brings the whole row nearer (largest distance {before:.3f})."]


ITEM = Item("table_moved", "Which setting moves a row", units, draw, order=23)
