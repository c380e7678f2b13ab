"""Was the training radius chosen well? Several radii, judged on held-out images (Q2)."""

from helpers.core.quantities import share
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.strong_adversary.columns import Attacked
from helpers.papers.strong_adversary.networks import Variant, mlp
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.report.specs import Curve, Curves, Figure
from helpers.units.attack import attack
from helpers.units.unit import Unit

RADII = (1.0, 1.5, 1.7, 2.0)
ROWS = ("LWA", "Goodfellow")
ALT = "Clean accuracy and accuracy under Adv_Loss on held-out images against the training radius."


def units(settings: Settings) -> dict[Key, Unit]:
    """LWA and Goodfellow at several training radii."""
    at = Attacked(settings.mnist, (settings.budget,), how={"split": "holdout"})
    made = at.attack("fast_gradient", {"norm": 2}, at.budgets)
    found = {}
    for row in ROWS:
        for radius in RADII:
            held_out = Variant(radius=radius, split="tune", epochs=settings.tuning_epochs)
            network = mlp(settings, row, settings.seed, held_out)
            label = f"held-out Adv_Loss on {network.label}"
            found[Key(row, f"c = {radius:g}")] = Unit(attack, made, {"network": network}, label)
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Held-out accuracy, clean and under Adv_Loss, against the training radius."""
    cells, panels = [], []
    for column, bits in (("Validation", lambda a: a["clean"]), ("Adv_Loss", lambda a: a["correct"][-1])):
        curves = []
        for row in ROWS:
            places = [Key(row, f"c = {radius:g}") for radius in RADII]
            values = [share([bits(results[place].value.arrays)]) for place in places]
            cells += [cell(f"{row}, {column}", p.column, value) for p, value in zip(places, values, strict=True)]
            parts = [[getattr(value.estimate, part) for value in values] for part in ("value", "low", "high")]
            curves.append(Curve(row, RADII, *parts, method=row))
        title = f"Held-out images, {column}"
        panels.append(Curves(title, "training radius c (pixel / 256)", "accuracy", tuple(curves)))
    note = f"MNIST, {settings.tuning_epochs} epochs on the training set without the held-out part."
    return Drawn(table("table_radius", cells), Figure(tuple(panels), columns=2, alt=ALT), note)


def reading(t: Tables) -> list[str]:
    """The radius that keeps most, per method."""
    lines = []
    for row in ROWS:
        kept = {column: t.table_radius[f"{row}, Adv_Loss", column].value for column in t.table_radius.columns()}
        best = max(kept, key=kept.get)
        clean = t.table_radius[f"{row}, Validation", best].value
        lines.append(f"{row} keeps most under Adv_Loss at {best}: {kept[best]:.3f}, with {clean:.4f} on clean images.")
    return lines


ITEM = Item("table_radius", "Training radius, chosen on held-out images", units, draw, reading=reading, order=25)
