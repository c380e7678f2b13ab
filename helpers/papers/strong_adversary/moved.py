"""Which setting moves a row of Tables 1 and 2 whose cells are near neither the print nor the authors' output."""

from collections.abc import Mapping

from helpers.papers.cells import cell_estimate
from helpers.papers.paper import Drawn, Item, Results, row, table
from helpers.papers.reported import numbers
from helpers.papers.strong_adversary.plan import (
    COLUMNS,
    LENET,
    MLP,
    REPRESENTATION_RADII,
    cells,
    lenet,
    long_networks,
    mlp,
    source,
)
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.strong_adversary.tables import lenet_units, mlp_units
from helpers.units.unit import Unit

NEAR = 0.03
"""A cell is near a reported number within this."""

TITLES = {"table_1": "Table 1", "table_2": "Table 2"}
EVALUATIONS = {
    "float32 cross-entropy": {"arithmetic": "rounded"},
    "dropout on while attacked": {"dropout": True},
    "float32 cross-entropy and dropout on": {"arithmetic": "rounded", "dropout": True},
    "clipped to the box": {"box": (0.0, 1.0)},
}
"""What the attack may do differently: (E31), (E27), the authors' code, (Q4)."""


def variations(settings: Settings) -> dict[str, tuple[str, Unit, Unit, dict]]:
    """(table's row, network, source, how it is attacked) by "table, row: setting"."""
    authors, seed = settings.authors_seeds > 0, settings.seed
    mlp_twin, lenet_twin = source(settings, "mlp", seed, authors), source(settings, "lenet", seed)
    found = {}

    def add(item: str, name: str, setting: str, network: Unit, twin: Unit, how: dict) -> None:
        found[f"{TITLES[item]}, {name}: {setting}"] = (f"{item}/{name}", network, twin, how)

    for name in ("Normal", "Dropout", "LWA_Rep"):
        network = mlp(settings, name, seed, authors=authors)
        for setting, how in EVALUATIONS.items():
            if MLP[name].dropout or "dropout" not in how:
                add("table_1", name, setting, network, mlp_twin, how)
        setting = f"{settings.mlp_epochs} epochs, source too"
        add("table_1", name, setting, mlp(settings, name, seed), source(settings, "mlp", seed), {})
    for radius in REPRESENTATION_RADII:
        network = mlp(settings, "LWA_Rep", seed, radius=radius, split="tune", epochs=settings.tuning_epochs)
        setting = f"radius {radius:g}, {settings.tuning_epochs} epochs without the held-out images"
        add("table_1", "LWA_Rep", setting, network, mlp_twin, {})
    for name in ("Normal", "Dropout"):
        for setting, how in EVALUATIONS.items():
            if LENET[name].dropout or "dropout" not in how:
                add("table_2", name, setting, lenet(settings, name, seed), lenet_twin, how)
        if settings.lenet_seeds > 1:
            add("table_2", name, "another source", lenet(settings, name, seed), source(settings, "lenet", seed + 1), {})
    setting = f"the source itself: {lenet_twin.settings.schedule.epochs} epochs, another seed"
    add("table_2", "Normal", setting, lenet_twin, lenet(settings, "Normal", seed), {})
    for name, network in long_networks(settings).items():
        add("table_2", "Normal", f"{network.settings.schedule.epochs} epochs of {name}", network, lenet_twin, {})
    return found


def moved_units(settings: Settings) -> dict[str, Unit]:
    """Tables 1 and 2, and the first seed's networks of some rows under changed settings; on the paper's data only."""
    if settings.mnist != "mnist":
        return {}
    found = {f"table_1/{key}": unit for key, unit in mlp_units(settings, True).items()}
    found |= {f"table_2/{key}": unit for key, unit in lenet_units(settings).items()}
    for name, (_, network, twin, how) in variations(settings).items():
        units = cells(settings, network, twin, budgets=(settings.budget,), data=settings.mnist, label=f" ({name})", **how)
        found |= {f"{name}/{settings.seed}/{column}": unit for column, unit in units.items()}
    return found


def values(results: Results, name: str) -> dict[str, float]:
    """A row of accuracies by column, over the seeds at hand."""
    found = {column: cell_estimate(results, name, column) for column in COLUMNS}
    return {column: cell.value for column, cell in found.items() if cell is not None}


def first_seed(settings: Settings, results: Results, name: str) -> Results:
    """The results of a row that belong to the first seed."""
    return {key: result for key, result in results.items() if key.startswith(f"{name}/{settings.seed}/")}


def distances(ours: Mapping[str, float], item: str, name: str) -> dict[str, float]:
    """From each cell to the nearer of the printed and the authors' number."""
    found = {}
    for column, value in ours.items():
        known = [numbers("strong_adversary").get((kind, item, name, column)) for kind in ("print", "authors")]
        apart = [abs(value - number) for number in known if number is not None]
        if apart:
            found[column] = min(apart)
    return found


def draw_moved(settings: Settings, results: Results) -> Drawn:
    """Reported rows, ours, and the first seed's under each changed setting; the note follows the far cells."""
    if not results:
        return Drawn(table([]), note="Not run in this profile: needs the profile cpu (the reported numbers are about all of MNIST).")
    changed = variations(settings)
    lines, said = [], []
    for item, names in {"table_1": tuple(MLP), "table_2": tuple(LENET)}.items():
        for name in names:
            mine = values(results, f"{item}/{name}")
            if not mine:
                continue
            first = values(first_seed(settings, results, f"{item}/{name}"), f"{item}/{name}")
            tried = {setting: values(results, setting) for setting, (of, *_) in changed.items() if of == f"{item}/{name}"}
            if tried:
                label = f"{TITLES[item]}, {name}"
                lines += _reported_rows(item, name)
                lines += _rows(results, f"{item}/{name}", f"{label}: ours, the table's seeds")
                lines += _rows(first_seed(settings, results, f"{item}/{name}"), f"{item}/{name}", f"{label}: ours, first seed")
                for setting in tried:
                    lines += _rows(results, setting, setting)
            said += _sentences(item, name, mine, first, tried)
    found = " ".join(said) if said else "There is none."
    note = (
        f"Cells further than {NEAR} from the print and from the authors' output, what the changed settings give for the first "
        f"seed there, and the setting that brings the whole row nearest: {found}"
    )
    return Drawn(table(lines), note=note)


def _rows(results: Results, name: str, label: str) -> list[dict]:
    found = {column: cell_estimate(results, name, column) for column in COLUMNS}
    return [row("table_moved", label, column, value) for column, value in found.items() if value is not None]


def _reported_rows(item: str, name: str) -> list[dict]:
    """The printed and the authors' numbers as rows."""
    known = numbers("strong_adversary")
    return [
        row("table_moved", f"{TITLES[item]}, {name}: {title}", column, known[kind, item, name, column])
        for kind, title in (("print", "printed"), ("authors", "authors' output"))
        for column in COLUMNS if (kind, item, name, column) in known
    ]  # fmt: skip


def _sentences(item: str, name: str, mine: Mapping, first: Mapping, tried: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The far cells of a row and the setting that explains it, if one was found."""
    apart = distances(mine, item, name)
    far = {column: size for column, size in apart.items() if size > NEAR}
    if not far:
        return []
    where = f"{TITLES[item]}, {name}"
    cells_said = ", ".join(f"{column} {mine[column]:.3f} ({size:.3f} apart)" for column, size in far.items())
    moving = {setting: max(abs(found[column] - first[column]) for column in far) for setting, found in tried.items()}
    if not moving:
        return [f"{where}: {cells_said}; no other setting was tried."]
    worst = {setting: max(distances(found, item, name).values()) for setting, found in tried.items()}
    best = min(worst, key=worst.get)
    most = max(moving, key=moving.get)
    before = max(distances(first, item, name).values())
    text = f"{where}: {cells_said}; moved most by “{most.split(': ', 1)[1]}” (by up to {moving[most]:.3f})"
    if worst[best] < before:
        return [f"{text}; “{best.split(': ', 1)[1]}” brings the row's largest distance from {before:.3f} to {worst[best]:.3f}."]
    return [f"{text}; none brings the whole row nearer (largest distance {before:.3f})."]


MOVED = (Item("table_moved", "Which setting moves a row", moved_units, draw_moved),)
"""The item of the rows with cells that are near no reported number."""
