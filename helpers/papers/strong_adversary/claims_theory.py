"""Claims C24-C33: what the theory checks decide."""

from helpers.core.statistics import exact
from helpers.papers.conditions import Checks, Claim, Condition, above, at_most


def theory_claims(checks: Checks) -> list[Claim]:
    """From the numbers of theory_numbers."""
    closed = [at_most(checks, "proposition_3", f"deviation_{p}", 1e-9) for p in ("l2", "linf", "l1")]
    closed.append(at_most(checks, "proposition_3", "printed_minimum", 1e-9))
    nearest = [
        at_most(checks, "proposition_4", "rho_deviation", 1e-9), at_most(checks, "proposition_4", "flips_below_rho", 0.0),
        Condition("proposition_4.flips_at_1.001", exact(checks["proposition_4"]["flips_at_1.001"]), 1.0),
    ]  # fmt: skip
    growth = checks["proposition_d"]
    bounded = [
        above(checks, "proposition_d", "gamma"), at_most(checks, "proposition_d", "bounded_norm", 1e3),
        at_most(checks, "proposition_d", "bounded_spread", 1e-6),
        Condition("norm after 300 steps over 30", exact(growth["unbounded_norm_300"] / growth["unbounded_norm_30"]), 1.5),
        Condition("norm after 3000 steps over 300", exact(growth["unbounded_norm_3000"] / growth["unbounded_norm_300"]), 1.5),
    ]  # fmt: skip
    weaker = [
        at_most(checks, "remark_e", "loss_at_10000", 1e-6), above(checks, "remark_e", "loss_at_1", 1e-3),
        at_most(checks, "remark_e", "penalised_norm", 1e3),
    ]  # fmt: skip
    curvature = [Condition(f"minus the second difference, x = {x}", exact(-checks["proposition_c"][f"curvature_x_{x}"]), 1e-6, strict=True)
                 for x in ("0.1", "0.3", "1", "3")]  # fmt: skip
    sign = [Condition(f"section_6_1_1.{name}", exact(checks["section_6_1_1"][name]), 1.0) for name in ("linf_is_sign_step", "linf_printed_is_negative")]
    necessary = [above(checks, "proposition_4", "r_j_does_not_win_j"),
                 Condition("proposition_4.flips_at_1.001", exact(checks["proposition_4"]["flips_at_1.001"]), 1.0)]  # fmt: skip
    convex = [at_most(checks, "proposition_b", "corrected_violations", 0.0), above(checks, "proposition_b", "printed_violations")]
    return [
        Claim("C24", "The closed forms of Proposition 3, corrected (E1-E3), solve problem (1)", "Proposition 3", closed),
        Claim("C25", "The smallest of the class-wise steps is the smallest flip of the linear model (an infimum, E7)", "Proposition 4", nearest),
        Claim("C26", "The derivative of the worst-case loss is the partial derivative at the exact maximiser, where both exist (E9)", "Proposition 6",
              [at_most(checks, "proposition_6", "finite_difference_deviation", 1e-6)]),
        Claim("C27", "For logistic loss, a linear model and linf, (2) has the closed form softplus(c||w||_1 - y w.x)", "Related Works 1",
              [at_most(checks, "equation_2", "corner_deviation", 1e-9)]),
        Claim("C28", "Problem (6) is convex (with the loss's sign corrected; with the printed one it is not)", "Proposition B", convex),
        Claim("C29", "The induced regularisation is not convex", "Proposition C", curvature),
        Claim("C30", "With a one-sided margin below the radius (printed: 2c, E22) the solution is bounded and in l2 unique; above it the weights grow without end", "Proposition D", bounded),
        Claim("C31", "It is weaker than a norm penalty: with a margin above the radius the infimum 0 is not attained", "Remark E", weaker),
        Claim("C32", "A class-wise step is necessary but not sufficient to make its class win", "Section 2", necessary),
        Claim("C33", "Item 2 is Goodfellow's sign step (with the sign corrected; as printed its negative)", "6.1.1", sign),
    ]  # fmt: skip
