"""Figures 1 and 2: examples, and the fooling ratio of seven attacks on four networks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from helpers.core.statistics import Estimate, accuracy
from helpers.papers.convex_programming.plan import (
    ACTIVE,
    AUTHORS,
    METHODS,
    NETWORKS,
    PANELS,
    RAW,
    attacked,
    curve_units,
    fcnn,
    largest,
    network,
    on_mnist,
    sizes_of,
)  # fmt: skip
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results, curve, row, table
from helpers.papers.reported import numbers
from helpers.report.specs import Curve, Curves, Figure, ImageRow, Images
from helpers.units.examples import Examples, examples
from helpers.units.unit import Result, Unit

BOX = (0.0, 1.0)
RAW_NAME = "FastGrad, float32 cross-entropy"
ACTIVE_NAME = "Algorithm 1, active class"
MORE = {RAW_NAME: RAW, ACTIVE_NAME: ACTIVE}
"""Beside the seven: FastGrad as a library computes it (E2), Algorithm 1 as printed (E3)."""

HALVES = {
    "several steps": ("DeepFool", "Algorithm 1-10", "Algorithm 1-5", "Algorithm 1"),
    "one step": ("Algorithm 1", "Algorithm 2", "FastGrad", "Random", *MORE),
}
"""The two halves of a panel of Figure 2; Algorithm 1 stands in both."""


QUICK, CPU, PAPER = range(3)
"""What the settings can decide."""


def level(settings: Settings) -> int:
    """Which claims the settings can decide: 0 on stand-ins, 1 on MNIST at full scale, 2 with CIFAR-10 at full scale."""
    if settings.mnist != "mnist":
        return QUICK
    return PAPER if settings.full and settings.colour == "cifar10" else CPU


def panels(settings: Settings) -> tuple[str, ...]:
    """The networks on which a claim is judged: all four at full scale, else the MNIST pair."""
    return tuple(NETWORKS) if level(settings) == PAPER else ("FCNN", "LeNet-5")


def fooled(result: Result, sizes: Sequence[float]) -> np.ndarray:
    """(B, m) bool over the m correctly classified images: fooled at each budget; DeepFool's by its norm."""
    arrays = result.value.arrays
    if "sizes" in arrays:
        return np.stack([arrays["sizes"][arrays["clean"]] < size for size in sizes])
    return ~arrays["correct"][:, arrays["clean"]]


def ratios(settings: Settings, name: str, results: Results, method: str) -> list[np.ndarray]:
    """Fooled bits (B, m) of a method, one array a seed."""
    seeds = list(key for key in results if key.startswith(f"{method}/"))
    return [fooled(results[key], sizes_of(settings, name)) for key in seeds]


def estimates(settings: Settings, name: str, results: Results, method: str) -> list[Estimate]:
    """Fooling ratio with its interval at each budget."""
    found = ratios(settings, name, results, method)
    return [accuracy([bits[index] for bits in found]) for index in range(len(sizes_of(settings, name)))] if found else []


def panel_units(settings: Settings, name: str) -> dict[str, Unit]:
    """The seven curves and two more by "method/seed"; several seeds of the fully connected network."""
    count = settings.seeds if name == "FCNN" else 1
    found = {}
    for seed in range(settings.seed, settings.seed + count):
        made = network(settings, name, seed)
        found |= {f"{method}/{seed}": unit for method, unit in curve_units(settings, name, made, {**METHODS, **MORE}).items()}
    return found


def reported_curves(item: str) -> list[Curve]:
    """The authors' stored points, and those of Algorithm 1-n, which is not stored, read off the figure."""
    stored: dict[str, dict[float, float]] = {}
    for source in ("digitised", "authors"):
        for (kind, found, name, column), value in numbers("convex_programming").items():
            if kind == source and found == item and (source == "authors" or name.startswith("Algorithm 1-")):
                stored.setdefault(name, {})[float(column)] = value
    found = []
    for name, points in stored.items():
        source = "read off" if name.startswith("Algorithm 1-") else "authors"
        found.append(Curve(f"{name}, {source}", *zip(*sorted(points.items()), strict=True), method=name, reported=True))
    return found


def comparable(settings: Settings, name: str) -> bool:
    """Whether a network was trained on the paper's data: on stand-ins the digits are alike, the coloured ones are not."""
    return on_mnist(name) or settings.colour == "cifar10"


def gaps_to_authors(item: str, found: Mapping[str, Mapping[str, float]]) -> dict[str, tuple[float, str]]:
    """By method the largest difference between our ratios {method: {budget: ratio}} and the reported ones, and its budget."""
    known = numbers("convex_programming")
    apart: dict[str, tuple[float, str]] = {}
    for method, values in found.items():
        for column, value in values.items():
            reported = [known[key] for source in ("authors", "digitised") if (key := (source, item, method, column)) in known]
            if reported:
                apart[method] = max(apart.get(method, (-1.0, "")), (abs(value - reported[0]), column))
    return apart


def draw_ratios(
    settings: Settings, results: Results, *, item: str, name: str, title: str, stored: str | None
) -> tuple[Drawn, str]:
    """Rows and curves of every method on the network `name`, beside the reported curves of the item `stored` (None: of no use
    here), and a sentence on the largest difference of each to them."""
    rows, lines, ours = [], {}, {}
    sizes = sizes_of(settings, name)
    columns = [f"{size:.4f}" for size in sizes]
    for method in (*METHODS, *MORE):
        found = estimates(settings, name, results, method)
        if not found:
            continue
        rows += [row(item, method, column, value, "share") for column, value in zip(columns, found, strict=True)]
        ours[method] = {column: value.value for column, value in zip(columns, found, strict=True)}
        lines[method] = curve(method, sizes, found)
    apart = gaps_to_authors(stored, ours) if stored else {}
    each = ", ".join(f"{method} {gap:.3f} at {column}" for method, (gap, column) in apart.items())
    told = f"Largest difference to the authors' curve: {each}." if each else ""
    theirs = reported_curves(stored) if stored else []
    panels = []
    for half, methods in HALVES.items():
        drawn = (*(line for method, line in lines.items() if method in methods), *(line for line in theirs if line.method in methods))
        panels.append(Curves(f"{title}: {half}", "budget (l_inf, share of the pixel range)", "fooling ratio", drawn, (0, largest(name)), (0, 1)))
    alt = f"Fooling ratio against the l_inf budget on {title}, left the attacks of several steps, right those of one step"
    return Drawn(table(rows), Figure(tuple(panels), columns=2, alt=alt + ("; dashed: the authors' curves." if stored else "."))), told


def draw_panel(name: str) -> Callable[[Settings, Results], Drawn]:
    """A panel of Figure 2."""
    item = PANELS[name]

    def draw(settings: Settings, results: Results) -> Drawn:
        stored = item if comparable(settings, name) else None
        drawn, told = draw_ratios(settings, results, item=item, name=name, title=name, stored=stored)
        clean = next(iter(results.values())).value.arrays["clean"]
        seeds = len({key.rsplit("/", 1)[1] for key in results})
        where = f"data: {attacked(settings, name)['data']}, the {clean.sum()} of {len(clean)} test images that the network has right"
        where += f" (of {seeds} trained networks the first; n in the table counts networks)" if seeds > 1 else ""
        if not on_mnist(name):
            where += f"; {network(settings, name).label}, on {settings.colour_images or 'all'} training images"
        return replace(drawn, note=f"No pixel box, as in the paper; {where}. {told}".rstrip())

    return draw


def authors_units(settings: Settings) -> dict[str, Unit]:
    """Figure 2b's methods on the authors' own network, as they ran them: the zero border is attacked too, no box."""
    made = network(settings, AUTHORS)
    if made is None:
        return {}
    units = curve_units(settings, AUTHORS, made, {**METHODS, **MORE})
    return {f"{method}/{settings.seed}": unit for method, unit in units.items()}


def draw_authors(settings: Settings, results: Results) -> Drawn:
    """Our attacks on the authors' network beside their stored curves."""
    if not results:
        return Drawn(table([]), note="Not run: the authors' weights are not at hand (parameter authors, file in weights/).")
    title = "The authors' LeNet-5"
    drawn, told = draw_ratios(settings, results, item="figure_authors", name=AUTHORS, title=title, stored="figure_2b")
    return replace(drawn, note=told)


def stored_units(settings: Settings) -> dict[str, Unit]:
    """Figure 2a's methods on the network that the authors stored, its zero border attacked too (E11, E12)."""
    made = fcnn(settings, settings.seed, stored=True, border=True)
    units = curve_units(settings, "FCNN", made, {**METHODS, RAW_NAME: RAW})
    return {f"{method}/{settings.seed}": unit for method, unit in units.items()}


def draw_stored(settings: Settings, results: Results) -> Drawn:
    """The stored shape beside the authors' curves of panel (a)."""
    title = "FCNN 500x150, border attacked"
    drawn, told = draw_ratios(settings, results, item="figure_stored", name="FCNN", title=title, stored=PANELS["FCNN"])
    raw = {row.column: row.value for row in drawn.table.itertuples() if row.row == RAW_NAME}
    apart = gaps_to_authors(PANELS["FCNN"], {"FastGrad": raw})
    for gap, column in apart.values():
        told += f" FastGrad through the float32 cross-entropy differs from theirs by at most {gap:.3f}, at {column} (E2)."
    return replace(drawn, note=f"Trained by us, attacked as theirs was; {attacked(settings, 'FCNN')['data']}. {told}".rstrip())


SHOWN = {"LeNet-5": 0.1, "NIN": 0.02}
"""Network and budget of the two halves of Figure 1; the paper gives neither."""


def example_units(settings: Settings) -> dict[str, Unit]:
    """Algorithm 1 on one image per class, of those that it fools."""
    found = {}
    for name, budget in SHOWN.items():
        attacks = {"Algorithm 1": {"attack": "linearised", "options": {"norm": "inf"}}}
        chosen = Examples(attacked(settings, name)["data"], attacks, budget, images=200, only_fooled=True)
        found[name] = Unit(examples, chosen, {"network": network(settings, name)}, f"examples, {name}", 3)
    return found


def draw_examples(settings: Settings, results: Results) -> Drawn:
    """Original, noise and adversarial image, with both answers."""
    rows, panels = [], []
    for name, result in results.items():
        value = result.value
        count = min(6, len(value.arrays["originals"]))
        labels, answers = value.numbers["labels"][:count], value.numbers["answers"]["Algorithm 1"][:count]
        before, after = (value.numbers["confidence"][key][:count] for key in ("originals", "Algorithm 1"))
        rows += [row("figure_1", name, f"image {index + 1}: {part}", float(answer), "class")
                 for index in range(count) for part, answer in (("before", labels[index]), ("after", answers[index]))]  # fmt: skip
        rows += [row("figure_1", name, f"image {index + 1}: confidence {part}", sure[index], "probability")
                 for index in range(count) for part, sure in (("before", before), ("after", after))]  # fmt: skip
        originals = value.arrays["originals"][:count].astype(np.float32) / 255
        noise = value.arrays["Algorithm 1"][:count].astype(np.float32)

        def shown(images: np.ndarray) -> list[np.ndarray]:
            return [image.squeeze() if len(image) == 1 else image.transpose(1, 2, 0) for image in images]

        lines = (
            ImageRow("original", shown(originals), [f"{label} ({sure:.2f})" for label, sure in zip(labels, before, strict=True)]),
            ImageRow("noise", shown(noise), signed=True, scale=SHOWN[name]),
            ImageRow("Algorithm 1", shown(np.clip(originals + noise, 0, 1)), [f"→ {answer} ({sure:.2f})" for answer, sure in zip(answers, after, strict=True)]),
        )
        panels.append(Images(f"{name}, eps {SHOWN[name]:g}", lines))
    alt = "Images, the noise of Algorithm 1 and the sum of both, for a digit network and a colour network."
    return Drawn(table(rows), Figure(tuple(panels), alt=alt), "Below the images: the network's answer and its probability. Shown clipped to [0, 1], attacked without a box.")


CURVES = (
    Item("figure_1", "Figure 1: examples", example_units, draw_examples),
    *(Item(PANELS[name], f"Figure 2 ({PANELS[name][-1]}): {name}", lambda s, n=name: panel_units(s, n), draw_panel(name)) for name in PANELS),
    Item("figure_stored", "Figure 2 (a) on the stored shape, border attacked", stored_units, draw_stored),
    Item("figure_authors", "Figure 2 (b) on the authors' own network", authors_units, draw_authors),
)
