"""Tables 1, 1b, 2 and 3 and the numbers of the text."""

from collections.abc import Mapping, Sequence

import numpy as np

from helpers.core.statistics import accuracy
from helpers.papers.cells import accuracy_rows, bars, cell_estimate
from helpers.papers.paper import Drawn, Item, Results, row, table
from helpers.papers.strong_adversary.plan import (
    COLOUR,
    COLUMNS,
    LENET,
    MLP,
    PIXEL,
    Recipe,
    cells,
    colour,
    grid,
    lenet,
    long_networks,
    mlp,
    seeds,
    source,
)
from helpers.papers.strong_adversary.plan import rows as table_rows
from helpers.papers.strong_adversary.settings import Settings
from helpers.units.score import Score, score
from helpers.units.unit import Unit

EQUAL = {
    **{name: Recipe((500, 500), recipe.phases, recipe.dropout, recipe.step, recipe.options, recipe.radius and 1.5, recipe.tuned)
       for name, recipe in MLP.items()},
    "Miyato": Recipe((500, 500), MLP["LWA"].phases, 0.0, "virtual_adversarial", {}, 1.5),
    "PGD training": Recipe((500, 500), MLP["LWA"].phases, 0.0, "perturbed_input", {"steps": 5}, 1.5),
    "LWA by Adv_Alpha": Recipe((500, 500), MLP["LWA"].phases, 0.0, "perturbed_input", {"adversary": "alpha"}, 1.5),
    "Random noise": Recipe((500, 500), MLP["LWA"].phases, 0.0, "perturbed_input", {"adversary": "random"}, 1.5),
}  # fmt: skip
"""Table 1b: every method at 500 x 500 and training radius 1.5, the printed tables' budget."""


def rows_of_units(settings: Settings, networks: Mapping[str, tuple[Unit, Unit]], data: str, **more) -> dict[str, Unit]:
    """Units of a table by "row/seed/column", from {"row/seed": (network, source)}."""
    found = {}
    for name, (network, twin) in networks.items():
        found |= {f"{name}/{column}": unit for column, unit in cells(settings, network, twin, data=data, **more).items()}
    return found


def on_itself(settings: Settings, twin: Unit, data: str, **more) -> dict[str, Unit]:
    """The first seed's source on the Fixed set that it makes: a white-box attack, as the authors' notebooks stored it."""
    return {f"Source/{settings.seed}/Fixed": cells(settings, twin, twin, data=data, **more)["Fixed"]}


def mlp_units(settings: Settings, authors: bool) -> dict[str, Unit]:
    """Table 1's units: at the authors' epochs, or on the short schedule with more seeds."""
    authors = authors and settings.authors_seeds > 0
    count = settings.authors_seeds if authors else settings.seeds
    networks = {
        f"{name}/{seed}": (mlp(settings, name, seed, authors=authors), source(settings, "mlp", seed, authors))
        for name in MLP
        for seed in seeds(settings, count)
    }
    chosen = {"data": settings.mnist, "budgets": (settings.budget,)}
    return rows_of_units(settings, networks, **chosen) | on_itself(settings, source(settings, "mlp", settings.seed, authors), **chosen)


def equal_units(settings: Settings) -> dict[str, Unit]:
    """Table 1b's units."""
    networks = {
        f"{name}/{seed}": (mlp(settings, name, seed, recipe=recipe, epochs=settings.added_epochs), source(settings, "mlp", seed))
        for name, recipe in EQUAL.items()
        for seed in seeds(settings, settings.added_seeds)
    }
    return rows_of_units(settings, networks, settings.mnist, budgets=(settings.budget,))


def lenet_units(settings: Settings, names: Sequence[str] | None = None) -> dict[str, Unit]:
    """Table 2's units; the first seed of the printed rows is attacked over the whole grid of Figures 1 and 2."""
    found = {}
    for name in names or table_rows(settings, LENET):
        printed = name in ("Normal", "LWA")
        for seed in seeds(settings, settings.lenet_seeds if printed else settings.added_seeds):
            budgets = grid(settings) if printed and seed == settings.seed else (settings.budget,)
            network, twin = lenet(settings, name, seed), source(settings, "lenet", seed)
            found |= rows_of_units(settings, {f"{name}/{seed}": (network, twin)}, settings.mnist, budgets=budgets)
    return found | on_itself(settings, source(settings, "lenet", settings.seed), settings.mnist, budgets=(settings.budget,))


def colour_units(settings: Settings, units: str = "printed", names: Sequence[str] | None = None) -> dict[str, Unit]:
    """Table 3's units."""
    twins = {seed: colour(settings, "Normal", seed + 1000, units) for seed in seeds(settings, settings.colour_seeds)}
    networks = {f"{name}/{seed}": (colour(settings, name, seed, units), twins[seed]) for name in names or table_rows(settings, COLOUR) for seed in twins}
    scale = PIXEL if units == "printed" else 128 / 255
    chosen = {"data": settings.colour, "budgets": (settings.colour_budget,), "images": settings.colour_test, "scale": scale}
    return rows_of_units(settings, networks, **chosen) | on_itself(settings, twins[settings.seed], **chosen)


def text_units(settings: Settings) -> dict[str, Unit]:
    """Training and test accuracy of the LeNet of Figure 1, and of the longer run."""
    networks = {f"LeNet Normal/{seed}": lenet(settings, "Normal", seed) for seed in seeds(settings, settings.lenet_seeds)}
    networks |= {f"LeNet Normal, {name}/{settings.seed}": network for name, network in long_networks(settings).items()}
    return {
        f"{key}/{split}": Unit(score, Score(settings.mnist, split), {"network": network}, f"{split} accuracy of {network.label}")
        for key, network in networks.items() for split in ("train", "test")
    }  # fmt: skip


def text_bits(results: Results, name: str, split: str) -> list[np.ndarray]:
    """One array of bits per seed of a network of Section 7.1."""
    return [result.value.arrays["correct"] for key, result in results.items() if key.startswith(f"{name}/") and key.endswith(f"/{split}")]


def made_of(recipes: Mapping[str, Recipe]) -> str:
    """A sentence on each row's hidden units, dropout and training radius."""
    told = []
    for name, recipe in recipes.items():
        radius = "radius chosen on held-out images" if recipe.tuned else recipe.radius and f"radius {recipe.radius:g}"
        parts = ("x".join(map(str, recipe.hidden)), recipe.dropout and f"dropout {recipe.dropout:g}", radius)
        told.append(f"{name} {', '.join(part for part in parts if part)}")
    return f" Units and training radii: {'; '.join(told)}."


def _table(item: str, title: str, names: Sequence[str], note: str):
    def draw(settings: Settings, results: Results) -> Drawn:
        alt = f"{title}: accuracy of each training method on the clean images and under four perturbations."
        return Drawn(table(accuracy_rows(item, results, (*names, "Source"), COLUMNS)), bars("strong_adversary", title, item, results, names, COLUMNS, alt), note.format(**vars(settings)))

    return draw


def draw_text_7_1(settings: Settings, results: Results) -> Drawn:
    """The training and validation accuracy that Section 7.1 gives in words."""
    names = dict.fromkeys(key.split("/")[0] for key in results)
    rows = [row("text_7_1", name, column, accuracy(text_bits(results, name, split)))
            for name in names for split, column in (("train", "Training"), ("test", "Validation"))]  # fmt: skip
    return Drawn(table(rows), note="The authors trained for 25 epochs of plain SGD; the first row has one cycle with momentum.")


def draw_text_7_2(settings: Settings, results: Results) -> Drawn:
    """The five percentages that Section 7.2 repeats from Table 1."""
    wanted = (("Dropout", "Adv_Loss"), ("Goodfellow", "Adv_Loss"), ("LWA", "Adv_Loss"), ("Goodfellow", "Adv_Alpha"), ("LWA", "Adv_Alpha"))
    found = ((name, column, cell_estimate(results, name, column)) for name, column in wanted)
    return Drawn(table([row("text_7_2", name, column, value) for name, column, value in found if value is not None]))


MLP_NOTE = "l2 size {budget} in the paper's pixels (value / 256), no clipping to the pixel box; white-box sets leave misclassified images as they are."
SCALE = " (schedule: {colour_schedule}; only the authors' schedule on all images is comparable with the print)."
TABLES = (
    Item("text_7_1", "Section 7.1: LeNet's accuracy", text_units, draw_text_7_1),
    Item("table_1", "Table 1: two hidden layers, MNIST", lambda s: mlp_units(s, True),
         _table("table_1", "Table 1", tuple(MLP), MLP_NOTE + " The authors' epochs where the profile trains them." + made_of(MLP))),
    Item("table_1_seeds", "Table 1 over seeds", lambda s: mlp_units(s, False),
         _table("table_1_seeds", "Table 1, short schedule", tuple(MLP), MLP_NOTE + " {mlp_epochs} epochs, {seeds} seeds.")),
    Item("text_7_2", "Section 7.2: numbers in the text", lambda s: mlp_units(s, True), draw_text_7_2),
    Item("table_1b", "Table 1b: equal width, equal radius", equal_units,
         _table("table_1b", "Table 1b", tuple(EQUAL), MLP_NOTE + " Hidden layers of at most {widest}, training radius 1.5, {added_epochs} epochs.")),
    Item("table_2", "Table 2: LeNet, MNIST", lenet_units,
         _table("table_2", "Table 2", tuple(LENET), MLP_NOTE + " One cycle of {lenet_epochs} epochs with momentum; the printed rows over {lenet_seeds} seeds." + made_of(LENET))),
    Item("table_3", "Table 3: CIFAR-10", colour_units,
         _table("table_3", "Table 3", tuple(COLOUR), "Data: {colour}; l2 size {colour_budget} in pixels / 256; maps {colour_maps}, {colour_units} units, {colour_epochs} epochs" + SCALE)),
    Item("table_3_code", "Table 3 in the authors' code's units", lambda s: colour_units(s, "code", ("Normal", "LWA")),
         _table("table_3_code", "Table 3, code's units", ("Normal", "LWA"), "l2 size {colour_budget} in (pixel - 128) / 128: half of the printed size in grey levels.")),
)  # fmt: skip
"""Items of the printed tables, in the order of the paper."""


