"""Anomaly detection: false alarms and missed anomalies against size. The paper has no experiment. [Balda Sec. III]"""

from dataclasses import dataclass, replace

import numpy as np

from helpers.core.quantities import Missing, ours, share
from helpers.core.statistics import auc, bootstrap
from helpers.papers.claims import claim
from helpers.papers.convex_programming.networks import task_network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.shares import curve
from helpers.papers.table import Table, cell, table
from helpers.papers.tables import Tables
from helpers.report.specs import Curves, Figure
from helpers.units.anomaly import Anomaly, anomaly
from helpers.units.unit import Unit

SCORES = {"2": (0.25, 0.5, 1.0, 2.0), "inf": (0.01, 0.02, 0.05, 0.1)}
WITHOUT = 0
"""The digit that the anomaly detector never saw."""

COLUMNS = {"AUC": "area", "false positives": "share", "false negatives": "share"}
KINDS = ("attacked", "random")
ALT = (
    "Area under the ROC curve, false positives and false negatives of an anomaly detector against the size of the "
    "perturbation."
)


@dataclass(frozen=True)
class Place:
    """A detector, a norm, a size, attacked or at random."""

    detector: str
    norm: str
    size: float
    kind: str

    def __str__(self) -> str:
        return f"{self.detector}, l_{self.norm} size {self.size:g}, {self.kind}"


def units(settings: Settings) -> dict[str, Unit]:
    """An autoencoder that never saw one digit; its error is the score."""
    left_out = {"step_options": {"without": WITHOUT}}
    network = task_network(
        settings, f"autoencoder without {WITHOUT}", "autoencoder", "reconstruct", {"hidden": (128, 16)}, **left_out
    )
    how = Anomaly(settings.mnist, WITHOUT, 20 * settings.task_images, SCORES, seed=settings.seed)
    found = {"digits": Unit(anomaly, how, {"network": network}, "anomaly scores attacked")}
    if settings.full:
        colour = task_network(
            settings,
            f"colour autoencoder without {WITHOUT}",
            "autoencoder",
            "reconstruct",
            {"shape": (3, 32, 32), "maps": (32, 64), "hidden": (256,)},
            data=settings.colour,
            crop=32,
            mirror=True,
            pad=4,
            **left_out,
        )
        on_colour = replace(how, data=settings.colour)
        found["colour"] = Unit(anomaly, on_colour, {"network": colour}, "colour anomaly scores attacked")
    return found


@dataclass(frozen=True)
class Detector:
    """Scores of the attacked half of the images, and the threshold that the clean other half gave: 95 % of its anomalies
    reach it."""

    threshold: float
    anomalous: np.ndarray
    clean: np.ndarray
    attacked: np.ndarray

    def rates(self, scores: np.ndarray) -> dict:
        """AUC, false positives among the normal images, false negatives among the anomalies."""
        return {
            "AUC": bootstrap(auc, scores, self.anomalous, draws=200),
            "false positives": share([scores[~self.anomalous] >= self.threshold]),
            "false negatives": share([scores[self.anomalous] < self.threshold]),
        }


def detector(arrays: dict[str, np.ndarray]) -> Detector:
    """Even images set the threshold, odd ones are judged."""
    anomalous, clean = arrays["anomalous"].astype(bool), arrays["clean"]
    first, second = (np.arange(len(clean)) % 2 == part for part in (0, 1))
    threshold = float(np.quantile(clean[first & anomalous], 0.05))
    return Detector(threshold, anomalous[second], clean[second], second)


def draw(settings: Settings, results: Results) -> Drawn:
    """AUC, false positives and false negatives against size, attacked and at random."""
    cells, panels, sentences = [], [], []
    for name, result in results.items():
        found = detector(result.value.arrays)
        clean = found.rates(found.clean)
        cells.append(cell(f"{name}, clean", "AUC", clean["AUC"], "area"))
        sentences.append(
            f"{name}: {found.anomalous.sum()} anomalies of {len(found.anomalous)} images; clean, "
            f"{clean['false positives'].value:.3f} false positives and {clean['false negatives'].value:.3f} false negatives"
        )
        for norm, sizes in result.value.numbers["budgets"].items():
            swept = {column: [] for column in COLUMNS}
            for kind in KINDS:
                for size, scores in zip(sizes, result.value.arrays[f"{norm}/{kind}"], strict=True):
                    for column, value in found.rates(scores[found.attacked]).items():
                        place = str(Place(name, norm, size, kind))
                        cells.append(cell(place, column, value, COLUMNS[column]))
                        swept[column].append(cell(kind, size, value))
            for column, line in swept.items():
                lines = tuple(curve(Table(column, tuple(line)), kind) for kind in KINDS)
                panels.append(Curves(f"{name}, l_{norm}", f"l_{norm} size", column, lines, None, (0, 1)))
    note = (
        f"Class {WITHOUT} is the anomaly; the threshold was set on other, clean images, 95 % of whose anomalies it finds. "
        f"{'; '.join(sentences)}."
    )
    return Drawn(table("figure_anomaly", cells), Figure(tuple(panels), columns=3, alt=ALT), note)


ITEM = Item("figure_anomaly", "Anomaly detection: false alarms and missed anomalies", units, draw, order=20)


@claim("C22", "III")
def c22(t: Tables):
    """The framework maximises false positives and false negatives of a detector (our bars: AUC below .5 where noise moves it
    by less than .02; each rate .1 above noise's)."""
    cells = t.figure_anomaly
    for name in ("digits", "colour"):
        clean = cells[f"{name}, clean", "AUC"]
        if isinstance(clean, Missing):
            continue
        places = [Place(name, norm, size, "random") for norm, sizes in SCORES.items() for size in sizes]
        quiet = [place for place in places if abs(cells[str(place), "AUC"].value - clean.value) < 0.02]
        if not quiet:
            yield Missing((name, "a size at which noise moves the AUC by less than .02"))
            continue
        attacked = {place: replace(place, kind="attacked") for place in quiet}
        noise = min(quiet, key=lambda place: cells[str(attacked[place]), "AUC"].value)
        yield cells[str(attacked[noise]), "AUC"] < 0.5
        for column in ("false positives", "false negatives"):
            yield cells[str(attacked[noise]), column] - cells[str(noise), column] >= ours(0.1)
