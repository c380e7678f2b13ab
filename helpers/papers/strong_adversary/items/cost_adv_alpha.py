"""Section 7.1: what Adv_Alpha costs, in backward passes and seconds."""

from helpers.core.quantities import equal
from helpers.papers.claims import claim
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.strong_adversary.networks import lenet
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.cost import Cost, cost
from helpers.units.unit import Unit

ROWS = {"one gradient": "Adv_Loss", "nearest boundary": "Adv_Alpha"}
LOOP = "Jacobian: K forward, K backward"
CLASSES = 10


def units(settings: Settings) -> dict[str, Unit]:
    """Adv_Alpha's cost against Adv_Loss's (X7)."""
    network = lenet(settings, "Normal", settings.seed)
    return {"cost": Unit(cost, Cost(settings.mnist), {"network": network}, "cost of Adv_Alpha")}


def draw(settings: Settings, results: Results) -> Drawn:
    """Backward passes a sample, seconds and ratios for one batch."""
    numbers = results["cost"].value.numbers
    one = numbers["seconds"]["one gradient"]
    cells = []
    for way, seconds in numbers["seconds"].items():
        row = ROWS.get(way, f"Jacobian: {way}")
        cells += [
            cell(row, "backward passes", numbers["passes"][way], "passes"),
            cell(row, "seconds", seconds, "s"),
            cell(row, "times Adv_Loss", seconds / one, "ratio"),
        ]
    note = f"LeNet, {CLASSES} classes, one batch of {numbers['images']} images, one thread, median of three."
    return Drawn(table("cost_adv_alpha", cells), note=note)


def reading(t: Tables) -> list[str]:
    """Passes and times."""
    ours, loop = (t.cost_adv_alpha[row, "times Adv_Loss"].value for row in ("Adv_Alpha", LOOP))
    return [
        f"The authors' loop takes {loop:.1f} times as long as Adv_Loss, one backward pass for each difference "
        f"{ours:.1f} times: {t.cost_adv_alpha['Adv_Alpha', 'backward passes'].value:.0f} passes instead of {CLASSES}."
    ]


ITEM = Item("cost_adv_alpha", "Section 7.1: what Adv_Alpha costs", units, draw, reading=reading, order=5)


@claim("C6", "7.1")
def c6(t: Tables):
    """Adv_Alpha costs K times as much as Adv_Loss (K - 1 backward passes suffice)."""
    passes = {row: t.cost_adv_alpha[row, "backward passes"] for row in t.cost_adv_alpha.rows}
    seconds = t.cost_adv_alpha[LOOP, "times Adv_Loss"]
    return [
        equal(passes["Adv_Loss"], 1),
        equal(passes[LOOP], CLASSES),
        equal(passes["Adv_Alpha"], CLASSES - 1),
        seconds >= CLASSES / 2,
        seconds <= 2 * CLASSES,
    ]
