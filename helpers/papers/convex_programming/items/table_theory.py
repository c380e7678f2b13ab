"""Section II: what is recovered exactly, on small random problems."""

from helpers.papers.claims import claim
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.convex_programming.theory.unit import Theory, theory
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.unit import Unit

GLOSS = (
    "Differing, wrong, deviation, excess, outside: 0 or a rounding error where the identity holds. Affine classifier: share "
    "fooled by each way to choose the class. Targets: share of problems in which a given class is reached at a size, exactly "
    "(linear program), by ten steps along the active class, and by the printed pair. Rounding: share of signs that survive "
    "in the float32 cross-entropy at a gap of the logits. Box: what the program in the box gains over clipping. "
    "Certificates: p_k < 1/m and p_k > 1/2, and the share between. Operator norms: what the sign iteration reaches, and how "
    "far +r and -r differ."
)
EXACT = 1e-9
NORMS = ("l1", "l2", "linf")


def units(settings: Settings) -> dict[str, Unit]:
    """The checks on small random problems (X5)."""
    return {"theory": Unit(theory, Theory(settings.seed), {}, "theory checks")}


def draw(settings: Settings, results: Results) -> Drawn:
    """Every number of every check: a row per check."""
    checks = results["theory"].value.numbers["checks"]
    cells = [cell(check, name, value, "") for check, numbers in checks.items() for name, value in numbers.items()]
    return Drawn(table("table_theory", cells), note=GLOSS)


ITEM = Item("table_theory", "What is recovered exactly", units, draw, order=14)


@claim("C1", "II, Prop. 1")
def c1(t: Tables):
    """Proposition 1: (GN) has a solution iff eps ||g||_q > L (strictly, E7)."""
    return t.table_theory["proposition_1", "disagreements"] <= 0


@claim("C2", "II, Prop. 2")
def c2(t: Tables):
    """Proposition 2: the closed form has norm eps and value -eps ||g||_q, p from 1 to inf (p = 1 apart, E8)."""
    return t.table_theory["proposition_2", "deviation"] <= 1e-5


@claim("C3", "II")
def c3(t: Tables):
    """With the cross-entropy and p = inf the framework is FGSM."""
    return t.table_theory["recovered", "fgsm_entries_differing"] <= 0


@claim("C4", "E1")
def c4(t: Tables):
    """With probabilities Algorithm 2 is FastGrad."""
    return [t.table_theory["recovered", f"probability_{name}_differing"] <= 0 for name in ("entries", "fooled")]


@claim("C5", "II, IV", scope="with the ratio selection (E16)")
def c5(t: Tables):
    """(8) recovers DeepFool's step, and repeated DeepFool whole."""
    return t.table_theory["recovered", "deepfool_deviation"] <= 1e-6


@claim("C6", "II")
def c6(t: Tables):
    """On an affine classifier Algorithm 1 fools iff eps exceeds the least ratio."""
    return t.table_theory["affine_classifier", "wrong"] <= 0


@claim("C17", "II")
def c17(t: Tables):
    """(GNII) takes further convex constraints: the box inside the program is never worse than clipping."""
    for p in NORMS:
        yield t.table_theory["box", f"outside_{p}"] <= EXACT
        yield t.table_theory["box", f"least_gain_{p}"] >= -EXACT
        yield t.table_theory["box", f"norm_excess_{p}"] <= EXACT
    yield t.table_theory["box", "mean_gain_linf"] <= EXACT
