"""Every item, claim and erratum of the second paper at every profile, over made-up results: what only a long run would show."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

from helpers.core import statistics
from helpers.core.verdicts import NOT_RUN
from helpers.papers import errata
from helpers.papers.claims import judged
from helpers.papers.convex_programming import PAPER
from helpers.papers.convex_programming.items.figure_segmentation import ATTACKS, SHOWN
from helpers.papers.convex_programming.settings import PROFILES
from helpers.papers.convex_programming.theory.checks import theory_numbers
from helpers.papers.reported import Reported
from helpers.papers.tables import of_tables
from helpers.runner.parameters import make_settings
from helpers.units.unit import Result, Value, closure

COUNT, FEW = 60, 6
FEWER = {"images": COUNT, "colour_test": COUNT, "strong_images": COUNT, "seeds": 2, "task_images": FEW, "least_images": 5}


@pytest.fixture(scope="module")
def theory():
    return theory_numbers(0)


class MadeUp:
    """Values in the shape that each kind of unit returns; `right` and `sizes` spoil them."""

    def __init__(self, theory, right=None, sizes=None):
        self.random, self.theory, self.right, self.sizes = np.random.default_rng(0), theory, right, sizes
        self.masks = {}

    def value(self, unit):
        return getattr(self, unit.function.__name__)(unit.settings, unit)

    def mask(self, unit):
        label = unit.inputs["network"].label
        if label not in self.masks:
            found = self.random.random(COUNT) < 0.8
            self.masks[label] = found if self.right is None else self.right(label, found)
        return self.masks[label]

    def attack(self, settings, unit):
        clean, count = self.mask(unit), len(settings.budgets)
        kept = self.random.random((count, COUNT)) > np.linspace(0.1, 0.9, count)[:, None]
        return Value({"gradient_evaluations": 9.0, "changed": [1.0] * count, "outside": [1.0] * count}, {"clean": clean, "correct": kept & clean})

    def minimal(self, settings, unit):
        clean = self.mask(unit)
        sizes = np.where(clean, 0.2 * self.random.random(COUNT), 0)
        sizes = sizes if self.sizes is None else self.sizes(sizes, clean)
        return Value({"gradient_evaluations": 27.0}, {"sizes": sizes, "clean": clean})

    def distances(self, settings, unit):
        names = ("ratio", "active", "probability", "along", "size", "prepared")
        arrays = {name: 0.1 * self.random.random(COUNT) + 0.01 for name in names} | {"confidence": 20 * self.random.random(COUNT)}
        arrays["clean"] = self.mask(unit)
        if settings.least:
            arrays["least_of"] = np.flatnonzero(arrays["clean"])[: settings.least]
            arrays["least"] = 1.1 * arrays["ratio"][arrays["least_of"]]
        return Value({}, arrays)

    def score(self, settings, unit):
        return Value({}, {"correct": self.mask(unit)})

    def elsewhere(self, settings, unit):
        both = self.mask(unit).sum()
        return Value({}, {name: self.random.random(both) < 0.5 for name in ("own", "network", "image")})

    def recentred(self, settings, unit):
        return Value({"training": 50}, {name: self.mask(unit) for name in ("channel", "pixel")})

    def dead(self, settings, unit):
        return Value({}, {"dead": self.random.integers(0, 3, COUNT).astype(float)})

    def certified(self, settings, unit):
        return Value({}, {"radius": 0.01 * self.random.random(COUNT), "clean": self.mask(unit)})

    def after(self, settings, unit):
        count = len(settings.budgets)
        fooled = self.random.random((count, COUNT)) < np.linspace(0.1, 0.9, count)[:, None]
        return Value({}, {"value": self.random.normal(size=(count, COUNT)), "fooled": fooled, "clean": self.mask(unit)})

    def similarity(self, settings, unit):
        return Value({"budget": 0.1}, {"ssim": self.random.random(20)})

    def examples(self, settings, unit):
        count, shape = min(6, int(self.mask(unit).sum())), (1, 28, 28) if "mnist" in settings.data else (3, 32, 32)
        sure = {name: [0.5] * count for name in ("originals", "Algorithm 1")}
        arrays = {"originals": np.zeros((count, *shape), np.uint8), "Algorithm 1": np.zeros((count, *shape), np.float16)}
        return Value({"labels": list(range(count)), "answers": {"Algorithm 1": [1] * count}, "confidence": sure}, arrays)

    def regression(self, settings, unit):
        arrays = {f"{p}/predicted": self.random.random(FEW) + 1 for p in settings.budgets}
        for p, sizes in settings.budgets.items():
            arrays |= {f"{p}/{key}": self.random.random((len(sizes), FEW)) + 0.1 for key in ("change", "random", "loss")}
        numbers = {"budgets": {p: list(sizes) for p, sizes in settings.budgets.items()}, "gradient_of_the_change_at_zero": 0.0}
        bound = {"entries": 64, "bound": 2.0, "signs": 1.9, "rounded_signs": 1.95, "seconds_bound": 0.1, "seconds_signs": 0.1}
        if settings.matrix:
            numbers |= {"power": [1.0] * FEW, "sigma": [1.0] * FEW, "entry_ranks": {"0.1": [1] * FEW, "1": [1] * FEW},
                        "entry_shares": {"0.1": [1.0] * FEW, "1": [1.0] * FEW}, "picked_rank": [1] * FEW,
                        "estimated_rank": [1] * FEW, "bounds": [bound] * settings.bounds, "scaling": [bound] * len(settings.windows)}  # fmt: skip
            if "mnist" not in settings.data:
                numbers["pixel_over_entry"] = [1.2] * FEW
        return Value(numbers, arrays)

    def segmentation(self, settings, unit):
        arrays = {f"{attack}/{part}": self.random.random((len(settings.budgets), 10)) for attack in ATTACKS for part in ("hit", "iou", "kept")}
        pictures = {name: np.zeros((3, 64, 64), np.uint8) for name in ("clean", *(f"{attack}/answer" for attack in SHOWN))}
        pictures |= {name: np.zeros((3, 1, 64, 64), np.uint8) for name in ("originals", *(f"{attack}/moved" for attack in SHOWN))}
        return Value({"budgets": list(settings.budgets), "pixel_accuracy": 0.9, "canvases": 10}, arrays | pictures)

    def anomaly(self, settings, unit):
        anomalous = np.arange(COUNT) < 8
        arrays = {f"{p}/{kind}": self.random.random((len(sizes), COUNT)) + anomalous for p, sizes in settings.budgets.items() for kind in ("attacked", "random")}
        return Value({"budgets": {p: list(sizes) for p, sizes in settings.budgets.items()}}, {"clean": self.random.random(COUNT) + anomalous, "anomalous": anomalous, **arrays})


def study(theory, profile, changes=None, **spoiled):
    """Rows, claims and errata of a profile over made-up results."""
    settings = replace(make_settings(PAPER, profile, {})[0], **(FEWER | (changes or {})))
    made, values, results, rows, tables = MadeUp(theory, **spoiled), {}, {}, {}, {}
    for item in PAPER.items:
        units = item.units(settings)
        for unit in units.values():
            key = unit.identity(lambda name: name)
            if key not in values:
                values[key] = Value({"checks": theory}) if unit.function.__name__ == "theory" else made.value(unit)
        results[item.name] = {key: Result(unit.settings, values[unit.identity(lambda name: name)]) for key, unit in units.items()}
        drawn = item.draw(settings, results[item.name])
        rows |= {(line.item, line.row, line.column): line.value for line in drawn.frame.itertuples()}
        tables[item.name] = drawn.table
    seen = of_tables(tables, settings, Reported(PAPER.name))
    claims = [judged(claim, seen, lambda needed: PAPER.decides(settings, needed)) for item in PAPER.items for claim in item.claims]
    for item in PAPER.items:
        assert item.reading is None or item.reading(seen) is not None
    found = errata.sources(PAPER, list(tables.values()))
    lines = [errata.filled(one, found) for one in errata.read(PAPER.folder / "errata.toml")]
    return rows, sorted(claims, key=lambda claim: int(claim.id[1:])), lines


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch):
    monkeypatch.setitem(statistics.bootstrap.__kwdefaults__, "draws", 20)


@pytest.mark.parametrize("profile", ["cpu", "paper"])
def test_nothing_is_missing(profile, theory):
    rows, claims, lines = study(theory, profile)
    assert [claim.id for claim in claims if claim.verdict == NOT_RUN] == (["C14"] if profile == "cpu" else [])
    assert len(lines) == 26 and not any("nan" in text or "not run" in text for line in lines for text in line.values())
    assert {item.name for item in PAPER.items} == {item for item, _, _ in rows}
    assert all(np.isfinite(value) for value in rows.values())
    printed = importlib.import_module("helpers.papers.reported").numbers("convex_programming")
    assert {key[1:] for key in printed if key[0] == "print"} <= set(rows)


@pytest.mark.parametrize(
    ("changes", "spoiled"),
    [
        ({"authors": ""}, {}),
        ({"seed": 9}, {}),
        ({}, {"right": lambda label, found: found & ("nin" not in label)}),
        ({}, {"right": lambda label, found: found & False}),
        ({}, {"sizes": lambda sizes, clean: np.where(clean & (np.arange(COUNT) % 20 == 3), np.inf, sizes)}),
        ({}, {"sizes": lambda sizes, clean: np.where(clean, np.inf, sizes)}),
    ],
    ids=["no weights of the authors", "seeds of two digits", "a network has no image right", "none has", "a few are never fooled", "none is ever fooled"],
)  # fmt: skip
def test_a_strange_outcome_is_no_crash(changes, spoiled, theory):
    _, claims, lines = study(theory, "paper", changes, **spoiled)
    assert len(claims) == 28 and len(lines) == 26


@pytest.mark.parametrize("profile", PROFILES)
def test_labels_name_one_unit_each(profile):
    settings, _ = make_settings(PAPER, profile, {})
    named = {}
    for item in PAPER.items:
        for unit in closure(item.units(settings)):
            named.setdefault(unit.label, set()).add(unit.identity(lambda name: name))
    assert not {label: len(found) for label, found in named.items() if len(found) > 1}
