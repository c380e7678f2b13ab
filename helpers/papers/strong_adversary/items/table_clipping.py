"""What clipping to the pixel box and rounding to 8 bits change (Q4)."""

from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed, correct
from helpers.papers.strong_adversary.columns import PIXEL, Attacked
from helpers.papers.strong_adversary.networks import Variant, mlp
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.attack import attack
from helpers.units.unit import Unit

BOX = (0.0, 1.0)
ROWS = ("Normal", "LWA")
WAYS = {
    "Adv_Loss": {},
    "Adv_Loss clipped": {"box": BOX},
    "Adv_Loss clipped, 8 bit": {"box": BOX, "round": True},
}


def printed(settings: Settings, row: str) -> Unit:
    """The first seed's network of Table 1's row."""
    return mlp(settings, row, settings.seed, Variant(authors=settings.authors_seeds > 0))


def units(settings: Settings) -> dict[Key, Unit]:
    """Adv_Loss on Normal and LWA, three ways."""
    found = {}
    for row in ROWS:
        network = printed(settings, row)
        for column, how in WAYS.items():
            at = Attacked(settings.mnist, (settings.budget,), how=how)
            made = at.attack("fast_gradient", {"norm": 2}, at.budgets)
            found[Key(row, column)] = Unit(attack, made, {"network": network}, f"{column} on {network.label}")
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Accuracies, and the mean l2 size that clipping leaves."""
    cells = [cell(key.row, key.column, correct(results, key.row, key.column)) for key in results]
    for row in ROWS:
        left = results[Key(row, "Adv_Loss clipped")].value.numbers["mean_norm"][-1] / PIXEL
        cells.append(cell(row, "mean l2 clipped", left, "l2"))
    return Drawn(table("table_clipping", cells), note="MNIST, Table 1's networks. The tables of the paper do not clip.")


def reading(t: Tables) -> list[str]:
    """What is left of the perturbation, and of its effect."""
    free, clipped, left = (
        t.table_clipping["Normal", column].value for column in ("Adv_Loss", "Adv_Loss clipped", "mean l2 clipped")
    )
    return [
        f"Clipping leaves a mean l2 size of {left:.2f} of {t.settings.budget:g}; Normal keeps {clipped:.3f} instead of "
        f"{free:.3f}."
    ]


ITEM = Item("table_clipping", "Clipping to the pixel box", units, draw, reading=reading, order=22)
