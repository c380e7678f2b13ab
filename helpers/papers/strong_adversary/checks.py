"""Beyond the printed tables: cost, theory, arithmetic, and what a reader of today asks."""

from collections.abc import Mapping

from helpers.core.statistics import accuracy, paired
from helpers.papers.cells import draw_cells
from helpers.papers.paper import Drawn, Item, Results, curve, row, table
from helpers.papers.strong_adversary.plan import ATTACKS, PIXEL, colour, expected, lenet, mlp, source
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.strong_adversary.theory_unit import Theory, theory
from helpers.report.specs import Curve, Curves, Figure
from helpers.units.attack import Attack, attack
from helpers.units.cost import Cost, cost
from helpers.units.minimal import Minimal, minimal
from helpers.units.neighbours import Neighbours, neighbours
from helpers.units.unit import Unit

BOX = (0.0, 1.0)
LOSS = ("fast_gradient", {"norm": 2})
SIGN = ("fast_gradient", {"norm": "inf"})
TRAINING_RADII = (1.0, 1.5, 1.7, 2.0)
OWN_NORM = {"Sign": SIGN, "Loss": ("fast_gradient", {"norm": 2, "measure": "inf"}),
            "Alpha": ("adv_alpha", {"norm": 2, "measure": "inf"}), "Alpha, linf": ("adv_alpha", {"norm": "inf"})}  # fmt: skip
LINF = {"0.1": 0.1, "0.3": 0.3}
COLOUR_LINF = {"8/255": 8 / 255 / PIXEL}
"""linf sizes in the paper's pixels, by how a table writes them."""
SIZES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)


def against(settings: Settings, network: Unit, name: str, options: Mapping, budget: float, label: str, **more) -> Unit:
    """An attack on a network; `budget` in the paper's pixels."""
    more = {"box": None, **more}
    chosen = Attack(more.pop("data", settings.mnist), name, (budget * PIXEL,), dict(options), **more)
    return Unit(attack, chosen, {"network": network}, f"{label} on {network.label}", expected(settings, 20))


def printed_mlp(settings: Settings, name: str) -> Unit:
    """The first seed's network of Table 1's row."""
    return mlp(settings, name, settings.seed, authors=settings.authors_seeds > 0)


def arithmetic_units(settings: Settings) -> dict[str, Unit]:
    """Normal and the Fixed source, attacked by exact gradients and by float32 cross-entropy (E31).

    Where the authors' epochs are not trained, the output layer is multiplied by 4: no decision changes, rounding begins.
    """
    authors = settings.authors_seeds > 0
    networks = {
        "Normal": mlp(settings, "Normal", settings.seed, authors=authors, sharpen=1.0 if authors else 4.0),
        "Source": source(settings, "mlp", settings.seed, authors),
    }
    found = {}
    for name, network in networks.items():
        for arithmetic in ("exact", "rounded"):
            label = name if arithmetic == "exact" else f"{name}, rounded"
            for column, (attack_name, options) in ATTACKS.items():
                chosen = {**options, "arithmetic": arithmetic}
                found[f"{label}/{column}"] = against(settings, network, attack_name, chosen, settings.budget, f"{column}, {arithmetic}")
            fixed = Attack(settings.mnist, "fast_gradient", (settings.budget * PIXEL,), {"norm": 2, "arithmetic": arithmetic}, box=None, only_correct=False)
            inputs = {"network": network, "source": networks["Source"]}
            found[f"{label}/Fixed"] = Unit(attack, fixed, inputs, f"Fixed, {arithmetic}, on {network.label}", 3)
    return found


def clipping_units(settings: Settings) -> dict[str, Unit]:
    """Adv_Loss without the pixel box, clipped to it, and rounded to 8 bits (Q4)."""
    found = {}
    for name in ("Normal", "LWA"):
        network = printed_mlp(settings, name)
        for column, more in {"Adv_Loss": {}, "Adv_Loss clipped": {"box": BOX}, "Adv_Loss clipped, 8 bit": {"box": BOX, "round": True}}.items():
            found[f"{name}/{column}"] = against(settings, network, *LOSS, settings.budget, column, **more)
    return found


def draw_clipping(settings: Settings, results: Results) -> Drawn:
    """Accuracies, and the mean l2 size that clipping leaves."""
    drawn = draw_cells("table_clipping")(settings, results)
    rows = drawn.table.to_dict("records")
    for name in ("Normal", "LWA"):
        left = results[f"{name}/Adv_Loss clipped"].value.numbers["mean_norm"][-1] / PIXEL
        rows.append(row("table_clipping", name, "mean l2 clipped", left, unit="l2"))
    return Drawn(table(rows), note="The tables of the paper do not clip.")


def own_norm_units(settings: Settings) -> dict[str, Unit]:
    """The sign step at linf budgets, beside Loss and Alpha rescaled to them (Q4)."""
    shown = {
        "LeNet Normal": (lenet(settings, "Normal", settings.seed), LINF, {"data": settings.mnist}),
        "LeNet LWA": (lenet(settings, "LWA", settings.seed), LINF, {"data": settings.mnist}),
        "colour Normal": (colour(settings, "Normal", settings.seed), COLOUR_LINF, {"data": settings.colour, "images": settings.colour_test}),
    }  # fmt: skip
    found = {}
    for name, (network, sizes, more) in shown.items():
        budgets = tuple(size * PIXEL for size in sizes.values())
        for column, (attack_name, options) in OWN_NORM.items():
            chosen = Attack(attack=attack_name, budgets=budgets, options=dict(options), box=None, **more)
            label = f"{column}, linf {', '.join(sizes)}, on {network.label}"
            found[f"{name}/{column}"] = Unit(attack, chosen, {"network": network}, label, expected(settings, 20))
    return found


def draw_own_norm(settings: Settings, results: Results) -> Drawn:
    """Accuracies, a column for each attack and size."""
    rows = []
    for key, result in results.items():
        name, column = key.split("/")
        sizes = COLOUR_LINF if name == "colour Normal" else LINF
        for size, bits in zip(sizes, result.value.arrays["correct"], strict=True):
            rows.append(row("table_own_norm", name, f"{column} {size}", accuracy([bits])))
    return Drawn(table(rows), note="linf sizes; no box; first seed.")


def masking_units(settings: Settings) -> dict[str, Unit]:
    """One step against many, without and with the box, and AutoAttack where it is installed (Q1)."""
    found = {}
    count = {"images": settings.pgd_images}
    networks = {f"{kind} {name}": make(settings, name) for name in ("Normal", "LWA") for kind, make in
                (("MLP", printed_mlp), ("LeNet", lambda s, n: lenet(s, n, s.seed)))}  # fmt: skip
    for name, network in networks.items():
        many = {"norm": 2, "steps": settings.pgd_steps, "restarts": settings.pgd_restarts, "seed": settings.seed}
        for suffix, box in (("", {}), (" clipped", {"box": BOX})):
            found[f"{name}/Adv_Loss{suffix}"] = against(settings, network, *LOSS, settings.budget, f"Adv_Loss{suffix}", **count, **box)
            found[f"{name}/PGD{suffix}"] = against(settings, network, "pgd", many, settings.budget, f"PGD{suffix}", **count, **box)
        if settings.auto_attack:
            found[f"{name}/AutoAttack clipped"] = against(
                settings, network, "auto_attack", {"norm": 2, "seed": settings.seed}, settings.budget, "AutoAttack", images=min(200, settings.pgd_images), box=BOX)  # fmt: skip
    return found


def draw_masking(settings: Settings, results: Results) -> Drawn:
    """Accuracies, and one step minus many: above .1 a sign of gradient masking."""
    drawn = draw_cells("table_masking")(settings, results)
    rows = drawn.table.to_dict("records")
    for key, result in results.items():
        name, column = key.rsplit("/", 1)
        if column == "PGD":
            one = results[f"{name}/Adv_Loss"].value.arrays["correct"][-1]
            rows.append(row("table_masking", name, "one step - PGD", paired([one], [result.value.arrays["correct"][-1]]), "difference"))
    note = f"First {settings.pgd_images} test images; PGD: {settings.pgd_steps} steps, {settings.pgd_restarts} restarts"
    return Drawn(table(rows), note=note + ("." if settings.auto_attack else "; AutoAttack not run in this profile (--set auto_attack=true, extra bench)."))


def sizes_units(settings: Settings) -> dict[str, Unit]:
    """PGD over sizes on the two LeNets, beside one step on the same images."""
    found = {}
    images = min(500, settings.pgd_images)
    sizes = tuple(size * PIXEL for size in SIZES)
    for name in ("Normal", "LWA"):
        network = lenet(settings, name, settings.seed)
        ways = {"PGD": ("pgd", {"norm": 2, "steps": settings.pgd_steps, "seed": settings.seed}), "Adv_Loss": LOSS}
        for column, (attack_name, options) in ways.items():
            chosen = Attack(settings.mnist, attack_name, sizes, options, images=images, box=None)
            label = f"{column} over sizes on {network.label}"
            found[f"{name}/{column}"] = Unit(attack, chosen, {"network": network}, label, expected(settings, 60))
    return found


def draw_sizes(settings: Settings, results: Results) -> Drawn:
    """Accuracy against size: one step and many."""
    rows, panels = [], []
    for name in ("Normal", "LWA"):
        curves = []
        for column in ("Adv_Loss", "PGD"):
            values = [accuracy([bits]) for bits in results[f"{name}/{column}"].value.arrays["correct"]]
            rows += [row("figure_masking", f"{name}, {column}", f"{size:.1f}", value) for size, value in zip(SIZES, values, strict=True)]
            curves.append(curve(column, SIZES, values))
        panels.append(Curves(f"LeNet {name}", "l2 size (pixel / 256)", "accuracy", tuple(curves), (0, SIZES[-1]), (0, 1)))
    alt = "Accuracy against l2 size for one step and for projected gradient steps, on LeNet trained normally and by LWA."
    return Drawn(table(rows), Figure(tuple(panels), columns=2, alt=alt))


def radius_units(settings: Settings) -> dict[str, Unit]:
    """LWA and Goodfellow at several training radii, judged on held-out images (Q2)."""
    found = {}
    for name in ("LWA", "Goodfellow"):
        for radius in TRAINING_RADII:
            network = mlp(settings, name, settings.seed, radius=radius, split="tune", epochs=settings.tuning_epochs)
            found[f"{name}/{radius:g}"] = against(settings, network, *LOSS, settings.budget, "held-out Adv_Loss", split="holdout")
    return found


def draw_radius(settings: Settings, results: Results) -> Drawn:
    """Held-out accuracy, clean and under Adv_Loss, against the training radius."""
    rows, panels = [], []
    for field, column in (("clean", "Validation"), ("correct", "Adv_Loss")):
        curves = []
        for name in ("LWA", "Goodfellow"):
            values = []
            for radius in TRAINING_RADII:
                bits = results[f"{name}/{radius:g}"].value.arrays[field]
                values.append(accuracy([bits if field == "clean" else bits[-1]]))
                rows.append(row("table_radius", f"{name}, {column}", f"c = {radius:g}", values[-1]))
            curves.append(curve(name, TRAINING_RADII, values))
        panels.append(Curves(f"Held-out images, {column}", "training radius c (pixel / 256)", "accuracy", tuple(curves)))
    alt = "Clean accuracy and accuracy under Adv_Loss on held-out images against the training radius."
    return Drawn(table(rows), Figure(tuple(panels), columns=2, alt=alt), f"{settings.tuning_epochs} epochs on the training set without the held-out part.")


def minimal_units(settings: Settings) -> dict[str, Unit]:
    """Smallest l2 perturbations: DeepFool on the logits, Adv_Alpha and Adv_Loss along their directions (Q5)."""
    network = lenet(settings, "Normal", settings.seed)
    ways = {"DeepFool": ("deepfool", {"norm": 2}), "Adv_Alpha": ("adv_alpha", {"norm": 2}), "Adv_Loss": ("fast_gradient", {"norm": 2})}
    return {
        name: Unit(minimal, Minimal(settings.mnist, attack_name, options, images=settings.pgd_images, box=None), {"network": network},
                   f"smallest l2, {name}, {network.label}", expected(settings, 15))
        for name, (attack_name, options) in ways.items()
    }  # fmt: skip


def draw_minimal(settings: Settings, results: Results) -> Drawn:
    """Median smallest size over correctly classified images."""
    rows = []
    for name, result in results.items():
        numbers = result.value.numbers
        rows.append(row("table_minimal", name, "median l2", numbers["median"] / PIXEL, "l2"))
        rows.append(row("table_minimal", name, "fooled", numbers["fooled"], "share"))
        rows.append(row("table_minimal", name, "backward passes", numbers["gradient_evaluations"], "passes"))
    return Drawn(table(rows), note=f"LeNet Normal, correct ones of the first {settings.pgd_images} test images, no box.")


def cost_units(settings: Settings) -> dict[str, Unit]:
    """Adv_Alpha's cost against Adv_Loss's (X7)."""
    return {"cost": Unit(cost, Cost(settings.mnist), {"network": lenet(settings, "Normal", settings.seed)}, "cost of Adv_Alpha", 20)}


def draw_cost(settings: Settings, results: Results) -> Drawn:
    """Backward passes a sample, seconds and ratios for one batch."""
    numbers = results["cost"].value.numbers
    names = {"one gradient": "Adv_Loss", "nearest boundary": "Adv_Alpha"}
    rows = []
    for way, seconds in numbers["seconds"].items():
        name = names.get(way, f"Jacobian: {way}")
        rows.append(row("cost_adv_alpha", name, "backward passes", numbers["passes"][way], "passes"))
        rows.append(row("cost_adv_alpha", name, "seconds", seconds, "s"))
        rows.append(row("cost_adv_alpha", name, "times Adv_Loss", seconds / numbers["seconds"]["one gradient"], "ratio"))
    return Drawn(table(rows), note=f"LeNet, one batch of {numbers['images']} images, one thread, median of three.")


def neighbours_units(settings: Settings) -> dict[str, Unit]:
    """Other kinds of classifiers on the Fixed set (X10)."""
    chosen = Neighbours(settings.mnist, settings.budget * PIXEL)
    return {"neighbours": Unit(neighbours, chosen, {"source": source(settings, "mlp", settings.seed)}, "5-NN and boosted trees", 25)}


def draw_neighbours(settings: Settings, results: Results) -> Drawn:
    """Accuracy of 5-NN and boosted trees on clean, Fixed and randomly perturbed images."""
    names = {"clean": "Validation", "transferred": "Fixed", "random": "Random"}
    found = ((key.split("/"), bits) for key, bits in results["neighbours"].value.arrays.items())
    rows = [row("table_neighbours", judge, names[images], accuracy([bits])) for (judge, images), bits in found]
    return Drawn(table(rows), note=f"l2 size {settings.budget}; up to 5,000 training and 1,000 test images.")


def theory_units(settings: Settings) -> dict[str, Unit]:
    """The theory checks (X8, X9)."""
    return {"theory": Unit(theory, Theory(settings.seed), {}, "theory checks", 15)}


def draw_theory(settings: Settings, results: Results) -> Drawn:
    """Every number of every check."""
    checks = results["theory"].value.numbers["checks"]
    found = ((f"{check}: {name}", value) for check, numbers in checks.items() for name, value in numbers.items())
    return Drawn(table([row("table_theory", name.replace("_", " "), "value", value, "") for name, value in found]))


def draw_proposition_c(settings: Settings, results: Results) -> Drawn:
    """R_z as printed (right for w >= 0 only) and corrected. [Huang Prop. C]"""
    curve = results["theory"].value.numbers["curve"]
    lines = [Curve("corrected", curve["w"], curve["corrected"], method="lwa"), Curve("as printed", curve["w"], curve["printed"], reported=True)]
    rows = [row("figure_proposition_c", line.label, f"{w:.2f}", y, "") for line in lines for w, y in zip(line.x[::10], line.y[::10], strict=True)]
    panel = Curves("Proposition C: c = 0.5, x = y = 1", "w", "R_z(w)", tuple(lines))
    return Drawn(table(rows), Figure((panel,), alt="The induced regularisation R_z against w: not convex; as printed it is negative for w below 0."))


CHECKS = (
    Item("cost_adv_alpha", "Section 7.1: what Adv_Alpha costs", cost_units, draw_cost),
    Item("figure_proposition_c", "The figure of Proposition C", theory_units, draw_proposition_c),
    Item("table_theory", "Theory checks", theory_units, draw_theory),
    Item("table_neighbours", "Introduction: other kinds of classifiers", neighbours_units, draw_neighbours),
    Item("table_1_arithmetic", "Exact gradients and float32 cross-entropy", arithmetic_units,
         draw_cells("table_1_arithmetic", "l2 size {budget}; first seed. Where the authors' epochs are not trained, Normal's output layer is multiplied by 4.")),
    Item("table_clipping", "Clipping to the pixel box", clipping_units, draw_clipping),
    Item("table_own_norm", "The sign step in its own norm", own_norm_units, draw_own_norm),
    Item("table_masking", "One step against many", masking_units, draw_masking),
    Item("figure_masking", "One step against many, over sizes", sizes_units, draw_sizes),
    Item("table_radius", "Training radius, chosen on held-out images", radius_units, draw_radius),
    Item("table_minimal", "Smallest perturbations", minimal_units, draw_minimal),
)  # fmt: skip

