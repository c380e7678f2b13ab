"""Figures 1 and 2, the longer run, Proposition C's figure and a page of examples."""

import numpy as np

from helpers.core.statistics import accuracy
from helpers.papers.paper import Drawn, Item, Results, curve, row, table
from helpers.papers.reported import numbers
from helpers.papers.strong_adversary.plan import ATTACKS, PIXEL, grid, lenet, long_networks
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.strong_adversary.tables import lenet_units
from helpers.report.specs import Curve, Curves, Figure, ImageRow, Images
from helpers.units.examples import Examples, examples
from helpers.units.unit import Unit


def series(settings: Settings, results: Results, name: str, column: str) -> list[np.ndarray]:
    """Bits (B, n) of one attack over the grid, of the first seed."""
    result = results.get(f"{name}/{settings.seed}/{column}")
    return [] if result is None else [result.value.arrays["correct"]]


def sweep_rows(item: str, settings: Settings, results: Results, name: str, prefix: str = "") -> tuple[list[dict], list[Curve]]:
    """Rows and curves of the three attacks on one network over the grid (the last entry is the tables' budget)."""
    rows, curves = [], []
    sizes = grid(settings)[:-1]
    for column in ATTACKS:
        found = series(settings, results, name, column)
        if not found:
            continue
        estimates = [accuracy([bits[index] for bits in found]) for index in range(len(sizes))]
        rows += [row(item, prefix + column, f"{size:.1f}", value) for size, value in zip(sizes, estimates, strict=True)]
        curves.append(curve(column, sizes, estimates))
    return rows, curves


def authors_curves() -> list[Curve]:
    """Figure 1's points as the authors' notebook stored them."""
    found: dict[str, list[tuple[float, float]]] = {}
    for (source, item, name, column), value in numbers("strong_adversary").items():
        if (source, item) == ("authors", "figure_1"):
            found.setdefault(name, []).append((float(column), value))
    return [Curve(f"{name}, authors", *zip(*sorted(points), strict=True), method=name, reported=True) for name, points in found.items()]


def draw_figure_1(settings: Settings, results: Results) -> Drawn:
    """Accuracy against l2 size, three attacks on LeNet trained normally. [Huang Sec. 7.1]"""
    rows, curves = sweep_rows("figure_1", settings, results, "Normal")
    lines = (*curves, *authors_curves())
    panel = Curves("LeNet, Normal", "l2 size (pixel / 256)", "accuracy", lines, (0, settings.top), (0, 1))
    alt = "Accuracy of LeNet against the l2 size of the perturbation: Adv_Alpha and Adv_Loss fall together, the sign step later."
    return Drawn(table(rows), Figure((panel,), alt=alt), "First seed; bands are 95 % intervals; dashed: the authors' stored curve (the printed figure gives no numbers).")


def watched(settings: Settings) -> dict[str, Unit]:
    """The networks of panel (a): as Table 2's first seed, judged after every epoch."""
    return {name: lenet(settings, name, settings.seed) for name in ("Normal", "LWA")}


def figure_2_units(settings: Settings) -> dict[str, Unit]:
    """Both readings of Figure 2: learning curves and accuracy against size."""
    found = lenet_units(settings, ("Normal", "LWA"))
    return found | {f"watch/{name}": unit for name, unit in watched(settings).items()}


def learning_panels(item: str, results: Results, title: str, y_range: tuple[float, float] | None = (0, 1)) -> tuple[list[dict], list[Curves]]:
    """Validation and Adv_Loss accuracy per epoch of the units "watch/<name>", a panel each."""
    rows, lines = [], {"clean": [], "adv_loss": []}
    titles = {"clean": "Validation", "adv_loss": "Adv_Loss"}
    for key, result in results.items():
        if not key.startswith("watch/"):
            continue
        name = key.removeprefix("watch/")
        history = [entry for entry in result.value.numbers["history"] if "clean" in entry]
        for field, curves in lines.items():
            rows += [row(item, f"{name}, {titles[field]}", f"epoch {entry['epoch']}", entry[field]) for entry in history]
            curves.append(Curve(name, [e["epoch"] for e in history], [e[field] for e in history], method=name))
    panels = [Curves(f"{title}{titles[field]}", "epoch", "accuracy", tuple(curves), None, y_range) for field, curves in lines.items()]
    return rows, panels


def draw_figure_2(settings: Settings, results: Results) -> Drawn:
    """(a) accuracy per epoch, (b) accuracy against l2 size, Normal and LWA. [Huang Sec. 7.2]"""
    rows, panels = learning_panels("figure_2", results, "(a) while training, ")
    for name in ("Normal", "LWA"):
        more, lines = sweep_rows("figure_2", settings, results, name, f"{name}, ")
        rows += more
        panels.append(Curves(f"(b) {name}", "l2 size (pixel / 256)", "accuracy", tuple(lines), (0, settings.top), (0, 1)))
    alt = "Top: accuracy of Normal and LWA while training. Bottom: accuracy against l2 size under three attacks; LWA stays high."
    return Drawn(table(rows), Figure(tuple(panels), columns=2, alt=alt), "Text says learning curves, caption l2 size: both are drawn; (a) on the first 2,000 test images, (b) on all.")


def long_units(settings: Settings) -> dict[str, Unit]:
    """The longer run beside Table 2's first seed: what the schedule and the number of epochs move."""
    found = {f"watch/Normal, {name}": unit for name, unit in long_networks(settings).items()}
    return found | {"watch/Normal, one cycle": lenet(settings, "Normal", settings.seed)} if found else {}


def draw_epochs(settings: Settings, results: Results) -> Drawn:
    """LeNet's robustness against the number of epochs."""
    rows, panels = learning_panels("figure_epochs", results, "", None)
    if not rows:
        return Drawn(table(rows), note="Not run in this profile: needs the profile cpu.")
    alt = "Clean accuracy and accuracy under Adv_Loss of LeNet against training epochs: plain SGD beside one cycle."
    note = f"Both schedules on the first 2,000 test images, l2 size {settings.budget}."
    return Drawn(table(rows), Figure(tuple(panels), columns=2, alt=alt), note)


def example_units(settings: Settings) -> dict[str, Unit]:
    """One test image per class with the three perturbations, on LeNet Normal."""
    network = lenet(settings, "Normal", settings.seed)
    attacks = {column: {"attack": name, "options": options} for column, (name, options) in ATTACKS.items()}
    chosen = Examples(settings.mnist, attacks, settings.budget * PIXEL)
    return {"examples": Unit(examples, chosen, {"network": network}, "examples", 2)}


def draw_examples(settings: Settings, results: Results) -> Drawn:
    """Original, perturbed and perturbation for each attack."""
    value = results["examples"].value
    count = min(6, len(value.arrays["originals"]))
    rows = [row("figure_examples", name, f"image {index + 1}", float(answer), "class")
            for name, answers in value.numbers["answers"].items() for index, answer in enumerate(answers)]  # fmt: skip
    originals = value.arrays["originals"][:count]
    lines = [ImageRow("original", [image.squeeze() / 255 for image in originals], [f"{y}" for y in value.numbers["labels"][:count]])]
    for name in ATTACKS:
        r = value.arrays[name][:count].astype(np.float32)
        moved = np.clip(originals / 255 + r, 0, 1)
        lines.append(ImageRow(name, [image.squeeze() for image in moved], [f"→ {a}" for a in value.numbers["answers"][name][:count]]))
        lines.append(ImageRow("its perturbation", [image.squeeze() for image in r], signed=True, scale=0.5))
    alt = "Digits, their perturbed versions and the perturbations of three attacks at the same l2 size."
    return Drawn(table(rows), Figure((Images("Perturbed digits", tuple(lines)),), alt=alt), f"l2 size {settings.budget}, shown clipped.")


CURVES = (
    Item("figure_examples", "Examples", example_units, draw_examples),
    Item("figure_1", "Figure 1: accuracy against l2 size", lambda s: lenet_units(s, ("Normal",)), draw_figure_1),
    Item("figure_2", "Figure 2: learning curves, and accuracy against l2 size", figure_2_units, draw_figure_2),
    Item("figure_epochs", "LeNet's robustness against epochs", long_units, draw_epochs),
)

