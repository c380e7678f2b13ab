"""Section III with experiments: regression, segmentation, anomaly scores. The paper has none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from helpers.core.statistics import Estimate, accuracy, auc, bootstrap, exact, mean_ratio
from helpers.papers.convex_programming.plan import expected
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results, curve, row, table
from helpers.report.specs import Curves, Figure, ImageRow, Images
from helpers.training.schedule import Schedule
from helpers.units.anomaly import Anomaly, anomaly
from helpers.units.networks import Train
from helpers.units.regression import Regression, regression
from helpers.units.segmentation import Segmentation, plus, segmentation
from helpers.units.train import train
from helpers.units.unit import Unit

SIZES = {
    "1": (0.1, 0.3, 1.0, 3.0),
    "2": (0.01, 0.1, 0.3, 1.0, 2.0),
    "inf": (0.001, 0.01, 0.03, 0.1),
}
"""Sizes tried on the regression networks, by norm."""

WINDOWS = (8, 16)
"""Sides of the central windows in which the semidefinite bound is timed, beside the whole image: 64, 256 and 784 entries."""

COLOUR_SIDE = 16
"""Side of the colour autoencoder's images: 768 entries, so that its Jacobian is built."""

SCORES = {"2": (0.25, 0.5, 1.0, 2.0), "inf": (0.01, 0.02, 0.05, 0.1)}
WITHOUT = 0
"""The digit that the anomaly detector never saw."""

TARGET = 6
"""The class drawn into the segmentation; the table has all ten at the largest size."""

CANVAS_SIZES = (0.02, 0.05, 0.1, 0.2, 0.3)


def adam(settings: Settings, rate: float = 2e-3) -> Schedule:
    """Adam, its rate a tenth in the last third."""
    last = max(1, settings.task_epochs // 3)
    return Schedule(((max(1, settings.task_epochs - last), rate), (last, rate / 10)), batch=50, optimiser="adam")


def trained(
    settings: Settings, label: str, network: str, step: str, options: dict, step_options: dict | None = None,
    data: str | None = None, epoch: float = 15, schedule: Schedule | None = None, **more,
) -> Unit:  # fmt: skip
    """A network of this section; `epoch`: expected seconds of one on all of MNIST."""
    chosen = Train(data or settings.mnist, network, schedule or adam(settings), settings.seed, options, step, step_options or {}, **more)
    return Unit(train, chosen, {}, f"{label}, {chosen.schedule.epochs} epochs", expected(settings, epoch * chosen.schedule.epochs))


def regression_units(settings: Settings) -> dict[str, Unit]:
    """A digit autoencoder, a convolutional one, one of colour images, and a network that colours grey images."""
    dense = trained(settings, "autoencoder", "autoencoder", "reconstruct", {})
    maps = trained(settings, "convolutional autoencoder", "autoencoder", "reconstruct", {"maps": (8, 16), "hidden": (32,)})
    colours = trained(
        settings, "colouring network", "unet", "colourise", {"shape": (1, 32, 32), "outputs": 3}, data=settings.colour, images=settings.colour_images
    )
    pixels = trained(
        settings, "colour autoencoder", "autoencoder", "reconstruct", {"shape": (3, COLOUR_SIDE, COLOUR_SIDE), "hidden": (256,)},
        data=settings.colour, images=settings.colour_images, crop=COLOUR_SIDE,
    )  # fmt: skip
    given = {"images": settings.task_images, "budgets": SIZES, "seed": settings.seed}
    only = {name: SIZES[name] for name in ("2", "inf")}
    chosen = {
        "autoencoder": (dense, Regression(settings.mnist, **given, bounds=settings.bounds), 120),
        "convolutional autoencoder": (maps, Regression(settings.mnist, **given, bounds=settings.bounds, windows=WINDOWS), 200),
        "colour autoencoder": (pixels, Regression(settings.colour, **given, bounds=0), 120),
        "colouring network": (colours, Regression(settings.colour, **{**given, "budgets": only}, grey=True, matrix=False), 100),
    }
    return {
        name: Unit(regression, one, {"network": network}, f"regression, {name}", expected(settings, seconds))
        for name, (network, one, seconds) in chosen.items()
    }


def mean_of(values: np.ndarray) -> Estimate:
    """Mean over images with its bootstrap interval."""
    return bootstrap(np.mean, np.asarray(values, dtype=float))


def ratio_of_means(first: np.ndarray, second: np.ndarray) -> Estimate:
    """mean(first) / mean(second) over images, resampled together."""
    return bootstrap(mean_ratio, first, second)


LINES = {"change": "attacked", "loss": "FGSM on the error", "random": "random"}
"""What moves the image, and its name in the figure."""


def draw_regression(settings: Settings, results: Results) -> Drawn:
    """Change of the output over its linear prediction, against size: attacked, by FGSM on the error, and at random. [Balda Eq. 9]"""
    rows, panels = [], []
    for name, result in results.items():
        for p, sizes in result.value.numbers["budgets"].items():
            arrays = {key: result.value.arrays[f"{p}/{key}"] for key in ("predicted", *LINES)}
            lines = []
            for key, label in LINES.items():
                cells = [ratio_of_means(line, size * arrays["predicted"]) for size, line in zip(sizes, arrays[key], strict=True)]
                rows += [row("figure_regression", f"{name}, p = {p}, {label}", f"change / linear prediction at {size:g}", cell, "ratio")
                         for size, cell in zip(sizes, cells, strict=True)]  # fmt: skip
                lines.append(curve(label, sizes, cells))
            leads = [ratio_of_means(line, other) for line, other in zip(arrays["change"], arrays["random"], strict=True)]
            rows += [row("figure_regression", f"{name}, p = {p}", f"attacked / random at {size:g}", cell, "ratio") for size, cell in zip(sizes, leads, strict=True)]
            panels.append(Curves(f"{name}, p = {p}", "size in its own norm", "change / prediction", tuple(lines), y_range=(0, 1.3), x_log=True))
    alt = "Change of regression networks' output over its linear prediction against size, attacked, by FGSM on the error, and by random noise, for three norms."
    trap = max(result.value.numbers["gradient_of_the_change_at_zero"] for result in results.values())
    note = (
        f"Means over {settings.task_images} test images, no box; of +r and -r the larger change. Prediction: eps ||J||, for p = inf eps times the best of ten "
        f"sign iterations, a lower bound. Random, p = 1: one random entry. Gradient of the change itself at no perturbation: {trap:g}."
    )
    return Drawn(table(rows), Figure(tuple(panels), columns=3, alt=alt), note)


def draw_exact(settings: Settings, results: Results) -> Drawn:
    """What the Jacobian tells exactly: singular value, best single entry and pixel, semidefinite bound."""
    rows = []

    def add(name: str, column: str, value: Estimate, unit: str = "ratio") -> None:
        rows.append(row("table_regression", name, column, value, unit))

    for name, numbers in exact_numbers(results).items():
        power, sigma = np.array(numbers["power"]), np.array(numbers["sigma"])
        add(name, "power / sigma_1, least", exact(float((power[sigma > 0] / sigma[sigma > 0]).min())))
        for size, ranks in numbers["entry_ranks"].items():
            add(name, f"best entry at {size}", bootstrap(np.mean, np.array(ranks) == 1), "share")
            add(name, f"best five at {size}", bootstrap(np.mean, np.array(ranks) <= 5), "share")
            add(name, f"longest / best at {size}", bootstrap(np.mean, np.array(numbers["entry_shares"][size])))
        add(name, "64 passes: best five", bootstrap(np.mean, np.array(numbers["estimated_rank"]) <= 5), "share")
        if "pixel_over_entry" in numbers:
            add(name, "pixel / entry", bootstrap(np.mean, np.array(numbers["pixel_over_entry"])))
        for column in ("signs", "rounded_signs"):
            if numbers["bounds"]:
                least = min(found[column] / found["bound"] for found in numbers["bounds"])
                add(name, f"{column.replace('_', ' ')} / bound, least", exact(least))
    note = (
        "p = 2: power iteration over the largest singular value. p = 1: share of images on which the longest column of J is the entry (one of "
        "the five entries) whose change by .1 or 1 moves the output most, and its change over the best entry's; 64 passes: the same guessed from 64 random backward passes; pixel: three "
        f"entries of a colour image. p = inf: best of ten starts over the semidefinite bound, least of {settings.bounds} images; rounded: starts from the bound's factor."
    )
    return Drawn(table(rows), note=note)


def draw_scaling(settings: Settings, results: Results) -> Drawn:
    """Seconds of the sign iteration and of the semidefinite bound as the perturbed window grows. [Balda Sec. III]"""
    rows = []
    for name, numbers in exact_numbers(results).items():
        for found in timed(numbers):
            label = f"{name}, {found['entries']} entries"
            rows.append(row("cost_bound", label, "sign iteration, ten starts", found["seconds_signs"], "seconds"))
            rows.append(row("cost_bound", label, "semidefinite bound", found["seconds_bound"], "seconds"))
            rows.append(row("cost_bound", label, "signs / bound", found["signs"] / found["bound"], "ratio"))
    return Drawn(table(rows), note="One image; the perturbation is confined to a central window. Processor seconds on this machine.")


def timed(numbers: Mapping[str, list]) -> list[dict[str, float]]:
    """The bounds of one image's windows and of the whole image, where windows were asked for."""
    return [*numbers["scaling"], *numbers["bounds"][:1]] if numbers["scaling"] else []


def exact_numbers(results: Results) -> dict[str, dict]:
    """Numbers of the networks whose Jacobian was built."""
    return {name: result.value.numbers for name, result in results.items() if "sigma" in result.value.numbers}


def segmentation_units(settings: Settings) -> dict[str, Unit]:
    """A U-Net on collages, attacked toward a plus sign of each class."""
    shape = {"side": settings.canvas, "digits": 3, "pool": settings.pool}
    # Eight collages a step: on the embedded set the number of steps decides whether the digits are told apart.
    schedule = Schedule(((settings.canvas_epochs, 5e-3),), one_cycle=True, batch=24, optimiser="adam")
    made = trained(settings, "U-Net", "unet", "segment", {"shape": (1, settings.canvas, settings.canvas)}, shape, epoch=110, schedule=schedule)
    found = {}
    for target in range(10):
        sizes = CANVAS_SIZES if target == TARGET else CANVAS_SIZES[-1:]
        chosen = Segmentation(settings.mnist, max(6, settings.task_images // 2), target=target, budgets=sizes, seed=settings.seed, **shape)
        found[f"class {target}"] = Unit(segmentation, chosen, {"network": made}, f"segmentation toward {target}", expected(settings, 20 * len(sizes)))
    return found


LOSSES = {"max": "max loss", "first": "printed pair", "random": "Random"}
PARTS = {"hit": "hit", "iou": "IoU", "kept": "kept"}


def draw_segmentation(settings: Settings, results: Results) -> Drawn:
    """Hit rate, IoU and agreement elsewhere; canvases before and after."""
    rows, lines = [], {part: [] for part in PARTS}
    for name in sorted(results, key=lambda name: name != f"class {TARGET}"):
        value = results[name].value
        sizes = value.numbers["budgets"]
        for loss, label in LOSSES.items():
            for part, title in PARTS.items():
                cells = [mean_of(line) for line in value.arrays[f"{loss}/{part}"]]
                rows += [row("figure_segmentation", f"{name}, {label}", f"{title} at {size:g}", cell, "share") for size, cell in zip(sizes, cells, strict=True)]
                if len(sizes) > 1:
                    lines[part].append(curve(label, sizes, cells))
    main = results[f"class {TARGET}"].value
    end = main.numbers["budgets"][-1]
    panels = [Curves(f"{PARTS[part]}, class {TARGET}", "budget (l_inf)", "share of pixels", tuple(lines[part]), (0, end), (0, 1)) for part in PARTS]
    arrays = main.arrays
    count = len(arrays["originals"])
    wanted = np.where(plus(settings.canvas).numpy(), TARGET, 10) / 10
    pictures = Images(f"Toward a plus sign of class {TARGET}, eps {end:g}", (
        ImageRow("collage", [image.squeeze() for image in arrays["originals"] / 255]),
        ImageRow("answer", [answer / 10 for answer in arrays["clean"]]),
        ImageRow("wanted figure", [wanted] * count),
        ImageRow("attacked", [image.squeeze() for image in arrays["max/moved"].astype(np.float32) / 255]),
        ImageRow("answer now", [answer / 10 for answer in arrays["max/answer"]]),
    ))  # fmt: skip
    alt = "Share of a drawn figure's pixels that a segmentation network names as wanted, IoU and what is kept, against the budget; collages and answers."
    note = (
        f"{main.numbers['canvases']} canvases; pixel accuracy {main.numbers['pixel_accuracy']:.3f}; answers drawn as class / 10, background white. "
        "Printed pair: f_k - f_t inside the figure, the clean answer against its runner-up outside."
    )
    return Drawn(table(rows), Figure((*panels, pictures), columns=3, alt=alt), note)


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
        rows.append(row("figure_anomaly", f"{name}, clean", "AUC", bootstrap(auc, found.clean, found.anomalous), "area"))
        raised, missed = rates(found.clean, found.anomalous, found.threshold)
        told.append(f"{name}: {found.anomalous.sum()} anomalies of {len(found.anomalous)} images; clean, {raised.mean():.3f} false positives and {missed.mean():.3f} false negatives")
        for p, sizes in sizes_of.items():
            lines: dict[str, list] = {"AUC": [], "false positives": [], "false negatives": []}
            for kind in ("attacked", "random"):
                cells: dict[str, list[Estimate]] = {label: [] for label in lines}
                for scores in found.moved[f"{p}/{kind}"]:
                    raised, missed = rates(scores, found.anomalous, found.threshold)
                    cells["AUC"].append(bootstrap(auc, scores, found.anomalous))
                    cells["false positives"].append(accuracy([raised]))
                    cells["false negatives"].append(accuracy([missed]))
                for label, values in cells.items():
                    rows += [row("figure_anomaly", f"{name}, p = {p}, {kind}", f"{label} at {size:g}", cell, "area" if label == "AUC" else "share")
                             for size, cell in zip(sizes, values, strict=True)]  # fmt: skip
                    lines[label].append(curve(kind, sizes, values))
            panels += [Curves(f"{name}, l_{p}: {label}", f"l_{p} size", label, tuple(curves), None, (0, 1)) for label, curves in lines.items()]
    alt = "Area under the ROC curve, false positives and false negatives of an anomaly detector against the size of the perturbation."
    note = f"Class {WITHOUT} is the anomaly; the threshold was set on other, clean images, 95 % of whose anomalies it finds. {'; '.join(told)}."
    return Drawn(table(rows), Figure(tuple(panels), columns=3, alt=alt), note)


TASKS = (
    Item("figure_regression", "Regression: how far the output moves", regression_units, draw_regression),
    Item("table_regression", "Regression: what is exact", regression_units, draw_exact),
    Item("cost_bound", "Regression: what the bound costs", regression_units, draw_scaling),
    Item("figure_segmentation", "Segmentation: a drawn figure", segmentation_units, draw_segmentation),
    Item("figure_anomaly", "Anomaly detection: false alarms and missed anomalies", anomaly_units, draw_anomaly),
)
