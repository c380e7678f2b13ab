"""Which setting moves a cell of Tables 1 and 2 that is near neither the print nor the authors' output."""

from helpers.papers.paper import Drawn, Item, Results, row, table
from helpers.papers.reported import numbers
from helpers.papers.strong_adversary.plan import COLUMNS, LENET, MLP, RADII, cells, lenet, long_networks, mlp, source
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.strong_adversary.tables import estimate, lenet_units, mlp_units
from helpers.units.unit import Unit

NEAR = 0.03
"""A cell is near a reported number within this."""

TITLES = {"table_1": "Table 1", "table_2": "Table 2"}
EVALUATIONS = {
    "float32 cross-entropy": {"arithmetic": "rounded"},
    "dropout on while attacked": {"dropout": True},
    "float32 cross-entropy, dropout on": {"arithmetic": "rounded", "dropout": True},
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
        add("table_1", name, f"{settings.mlp_epochs} epochs", mlp(settings, name, seed), source(settings, "mlp", seed), {})
    for radius in RADII:
        network = mlp(settings, "LWA_Rep", seed, radius=radius, split="tune", epochs=settings.tuning_epochs)
        add("table_1", "LWA_Rep", f"radius {radius:g}, {settings.tuning_epochs} epochs", network, mlp_twin, {})
    for name in ("Normal", "Dropout"):
        for setting, how in EVALUATIONS.items():
            if LENET[name].dropout or "dropout" not in how:
                add("table_2", name, setting, lenet(settings, name, seed), lenet_twin, how)
        if settings.lenet_seeds > 1:
            add("table_2", name, "another source", lenet(settings, name, seed), source(settings, "lenet", seed + 1), {})
    add("table_2", "Normal", f"{lenet_twin.settings.schedule.epochs} epochs", lenet_twin, lenet(settings, "Normal", seed), {})
    for name, network in long_networks(settings).items():
        add("table_2", "Normal", f"{network.settings.schedule.epochs} epochs, {name}", network, lenet_twin, {})
    return found


def moved_units(settings: Settings) -> dict[str, Unit]:
    """Tables 1 and 2, and the first seed's networks of some rows under one changed setting each; on the paper's data only."""
    if settings.mnist != "mnist":
        return {}
    found = {f"table_1/{key}": unit for key, unit in mlp_units(settings, True).items()}
    found |= {f"table_2/{key}": unit for key, unit in lenet_units(settings).items()}
    for name, (_, network, twin, how) in variations(settings).items():
        units = cells(settings, network, twin, budgets=(settings.budget,), data=settings.mnist, label=f" ({name})", **how)
        found |= {f"{name}/{settings.seed}/{column}": unit for column, unit in units.items()}
    return found


def distance(ours: float, item: str, name: str, column: str) -> float | None:
    """From a cell to the nearer of the printed and the authors' number; None where neither is known."""
    known = [numbers("strong_adversary").get((kind, item, name, column)) for kind in ("print", "authors")]
    return min((abs(ours - value) for value in known if value is not None), default=None)


def draw_moved(settings: Settings, results: Results) -> Drawn:
    """Reported rows, ours, and ours under each changed setting; the note follows the cells that are near neither."""
    if not results:
        return Drawn(table([]), note="Not run in this profile: needs the profile cpu (the reported numbers are about all of MNIST).")
    changed = variations(settings)
    lines, far = [], []
    tables = {"table_1": tuple(MLP), "table_2": tuple(LENET)}
    for item, names in tables.items():
        for name in names:
            mine = {column: estimate(results, f"{item}/{name}", column) for column in COLUMNS}
            mine = {column: value for column, value in mine.items() if value is not None}
            others = {
                setting: {column: estimate(results, setting, column) for column in mine}
                for setting, (of, *_) in changed.items() if of == f"{item}/{name}"
            }  # fmt: skip
            if others:
                lines += _reported_rows(item, name, mine)
                lines += [row("table_moved", f"{TITLES[item]}, {name}: ours", column, value) for column, value in mine.items()]
                lines += [row("table_moved", setting, column, value) for setting, found in others.items() for column, value in found.items() if value is not None]
            for column, value in mine.items():
                apart = distance(value.value, item, name, column)
                if apart is not None and apart > NEAR:
                    far.append(_sentence(item, name, column, value.value, {key: found[column] for key, found in others.items()}))
    found = " ".join(far) if far else "There is none."
    note = f"Cells further than {NEAR} from the print and from the authors' output, and the setting that moves each most: {found}"
    return Drawn(table(lines), note=note)


def _reported_rows(item: str, name: str, columns) -> list[dict]:
    """The printed and the authors' numbers as rows."""
    known = numbers("strong_adversary")
    return [
        row("table_moved", f"{TITLES[item]}, {name}: {title}", column, known[kind, item, name, column])
        for kind, title in (("print", "printed"), ("authors", "authors' output"))
        for column in columns if (kind, item, name, column) in known
    ]  # fmt: skip


def _sentence(item: str, name: str, column: str, ours: float, others: dict) -> str:
    """How far a cell is from its reported numbers, and the changed setting that comes nearest to one."""
    where = f"{TITLES[item]}, {name}, {column}: {ours:.3f}, {distance(ours, item, name, column):.3f} apart"
    tried = {setting: value.value for setting, value in others.items() if value is not None}
    if not tried:
        return f"{where}; no other setting was tried."
    most = max(tried, key=lambda setting: abs(tried[setting] - ours))
    nearest = min(tried, key=lambda setting: distance(tried[setting], item, name, column))
    said = {setting: f"{setting.split(': ')[1]} gives {tried[setting]:.3f}" for setting in (most, nearest)}
    return f"{where}; {', '.join(said.values())} ({distance(tried[nearest], item, name, column):.3f} apart)."


MOVED = (Item("table_moved", "Which setting moves a cell", moved_units, draw_moved),)
"""The item of the cells that are near no reported number."""
