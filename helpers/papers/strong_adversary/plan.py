"""Which network is trained how, and which attacks make the paper's columns: units by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.papers.strong_adversary.settings import Settings
from helpers.training.schedule import Schedule
from helpers.units.attack import Attack, attack
from helpers.units.choose import Choose, choose
from helpers.units.networks import Train
from helpers.units.train import train
from helpers.units.unit import Unit

PIXEL = 256 / 255
"""One unit of the paper (8-bit value / 256) in pixels of [0, 1]."""

COLUMNS = ("Validation", "Fixed", "Adv_Loss_Sign", "Adv_Loss", "Adv_Alpha")
ADVERSARIAL = COLUMNS[1:]
REPRESENTATION_RADII = (0.05, 0.1, 0.15, 0.25)
"""Relative radii tried for LWA_Rep."""

ATTACKS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "Adv_Loss_Sign": ("fast_gradient", {"norm": "inf", "measure": 2}),
    "Adv_Loss": ("fast_gradient", {"norm": 2}),
    "Adv_Alpha": ("adv_alpha", {"norm": 2}),
}


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

def expected(settings: Settings, seconds: float, data: str | None = None) -> float:
    """Expected seconds of a unit: `seconds` on the whole set `data` (MNIST's by default), a fifteenth on an embedded one."""
    return seconds / 15 if (data or settings.mnist).startswith("embedded") else seconds


SECONDS = {"plain": 1.0, "perturbed_input": 2.1, "perturbed_hidden": 1.4, "virtual_adversarial": 3.5}


def step_options(recipe: Recipe, radius: float | None = None) -> dict[str, Any]:
    """Arguments of the training step, the radius in pixels of [0, 1]."""
    options = dict(recipe.options)
    chosen = recipe.radius if radius is None else radius
    if chosen is not None:
        options["radius"] = chosen * PIXEL if recipe.step != "perturbed_hidden" else chosen
    return options


def described(recipe: Recipe, radius: float | None, split: str) -> str:
    """What sets a network apart from others of its row, for its label."""
    chosen = recipe.radius if radius is None else radius
    return ("" if chosen is None else f", c {chosen:g}") + ("" if split == "train" else f", {split}")


def short(epochs: int, rate: float = 0.1, last: float | None = None, batch: int = 100) -> Schedule:
    """`rate` for 70 % of the epochs, then a tenth of it (or `last`)."""
    first = max(1, round(0.7 * epochs))
    rest = ((epochs - first, rate / 10 if last is None else last),) if epochs > first else ()
    return Schedule(((first, rate), *rest), batch=batch)


def one_cycle(settings: Settings, epochs: int | None = None) -> Schedule:
    """LeNet's schedule: momentum 0.9, linear rise over a quarter of the steps, linear to zero."""
    return Schedule(
        ((epochs or settings.lenet_epochs, settings.lenet_rate),), one_cycle=True, batch=settings.lenet_batch, momentum=0.9
    )


def tuned(settings: Settings, candidates: Mapping[float, Unit], budget: float, data: str, label: str) -> Unit:
    """The candidate radius of best held-out accuracy under Adv_Loss."""
    judged = {
        str(index): Unit(
            attack,
            Attack(data, "fast_gradient", (budget * PIXEL,), {"norm": 2}, split="holdout", box=None),
            {"network": unit},
            f"{label}: radius {radius:g}, held-out images",
            expected(settings, 6),
        )
        for index, (radius, unit) in enumerate(candidates.items())
    }
    return Unit(choose, Choose(tuple(candidates)), judged, f"{label}: radius", 1)


def mlp(
    settings: Settings, row: str, seed: int, *, authors: bool = False, hidden: tuple[int, ...] | None = None,
    recipe: Recipe | None = None, radius: float | None = None, split: str = "train", epochs: int | None = None,
    sharpen: float = 1.0,
) -> Unit:  # fmt: skip
    """A fully connected network, one row and seed; `radius` fixes a radius (equal radii, tuning)."""
    recipe = recipe or MLP[row]
    widths = tuple(min(width, settings.widest) for width in hidden or recipe.hidden)
    rate, last = recipe.phases[0][1], recipe.phases[-1][1]
    schedule = Schedule(recipe.phases) if authors else short(epochs or settings.mlp_epochs, rate, last)
    inputs = {}
    if recipe.tuned and radius is None:
        tried = {
            value: mlp(settings, row, settings.seed, hidden=hidden, radius=value, split="tune", epochs=settings.tuning_epochs)
            for value in REPRESENTATION_RADII
        }
        inputs["tuned"] = tuned(settings, tried, settings.budget, settings.mnist, f"MLP {row}")
    chosen = Train(
        settings.mnist,
        "mlp",
        schedule,
        seed,
        {"hidden": widths, "dropout": recipe.dropout},
        recipe.step,
        step_options(recipe, radius),
        split,
        std=PIXEL,
        sharpen=sharpen,
    )
    size = (784 * widths[0] + widths[0] * widths[1]) / 640_000
    seconds = schedule.epochs * SECONDS[recipe.step] * (0.3 + 2.2 * size)
    label = f"MLP {row} {'x'.join(map(str, widths))}{described(recipe, radius, split)}, {schedule.epochs} epochs, seed {seed}"
    if sharpen != 1:
        label += f", output x {sharpen:g}"
    return Unit(train, chosen, inputs, label, expected(settings, seconds))


def lenet(
    settings: Settings, row: str, seed: int, *, radius: float | None = None, split: str = "train",
    epochs: int | None = None, schedule: Schedule | None = None,
) -> Unit:  # fmt: skip
    """A LeNet, one row and seed."""
    recipe = LENET[row]
    # Figure 2 (a) follows the first seed of the printed rows.
    watched = row in ("Normal", "LWA") and seed == settings.seed and split == "train"
    schedule = schedule or one_cycle(settings, epochs)
    inputs = {}
    if recipe.tuned and radius is None:
        epochs = max(1, (settings.lenet_epochs + 1) // 3)
        tried = {value: lenet(settings, row, settings.seed, radius=value, split="tune", epochs=epochs) for value in REPRESENTATION_RADII}
        inputs["tuned"] = tuned(settings, tried, settings.budget, settings.mnist, f"LeNet {row}")
    chosen = Train(
        settings.mnist,
        "lenet_tanh",
        schedule,
        seed,
        {"units": recipe.hidden[0], "dropout": recipe.dropout},
        recipe.step,
        step_options(recipe, radius),
        split,
        std=PIXEL,
        watch=int(watched),
        watch_budget=settings.budget * PIXEL,
    )
    plain = "" if schedule.one_cycle else " of plain SGD"
    label = f"LeNet {row}{described(recipe, radius, split)}, {schedule.epochs} epochs{plain}, seed {seed}"
    return Unit(train, chosen, inputs, label, expected(settings, schedule.epochs * 14 * SECONDS[recipe.step]))


def long_networks(settings: Settings) -> dict[str, Unit]:
    """LeNet Normal on the authors' plain SGD, judged after every epoch."""
    if not settings.long_epochs:
        return {}
    first = round(0.6 * settings.long_epochs)
    schedule = Schedule(((first, 0.1), (settings.long_epochs - first, 0.01)))
    return {"plain SGD": lenet(settings, "Normal", settings.seed, schedule=schedule)}


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
        schedule = Schedule(((settings.colour_epochs, 0.02),), one_cycle=True, batch=settings.colour_batch, momentum=0.9, weight_decay=1e-4)
    chosen = Train(
        settings.colour,
        "vgg_two_stage",
        schedule,
        seed,
        {
            "maps": settings.colour_maps, "units": settings.colour_units, "dropout": recipe.dropout,
            "batch_norm": row == "LWA_Rep",
        },
        recipe.step,
        options,
        images=settings.colour_images,
        mean=mean,
        std=scale,
        crop=28,
        mirror=True,
    )  # fmt: skip
    label = f"colour {row}, {units} units, {schedule.epochs} epochs, seed {seed}"
    return Unit(train, chosen, {}, label, expected(settings, schedule.epochs * 12 * SECONDS[recipe.step], settings.colour))


def source(settings: Settings, kind: str, seed: int, authors: bool = False) -> Unit:
    """The separately trained twin of Normal that makes the Fixed set: another initialisation, one per seed."""
    twin = seed + 1000
    if kind == "lenet":
        return lenet(settings, "Normal", twin, epochs=max(2, (settings.lenet_epochs + 1) // 2))
    return mlp(settings, "Normal", twin, authors=authors, recipe=Recipe((100, 100), ((30, 0.1),)) if authors else None)


def cells(
    settings: Settings, network: Unit, twin: Unit, *, budgets: tuple[float, ...], data: str, images: int | None = None,
    scale: float = PIXEL, arithmetic: str = "exact", label: str = "", **more: Any,
) -> dict[str, Unit]:  # fmt: skip
    """The four adversarial columns of one network; `budgets` in the paper's units; no box unless `more` gives one."""
    sizes = tuple(budget * scale for budget in budgets)
    more = {"images": images, "box": None, **more}
    extra = {} if arithmetic == "exact" else {"arithmetic": arithmetic}
    found = {}
    for column, (name, options) in ATTACKS.items():
        chosen = Attack(data, name, sizes, options | extra, **more)
        found[column] = Unit(attack, chosen, {"network": network}, f"{column}{label} on {network.label}", expected(settings, 5 + 1.0 * len(sizes)))
    last = (budgets[-1] * scale,)
    fixed = Attack(data, "fast_gradient", last, {"norm": 2, **extra}, only_correct=False, **more)
    found["Fixed"] = Unit(attack, fixed, {"network": network, "source": twin}, f"Fixed{label} on {network.label}", expected(settings, 6))
    return found


def grid(settings: Settings) -> tuple[float, ...]:
    """The curves' l2 sizes, with the tables' budget as the last entry."""
    count = round(settings.top / settings.spacing)
    return (*(round(settings.spacing * index, 6) for index in range(count + 1)), settings.budget)


def rows(settings: Settings, recipes: Mapping[str, Recipe]) -> tuple[str, ...]:
    """The rows of a table that the profile trains."""
    return tuple(name for name in recipes if settings.miyato or name != "Miyato")


def seeds(settings: Settings, count: int) -> range:
    """The seeds of a row."""
    return range(settings.seed, settings.seed + count)
