"""Which network is trained how: units by row and seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.papers.strong_adversary.columns import PIXEL
from helpers.papers.strong_adversary.settings import Settings
from helpers.training.schedule import Schedule
from helpers.units.attack import Attack, attack
from helpers.units.choose import Choose, choose
from helpers.units.networks import Train
from helpers.units.train import train
from helpers.units.unit import Unit

REPRESENTATION_RADII = (0.05, 0.1, 0.15, 0.25)
"""Relative radii tried for LWA_Rep."""


@dataclass(frozen=True)
class Recipe:
    """One row: hidden units, dropout, how it is trained (radius in the paper's pixels), the authors' schedule."""

    hidden: tuple[int, ...]
    phases: tuple[tuple[int, float], ...]
    dropout: float = 0.0
    step: str = "plain"
    options: dict[str, Any] = field(default_factory=dict)
    radius: float | None = None
    tuned: bool = False


SIGN = {"clean": 0.5, "norm": "inf", "measure": 2}
MLP = {
    "Normal": Recipe((100, 100), ((30, 0.1), (20, 0.01))),
    "Dropout": Recipe((200, 200), ((50, 0.1), (30, 0.01)), dropout=0.5),
    # The authors sum both gradients at rate 0.05: the mean's gradient at 0.1.
    "Goodfellow": Recipe((500, 500), ((50, 0.1), (30, 0.01)), 0.0, "perturbed_input", SIGN, 1.5),
    "LWA": Recipe((500, 500), ((50, 0.1), (35, 0.02)), 0.0, "perturbed_input", {}, 1.7),
    "LWA_Rep": Recipe((200, 500), ((50, 0.1), (35, 0.02)), 0.0, "perturbed_hidden", tuned=True),
}
LENET = {
    "Normal": Recipe((100,), ((30, 0.1), (20, 0.01))),
    "Dropout": Recipe((200,), ((45, 0.1), (40, 0.01)), 0.5),
    "Goodfellow": Recipe((200,), ((45, 0.1), (40, 0.01)), 0.5, "perturbed_input", SIGN, 1.75),
    "LWA": Recipe((400,), ((60, 0.1), (60, 0.01)), 0.5, "perturbed_input", {}, 1.2),
    "LWA_Rep": Recipe((400,), ((60, 0.1), (60, 0.01)), 0.5, "perturbed_hidden", tuned=True),
    "Miyato": Recipe((400,), ((60, 0.1), (60, 0.01)), 0.5, "virtual_adversarial", {}, 1.2),
}
COLOUR = {
    "Normal": Recipe((), ((40, 0.03), (30, 0.003))),
    "Dropout": Recipe((), ((50, 0.03), (30, 0.003)), 0.5),
    "Goodfellow": Recipe((), ((50, 0.03), (20, 0.005), (20, 0.002)), 0.5, "perturbed_input", SIGN, 0.8),
    "LWA": Recipe((), ((50, 0.025), (5, 0.003), (5, 0.001), (5, 0.0001)), 0.5, "perturbed_input", {}, 0.6),
    "LWA_Rep": Recipe((), ((100, 0.045), (40, 0.01)), 0.5, "perturbed_hidden", {"radius": 0.25}),
    "Miyato": Recipe((), ((50, 0.025), (5, 0.003), (5, 0.001), (5, 0.0001)), 0.5, "virtual_adversarial", {}, 0.6),
}
"""Colour radii are shares of the budget: the authors' 0.3 and 0.4 stand against their 0.5."""


@dataclass(frozen=True)
class Variant:
    """How a network differs from its row's own.

    Attributes:
        recipe: another recipe; radius: a fixed training radius (equal radii, tuning); split: what it is trained on.
        authors: at the authors' epochs; epochs: of the short schedule; schedule: another schedule altogether.
        sharpen: factor on the output layer after training.
    """

    recipe: Recipe | None = None
    radius: float | None = None
    split: str = "train"
    authors: bool = False
    epochs: int | None = None
    schedule: Schedule | None = None
    sharpen: float = 1.0


PRINTED = Variant()


def step_options(recipe: Recipe, radius: float | None = None) -> dict[str, Any]:
    """Arguments of the training step, the radius in pixels of [0, 1]."""
    options = dict(recipe.options)
    size = recipe.radius if radius is None else radius
    if size is not None:
        options["radius"] = size * PIXEL if recipe.step != "perturbed_hidden" else size
    return options


def described(recipe: Recipe, variant: Variant) -> str:
    """What sets a network apart from others of its row, for its label."""
    radius = recipe.radius if variant.radius is None else variant.radius
    held_out = "" if variant.split == "train" else f", {variant.split}"
    return ("" if radius is None else f", c {radius:g}") + held_out


def short(epochs: int, rate: float = 0.1, last: float | None = None, batch: int = 100) -> Schedule:
    """`rate` for 70 % of the epochs, then a tenth of it (or `last`)."""
    first = max(1, round(0.7 * epochs))
    rest = ((epochs - first, rate / 10 if last is None else last),) if epochs > first else ()
    return Schedule(((first, rate), *rest), batch=batch)


def one_cycle(settings: Settings, epochs: int | None = None) -> Schedule:
    """LeNet's schedule: momentum 0.9, linear rise over a quarter of the steps, linear to zero."""
    phases = ((epochs or settings.lenet_epochs, settings.lenet_rate),)
    return Schedule(phases, one_cycle=True, batch=settings.lenet_batch, momentum=0.9)


def tuned(settings: Settings, candidates: Mapping[float, Unit], label: str) -> Unit:
    """The candidate radius of best held-out accuracy under Adv_Loss."""
    held_out = Attack(
        settings.mnist, "fast_gradient", (settings.budget * PIXEL,), {"norm": 2}, split="holdout", box=None
    )
    accuracies = {
        str(index): Unit(attack, held_out, {"network": unit}, f"{label}: radius {radius:g}, held-out images")
        for index, (radius, unit) in enumerate(candidates.items())
    }
    return Unit(choose, Choose(tuple(candidates)), accuracies, f"{label}: radius")


def mlp(settings: Settings, row: str, seed: int, variant: Variant = PRINTED) -> Unit:
    """A fully connected network, one row and seed."""
    recipe = variant.recipe or MLP[row]
    widths = tuple(min(width, settings.widest) for width in recipe.hidden)
    rate, last = recipe.phases[0][1], recipe.phases[-1][1]
    own = Schedule(recipe.phases) if variant.authors else short(variant.epochs or settings.mlp_epochs, rate, last)
    inputs = {}
    if recipe.tuned and variant.radius is None:
        held_out = Variant(split="tune", epochs=settings.tuning_epochs)
        tried = {
            radius: mlp(settings, row, settings.seed, replace(held_out, radius=radius))
            for radius in REPRESENTATION_RADII
        }
        inputs["tuned"] = tuned(settings, tried, f"MLP {row}")
    training = Train(
        settings.mnist,
        "mlp",
        own,
        seed,
        {"hidden": widths, "dropout": recipe.dropout},
        recipe.step,
        step_options(recipe, variant.radius),
        variant.split,
        std=PIXEL,
        sharpen=variant.sharpen,
    )
    label = f"MLP {row} {'x'.join(map(str, widths))}{described(recipe, variant)}, {own.epochs} epochs, seed {seed}"
    if variant.sharpen != 1:
        label += f", output x {variant.sharpen:g}"
    return Unit(train, training, inputs, label)


def lenet(settings: Settings, row: str, seed: int, variant: Variant = PRINTED) -> Unit:
    """A LeNet, one row and seed."""
    recipe = LENET[row]
    # Figure 2 (a) follows the first seed of the printed rows.
    watched = row in ("Normal", "LWA") and seed == settings.seed and variant.split == "train"
    schedule = variant.schedule or one_cycle(settings, variant.epochs)
    inputs = {}
    if recipe.tuned and variant.radius is None:
        held_out = Variant(split="tune", epochs=max(1, (settings.lenet_epochs + 1) // 3))
        tried = {
            radius: lenet(settings, row, settings.seed, replace(held_out, radius=radius))
            for radius in REPRESENTATION_RADII
        }
        inputs["tuned"] = tuned(settings, tried, f"LeNet {row}")
    training = Train(
        settings.mnist,
        "lenet_tanh",
        schedule,
        seed,
        {"units": recipe.hidden[0], "dropout": recipe.dropout},
        recipe.step,
        step_options(recipe, variant.radius),
        variant.split,
        std=PIXEL,
        watch=int(watched),
        watch_budget=settings.budget * PIXEL,
    )
    plain = "" if schedule.one_cycle else " of plain SGD"
    label = f"LeNet {row}{described(recipe, variant)}, {schedule.epochs} epochs{plain}, seed {seed}"
    return Unit(train, training, inputs, label)


def long_networks(settings: Settings) -> dict[str, Unit]:
    """LeNet Normal on the authors' plain SGD, judged after every epoch."""
    if not settings.long_epochs:
        return {}
    first = round(0.6 * settings.long_epochs)
    schedule = Schedule(((first, 0.1), (settings.long_epochs - first, 0.01)))
    return {"plain SGD": lenet(settings, "Normal", settings.seed, Variant(schedule=schedule))}


def colour(settings: Settings, row: str, seed: int, units: str = "printed") -> Unit:
    """A colour network, one row and seed; `units` "printed" (mean 117, 1/256) or "code" (mean 128, 1/128)."""
    recipe = COLOUR[row]
    mean, scale = (117 / 255, PIXEL) if units == "printed" else (128 / 255, 128 / 255)
    options = dict(recipe.options)
    if recipe.radius is not None:
        options["radius"] = recipe.radius * settings.colour_budget * scale
    if settings.colour_schedule == "authors":
        schedule = Schedule(recipe.phases, batch=128, weight_decay=1e-4, clip=5.0)
    else:
        phases = ((settings.colour_epochs, 0.02),)
        schedule = Schedule(phases, one_cycle=True, batch=settings.colour_batch, momentum=0.9, weight_decay=1e-4)
    training = Train(
        settings.colour,
        "vgg_two_stage",
        schedule,
        seed,
        {
            "maps": settings.colour_maps,
            "units": settings.colour_units,
            "dropout": recipe.dropout,
            "batch_norm": row == "LWA_Rep",
        },
        recipe.step,
        options,
        images=settings.colour_images,
        mean=mean,
        std=scale,
        crop=28,
        mirror=True,
    )
    return Unit(train, training, {}, f"colour {row}, {units} units, {schedule.epochs} epochs, seed {seed}")


def source(settings: Settings, kind: str, seed: int, authors: bool = False) -> Unit:
    """The separately trained twin of Normal that makes the Fixed set: another initialisation, one per seed."""
    twin = seed + 1000
    if kind == "lenet":
        return lenet(settings, "Normal", twin, Variant(epochs=max(2, (settings.lenet_epochs + 1) // 2)))
    recipe = Recipe((100, 100), ((30, 0.1),)) if authors else None
    return mlp(settings, "Normal", twin, Variant(recipe, authors=authors))


def rows(settings: Settings, recipes: Mapping[str, Recipe]) -> tuple[str, ...]:
    """The rows of a table that the profile trains."""
    return tuple(name for name in recipes if settings.miyato or name != "Miyato")


def seeds(settings: Settings, count: int) -> range:
    """The seeds of a row."""
    return range(settings.seed, settings.seed + count)


def made_of(recipes: Mapping[str, Recipe]) -> str:
    """A sentence on each row's hidden units, dropout and training radius."""
    lines = []
    for name, recipe in recipes.items():
        radius = "radius chosen on held-out images" if recipe.tuned else recipe.radius and f"radius {recipe.radius:g}"
        parts = ("x".join(map(str, recipe.hidden)), recipe.dropout and f"dropout {recipe.dropout:g}", radius)
        lines.append(f"{name} {', '.join(part for part in parts if part)}")
    return f"Units and training radii: {'; '.join(lines)}."
