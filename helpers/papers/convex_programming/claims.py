"""Claims C1-C28 as conditions over results; no verdict is typed."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from helpers.core.statistics import Estimate, accuracy, bootstrap, exact, paired
from helpers.papers.conditions import Claim, Condition, at_most, no_more, verdict
from helpers.papers.convex_programming.claims_tasks import task_claims
from helpers.papers.convex_programming.curves import CPU, PAPER, RAW_NAME, level, panels, ratios
from helpers.papers.convex_programming.plan import NETWORKS, PANELS, sizes_of
from helpers.papers.convex_programming.scores import half_fooled
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.convex_programming.tables import BORDER, measures, rank_agreement, stretch
from helpers.papers.paper import Results
from helpers.papers.reported import Reported

OURS = ("Algorithm 1", "Algorithm 1-5", "Algorithm 1-10")
REPORTED = Reported("convex_programming")


def judged(settings: Settings) -> str:
    """On which networks a claim about Figure 2 or Table I was judged."""
    return f"judged on {', '.join(panels(settings))}"


def share(bits: np.ndarray) -> float:
    """Mean of bits; 0 of none."""
    return float(bits.mean()) if bits.size else 0.0


def never_below(settings: Settings, results: Mapping[str, Results], first: str, second: str, by: float = -0.01) -> list[Condition]:
    """FR(first) - FR(second) >= by at every budget of every panel."""
    found = []
    for name in panels(settings):
        mine, other = (ratios(settings, name, results[PANELS[name]], method) for method in (first, second))
        for index, size in enumerate(sizes_of(settings, name)):
            pair = [bits[index] for bits in mine], [bits[index] for bits in other]
            found.append(Condition(f"{name}, {size:.4f}: {first} - {second}", paired(*pair), by))
    return found


def on_average(settings: Settings, results: Mapping[str, Results], first: str, second: str, by: float = 0.0, strict: bool = True) -> list[Condition]:
    """The grid's mean of FR(first) - FR(second), for every panel."""
    found = []
    for name in panels(settings):
        mine, other = ([bits.mean(0) for bits in ratios(settings, name, results[PANELS[name]], method)] for method in (first, second))
        found.append(Condition(f"{name}, mean over budgets: {first} - {second}", paired(mine, other), by, strict))
    return found


def theory_claims(checks: Mapping[str, Mapping[str, float]]) -> list[Claim]:
    """C1-C6 and C17: what is exact."""
    box = [at_most(checks, "box", f"outside_{p}", 1e-9) for p in ("l1", "l2", "linf")]
    box += [Condition(f"box, least gain over clipping, {p}", exact(checks["box"][f"least_gain_{p}"]), -1e-9) for p in ("l1", "l2", "linf")]
    box += [at_most(checks, "box", f"norm_excess_{p}", 1e-9) for p in ("l1", "l2", "linf")]
    box.append(at_most(checks, "box", "mean_gain_linf", 1e-9))
    return [
        Claim("C1", "Proposition 1: (GN) has a solution iff eps ||g||_q > L (strictly, E7)", "II, Prop. 1", [at_most(checks, "proposition_1", "disagreements", 0.0)]),
        Claim("C2", "Proposition 2: the closed form has norm eps and value -eps ||g||_q, p from 1 to inf (p = 1 apart, E8)", "II, Prop. 2", [at_most(checks, "proposition_2", "deviation", 1e-5)]),
        Claim("C3", "With the cross-entropy and p = inf the framework is FGSM", "II", [at_most(checks, "recovered", "fgsm_entries_differing", 0.0)]),
        Claim("C4", "With probabilities Algorithm 2 is FastGrad", "E1", [at_most(checks, "recovered", f"probability_{name}_differing", 0.0) for name in ("entries", "fooled")]),
        Claim("C5", "(8) recovers DeepFool's step (with the ratio selection, E16), and repeated DeepFool whole", "II, IV", [at_most(checks, "recovered", "deepfool_deviation", 1e-6)]),
        Claim("C6", "On an affine classifier Algorithm 1 fools iff eps exceeds the least ratio", "II", [at_most(checks, "affine_classifier", "wrong", 0.0)]),
        Claim("C17", "(GNII) takes further convex constraints: the box inside the program is never worse than clipping", "II", box),
    ]  # fmt: skip


def curve_claims(settings: Settings, results: Mapping[str, Results]) -> list[Claim]:
    """C7-C12, C25 and C27 on Figure 2."""
    here, on = level(settings) >= CPU, judged(settings)
    iterated = [condition for n in (5, 10) for condition in never_below(settings, results, f"Algorithm 1-{n}", "DeepFool")]
    iterated += [condition for n in (5, 10) for condition in on_average(settings, results, f"Algorithm 1-{n}", "DeepFool")]
    single, raw = never_below(settings, results, "Algorithm 1", "FastGrad"), _first_seed(settings, results, "Algorithm 1", RAW_NAME)
    iterative = [condition for first in ("DeepFool", "Algorithm 1-10") for second in ("Algorithm 1", "Algorithm 2", "FastGrad")
                 for condition in never_below(settings, results, first, second)]  # fmt: skip
    noise = []
    for name in panels(settings):
        bar = 0.08 if name == "NIN" else 0.03
        for index, size in enumerate(sizes_of(settings, name)):
            found = accuracy([bits[index] for bits in ratios(settings, name, results[PANELS[name]], "Random")])
            noise.append(no_more(f"Random's on {name} at {size:.4f}", found, bar))
    rawest = verdict(headline_conditions(settings, results, RAW_NAME))
    return [
        Claim("C7", "Algorithm 1-n outperforms DeepFool (within .01 at every budget, above on average)", "IV, Fig. 2", iterated if here else (), on, "cpu"),
        Claim("C8", "Algorithm 1 outperforms FastGrad (within .01 of the exact one at every budget)", "IV, Fig. 2", single, f"{on}; against FastGrad through the float32 cross-entropy: {verdict(raw)}"),
        Claim("C9", "Algorithm 2 is competitive with FastGrad (our bar: -.02 on average)", "IV, Fig. 2", on_average(settings, results, "Algorithm 2", "FastGrad", -0.02, False) if here else (), on, "cpu"),
        Claim("C10", "Iterative methods beat non-iterative ones (within .01)", "IV, Fig. 2", iterative if here else (), on, "cpu"),
        Claim("C11", "The gap between iterative and non-iterative is not always significant (our bars: .04 on FCNN, .10 on NIN, below LeNet's and DenseNet's)", "IV, Fig. 2", gap_conditions(settings, results) if here else (), on, "cpu"),
        Claim("C12", "Random noise is nearly harmless (no sentence, Figure 2; our bars: .03, NIN .08)", "IV, Fig. 2", noise if here else (), on, "cpu"),
        Claim("C25", "The proposed methods are competitive with the best of the others at every budget (within .01), better on average", "abstract, I, IV", headline_conditions(settings, results), f"{on}; with FastGrad through the float32 cross-entropy: {rawest}"),
        Claim("C27", "Iterative methods may not converge, one-step ones may not fool", "IV", convergence(settings, results) if here else (), on, "cpu"),
    ]  # fmt: skip


def _first_seed(settings: Settings, results: Mapping[str, Results], first: str, second: str) -> list[Condition]:
    """never_below for a method that only the first seed has."""
    found = []
    for name in panels(settings):
        mine, other = (ratios(settings, name, results[PANELS[name]], method)[0] for method in (first, second))
        found += [Condition(f"{name}, {size:.4f}: {first} - {second}", paired([a], [b]), -0.01) for size, a, b in zip(sizes_of(settings, name), mine, other, strict=True)]
    return found


def gap_conditions(settings: Settings, results: Mapping[str, Results]) -> list[Condition]:
    """Algorithm 1-10 less Algorithm 1: small on two networks, and there smaller than on the others, each at its widest."""
    widest, found = {}, []
    for name in panels(settings):
        many, once = (ratios(settings, name, results[PANELS[name]], method) for method in ("Algorithm 1-10", "Algorithm 1"))
        sizes = sizes_of(settings, name)
        gaps = [paired([bits[index] for bits in many], [bits[index] for bits in once]) for index in range(len(sizes))]
        widest[name] = max(gaps, key=lambda gap: gap.value)
        bar = {"FCNN": 0.04, "NIN": 0.10}.get(name)
        if bar is not None:
            found += [no_more(f"gap on {name} at {size:.4f}", gap, bar) for size, gap in zip(sizes, gaps, strict=True)]
    for small in ("FCNN", "NIN"):
        found += [Condition(f"widest gap: {large} - {small}", difference(widest[large], widest[small]), strict=True)
                  for large in ("LeNet-5", "DenseNet") if {small, large} <= set(widest)]  # fmt: skip
    return found


def headline_conditions(settings: Settings, results: Mapping[str, Results], gradient: str = "FastGrad") -> list[Condition]:
    """The best of Algorithm 1, 1-5 and 1-10 against the best of DeepFool, FastGrad and random noise."""
    found, rivals = [], ("DeepFool", gradient, "Random")
    for name in panels(settings):
        curves = {method: ratios(settings, name, results[PANELS[name]], method) for method in (*OURS, *rivals)}
        count = min(map(len, curves.values()))
        curves = {method: bits[:count] for method, bits in curves.items()}
        sides = []
        for index, size in enumerate(sizes_of(settings, name)):
            best = [max(group, key=lambda method, i=index: np.mean([share(bits[i]) for bits in curves[method]])) for group in (OURS, rivals)]
            pair = [[bits[index] for bits in curves[method]] for method in best]
            found.append(Condition(f"{name}, {size:.4f}: {best[0]} - {best[1]}", paired(*pair), -0.01))
            sides.append(pair)
        ours, base = ([np.mean([side[which][seed] for side in sides], axis=0) for seed in range(count)] for which in (0, 1))
        found.append(Condition(f"{name}, mean over budgets: ours - theirs", paired(ours, base), strict=True))
    return found


def convergence(settings: Settings, results: Mapping[str, Results]) -> list[Condition]:
    """Images that DeepFool leaves, and that one step at the largest budget leaves, on the network where most are left."""
    left = max(share(np.isinf(result.value.arrays["sizes"][result.value.arrays["clean"]]))
               for name in panels(settings) for key, result in results[PANELS[name]].items() if key.startswith("DeepFool/"))  # fmt: skip
    found = [Condition("images DeepFool does not fool in 50 steps", exact(left), 0.0, strict=True)]
    for method in ("FastGrad", "Algorithm 1"):
        missed = max(1 - share(ratios(settings, name, results[PANELS[name]], method)[0][-1]) for name in panels(settings))
        found.append(Condition(f"images {method} does not fool at the largest budget", exact(missed), 0.0, strict=True))
    return found


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Difference of two independent estimates."""
    value = first.value - second.value
    if not all(map(math.isfinite, (first.low, first.high, second.low, second.high))):
        return Estimate(value, -math.inf, math.inf, min(first.n, second.n))
    half = math.hypot((first.high - first.low) / 2, (second.high - second.low) / 2)
    return Estimate(value, value - half, value + half, min(first.n, second.n))


def robustness_claims(settings: Settings, results: Mapping[str, Results]) -> list[Claim]:
    """C13-C16, C23, C24 and C28."""
    here, found = level(settings), results["table_1"]
    rows = {name: measures(found, name) for name in panels(settings)}
    order = [name for name in ("LeNet-5", "FCNN", "NIN", "DenseNet") if name in rows]
    ranked = [Condition(f"{column}: {a} - {b}", difference(rows[a][column], rows[b][column]), strict=True)
              for column in ("rho_1", "rho_2", "fooled >99%") for a, b in zip(order[:-1], order[1:], strict=True)]  # fmt: skip
    unlike = [Condition(f"{column}: NIN - DenseNet", difference(rows["NIN"][column], rows["DenseNet"][column]), strict=True) for column in ("Test error", "rho_2")] if here == PAPER else ()
    ranks, linear = [], []
    for name in panels(settings):
        key = f"{name}/{settings.seed}"
        ranks.append(Condition(f"{name}: Spearman", rank_agreement(found, key), 0.7))
        linear.append(no_more(f"median stretch on {name}", bootstrap(np.median, stretch(found, key)), 1.25))
    on = judged(settings)
    seen = [Condition(f"{name}: SSIM", bootstrap(np.mean, result.value.arrays["ssim"]), 0.9)
            for name, result in results["table_similarity"].items() if len(result.value.arrays["ssim"])]  # fmt: skip
    told = [Condition(f"{key.replace('/', ', ')}: AUC", half_fooled(result)[2], 0.8) for key, result in results["table_objective"].items()]
    return [
        Claim("C13", "rho_1, rho_2 and eps_99 rank the networks alike: LeNet > FCNN > NIN > DenseNet", "IV, Table I", ranked if here >= CPU else (), on, "cpu"),
        Claim("C14", "Lower error is not higher robustness: DenseNet errs less than NIN and is less robust (no sentence)", "Table I", unlike, needs="paper"),
        Claim("C15", "rho_2's term tells how easily an image is fooled (our bar: Spearman .7 with the least budget of Algorithm 1-10)", "II", ranks, on),
        Claim("C16", "A classifier is nearly linear around an image (our bar: the least step is at most 1.25 times the linear one, median)", "Remark 1", linear, on),
        Claim("C23", "The noise is imperceptible (proxy: SSIM of .9 at eps_99)", "abstract, IV", seen if here >= CPU else (), "Algorithm 1-10 in the box at DeepFool's eps_99 without one", "cpu"),
        Claim("C24", "Table I reproduces (30 % for rho_1, rho_2, eps_99; one point for the error)", "Table I", reproduction(settings, rows) if here >= CPU else (), f"{on}; {with_border(settings, found)}", "cpu"),
        Claim("C28", "The lower the objective after Algorithm 2 or FastGrad, the likelier the image is fooled (our bar: AUC .8)", "IV", told),
    ]  # fmt: skip


def with_border(settings: Settings, results: Results) -> str:
    """The FCNN's row again, of the stored network whose border was attacked (E11, E12)."""
    ours = measures(results, BORDER)
    told = ", ".join(f"{column} {ours[column].value:.4f}" for column in ("Test error", "rho_1", "rho_2", "fooled >99%"))
    return f"the FCNN as stored (E12), its border attacked (E11): {told}"


def reproduction(settings: Settings, rows: Mapping[str, Mapping[str, Estimate]]) -> list[Condition]:
    """Our Table I against the printed one."""
    found = []
    for name, measured in rows.items():
        for column in ("rho_1", "rho_2", "fooled >99%"):
            printed, ours = REPORTED.number("table_1", NETWORKS[name], column, "authors"), measured[column]
            ratio = Estimate(ours.value / printed, ours.low / printed, ours.high / printed, ours.n)
            found.append(Condition(f"{name}, {column}: ours / print", ratio, 0.7))
            found.append(no_more(f"{name}, {column}: ours / print", ratio, 1.3))
        error, printed = measured["Test error"], REPORTED.number("table_1", NETWORKS[name], "Test error")
        away, half = abs(error.value - printed), (error.high - error.low) / 2
        found.append(no_more(f"{name}: |error - printed|", Estimate(away, max(0.0, away - half), away + half, error.n), 0.01))
    return found


def claims(settings: Settings, results: Mapping[str, Results]) -> Sequence[Claim]:
    """All claims in their order."""
    checks = results["table_theory"]["theory"].value.numbers["checks"]
    found = [
        *theory_claims(checks), *curve_claims(settings, results), *robustness_claims(settings, results),
        *task_claims(settings, results),
    ]  # fmt: skip
    return sorted(found, key=lambda claim: int(claim.id[1:]))
