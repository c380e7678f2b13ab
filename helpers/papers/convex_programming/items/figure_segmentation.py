"""Segmentation: a drawn figure put into the network's answer. The paper has no experiment. [Balda Sec. III]"""

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps

from helpers.core.quantities import Missing, mean, ours
from helpers.core.statistics import bootstrap
from helpers.papers.claims import claim
from helpers.papers.convex_programming.networks import task_network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.shares import curve
from helpers.papers.table import Cell, cell, table
from helpers.papers.tables import Tables
from helpers.report.specs import Curves, Figure, ImageRow, Images
from helpers.training.schedule import Schedule
from helpers.units.segmentation import Segmentation, plus, segmentation
from helpers.units.unit import Unit, Value

TARGET = 6
"""The class drawn into the segmentation; the table has all ten at the largest size."""

CLASSES = range(10)
SIZES = (0.02, 0.05, 0.1, 0.2, 0.3)
ATTACKS = {
    "max": "max loss",
    "max projected": "max loss, projected",
    "first": "printed pair",
    "first projected": "printed pair, projected",
    "random": "Random",
}
SHOWN = ("max projected", "first projected")
"""The attacks whose answers are drawn."""

PARTS = {"hit": "hit", "iou": "IoU", "kept": "kept"}
COLOURS = ("blue", "orange", "green", "red", "purple", "brown", "pink", "grey", "olive", "cyan")
"""Of a segmentation's ten classes, in matplotlib's order."""

ALT = (
    "Share of a drawn figure's pixels that a segmentation network names as wanted, IoU and what is kept, against the budget; "
    "collages and answers."
)


@dataclass(frozen=True)
class Place:
    """A class, a size and an attack of the table."""

    target: int
    size: float
    attack: str

    def __str__(self) -> str:
        return f"class {self.target}, eps {self.size:g}, {ATTACKS[self.attack]}"


def sizes_of(target: int) -> tuple[float, ...]:
    """All sizes of the drawn class, the largest of the others."""
    return SIZES if target == TARGET else SIZES[-1:]


def units(settings: Settings) -> dict[str, Unit]:
    """A U-Net on collages, attacked toward a plus sign of each class."""
    shape = {"side": settings.canvas, "digits": 3, "pool": settings.pool}
    # Eight collages a step: on the embedded set the number of steps decides whether the digits are told apart.
    schedule = Schedule(((settings.canvas_epochs, 5e-3),), one_cycle=True, batch=24, optimiser="adam")
    options = {"shape": (1, settings.canvas, settings.canvas)}
    network = task_network(settings, "U-Net", "unet", "segment", options, step_options=shape, schedule=schedule)
    count = max(4, settings.task_images // 5)
    found = {}
    for target in CLASSES:
        how = Segmentation(
            settings.mnist, count, target=target, budgets=sizes_of(target), steps=settings.canvas_steps,
            seed=settings.seed, **shape,
        )  # fmt: skip
        label = f"segmentation toward {target}"
        found[f"class {target}"] = Unit(segmentation, how, {"network": network}, label)
    return found


def coloured(answer: np.ndarray) -> np.ndarray:
    """Classes (h, w) as an image (h, w, 3); the background, the class after the last, is white."""
    return np.vstack([colormaps["tab10"].colors, (1.0, 1.0, 1.0)])[answer]


def greys(images: np.ndarray) -> list[np.ndarray]:
    """Bytes (n, 1, h, w) as images (h, w) in [0, 1]."""
    return list(images[:, 0].astype(np.float32) / 255)


def cells_of(target: int, value: Value) -> list[Cell]:
    """Hit rate, IoU and agreement elsewhere, over canvases."""
    cells = []
    for attack in ATTACKS:
        for part, column in PARTS.items():
            for size, values in zip(value.numbers["budgets"], value.arrays[f"{attack}/{part}"], strict=True):
                found = mean([values], estimate=bootstrap(np.mean, np.asarray(values, dtype=float)))
                cells.append(cell(str(Place(target, size, attack)), column, found, "share"))
    return cells


def pictures(settings: Settings, value: Value) -> list[Images]:
    """Collages, answers, what is wanted, and the answers after the attacks."""
    arrays, end = value.arrays, value.numbers["budgets"][-1]
    wanted = coloured(np.where(plus(settings.canvas).numpy(), TARGET, len(COLOURS)))
    rows = (
        ImageRow("collage", greys(arrays["originals"])),
        ImageRow("answer", [coloured(answer) for answer in arrays["clean"]]),
        ImageRow("wanted figure", [wanted] * len(arrays["originals"])),
    )
    found = [Images(f"Toward a plus sign of class {TARGET}", rows)]
    for attack in SHOWN:
        answers = [coloured(answer) for answer in arrays[f"{attack}/answer"]]
        rows = (ImageRow("attacked", greys(arrays[f"{attack}/moved"])), ImageRow("answer now", answers))
        found.append(Images(f"{ATTACKS[attack]}, eps {end:g}", rows))
    return found


def draw(settings: Settings, results: Results) -> Drawn:
    """Curves of the drawn class; canvases before and after."""
    order = sorted(CLASSES, key=lambda target: target != TARGET)
    made = table(
        "figure_segmentation",
        [one for target in order for one in cells_of(target, results[f"class {target}"].value)],
    )
    main = results[f"class {TARGET}"].value
    end = main.numbers["budgets"][-1]
    panels = []
    for column in PARTS.values():
        swept = [
            table(label, [cell(label, size, made[str(Place(TARGET, size, attack)), column]) for size in SIZES])
            for attack, label in ATTACKS.items()
        ]
        lines = tuple(curve(one, one.item) for one in swept)
        panels.append(Curves(f"{column}, class {TARGET}", "budget (l_inf)", "share of pixels", lines, (0, end), (0, 1)))
    note = (
        f"{main.numbers['canvases']} canvases; pixel accuracy {main.numbers['pixel_accuracy']:.3f}; answers in colour: "
        f"{', '.join(f'{digit} {colour}' for digit, colour in enumerate(COLOURS))}, background white. Printed pair: f_k - f_t "
        f"inside the figure, the clean answer against its runner-up outside. {settings.canvas_steps} steps of eps / "
        f"{settings.canvas_steps}, or projected ones that fall from {Segmentation.first:g} eps to 0."
    )
    return Drawn(made, Figure((*panels, *pictures(settings, main)), columns=3, alt=ALT), note)


ITEM = Item("figure_segmentation", "Segmentation: a drawn figure", units, draw, order=19)


def hit(t: Tables, place: Place):
    """The share of the figure's pixels that the attack wins."""
    return t.figure_segmentation[str(place), "hit"]


def best_quiet(t: Tables, attack: str):
    """The largest hit rate of an attack where noise of the same size stays below .05."""
    places = [Place(target, size, attack) for target in CLASSES for size in sizes_of(target)]
    quiet = [hit(t, p) for p in places if hit(t, Place(p.target, p.size, "random")).value <= 0.05]
    return max(quiet, key=lambda found: found.value, default=Missing(("a size at which noise stays below .05",)))


def over_classes(t: Tables, attack: str):
    """Mean hit rate over all classes at the largest size, canvas by canvas."""
    return (sum(hit(t, Place(target, SIZES[-1], attack)) for target in CLASSES) / len(CLASSES)).named(
        ATTACKS[attack], "hit rate over all classes"
    )


@claim("C21", "III", needs="cpu")
def c21(t: Tables):
    """The analysis carries over to segmentation, by the paper's own steps of eps/n (our bars: hit rate .8 where random stays
    below .05; the max loss no worse than the printed pair, within .01)."""
    yield best_quiet(t, "max") >= ours(0.8, direction=0.05)
    yield over_classes(t, "max") - over_classes(t, "first") >= -0.01


@c21.beyond("by projected, falling steps")
def projected(t: Tables):
    yield best_quiet(t, "max projected") >= ours(0.8, direction=0.05)
    yield over_classes(t, "max projected") - over_classes(t, "first projected") >= -0.01
