"""The paper's 26 errata, each with the number that shows it where one can."""

from collections.abc import Mapping

from helpers.core.statistics import wilson
from helpers.papers.convex_programming.curves import ACTIVE_NAME
from helpers.papers.convex_programming.modern import masking_sizes
from helpers.papers.convex_programming.plan import AUTHORS, NETWORKS, PANELS, budgets, fcnn, sizes_of
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.convex_programming.stored import (
    REPORTED,
    crossing,
    deepfool_and_its_first_step,
    distances_to_stored,
    mean_size,
    middle,
    so_few,
    true_budgets,
    weights,
)  # fmt: skip
from helpers.papers.convex_programming.theory import TARGET_BUDGETS
from helpers.papers.errata_lines import Cell, Checks, erratum, number, percent, tiny
from helpers.papers.paper import Results


def three(targets: Mapping[str, float], name: str) -> str:
    """A number of the targeted problems at its three budgets."""
    return " / ".join(percent(targets[f"{name}_{budget:g}"]) for budget in TARGET_BUDGETS)


def framework(settings: Settings, checks: Checks, results: Mapping[str, Results], cell: Cell) -> list[dict[str, str]]:
    """E1 to E3, E6 to E8, E16, E17, E20, E23: Section II and the methods."""
    near = f"{middle('LeNet-5', sizes_of(settings, 'LeNet-5')):.4f}"
    first, second = checks["proposition_1"], checks["proposition_2"]
    sizes = results["table_1"][f"FCNN/{settings.seed}/distances"].value.arrays["size"]
    recovered, affine, targets = checks["recovered"], checks["affine_classifier"], checks["targets"]
    return [
        erratum(
            "E1", "Sec. II, IV", "notation",
            "f is printed as probabilities of unit l1 norm. With those Algorithm 2 is FastGrad, sign by sign; the experiments used logits, "
            "which are not a function of the classifier alone.",
            printed=f"probabilities: {recovered['probability_entries_differing']} entries of Algorithm 2 differ from FastGrad's",
            corrected=f"logits: {percent(recovered['logit_signs_agreeing'])} of its signs agree; with two classes all three attacks are one "
            f"(largest difference {tiny(checks['two_classes']['largest_difference'])})",
            shown_by="theory.recovered, theory.two_classes",
        ),
        erratum(
            "E3", "Sec. IV, Algorithm 1", "statement",
            "Algorithm 1 as run takes the class whose linearised margin is lowest at the budget, not the gradient of the minimum (3): a union of "
            "convex programs, one a class. The argument about cost holds for the run version only.",
            printed=f"active class, one backward pass: fools {percent(affine['fooled_active'])} of random affine problems; LeNet-5 at "
            f"{near}: {number(cell('figure_2b', ACTIVE_NAME, near))}",
            corrected=f"as run, a pass a class: {percent(affine['fooled_budget'])}; LeNet-5: {number(cell('figure_2b', 'Algorithm 1', near))}",
            shown_by="theory.affine_classifier, figure_2b, figure_cost",
        ),
        erratum(
            "E6", "Sec. III, L_t", "equation",
            "The targeted loss f_k - f_t may be negative while a third class wins; max over l of f_l - f_t is negative exactly when t wins, and is "
            "convex in the linear model.",
            printed="share of random affine problems reached at three budgets: " + three(targets, "printed")
            + "; negative, yet a third class wins: " + three(targets, "printed_negative_but_missed"),
            corrected=f"ten active-class steps: {three(targets, 'active')}; exactly (linear program): {three(targets, 'exact')}",
            shown_by="theory.targets",
        ),
        erratum(
            "E7", "Prop. 1, (5)", "equation",
            "(5) is right but not sharp: (GN) asks for less than 0, so equality is infeasible too ('bigger than' in the proof: at least). The "
            "letter q is later a free index of an operator norm.",
            printed="by its strict sign (5) leaves the equality open",
            corrected=f"infeasible iff eps ||g||_q <= L: {first['disagreements']} of {first['problems']} problems disagree",
            shown_by="theory.proposition_1",
        ),
        erratum(
            "E8", "Prop. 2, (6)", "equation",
            "(6) divides by zero at p = 1, rests on 0^0 at p = inf, is undefined at a zero gradient, and in single precision its powers under- and "
            "overflow near p = 1.",
            printed=f"float32, p = 1.01, entries of 1e-3: not finite on {percent(second['printed_float32_not_finite'])} of samples",
            corrected=f"divided by the largest entry first: norm within {tiny(second['stable_float32_deviation'])}; every p within {tiny(second['deviation'])}",
            shown_by="theory.proposition_2",
        ),
        erratum(
            "E16", "Sec. IV, DeepFool", "equation",
            "L must use the chosen class, and the absolute value is idle while the image is not fooled; '(8) recovers [7]' only with the ratio "
            "selection. DeepFool has no step size; only its overshoot can be meant.",
            printed="f_k - f_l with l free",
            corrected=f"with the chosen class the engine equals DeepFool to {tiny(recovered['deepfool_deviation'])}",
            shown_by="theory.recovered",
        ),
        erratum(
            "E17", "Sec. III", "notation", "'(eps/eps) ||x||_p <= 1' must be ||eta/eps||_p <= 1 (perhaps a slip of our text's scan only).",
            printed=f"bounds the image and not eta: ||x||_inf of the test images is at most {number(float(sizes.max()))}, whatever eta is",
            corrected=f"||eta/eps||_p of the closed form is 1 to {tiny(second['deviation'])}", shown_by="theory.proposition_2, table_1",
        ),
        erratum(
            "E20", "Sec. II", "statement",
            "(GNII) is called fundamentally different from [7]; for the same L it has the direction of (8), only the length differs.",
            printed="fundamentally different",
            corrected=f"unit directions of (GNII) and (8) differ by {tiny(recovered['directions_of_gnii_and_8_differ_by'])} at most",
            shown_by="theory.recovered",
        ),
        erratum(
            "E23", "Sec. IV, Algorithm 2", "statement",
            "'We cannot use L < 0 to guarantee' holds for scores; an overlooked certificate: with probabilities p_k < 1/m proves fooled and p_k > 1/2 "
            "proves not fooled.",
            printed="no certificate",
            corrected=f"of 20,000 random outputs {checks['certificates']['below_1_m_not_fooled']} below 1/m are not fooled and "
            f"{checks['certificates']['above_half_fooled']} above 1/2 are",
            shown_by="theory.certificates",
        ),
    ]  # fmt: skip


def evaluation(settings: Settings, checks: Checks, results: Mapping[str, Results], cell: Cell) -> list[dict[str, str]]:
    """E2, E4, E5, E9 to E15, E24 to E26: experiments."""
    gradient = {(way, size): cell("table_masking", f"FCNN 500x150, FastGrad{way}, float32", f"{size:.4f}")
                for way in (", exact", " through the cross-entropy") for size in masking_sizes("FCNN")[:2]}  # fmt: skip
    agreement = checks["rounding"]
    doubled = {name: REPORTED.number("table_1", NETWORKS[name], "rho_1", "authors") / mean_size(PANELS[name]) for name in NETWORKS}
    near = {name: middle(name, budgets(name, settings.box_points)) for name in ("FCNN", "LeNet-5")}
    theirs = f"{AUTHORS}/{settings.seed}/test" in results["table_1"]
    shown = AUTHORS if theirs else "LeNet-5"
    label = AUTHORS if theirs else NETWORKS["LeNet-5"]
    where = f"{AUTHORS}, border left alone" if theirs else "LeNet-5"
    box = {way: cell("table_box_lenet", f"{where}, {way}: Algorithm 1-10", f"{near['LeNet-5']:.4f}") for way in ("no box", "box")}
    border = [cell("table_box_fcnn", f"FCNN 500x150, border {where}: Algorithm 1", f"{near['FCNN']:.4f}")
              for where in ("attacked, no box", "left alone, no box", "left alone, box")]  # fmt: skip
    steps, rank, stretch = deepfool_and_its_first_step(results["table_1"], f"{shown}/{settings.seed}")
    drawn, whole = wilson(512, 1024), wilson(5000, 10000)
    full = settings.full and settings.colour == "cifar10"
    colour = {column: cell("table_1", NETWORKS["NIN"], column) if full else None for column in ("rho_1", "rho_1 over the range")}
    wrong = cell("table_1", AUTHORS, "Test error")
    named = distances_to_stored(cell, "Algorithm 1", ("Algorithm 1", "Algorithm 2"))
    logged = REPORTED.number("table_1_training_log", NETWORKS["DenseNet"], "final test error (10000 images)", "authors")
    likely = [None if share is None else so_few(share, REPORTED.number("table_1", NETWORKS[name], "Test error"))
              for name, share in (("LeNet-5", wrong), ("DenseNet", logged))]  # fmt: skip
    return [
        erratum(
            "E2", "Sec. IV, FastGrad", "experiment",
            "The float32 cross-entropy gradient loses its own class on confident images (a logit gap above 16.6); the baseline is weakened by "
            "arithmetic, and part of Algorithm 1's lead in Figure 2 (a) may be this.",
            printed=f"through the cross-entropy, signs that agree at gaps 12, 15, 17: {percent(agreement['agreement_12'])}, {percent(agreement['agreement_15'])}, "
            f"{percent(agreement['agreement_17'])}; FCNN 500x150 fooled at .067 and .1: " + " and ".join(number(value) for (way, _), value in gradient.items() if way != ", exact"),
            corrected="exact: " + " and ".join(number(value) for (way, _), value in gradient.items() if way == ", exact")
            + f"; correct images above the gap: {number(cell('table_confidence', 'FCNN 500x150', 'logit gap above 16.6'))}",
            shown_by="theory.rounding, table_masking, table_confidence, figure_2a",
        ),
        erratum(
            "E4", "Table I, rho_1", "evaluation",
            "rho_1 was taken in preprocessed coordinates: on MNIST the largest pixel is the range, on CIFAR-10 half of it, so those rows are about "
            "twice too large.",
            printed="rho_1 over the mean of DeepFool's norm in their own stored curves: " + ", ".join(f"{name} {value:.2f}" for name, value in doubled.items()),
            corrected=f"ours, NIN: as the authors took it {number(colour['rho_1'], 4)}, over the range {number(colour['rho_1 over the range'], 4)}",
            shown_by="table_1",
        ),
        erratum(
            "E5", "Table I", "evaluation",
            "The 'coherent' measures are not independent: rho_2's term is DeepFool's first step, rho_1 and eps_99 are its end.",
            printed="3 measures",
            corrected=f"{shown}: {steps:.1f} steps an image, Spearman {number(rank)} between the first and the last, median ratio {stretch:.2f}",
            shown_by="table_1; independent: claim C15, table_reference",
        ),
        erratum(
            "E9", "Fig. 2, axis", "evaluation",
            "eps is multiplied by the range of the preprocessed data, which is not that of the pixels: the true budget differs by channel. Our panels (c) "
            "and (d) take eps in pixels.",
            printed="true over nominal: NIN " + ", ".join(f"{value:.3f}" for value in true_budgets("NIN")) + f"; DenseNet {true_budgets('DenseNet')[0]:.3f}",
            corrected="ours: pixels of [0, 1], 1.000", shown_by="computed from the authors' constants",
        ),
        erratum(
            "E10", "Sec. I, IV", "experiment", "x + eta leaves the valid range that Section I stresses.",
            printed=f"no box, {where}, Algorithm 1-10 at {near['LeNet-5']:.4f}: {number(box['no box'])}", corrected=f"in the box: {number(box['box'])}", shown_by="table_box_lenet",
        ),
        erratum(
            "E11", "Sec. IV", "experiment",
            "MNIST was padded to 32x32 and the noise enters the border, whose weights in the FCNN never train (ours: the same weights, the border inside or outside "
            "the attack).",
            printed=f"FCNN 500x150, Algorithm 1 at {near['FCNN']:.4f}, border attacked: {number(border[0])}",
            corrected=f"left alone: {number(border[1])}; left alone and in the box: {number(border[2])}", shown_by="table_box_fcnn",
        ),
        erratum(
            "E12", "Sec. IV", "experiment", "The FCNN is printed with 150 and 100 hidden units; the stored graph has 500 and 150 on 32x32.",
            printed=f"{weights(fcnn(settings, settings.seed)):,} parameters",
            corrected=f"{weights(fcnn(settings, settings.seed, stored=True)):,} parameters", shown_by="networks.fcnn",
        ),
        erratum(
            "E13", "Table I, test error", "evaluation",
            "By the script test errors are of the 1,536 drawn images, not of the test set.",
            printed=f"LeNet-5 {number(REPORTED.number('table_1', 'LeNet-5 (MNIST)', 'Test error'))}, DenseNet {number(REPORTED.number('table_1', 'DenseNet (CIFAR-10)', 'Test error'))}",
            corrected=f"the authors' LeNet-5 on all images: {number(wrong, 4)} (so few errors in such a draw: probability {number(likely[0])}); "
            f"DenseNet by their log {number(logged, 4)} (probability {number(likely[1])})",
            shown_by="table_1",
        ),
        erratum(
            "E14", "Fig. 2, Table I", "evaluation",
            "'Test dataset' is 1,024 images drawn without a seed: three points either way at one half, and eps_99 rests on ten images.",
            printed=f"1,024 images: half an interval of {number((drawn.high - drawn.low) / 2, 4)} at one half; eps_99 in Table I and where the stored curve passes .99: "
            + ", ".join(f"{name} {number(REPORTED.number('table_1', NETWORKS[name], 'fooled >99%'))} {number(crossing(PANELS[name], 0.99), 4)}" for name in NETWORKS),
            corrected=f"10,000 images: {number((whole.high - whole.low) / 2, 4)}; an interval in every cell", shown_by="figure_2a to figure_2d, table_1",
        ),
        erratum(
            "E15", "Sec. IV", "evaluation",
            "DeepFool stops at the first crossing, is charged for its overshoot, and takes a few steps where Algorithm 1-10 takes ten.",
            printed="compared at equal eps, not at equal cost",
            corrected=f"backward passes an image, LeNet-5: DeepFool {number(cell('figure_cost', 'LeNet-5, DeepFool, at most 50 steps', 'passes an image'), 1)}, "
            f"Algorithm 1-10 {number(cell('figure_cost', 'LeNet-5, Algorithm 1-n, all classes, 10 steps', 'passes an image'), 1)}",
            shown_by="figure_cost",
        ),
        erratum(
            "E24", "makefigs.py", "naming", "The first version's picture and script call the margin method 'Alg 2'.",
            printed=f"our Algorithm 1 on the authors' LeNet-5, mean distance to their stored 'Algorithm 2': {number(named['Algorithm 2'])}",
            corrected=f"to their stored 'Algorithm 1': {number(named['Algorithm 1'])}", shown_by="figure_authors",
        ),
        erratum(
            "E25", "Sec. IV, DenseNet", "experiment", "Trained with per-pixel means, attacked with channel means.",
            printed=f"ours, error with means that were not trained with: {number(cell('table_preprocessing', 'DenseNet', 'error, pixel means'))}",
            corrected=f"channel means in both: {number(cell('table_preprocessing', 'DenseNet', 'error, channel means'))}, intervals in the table", shown_by="table_preprocessing",
        ),
        erratum(
            "E26", "rho_2", "equation",
            "rho_2 is printed with the active class's gradient; the table holds the minimum over classes, which is never larger.",
            printed=f"active class, {label}: {number(cell('table_1', label, 'rho_2, active class'), 4)}",
            corrected=f"minimum: {number(cell('table_1', label, 'rho_2'), 4)}", shown_by="table_1",
        ),
    ]  # fmt: skip


def beyond(checks: Checks, cell: Cell) -> list[dict[str, str]]:
    """E18, E19, E21, E22: Section III and words."""
    norms = checks["operator_norms"]
    moved = {column: [cell("table_elsewhere", way, column) for way in ("FCNN to LeNet-5", "LeNet-5 to FCNN")]
             for column in ("on another image", "on the other network")}  # fmt: skip
    return [
        erratum(
            "E18", "Sec. III, (9)", "statement",
            "Regression maximises a convex function ('very difficult' by the paper's own word): it is no convex program, and +v and -v are not equivalent for f. [18] is "
            "about the norm inf to 1.",
            printed=f"+v and -v taken as alike: on a small network their changes differ by {percent(norms['change_of_plus_and_minus_apart'])} on average",
            corrected=f"both tried; ||A||^2 (inf to 2) = ||A^T A|| (inf to 1) to {tiny(norms['difference'])}; sign iteration, best of ten: {number(norms['best_of_ten_over_optimum'])} of the optimum",
            shown_by="theory.operator_norms, table_regression",
        ),
        erratum(
            "E19", "Sec. III, p = 1", "statement", "'Single pixel attack': one entry; of a colour image one channel, and only as far as the pixel's room.",
            printed="one pixel",
            corrected=f"colour autoencoder: the best pixel moves the output {number(cell('table_regression', 'colour autoencoder', 'pixel / entry'), 2)} "
            f"times as far as the best entry; an l1 budget of 10 spreads over {number(cell('table_norms', 'p = 1, size 10, box in the program', 'entries changed'), 1)} entries, since none has more room than 1",
            shown_by="table_regression, table_norms",
        ),
        erratum(
            "E21", "Sec. I, II, IV", "naming",
            "Noise that transfers between networks is called universal; universal means one noise for many images ([8]). 'The above theorem' is Proposition 1. The fooling "
            "ratio is credited to [7], probably it is [8]'s.",
            printed=f"universal, the noise of one image on another: {' and '.join(number(value) for value in moved['on another image'])} fooled",
            corrected=f"transferable, on the other network: {' and '.join(number(value) for value in moved['on the other network'])}", shown_by="table_elsewhere",
        ),
        erratum(
            "E22", "Sec. I, II", "statement",
            "FastGrad maximises the change of the loss, not of the output; fixing eps guarantees a size, not that nobody sees it.",
            printed="eps is said to guarantee that the perturbation is imperceptible", corrected=f"SSIM at eps_99, LeNet-5: {number(cell('table_similarity', 'LeNet-5', 'SSIM'))}", shown_by="table_similarity",
        ),
    ]  # fmt: skip


def lines(settings: Settings, checks: Checks, results: Mapping[str, Results], cell: Cell) -> list[dict[str, str]]:
    """E1 to E26 with the keys id, statement, where, kind, printed, corrected, shown_by."""
    found = [*framework(settings, checks, results, cell), *evaluation(settings, checks, results, cell), *beyond(checks, cell)]
    return sorted(found, key=lambda line: int(line["id"].removeprefix("E")))


def errata(settings: Settings, results: Mapping[str, Results], cell: Cell) -> list[dict[str, str]]:
    """The errata with the numbers of a run; `cell` reads our tables."""
    return lines(settings, results["table_theory"]["theory"].value.numbers["checks"], results, cell)
