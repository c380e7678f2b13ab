"""Do the robust networks only hide their gradients? One step against many, and AutoAttack where it is run (Q1)."""

from helpers.core.quantities import Missing
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed, correct
from helpers.papers.strong_adversary.columns import Attacked
from helpers.papers.strong_adversary.items.table_clipping import BOX, printed
from helpers.papers.strong_adversary.networks import lenet
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.attack import attack
from helpers.units.unit import Unit


def judged(settings: Settings) -> dict[str, Unit]:
    """The networks: Table 1's and Table 2's Normal and LWA."""
    found = {}
    for row in ("Normal", "LWA"):
        found |= {f"MLP {row}": printed(settings, row), f"LeNet {row}": lenet(settings, row, settings.seed)}
    return found


def units(settings: Settings) -> dict[Key, Unit]:
    """One step and PGD, without and with the box; AutoAttack in the box."""
    many = {"norm": 2, "steps": settings.pgd_steps, "restarts": settings.pgd_restarts, "seed": settings.seed}
    ways = {}
    for suffix, how in (("", {}), (" clipped", {"box": BOX})):
        ways[f"Adv_Loss{suffix}"] = ("fast_gradient", {"norm": 2}, how)
        ways[f"PGD{suffix}"] = ("pgd", many, how)
    found = {}
    for row, network in judged(settings).items():
        for column, (name, options, how) in ways.items():
            at = Attacked(settings.mnist, (settings.budget,), settings.pgd_images, how=how)
            made = at.attack(name, options, at.budgets)
            found[Key(row, column)] = Unit(
                attack, made, {"network": network}, f"{column}, first {settings.pgd_images} images, on {network.label}"
            )
        if settings.auto_attack:
            few = Attacked(settings.mnist, (settings.budget,), min(200, settings.pgd_images), how={"box": BOX})
            made = few.attack("auto_attack", {"norm": 2, "seed": settings.seed}, few.budgets)
            found[Key(row, "AutoAttack clipped")] = Unit(
                attack, made, {"network": network}, f"AutoAttack on {network.label}"
            )
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Accuracies, and one step minus many: above .1 a sign of gradient masking."""
    cells = [cell(key.row, key.column, correct(results, key.row, key.column)) for key in results]
    for row in dict.fromkeys(key.row for key in results):
        gap = correct(results, row, "Adv_Loss") - correct(results, row, "PGD")
        if not isinstance(gap, Missing):
            cells.append(cell(row, "one step - PGD", gap, "difference"))
    note = (
        f"First {settings.pgd_images} test images of MNIST; PGD: {settings.pgd_steps} steps, {settings.pgd_restarts} "
        "restarts"
    )
    missing = "" if settings.auto_attack else "; AutoAttack not run in this profile (--set auto_attack=true)"
    return Drawn(table("table_masking", cells), note=f"{note}{missing}.")


def reading(t: Tables) -> list[str]:
    """How much more many steps find."""
    gap = {row: t.table_masking[row, "one step - PGD"].value for row in t.table_masking.rows}
    most = max(gap, key=gap.get)
    return [
        f"Many steps find most beyond one step on {most}: {gap[most]:.3f} of the images.",
        f"On LWA's networks the gap is {gap['MLP LWA']:.3f} (MLP) and {gap['LeNet LWA']:.3f} (LeNet).",
    ]


ITEM = Item("table_masking", "One step against many", units, draw, reading=reading, order=18)
