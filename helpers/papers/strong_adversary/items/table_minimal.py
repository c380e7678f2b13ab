"""Is Adv_Alpha close to the shortest way out? Smallest l2 perturbations by three ways (Q5)."""

from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.strong_adversary.columns import PIXEL
from helpers.papers.strong_adversary.networks import lenet
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.minimal import Minimal, minimal
from helpers.units.unit import Unit

WAYS = {"DeepFool": "deepfool", "Adv_Alpha": "adv_alpha", "Adv_Loss": "fast_gradient"}


def units(settings: Settings) -> dict[Key, Unit]:
    """DeepFool on the logits; Adv_Alpha and Adv_Loss along their directions."""
    network = lenet(settings, "Normal", settings.seed)
    return {
        Key(row): Unit(
            minimal,
            Minimal(settings.mnist, name, {"norm": 2}, images=settings.pgd_images, box=None),
            {"network": network},
            f"smallest l2, {row}, {network.label}",
        )
        for row, name in WAYS.items()
    }


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Median smallest size over correctly classified images."""
    cells = []
    for key, result in results.items():
        numbers = result.value.numbers
        cells += [
            cell(key.row, "median l2", numbers["median"] / PIXEL, "l2"),
            cell(key.row, "fooled", numbers["fooled"], "share"),
            cell(key.row, "backward passes", numbers["gradient_evaluations"], "passes"),
        ]
    note = f"MNIST, LeNet Normal, correct ones of the first {settings.pgd_images} test images, no box."
    return Drawn(table("table_minimal", cells), note=note)


def reading(t: Tables) -> list[str]:
    """The three medians."""
    deepfool, alpha, loss = (t.table_minimal[row, "median l2"].value for row in WAYS)
    return [
        f"The median image leaves its class at l2 size {deepfool:.2f} by DeepFool, {alpha:.2f} along Adv_Alpha's "
        f"direction and {loss:.2f} along Adv_Loss's."
    ]


ITEM = Item("table_minimal", "Smallest perturbations", units, draw, reading=reading, order=26)
