"""What a reader of today asks: stronger references, equal cost, masking, seeds and pixels, what rho_2 measures (Q1-Q5)."""

from dataclasses import replace

import numpy as np

from helpers.attacks.auto_attack import installed
from helpers.core.statistics import accuracy, bootstrap, paired
from helpers.papers.convex_programming.curves import BOX, fooled
from helpers.papers.convex_programming.plan import (
    METHODS,
    RAW,
    attacked,
    budgets,
    expected,
    fcnn,
    network,
)
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item, Results, curve, row, table
from helpers.report.specs import Curves, Figure
from helpers.units.attack import Attack, attack
from helpers.units.certified import Certified, certified
from helpers.units.dead import Dead, dead
from helpers.units.distances import Distances, distances
from helpers.units.minimal import Minimal, minimal
from helpers.units.unit import Unit

REFERENCE = (3, 5)
"""Which of the ten budgets the stronger attacks are given."""

STEPS = (1, 2, 3, 5, 10, 20)
SELECTIONS = {"all classes": {}, "active class": {"select": "active"}}
TIMES = 4
"""The sharpened network's output layer is multiplied by this: no decision changes."""


def few(settings: Settings) -> dict:
    """The images of the expensive comparisons."""
    return {"data": settings.mnist, "images": settings.strong_images}


def one(settings: Settings, made: Unit, label: str, file: str, options: dict, sizes: tuple[float, ...], box=None, seconds: float = 30, **more) -> Unit:
    """An attack on the first images."""
    chosen = Attack(attack=file, budgets=sizes, options=options, box=box, measure="inf", **{**few(settings), **more})
    return Unit(attack, chosen, {"network": made}, f"{label} {chosen.images or 'all'} images, on {made.label}", expected(settings, seconds))


def least_norm(settings: Settings, made: Unit, label: str, file: str, options: dict, box=None, seconds: float = 20) -> Unit:
    """A minimum-norm attack on the first images."""
    chosen = Minimal(attack=file, options=options, measure="inf", box=box, **few(settings))
    return Unit(minimal, chosen, {"network": made}, f"{label} {chosen.images or 'all'} images, on {made.label}", expected(settings, seconds))


def reference_units(settings: Settings) -> dict[str, Unit]:
    """Algorithm 1-10 and DeepFool beside PGD with restarts, FMN, and AutoAttack where it is installed (Q1)."""
    found = {}
    strong = {"norm": "inf", "steps": settings.strong_steps, "restarts": settings.strong_restarts, "seed": settings.seed}
    for name in ("FCNN", "LeNet-5"):
        made, sizes = network(settings, name), budgets(name, REFERENCE)
        for where, box in (("no box", None), ("box", BOX)):
            for method in ("Algorithm 1-10", "FastGrad"):
                found[f"{name}, {where}/{method}"] = one(settings, made, f"{method}, {where},", *METHODS[method], sizes, box)
            found[f"{name}, {where}/PGD"] = one(settings, made, f"PGD, {where},", "pgd", strong, sizes, box, 200)
            found[f"{name}, {where}/DeepFool"] = least_norm(settings, made, f"DeepFool, {where},", *METHODS["DeepFool"], box)
            found[f"{name}, {where}/FMN"] = least_norm(settings, made, f"FMN, {where},", "fast_minimum_norm", {"norm": "inf"}, box, 40)
        if settings.auto_attack and installed():
            options = {"norm": "inf", "seed": settings.seed}
            found[f"{name}, box/AutoAttack"] = one(settings, made, "AutoAttack", "auto_attack", options, sizes, BOX, 900)
    return found


def least_norm_units(settings: Settings) -> dict[str, Unit]:
    """Those of the reference's units that return a least norm."""
    return {key: unit for key, unit in reference_units(settings).items() if key.rsplit("/", 1)[1] in ("DeepFool", "FMN")}


STRONG = ("PGD", "FMN", "AutoAttack")


def draw_reference(settings: Settings, results: Results) -> Drawn:
    """Fooling ratios at two budgets, of any strong attack together, and how far Algorithm 1-10 falls short of that."""
    rows = []
    for where in dict.fromkeys(key.rsplit("/", 1)[0] for key in results):
        sizes = budgets(where.split(",")[0], REFERENCE)
        bits = {key.rsplit("/", 1)[1]: fooled(result, sizes) for key, result in results.items() if key.rsplit("/", 1)[0] == where}
        together = np.logical_or.reduce([bits[method] for method in STRONG if method in bits])
        for index, size in enumerate(sizes):
            label = f"{where}, eps {size:.4f}"
            rows += [row("table_reference", label, method, accuracy([found[index]]), "share") for method, found in bits.items()]
            rows.append(row("table_reference", label, "any strong", accuracy([together[index]]), "share"))
            rows.append(row("table_reference", label, "any strong - 1-10", paired([together[index]], [bits["Algorithm 1-10"][index]]), "difference"))
    note = (
        f"First {settings.strong_images} test images. PGD: {settings.strong_steps} steps, {settings.strong_restarts} starts, on z_k - logsumexp of the others; "
        "FMN: 100 steps, counted where its least norm is below eps; any strong: fooled by one of them"
    )
    return Drawn(table(rows), note=note + ("." if settings.auto_attack and installed() else "; AutoAttack was not run (--set auto_attack=true, extra bench)."))


def draw_least_norms(settings: Settings, results: Results) -> Drawn:
    """Median least norms of DeepFool and FMN, and their ratio image by image."""
    rows = []
    for where in dict.fromkeys(key.rsplit("/", 1)[0] for key in results):
        deepfool, fmn = (results[f"{where}/{method}"].value.arrays for method in ("DeepFool", "FMN"))
        both = deepfool["clean"] & np.isfinite(deepfool["sizes"]) & np.isfinite(fmn["sizes"])
        for column, values in {"DeepFool": deepfool["sizes"][both], "FMN": fmn["sizes"][both]}.items():
            rows.append(row("table_least_norm", where, f"{column}, median", bootstrap(np.median, values), "linf"))
        rows.append(row("table_least_norm", where, "FMN / DeepFool, median", bootstrap(np.median, fmn["sizes"][both] / deepfool["sizes"][both]), "ratio"))
        rows.append(row("table_least_norm", where, "only one fools", accuracy([(np.isfinite(deepfool["sizes"]) != np.isfinite(fmn["sizes"]))[deepfool["clean"]]]), "share"))
    return Drawn(table(rows), note=f"l_inf, the first {settings.strong_images} test images; FMN: 100 steps. DeepFool only bounds the least norm from above.")


def cost_units(settings: Settings) -> dict[str, Unit]:
    """Algorithm 1-n for n up to 20, all classes or the active one, PGD and DeepFool at one budget (Q2)."""
    found = {}
    for name in ("FCNN", "LeNet-5"):
        made, sizes = network(settings, name), budgets(name, (4,))
        for label, options in SELECTIONS.items():
            for steps in STEPS:
                found[f"{name}/Algorithm 1-n, {label}/{steps}"] = one(
                    settings, made, f"Algorithm 1-{steps}, {label},", "linearised", {**options, "steps": steps}, sizes, seconds=3 * steps)
        for steps in (5, 10, 20, 50):
            found[f"{name}/PGD/{steps}"] = one(settings, made, f"PGD-{steps}", "pgd", {"norm": "inf", "steps": steps}, sizes, seconds=3 * steps)
        found[f"{name}/DeepFool/50"] = least_norm(settings, made, "DeepFool", *METHODS["DeepFool"])
    return found


def draw_cost(settings: Settings, results: Results) -> Drawn:
    """Fooling ratio against backward passes an image."""
    rows, lines = [], {}
    for key, result in results.items():
        name, method, steps = key.split("/")
        sizes = budgets(name, (4,))
        value = accuracy([fooled(result, sizes)[0]])
        passes = result.value.numbers["gradient_evaluations"]
        most = "at most " if method in ("PGD", "DeepFool") else ""
        rows.append(row("figure_cost", f"{name}, {method}, {most}{steps} steps", "fooled", value, "share"))
        rows.append(row("figure_cost", f"{name}, {method}, {most}{steps} steps", "passes an image", passes, "passes"))
        lines.setdefault(name, {}).setdefault(method, []).append((passes, value))
    panels = []
    for name, methods in lines.items():
        curves = tuple(curve(method, *zip(*sorted(points, key=lambda point: point[0]), strict=True)) for method, points in methods.items())
        panels.append(Curves(f"{name}, eps {budgets(name, (4,))[0]:.4f}", "backward passes an image", "fooling ratio", curves, x_log=True))
    alt = "Fooling ratio against backward passes an image, for Algorithm 1-n with all classes and with the active one, PGD and DeepFool."
    return Drawn(table(rows), Figure(tuple(panels), columns=2, alt=alt), f"First {settings.strong_images} test images, no box; PGD and DeepFool stop at success.")


ARITHMETIC = {"FastGrad, exact": METHODS["FastGrad"], "FastGrad through the cross-entropy": RAW}


def masked(settings: Settings) -> dict[str, Unit]:
    """The networks of the comparison: the printed pair, and the stored shape on which the authors ran FastGrad (E2)."""
    stored = fcnn(settings, settings.seed, stored=True)
    return {"FCNN": network(settings, "FCNN"), "FCNN 500x150": stored, "LeNet-5": network(settings, "LeNet-5")}


def masking_sizes(name: str) -> tuple[float, ...]:
    """Two budgets of the panel, and the whole pixel range."""
    return (*budgets("LeNet-5" if name == "LeNet-5" else "FCNN", (6, 9)), 1.0)


def masking_units(settings: Settings) -> dict[str, Unit]:
    """FastGrad exact and through the cross-entropy, in single and double precision, and at a budget that hides everything (Q3)."""
    found = {}
    for name, made in masked(settings).items():
        for label, (file, options) in ARITHMETIC.items():
            for precision, double in (("float32", False), ("float64", True)):
                found[f"{name}, {label}, {precision}"] = one(settings, made, f"{label}, {precision},", file, options, masking_sizes(name), double=double)
    return found


def draw_masking(settings: Settings, results: Results) -> Drawn:
    """Fooling ratios of the four."""
    rows = []
    for key, result in results.items():
        sizes = masking_sizes(key.split(",")[0])
        for size, bits in zip(sizes, fooled(result, sizes), strict=True):
            rows.append(row("table_masking", key, f"{size:.4f}", accuracy([bits]), "share"))
    return Drawn(table(rows), note="Fooling ratio at each budget; float32, float64: precision of the network and of the gradient's arithmetic.")


def confidence_units(settings: Settings) -> dict[str, Unit]:
    """Logit gaps on the MNIST networks, dead logits of NIN (Q3)."""
    found = {}
    for name, made in masked(settings).items():
        found[name] = Unit(distances, Distances(**few(settings), top=1.0), {"network": made}, f"distances, first images, {made.label}", expected(settings, 20))
    made = network(settings, "NIN")
    return {**found, "NIN": Unit(dead, Dead(**attacked(settings, "NIN")), {"network": made}, f"dead logits of {made.label}", 5)}


def draw_confidence(settings: Settings, results: Results) -> Drawn:
    """Shares of images that hide their gradient."""
    rows = []
    for name, result in results.items():
        if "dead" in result.value.arrays:
            rows.append(row("table_confidence", name, "a dead logit", accuracy([result.value.arrays["dead"] > 0]), "share"))
            rows.append(row("table_confidence", name, "dead logits, of ten", bootstrap(np.mean, result.value.arrays["dead"]), "classes"))
            continue
        for gap in (16.0, 16.6):
            confident = (result.value.arrays["confidence"] > gap)[result.value.arrays["clean"]]
            rows.append(row("table_confidence", name, f"logit gap above {gap:g}", accuracy([confident]), "share"))
    return Drawn(table(rows), note="Above a gap of 16.6 the float32 cross-entropy gradient has lost its own class's term (E2). A dead logit: exactly 0 under NIN's last ReLU, without gradient.")


def pixel_units(settings: Settings) -> dict[str, Unit]:
    """Algorithm 1-10 in the box and rounded to 8 bits, and on every seed's network (Q4)."""
    found = {}
    for seed in range(settings.seed, settings.seed + settings.seeds):
        made, sizes = fcnn(settings, seed), budgets("FCNN", (2, 4, 6))
        for label, more in {"no box": {}, "box": {"box": BOX}, "box, 8 bit": {"box": BOX, "round": True}}.items():
            found[f"FCNN, {label}/{seed}"] = one(settings, made, f"Algorithm 1-10, {label},", "linearised", {"steps": 10}, sizes, **attacked(settings, "FCNN"), **more)
    return found


def draw_pixels(settings: Settings, results: Results) -> Drawn:
    """Fooling ratios over seeds."""
    rows, sizes = [], budgets("FCNN", (2, 4, 6))
    for label in dict.fromkeys(key.rsplit("/", 1)[0] for key in results):
        bits = [fooled(result, sizes) for key, result in results.items() if key.rsplit("/", 1)[0] == label]
        rows += [row("table_pixels", label, f"{size:.4f}", accuracy([seed[index] for seed in bits]), "share") for index, size in enumerate(sizes)]
    return Drawn(table(rows), note=f"Algorithm 1-10, trained networks: {settings.seeds}; data: {settings.mnist}, {'all' if settings.images is None else settings.images} test images.")


def changed_network(settings: Settings, way: str) -> Unit:
    """The fully connected network, its output layer multiplied, or trained against five projected steps."""
    made = fcnn(settings, settings.seed)
    if way == "sharpened":
        return replace(made, settings=replace(made.settings, sharpen=TIMES), label=f"{made.label}, output x {TIMES}")
    if way == "adversarially trained":
        options = {"norm": "inf", "radius": 0.1, "steps": 5, "box": BOX}
        return replace(made, settings=replace(made.settings, step="perturbed_input", step_options=options), label=f"{made.label}, trained against PGD")
    return made


def measure_units(settings: Settings) -> dict[str, Unit]:
    """rho_2's distances, DeepFool's norms and a certified radius on three networks (Q5)."""
    found = {}
    for way in ("as it is", "sharpened", "adversarially trained"):
        made = changed_network(settings, way)
        found[f"{way}/distances"] = Unit(distances, Distances(**few(settings), top=0.5), {"network": made}, f"distances, {made.label}", expected(settings, 20))
        found[f"{way}/deepfool"] = least_norm(settings, made, "DeepFool", *METHODS["DeepFool"])
        found[f"{way}/certified"] = Unit(certified, Certified(**few(settings)), {"network": made}, f"certified radius, {made.label}", expected(settings, 5))
    return found


def draw_measure(settings: Settings, results: Results) -> Drawn:
    """Means of every measure, and whether certificate, first step and attack are in order."""
    rows = []
    for way in dict.fromkeys(key.split("/")[0] for key in results):
        far, deep, safe = (results[f"{way}/{part}"].value.arrays for part in ("distances", "deepfool", "certified"))
        clean = far["clean"]
        for column, values in {
            "first step on logits": far["ratio"][clean], "on probabilities": far["probability"][clean],
            "DeepFool": deep["sizes"][clean], "certified radius": safe["radius"][clean],
        }.items():  # fmt: skip
            rows.append(row("table_measure", way, f"{column}, median", bootstrap(np.median, values), "linf"))
        rows.append(row("table_measure", way, "clean accuracy", accuracy([clean]), "accuracy"))
        rows.append(row("table_measure", way, "certified <= DeepFool", accuracy([(safe["radius"] <= deep["sizes"])[clean]]), "share"))
    return Drawn(table(rows), note=f"First step: rho_2's term. Medians over the correct ones of the first {settings.strong_images} test images; sharpened: output layer x {TIMES}, no decision changes.")


MODERN = (
    Item("table_reference", "A stronger reference: fooling ratios", reference_units, draw_reference),
    Item("table_least_norm", "A stronger reference: least norms", least_norm_units, draw_least_norms),
    Item("figure_cost", "Equal cost", cost_units, draw_cost),
    Item("table_masking", "Arithmetic", masking_units, draw_masking),
    Item("table_confidence", "Masking", confidence_units, draw_confidence),
    Item("table_pixels", "Seeds and valid pixels", pixel_units, draw_pixels),
    Item("table_measure", "What rho_2 measures", measure_units, draw_measure),
)
