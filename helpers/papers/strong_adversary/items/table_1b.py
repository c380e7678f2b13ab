"""Table 1b: every method at equal width and equal training radius, and four that the paper left out."""

from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed, accuracies, attacked, bars
from helpers.papers.strong_adversary import networks
from helpers.papers.strong_adversary.columns import COLUMNS, Attacked, cells
from helpers.papers.strong_adversary.items.table_1 import NOTE, REPORTED
from helpers.papers.strong_adversary.networks import MLP, Recipe, Variant, mlp, source
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.tables import Tables
from helpers.units.unit import Unit

RADIUS = 1.5
"""Of every row: the printed tables' budget."""


def equal(recipe: Recipe) -> Recipe:
    """The recipe at 500 x 500 and the common radius."""
    radius = recipe.radius and RADIUS
    return Recipe((500, 500), recipe.phases, recipe.dropout, recipe.step, recipe.options, radius, recipe.tuned)


def added(step: str, options: dict) -> Recipe:
    """A method that the paper left out, on LWA's schedule."""
    return Recipe((500, 500), MLP["LWA"].phases, 0.0, step, options, RADIUS)


ROWS = {name: equal(recipe) for name, recipe in MLP.items()} | {
    "Miyato": added("virtual_adversarial", {}),
    "PGD training": added("perturbed_input", {"steps": 5}),
    "LWA by Adv_Alpha": added("perturbed_input", {"adversary": "alpha"}),
    "Random noise": added("perturbed_input", {"adversary": "random"}),
}
ALT = "Table 1b: accuracy of nine training methods at equal width, clean and under four perturbations."


def units(settings: Settings) -> dict[Key, Unit]:
    """Every row and seed under the four adversarial columns."""
    trained = {
        (row, seed): mlp(settings, row, seed, Variant(recipe, epochs=settings.added_epochs))
        for row, recipe in ROWS.items()
        for seed in networks.seeds(settings, settings.added_seeds)
    }
    at = Attacked(settings.mnist, (settings.budget,))
    return attacked(trained, lambda row, seed: cells(trained[row, seed], source(settings, "mlp", seed), at))


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Five columns of accuracies as bars."""
    made = accuracies("table_1b", results, tuple(ROWS), COLUMNS, "Validation")
    note = (
        f"{NOTE.format(budget=settings.budget)} Hidden layers of at most {settings.widest}, training radius {RADIUS}, "
        f"{settings.added_epochs} epochs."
    )
    return Drawn(made, bars(made, REPORTED, "Table 1b", tuple(ROWS), COLUMNS, ALT), note)


def reading(t: Tables) -> list[str]:
    """Who leads at equal width, and what noise does."""
    loss = {row: t.table_1b[row, "Adv_Loss"].value for row in t.table_1b.rows}
    best = max(loss, key=loss.get)
    return [
        f"At equal width {best} keeps most under Adv_Loss, {loss[best]:.3f}; LWA {loss['LWA']:.3f}, Goodfellow's "
        f"method {loss['Goodfellow']:.3f}.",
        f"Random noise of the same size gives {loss['Random noise']:.3f}, no training against a perturbation "
        f"{loss['Normal']:.3f}: the direction matters, not the size.",
    ]


ITEM = Item("table_1b", "Table 1b: equal width, equal radius", units, draw, reading=reading, order=9)
