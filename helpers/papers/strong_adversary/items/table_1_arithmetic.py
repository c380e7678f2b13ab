"""Exact gradients beside those of the float32 cross-entropy, as in the authors' code (E31)."""

from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed, accuracies
from helpers.papers.strong_adversary.columns import ATTACKS, Attacked, fixed, white_box
from helpers.papers.strong_adversary.networks import Variant, mlp, source
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.tables import Tables
from helpers.units.unit import Unit

COLUMNS = (*ATTACKS, "Fixed")


def units(settings: Settings) -> dict[Key, Unit]:
    """Normal and the Fixed source, attacked by both kinds of gradient.

    Where the authors' epochs are not trained, the output layer is multiplied by 4: no decision changes, rounding
    begins.
    """
    authors, seed = settings.authors_seeds > 0, settings.seed
    twin = source(settings, "mlp", seed, authors)
    sharpened = Variant(authors=authors, sharpen=1.0 if authors else 4.0)
    found = {}
    for name, network in {"Normal": mlp(settings, "Normal", seed, sharpened), "Source": twin}.items():
        for arithmetic, row in (("exact", name), ("rounded", f"{name}, rounded")):
            at = Attacked(settings.mnist, (settings.budget,), arithmetic=arithmetic)
            attacks = {
                **white_box(network, at, f", {arithmetic},"),
                "Fixed": fixed(network, twin, at, f", {arithmetic},"),
            }
            found |= {Key(row, column): unit for column, unit in attacks.items()}
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Accuracies."""
    rows = tuple(dict.fromkeys(key.row for key in results))
    note = (
        f"MNIST, l2 size {settings.budget}; first seed. Where the authors' epochs are not trained, Normal's output "
        "layer is multiplied by 4."
    )
    return Drawn(accuracies("table_1_arithmetic", results, rows, COLUMNS), note=note)


def reading(t: Tables) -> list[str]:
    """What rounding hides."""
    exact, rounded = (t.table_1_arithmetic[row, "Adv_Loss"].value for row in ("Normal", "Normal, rounded"))
    return [f"The same network keeps {exact:.3f} under exact gradients and {rounded:.3f} under rounded ones."]


ITEM = Item(
    "table_1_arithmetic",
    "Exact gradients and float32 cross-entropy",
    units,
    draw,
    reading=reading,
    order=21,
)
