"""Table 1 on a short schedule, over several seeds."""

from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Keyed, accuracies, bars
from helpers.papers.strong_adversary.columns import COLUMNS
from helpers.papers.strong_adversary.items.table_1 import NOTE, REPORTED, mlp_units
from helpers.papers.strong_adversary.networks import MLP
from helpers.papers.strong_adversary.settings import Settings

ALT = "Table 1 on a short schedule: accuracy of five training methods on the clean images and under four perturbations."


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Five columns of accuracies as bars."""
    made = accuracies("table_1_seeds", results, (*MLP, "Source"), COLUMNS, "Validation")
    note = f"{NOTE.format(budget=settings.budget)} {settings.mlp_epochs} epochs, {settings.seeds} seeds."
    return Drawn(made, bars(made, REPORTED, "Table 1, short schedule", tuple(MLP), COLUMNS, ALT), note)


ITEM = Item("table_1_seeds", "Table 1 over seeds", lambda settings: mlp_units(settings, False), draw, order=7)
