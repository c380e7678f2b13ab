"""Equal cost: fooling ratio against backward passes (Q2)."""

from helpers.core.quantities import share
from helpers.papers.claims import claim
from helpers.papers.convex_programming.attacks import METHODS, Method, against, few
from helpers.papers.convex_programming.networks import budgets, network
from helpers.papers.convex_programming.panels import fooled
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.report.specs import Curve, Curves, Figure
from helpers.units.unit import Unit

NETWORKS = ("FCNN", "LeNet-5")
SELECTIONS = {"all classes": {}, "active class": {"select": "active"}}
STEPS, PGD_STEPS = (1, 2, 3, 5, 10, 20), (5, 10, 20, 50)
ALT = (
    "Fooling ratio against backward passes an image, for Algorithm 1-n with all classes and with the active one, PGD and "
    "DeepFool."
)


def size_of(name: str) -> tuple[float, ...]:
    """The one budget of a network."""
    return budgets(name, (4,))


def methods() -> dict[str, dict[int, Method]]:
    """By row the attacks, by their steps."""
    found = {
        f"Algorithm 1-n, {label}": {steps: Method("linearised", {**options, "steps": steps}) for steps in STEPS}
        for label, options in SELECTIONS.items()
    }
    found["PGD"] = {steps: Method("pgd", {"norm": "inf", "steps": steps}) for steps in PGD_STEPS}
    found["DeepFool"] = {50: METHODS["DeepFool"]}
    return found


def units(settings: Settings) -> dict[Key, Unit]:
    """Algorithm 1-n for n up to 20, all classes or the active one, PGD and DeepFool at one budget."""
    found = {}
    for name in NETWORKS:
        trained = network(settings, name)
        for row, by_steps in methods().items():
            for steps, method in by_steps.items():
                label = f"{row}, {steps} steps, {settings.strong_images} images, on {trained.label}"
                found[Key(name, row, steps)] = against(trained, method, size_of(name), label, **few(settings))
    return found


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Fooling ratio against backward passes an image."""
    cells, panels = [], []
    for name in NETWORKS:
        lines = []
        for row, by_steps in methods().items():
            found = []
            for steps in by_steps:
                result = results[Key(name, row, steps)]
                value = share([fooled(result, size_of(name))[0]])
                passes = result.value.numbers["gradient_evaluations"]
                most = "at most " if row in ("PGD", "DeepFool") else ""
                label = f"{name}, {row}, {most}{steps} steps"
                cells += [cell(label, "fooled", value, "share"), cell(label, "passes an image", passes, "passes")]
                found.append((passes, value.estimate))
            found.sort(key=lambda point: point[0])
            parts = [[getattr(value, part) for _, value in found] for part in ("value", "low", "high")]
            lines.append(Curve(row, [passes for passes, _ in found], *parts, method=row))
        title = f"{name}, eps {size_of(name)[0]:.4f}"
        panels.append(Curves(title, "backward passes an image", "fooling ratio", tuple(lines), x_log=True))
    note = f"First {settings.strong_images} test images, no box; PGD and DeepFool stop at success."
    return Drawn(table("figure_cost", cells), Figure(tuple(panels), columns=2, alt=ALT), note)


ITEM = Item("figure_cost", "Equal cost", units, draw, order=25)


@claim("C26", "IV")
def c26(t: Tables):
    """The search over classes makes Algorithm 1 costlier than Algorithm 2 (as run; as printed both take one backward pass,
    E3)."""
    passes = {label: t.figure_cost[f"FCNN, Algorithm 1-n, {label}, 1 steps", "passes an image"] for label in SELECTIONS}
    # Algorithm 2 takes one backward pass by its definition; that of the active class costs the same.
    return [passes["all classes"] > 1, passes["active class"] <= 1]
