"""Segmentation and anomaly scores: two more tasks of Section III, for which the paper has no experiment."""

from dataclasses import dataclass, replace

import numpy as np
from matplotlib import colormaps

from helpers.core.statistics import Estimate, accuracy, auc, bootstrap
from helpers.papers.convex_programming.plan import expected
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.convex_programming.task_networks import trained
from helpers.papers.paper import Drawn, Item, Results, curve, row, table
from helpers.report.specs import Curves, Figure, ImageRow, Images
from helpers.training.schedule import Schedule
from helpers.units.anomaly import Anomaly, anomaly
from helpers.units.segmentation import Segmentation, plus, segmentation
from helpers.units.unit import Unit

SCORES = {"2": (0.25, 0.5, 1.0, 2.0), "inf": (0.01, 0.02, 0.05, 0.1)}
WITHOUT = 0
"""The digit that the anomaly detector never saw."""

TARGET = 6
"""The class drawn into the segmentation; the table has all ten at the largest size."""

CANVAS_SIZES = (0.02, 0.05, 0.1, 0.2, 0.3)


def mean_of(values: np.ndarray) -> Estimate:
    """Mean over images with its bootstrap interval."""
    return bootstrap(np.mean, np.asarray(values, dtype=float))


def segmentation_units(settings: Settings) -> dict[str, Unit]:
    """A U-Net on collages, attacked toward a plus sign of each class."""
    shape = {"side": settings.canvas, "digits": 3, "pool": settings.pool}
    # Eight collages a step: on the embedded set the number of steps decides whether the digits are told apart.
    schedule = Schedule(((settings.canvas_epochs, 5e-3),), one_cycle=True, batch=24, optimiser="adam")
    made = trained(settings, "U-Net", "unet", "segment", {"shape": (1, settings.canvas, settings.canvas)}, shape, epoch=110, schedule=schedule)
    found = {}
    for target in range(10):
        sizes = CANVAS_SIZES if target == TARGET else CANVAS_SIZES[-1:]
        chosen = Segmentation(
            settings.mnist, max(4, settings.task_images // 5), target=target, budgets=sizes, steps=settings.canvas_steps, seed=settings.seed, **shape
        )
        found[f"class {target}"] = Unit(segmentation, chosen, {"network": made}, f"segmentation toward {target}", expected(settings, 30 * len(sizes)))
    return found


ATTACKS = {
    "max": "max loss", "max projected": "max loss, projected", "first": "printed pair", "first projected": "printed pair, projected",
    "random": "Random",
}  # fmt: skip
STRONG = "max projected"
DRAWN = (STRONG, "first projected")
"""The attacks whose answers are drawn."""
PARTS = {"hit": "hit", "iou": "IoU", "kept": "kept"}


CLASSES = ("blue", "orange", "green", "red", "purple", "brown", "pink", "grey", "olive", "cyan")
"""The colours of a segmentation's ten classes, in matplotlib's order."""


def coloured(answer: np.ndarray) -> np.ndarray:
    """Classes (h, w) as an image (h, w, 3); the background, the class after the last, is white."""
    palette = np.vstack([colormaps["tab10"].colors, (1.0, 1.0, 1.0)])
    return palette[answer]


def greys(images: np.ndarray) -> list[np.ndarray]:
    """Bytes (n, 1, h, w) as images (h, w) in [0, 1]."""
    return list(images[:, 0].astype(np.float32) / 255)


def draw_segmentation(settings: Settings, results: Results) -> Drawn:
    """Hit rate, IoU and agreement elsewhere; canvases before and after."""
    rows, lines = [], {part: [] for part in PARTS}
    for name in sorted(results, key=lambda name: name != f"class {TARGET}"):
        value = results[name].value
        sizes = value.numbers["budgets"]
        for attack, label in ATTACKS.items():
            for part, title in PARTS.items():
                cells = [mean_of(line) for line in value.arrays[f"{attack}/{part}"]]
                rows += [row("figure_segmentation", f"{name}, eps {size:g}, {label}", title, cell, "share") for size, cell in zip(sizes, cells, strict=True)]
                if len(sizes) > 1:
                    lines[part].append(curve(label, sizes, cells))
    main = results[f"class {TARGET}"].value
    end = main.numbers["budgets"][-1]
    panels = [Curves(f"{PARTS[part]}, class {TARGET}", "budget (l_inf)", "share of pixels", tuple(lines[part]), (0, end), (0, 1)) for part in PARTS]
    arrays = main.arrays
    count = len(arrays["originals"])
    wanted = coloured(np.where(plus(settings.canvas).numpy(), TARGET, len(CLASSES)))
    pictures = [Images(f"Toward a plus sign of class {TARGET}", (
        ImageRow("collage", greys(arrays["originals"])),
        ImageRow("answer", [coloured(answer) for answer in arrays["clean"]]),
        ImageRow("wanted figure", [wanted] * count),
    ))]  # fmt: skip
    for attack in DRAWN:
        pictures.append(Images(f"{ATTACKS[attack]}, eps {end:g}", (
            ImageRow("attacked", greys(arrays[f"{attack}/moved"])),
            ImageRow("answer now", [coloured(answer) for answer in arrays[f"{attack}/answer"]]),
        )))  # fmt: skip
    alt = "Share of a drawn figure's pixels that a segmentation network names as wanted, IoU and what is kept, against the budget; collages and answers."
    note = (
        f"{main.numbers['canvases']} canvases; pixel accuracy {main.numbers['pixel_accuracy']:.3f}; answers in colour: "
        f"{', '.join(f'{digit} {colour}' for digit, colour in enumerate(CLASSES))}, background white. "
        "Printed pair: f_k - f_t inside the figure, the clean answer against its runner-up outside. "
        f"{settings.canvas_steps} steps of eps / {settings.canvas_steps}, or projected ones that fall from {Segmentation.first:g} eps to 0."
    )
    return Drawn(table(rows), Figure((*panels, *pictures), columns=3, alt=alt), note)


def anomaly_units(settings: Settings) -> dict[str, Unit]:
    """An autoencoder that never saw one digit; its error is the score."""
    made = trained(settings, f"autoencoder without {WITHOUT}", "autoencoder", "reconstruct", {"hidden": (128, 16)}, {"without": WITHOUT})
    chosen = Anomaly(settings.mnist, WITHOUT, 20 * settings.task_images, SCORES, seed=settings.seed)
    found = {"digits": Unit(anomaly, chosen, {"network": made}, "anomaly scores attacked", expected(settings, 60))}
    if settings.full:
        colour = trained(
            settings, f"colour autoencoder without {WITHOUT}", "autoencoder", "reconstruct", {"shape": (3, 32, 32), "maps": (32, 64), "hidden": (256,)},
            {"without": WITHOUT}, data=settings.colour, crop=32, mirror=True, pad=4,
        )  # fmt: skip
        found["colour"] = Unit(anomaly, replace(chosen, data=settings.colour), {"network": colour}, "colour anomaly scores attacked", 300)
    return found


def rates(scores: np.ndarray, anomalous: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Bits of false positives among the normal images and of false negatives among the anomalies."""
    return scores[~anomalous] >= threshold, scores[anomalous] < threshold


@dataclass(frozen=True)
class Detector:
    """Scores of the attacked half of the images, and the threshold that the clean other half gave: 95 % of its anomalies reach
    it."""

    threshold: float
    anomalous: np.ndarray
    clean: np.ndarray
    moved: dict[str, np.ndarray]


def detector(arrays: dict[str, np.ndarray]) -> Detector:
    """Even images set the threshold, odd ones are judged."""
    anomalous, clean = arrays["anomalous"].astype(bool), arrays["clean"]
    first, second = (np.arange(len(clean)) % 2 == part for part in (0, 1))
    moved = {key: values[:, second] for key, values in arrays.items() if "/" in key}
    return Detector(float(np.quantile(clean[first & anomalous], 0.05)), anomalous[second], clean[second], moved)


def draw_anomaly(settings: Settings, results: Results) -> Drawn:
    """AUC, false positives and false negatives against size, attacked and at random."""
    rows, panels, told = [], [], []
    for name, result in results.items():
        found, sizes_of = detector(result.value.arrays), result.value.numbers["budgets"]
        rows.append(row("figure_anomaly", f"{name}, clean", "AUC", bootstrap(auc, found.clean, found.anomalous, draws=200), "area"))
        raised, missed = rates(found.clean, found.anomalous, found.threshold)
        told.append(f"{name}: {found.anomalous.sum()} anomalies of {len(found.anomalous)} images; clean, {raised.mean():.3f} false positives and {missed.mean():.3f} false negatives")
        for p, sizes in sizes_of.items():
            lines: dict[str, list] = {"AUC": [], "false positives": [], "false negatives": []}
            for kind in ("attacked", "random"):
                cells: dict[str, list[Estimate]] = {label: [] for label in lines}
                for scores in found.moved[f"{p}/{kind}"]:
                    raised, missed = rates(scores, found.anomalous, found.threshold)
                    cells["AUC"].append(bootstrap(auc, scores, found.anomalous, draws=200))
                    cells["false positives"].append(accuracy([raised]))
                    cells["false negatives"].append(accuracy([missed]))
                for label, values in cells.items():
                    rows += [row("figure_anomaly", f"{name}, l_{p} size {size:g}, {kind}", label, cell, "area" if label == "AUC" else "share")
                             for size, cell in zip(sizes, values, strict=True)]  # fmt: skip
                    lines[label].append(curve(kind, sizes, values))
            panels += [Curves(f"{name}, l_{p}", f"l_{p} size", label, tuple(curves), None, (0, 1)) for label, curves in lines.items()]
    alt = "Area under the ROC curve, false positives and false negatives of an anomaly detector against the size of the perturbation."
    note = f"Class {WITHOUT} is the anomaly; the threshold was set on other, clean images, 95 % of whose anomalies it finds. {'; '.join(told)}."
    return Drawn(table(rows), Figure(tuple(panels), columns=3, alt=alt), note)


TASKS = (
    Item("figure_segmentation", "Segmentation: a drawn figure", segmentation_units, draw_segmentation),
    Item("figure_anomaly", "Anomaly detection: false alarms and missed anomalies", anomaly_units, draw_anomaly),
)
