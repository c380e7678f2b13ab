"""Errata of equations, algorithms and propositions, with the numbers of the theory checks."""

from helpers.papers.errata_lines import Checks, erratum, number, percent, tiny


def perturbations(theory: Checks) -> list[dict[str, str]]:
    """E1 to E7: sections 2 and 6.1."""
    linear, flip, loop = theory["proposition_3"], theory["proposition_4"], theory["algorithm_1"]
    step = theory["section_6_1_1"]
    worst = max(linear[f"deviation_{norm}"] for norm in ("l2", "linf", "l1"))
    probabilities = {
        kind: ", ".join(f"{number(step[f'{kind}_{norm}'])} ({norm})" for norm in ("l2", "linf", "l1"))
        for kind in ("printed", "corrected")
    }
    return [
        erratum(
            "E1", "Sec. 2, Eq. (1)", "equation",
            "The constraint has the wrong direction: with $T_j r - T_y r \\le \\alpha_y - \\alpha_j$ a correctly "
            "classified image needs no perturbation at all. Class j is reached by $\\ge$; the bound that follows "
            "reads 'at least', not 'greater than'.",
            printed=f"minimum {number(linear['printed_minimum'], 0)} for every image",
            corrected=f"mean minimum {number(linear['minimum_l2'])} (l2); the closed forms equal the linear "
            f"program's optimum to {tiny(worst)}",
            shown_by="theory.proposition_3: linear programs on random softmax models",
        ),
        erratum(
            "E2", "Sec. 2, Prop. 3, item 1", "equation",
            "The l2 solution divides by $\\|T_j - T_y\\|_2$ where its square belongs. The direction is right, the "
            "size is not: the printed r has the norm $\\alpha_y - \\alpha_j$ for every class, so taking the smallest "
            "one picks the runner-up class instead of the nearest.",
            printed=f"norm minus gap {tiny(linear['l2_printed_norm_minus_gap'])}; another class for "
            f"{percent(linear['l2_printed_other_class'])} of images of random models",
            corrected=f"squared: optimal to {tiny(linear['deviation_l2'])}",
            shown_by="theory.proposition_3: least squares",
        ),
        erratum(
            "E3", "Sec. 2, Prop. 3, item 3", "equation",
            "In the l1 solution c is never defined (it is $\\alpha_y - \\alpha_j$), and the sign of the chosen entry "
            "is missing, so where that entry is negative the step goes away from class j.",
            printed=f"wrong way for {percent(linear['l1_printed_wrong_way'])} of random pairs (image, class)",
            corrected=f"with the sign: optimal to {tiny(linear['deviation_l1'])}",
            shown_by="theory.proposition_3: linear programs",
        ),
        erratum(
            "E4", "Sec. 6.1.1", "equation",
            "The set $\\langle T_y, r \\rangle = c \\|T_y\\|_*$ and all three closed forms have the wrong sign: they "
            "raise the true class's probability, which is to be lowered. Further: r* is a set there; the index (j) "
            "has no meaning; item 3 needs the k-th entry and its sign. With the sign put right, item 2 is "
            "Goodfellow's step.",
            printed=f"mean probability of the true class {number(step['before'])} -> {probabilities['printed']}",
            corrected=f"{number(step['before'])} -> {probabilities['corrected']}; item 2 equals the sign step on "
            f"{percent(step['linf_is_sign_step'])} of images, as printed its negative on "
            f"{percent(step['linf_printed_is_negative'])}",
            shown_by="theory.section_6_1_1: random softmax models, size .2",
        ),
        erratum(
            "E5", "Sec. 2, Sec. 5, Sec. 6.1.1", "notation",
            "The Jacobian is with respect to the image, not the weights. T also counts classes (elsewhere K) and "
            "iterations; $\\alpha$ is the softmax and a mixing weight; X is the set of images and once the image.",
            printed="$T = \\partial g / \\partial w$, twice",
            corrected="$T = \\partial g / \\partial x$, K rows; they add up to 0 (to "
            f"{tiny(theory['stable_forms']['jacobian_row_sum'])}), so K - 1 backward passes give them all",
            shown_by="theory.stable_forms: autograd in double precision",
        ),
        erratum(
            "E6", "Sec. 2, Algorithm 1", "equation",
            "The loop runs over j = 1..d, d undefined. It must run over the classes without y: the own class gives "
            "0/0, and a misclassified image gives negative sizes whose step leads back to its class.",
            printed=f"0/0 for {percent(loop['own_class_undefined'])} of images; negative size for "
            f"{percent(loop['misclassified_negative'])} of misclassified ones",
            corrected="own class left out, misclassified images left alone (moved by "
            f"{tiny(loop['ours_moves_misclassified'])})",
            shown_by="theory.algorithm_1",
        ),
        erratum(
            "E7", "Sec. 2, Prop. 4", "equation",
            "The smallest size is taken over the classes other than y. At r_I classes I and y tie in the linear "
            "model, so the minimum is an infimum; a slightly longer r_I flips. A single r_(j) need not make class j "
            "win.",
            printed=f"difference of the two classes at r_I: {tiny(flip['tie_deviation'])}",
            corrected=f"flips within .999 of the size: {percent(flip['flips_below_rho'])}, at 1.001 of it: "
            f"{percent(flip['flips_at_1.001'])}; 1.001 r_(j) leaves another class on top for "
            f"{percent(flip['r_j_does_not_win_j'])} of pairs",
            shown_by="theory.proposition_4: corners of the balls, three norms",
        ),
    ]  # fmt: skip


def objective(theory: Checks) -> list[dict[str, str]]:
    """E8 to E11: section 5."""
    loss, envelope = theory["equation_2"], theory["proposition_6"]
    split, hidden = theory["algorithm_3"], theory["equation_4"]
    return [
        erratum(
            "E8", "Sec. 5, after Eq. (2)", "notation",
            "The 0/1 loss compares the largest probability with the label instead of its class. $L_i$ fixes the l2 "
            "norm where (2) allows any; Algorithm 2 divides by the l2 norm, Algorithm 3 by an unnamed one; $\\min_f$ "
            "is $\\min_g$; Miyato's objective lacks its maximum over r and its weight.",
            printed=f"indicator {number(loss['indicator_printed'], 2)} on average: an error everywhere",
            corrected=f"with argmax {number(loss['indicator_corrected'], 2)} on the same images and labels",
            shown_by="theory.equation_2: a random linear model, labels in turn",
        ),
        erratum(
            "E9", "Sec. 5, Prop. 6", "statement",
            "False as stated: $h(u, v) = -|u - v|$ on [-1, 1] is differentiable almost everywhere and $L = \\max_u h "
            "= 0$ is smooth, yet $h(u^*, v)$ has a kink at every v. ReLU networks have such kinks. True where L and "
            "$h(u^*, \\cdot)$ are both differentiable. One linearised step is not u*, so training follows a "
            "surrogate.",
            printed=f"slope of L {number(envelope['kink_slope_of_L'], 0)}, of h(u*, v) "
            f"{envelope['kink_left_slope']:+.0f} from the left and {envelope['kink_right_slope']:+.0f} from the right",
            corrected=f"linear networks, exact u*: finite differences of L agree to "
            f"{tiny(envelope['finite_difference_deviation'])}; one step misses u* in "
            f"{percent(envelope['one_step_misses'])}",
            shown_by="theory.proposition_6: all corners of the l-infinity ball",
        ),
        erratum(
            "E10", "Sec. 5, Algorithms 2 and 3", "equation",
            "The index runs over the whole set inside a batch step; only the loss's gradient is needed, not dg/dx; "
            "'update both N_cla' lacks a word; dN_rep/dW belongs at the input x, not at the representation; the "
            "output f is undefined; in the listing's order N_cla is updated before its gradient is used for N_rep.",
            printed=f"in that order the gradient handed to N_rep changes by {percent(split['mixed_change'])} (rate .1)",
            corrected="one ordinary backward pass of the loss at N_rep(x) + r, r constant: difference "
            f"{tiny(split['gradient_difference'])} to the two stages at old weights",
            shown_by="theory.algorithm_3: a small split network",
        ),
        erratum(
            "E11", "Sec. 5, Eq. (4)", "statement",
            "A fixed radius c does not bind where the representation is unbounded (ReLU): scaling N_rep up and N_cla "
            "down leaves the function alone and takes the perturbation's effect away. A radius relative to the "
            "representation's norm binds.",
            printed=f"the perturbation raises the loss by {number(hidden['absolute_before'])}, after scaling by "
            f"{hidden['factor']:.0f} by {number(hidden['absolute_after'])}",
            corrected=f"relative radius: {number(hidden['relative_before'])} and {number(hidden['relative_after'])}",
            shown_by="theory.equation_4: the same function twice",
        ),
    ]  # fmt: skip


def appendix(theory: Checks) -> list[dict[str, str]]:
    """E20 to E24: logistic regression."""
    six, b, c, d = theory["equation_6"], theory["proposition_b"], theory["proposition_c"], theory["proposition_d"]
    second, unique, e = theory["second_derivative"], theory["uniqueness"], theory["remark_e"]
    curvatures = ", ".join(f"{number(c[f'curvature_x_{x}'], 4)} (x = {x})" for x in ("0.1", "0.3", "1", "3"))
    return [
        erratum(
            "E20", "Appendix A, Eq. (6), Prop. B", "equation",
            "The loss $-\\log(1 + e^{-z})$ increases and is concave, against the proof. The sign must be plus; then "
            "the closed form of the inner maximum is right and (6) convex.",
            printed=f"slope at 0 {six['printed_loss_slope']:+.2f}, curvature {six['printed_loss_curvature']:+.2f}; "
            "midpoint convexity "
            f"fails for {percent(b['printed_violations'])} of random pairs",
            corrected=f"fails for {percent(b['corrected_violations'])}; closed form right to "
            f"{tiny(six['closed_form_deviation'])}",
            shown_by="theory.equation_6, theory.proposition_b: three norms",
        ),
        erratum(
            "E21", "Appendix A, Prop. C", "equation",
            "The counterexample's R lacks the absolute value in its first term: it holds for $w \\ge 0$ and is "
            "negative elsewhere, though R is at least 0. Corrected, R is still non-convex, and not for one x only: "
            "for every x other than 0.",
            printed=f"R(-12) = {c['printed_at_-12']:.2f}",
            corrected=f"R(-12) = {c['corrected_at_-12']:.2f}; R(0), R(3), R(6) = {number(c['corrected_at_0'])}, "
            f"{number(c['corrected_at_3'])}, {number(c['corrected_at_6'])}; smallest curvature {curvatures}",
            shown_by="theory.proposition_c and its figure",
        ),
        erratum(
            "E22", "Appendix A, Prop. D, Remark E", "statement",
            "The margin is not defined. With $\\gamma$ the one-sided margin the condition is $\\gamma < c$; 2c fits "
            "the full width only. The proof lacks '> 0' and the compactness of the unit sphere. Separability is not "
            "needed, so Remark E is too narrow.",
            printed=f"c = {number(d['unbounded_c_over_gamma'], 2)} $\\gamma$, margin below 2c: norm of w after 30, "
            "300, 3,000 steps "
            f"{d['unbounded_norm_30']:.1f}, {d['unbounded_norm_300']:.1f}, {d['unbounded_norm_3000']:.1f}",
            corrected=f"$\\gamma < c$: norm {d['bounded_norm']:.2f}, ten starts agree to {tiny(d['bounded_spread'])}; "
            "not separable: "
            f"{e['not_separable_norm']:.2f}, to {tiny(e['not_separable_spread'])}",
            shown_by="theory.proposition_d, theory.remark_e",
        ),
        erratum(
            "E23", "Appendix A, Prop. D", "statement",
            "The bounded solution can be empty of content: from $c = \\|\\frac{1}{n} \\sum_i y_i x_i\\|$ on it is w = "
            "0, a classifier that says nothing.",
            printed="bounded solutions for every c above the margin",
            corrected=f"norm of w {number(d['norm_below_mean'])} at .98 of that c, {tiny(d['norm_above_mean'])} at "
            "1.02 of it",
            shown_by="theory.proposition_d",
        ),
        erratum(
            "E24", "Appendix A, Prop. D, proof", "equation",
            "$Q_i$ lacks its c, and the Hessian's second term needs $e^Q / (1 + e^Q)$. Every norm is twice "
            "differentiable almost everywhere, and a Hessian positive definite almost everywhere does not make a "
            "function strictly convex. In l2, $\\gamma < c$ alone gives uniqueness; under l-infinity perturbations a "
            "doubled feature destroys it.",
            printed=f"Hessian off by {number(second['printed_deviation'], 2)}, gradient without c by "
            f"{number(second['without_c_deviation'], 2)}",
            corrected=f"Hessian right to {tiny(second['corrected_deviation'])}; $y^2 (1 + x^2)$: eigenvalues above 0 "
            "off y = 0, midpoint "
            f"gap {number(unique['flat_midpoint_gap'], 0)} on it; doubled feature: two minimisers "
            f"{number(unique['linf_distance'], 2)} "
            f"apart, values {tiny(unique['linf_value_difference'])} apart",
            shown_by="theory.second_derivative, theory.uniqueness: finite differences",
        ),
    ]  # fmt: skip
