"""Section II: what is recovered exactly, and other norms and constraints."""

from helpers.core.statistics import accuracy
from helpers.papers.convex_programming.curves import BOX
from helpers.papers.convex_programming.plan import attacked, expected, network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.convex_programming.theory_unit import Theory, theory
from helpers.papers.paper import Drawn, Item, Results, row, table
from helpers.units.attack import Attack, attack
from helpers.units.unit import Unit

NORM_SIZES = {"1": (2.0, 5.0, 10.0), "2": (0.5, 1.0, 2.0), "inf": (0.02, 0.05, 0.1)}
WAYS = {"no box": {"box": None}, "clipped": {"box": BOX}, "box in the program": {"box": BOX, "exact_box": True}}

GLOSS = (
    "Differing, wrong, deviation, excess, outside: 0 or a rounding error where the identity holds. Affine classifier: share fooled by each way to "
    "choose the class. Targets: share of problems in which a given class is reached at a size, exactly (linear program), by ten steps along the active class, and "
    "by the printed pair. Rounding: share of signs that survive in the float32 cross-entropy at a gap of the logits. Box: what the program in the box gains over clipping. "
    "Certificates: p_k < 1/m and p_k > 1/2, and the share between. Operator norms: what the sign iteration reaches, and how far +r and -r differ."
)


def theory_units(settings: Settings) -> dict[str, Unit]:
    """The checks on small random problems (X5)."""
    return {"theory": Unit(theory, Theory(settings.seed), {}, "theory checks", 5)}


def draw_theory(settings: Settings, results: Results) -> Drawn:
    """Every number of every check."""
    checks = results["theory"].value.numbers["checks"]
    # Counts have a column of their own: beside thousands a share would be printed with one decimal.
    rows = [row("table_theory", f"{check}: {name}".replace("_", " "), "count" if abs(value) > 1 else "value", value, "share" if 1e-4 < abs(value) < 1 else "")
            for check, numbers in checks.items() for name, value in numbers.items()]  # fmt: skip
    return Drawn(table(rows), note=GLOSS)


def norm_units(settings: Settings) -> dict[str, Unit]:
    """Algorithm 1 in three norms, without the box, clipped to it, and with the box inside the program (X6)."""
    made = network(settings, "LeNet-5")
    where = attacked(settings, "LeNet-5")
    count = where["images"] if where["images"] is None else min(where["images"], 1_000)
    found = {}
    for p, sizes in NORM_SIZES.items():
        for way, options in WAYS.items():
            more = {"exact_box": True} if "exact_box" in options else {}
            chosen = Attack(where["data"], "linearised", sizes, {"norm": "inf" if p == "inf" else float(p), **more}, images=count or 1_000, box=options["box"], measure=p)
            found[f"p = {p}, {way}"] = Unit(attack, chosen, {"network": made}, f"Algorithm 1, p = {p}, {way}, on {made.label}", expected(settings, 30))
    return found


def draw_norms(settings: Settings, results: Results) -> Drawn:
    """Fooling ratio, changed entries and entries outside [0, 1]."""
    rows = []
    for name, result in results.items():
        p = name.split(",")[0].removeprefix("p = ")
        arrays, numbers = result.value.arrays, result.value.numbers
        for index, size in enumerate(NORM_SIZES[p]):
            fooled = ~arrays["correct"][index][arrays["clean"]]
            label = f"p = {p}, size {size:g}, {name.split(', ', 1)[1]}"
            rows.append(row("table_norms", label, "fooled", accuracy([fooled]), "share"))
            rows.append(row("table_norms", label, "entries changed", numbers["changed"][index], "entries"))
            rows.append(row("table_norms", label, "entries outside [0, 1]", numbers["outside"][index], "entries"))
    return Drawn(table(rows), note="LeNet-5; sizes in each norm's own units; means over the correctly classified images.")


IDENTITIES = (
    Item("table_theory", "What is recovered exactly", theory_units, draw_theory),
    Item("table_norms", "Other norms, and the pixel box as a constraint", norm_units, draw_norms),
)
