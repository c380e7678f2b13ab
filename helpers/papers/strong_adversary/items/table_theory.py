"""The propositions, checked on small random problems; every claim of the theory is judged here."""

from helpers.core.quantities import Quantity, equal
from helpers.papers.claims import claim
from helpers.papers.paper import Drawn, Item, Results
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.strong_adversary.theory.unit import Theory, theory
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.unit import Unit

EXACT = 1e-9
"""A deviation that is rounding."""


def units(settings: Settings) -> dict[str, Unit]:
    """The theory checks (X8, X9)."""
    return {"theory": Unit(theory, Theory(settings.seed), {}, "theory checks")}


def draw(settings: Settings, results: Results) -> Drawn:
    """Every number of every check: a row per proposition."""
    checks = results["theory"].value.numbers["checks"]
    cells = [cell(check, name, value, "") for check, numbers in checks.items() for name, value in numbers.items()]
    return Drawn(table("table_theory", cells))


ITEM = Item("table_theory", "Theory checks", units, draw, order=17)


@claim("C24", "Proposition 3")
def c24(t: Tables):
    """The closed forms of Proposition 3, corrected (E1-E3), solve problem (1)."""
    names = ("deviation_l2", "deviation_linf", "deviation_l1", "printed_minimum")
    return [t.table_theory["proposition_3", name] <= EXACT for name in names]


@claim("C25", "Proposition 4", scope="the linear model; the minimum is an infimum (E7)")
def c25(t: Tables):
    """The smallest of the class-wise steps is the smallest flip of the linear model."""
    return [
        t.table_theory["proposition_4", "rho_deviation"] <= EXACT,
        t.table_theory["proposition_4", "flips_below_rho"] <= 0,
        equal(t.table_theory["proposition_4", "flips_at_1.001"], 1),
    ]


@claim("C26", "Proposition 6", scope="where both derivatives exist (E9)")
def c26(t: Tables):
    """The derivative of the worst-case loss is the partial derivative at the exact maximiser."""
    return t.table_theory["proposition_6", "finite_difference_deviation"] <= 1e-6


@claim("C27", "Related Works 1")
def c27(t: Tables):
    """For logistic loss, a linear model and linf, (2) has the closed form softplus(c||w||_1 - y w.x)."""
    return t.table_theory["equation_2", "corner_deviation"] <= EXACT


@claim("C28", "Proposition B", scope="with the loss's sign corrected (E20)")
def c28(t: Tables):
    """Problem (6) is convex; with the printed sign it is not."""
    return [
        t.table_theory["proposition_b", "corrected_violations"] <= 0,
        t.table_theory["proposition_b", "printed_violations"] > 0,
    ]


@claim("C29", "Proposition C")
def c29(t: Tables):
    """The induced regularisation is not convex (its second difference falls below 0)."""
    return [t.table_theory["proposition_c", f"curvature_x_{x}"] < -1e-6 for x in ("0.1", "0.3", "1", "3")]


def grows(t: Tables, later: int, earlier: int) -> Quantity:
    """How many times the norm of the weights grows between two numbers of steps."""
    numbers = (t.table_theory["proposition_d", f"unbounded_norm_{steps}"] for steps in (later, earlier))
    first, second = numbers
    return (first / second.value).named(f"norm after {later} steps over {earlier}")


@claim("C30", "Proposition D", scope="with a one-sided margin, c instead of the printed 2c (E22)")
def c30(t: Tables):
    """With a margin below the radius the solution is bounded and in l2 unique; above it the weights grow without
    end."""
    return [
        t.table_theory["proposition_d", "gamma"] > 0,
        t.table_theory["proposition_d", "bounded_norm"] <= 1e3,
        t.table_theory["proposition_d", "bounded_spread"] <= 1e-6,
        grows(t, 300, 30) >= 1.5,
        grows(t, 3000, 300) >= 1.5,
    ]


@claim("C31", "Remark E")
def c31(t: Tables):
    """It is weaker than a norm penalty: with a margin above the radius the infimum 0 is not attained."""
    return [
        t.table_theory["remark_e", "loss_at_10000"] <= 1e-6,
        t.table_theory["remark_e", "loss_at_1"] > 1e-3,
        t.table_theory["remark_e", "penalised_norm"] <= 1e3,
    ]


@claim("C32", "Section 2")
def c32(t: Tables):
    """A class-wise step is necessary but not sufficient to make its class win."""
    return [
        t.table_theory["proposition_4", "r_j_does_not_win_j"] > 0,
        equal(t.table_theory["proposition_4", "flips_at_1.001"], 1),
    ]


@claim("C33", "6.1.1", scope="with the sign corrected; as printed it is the negative (E4)")
def c33(t: Tables):
    """Item 2 is Goodfellow's sign step."""
    return [
        equal(t.table_theory["section_6_1_1", name], 1) for name in ("linf_is_sign_step", "linf_printed_is_negative")
    ]
