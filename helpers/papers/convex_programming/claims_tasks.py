"""Claims C18-C22 and C26 as conditions: regression, segmentation, anomaly detection, and what the attacks cost."""

from collections.abc import Mapping

import numpy as np

from helpers.core.statistics import accuracy, auc, bootstrap, exact, paired
from helpers.papers.conditions import Claim, Condition, no_more
from helpers.papers.convex_programming.curves import CPU, level
from helpers.papers.convex_programming.plan import PANELS
from helpers.papers.convex_programming.regression import exact_numbers, ratio_of_means, timed
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.convex_programming.tasks import ATTACKS, STRONG, detector, rates
from helpers.papers.paper import Results
from helpers.units.segmentation import PROJECTED


def is_linear(moved: np.ndarray, size: float, predicted: np.ndarray) -> bool:
    """Whether the mean change is at least .95 of the linear prediction."""
    return ratio_of_means(moved, size * predicted).value >= 0.95


def task_claims(settings: Settings, results: Mapping[str, Results]) -> list[Claim]:
    """C18-C22 and C26."""
    regression = results["table_regression"]
    singular, entries, signs = [], [], []
    for name, result in regression.items():
        arrays = {key: result.value.arrays[f"2/{key}"] for key in ("predicted", "change", "random")}
        for size, moved, noise in zip(result.value.numbers["budgets"]["2"], arrays["change"], arrays["random"], strict=True):
            if is_linear(moved, size, arrays["predicted"]):
                singular.append(Condition(f"{name}, l2 {size:g}: change over random's", ratio_of_means(moved, noise), 3.0))
    for name, numbers in exact_numbers(regression).items():
        power, sigma = np.array(numbers["power"]), np.array(numbers["sigma"])
        singular.append(Condition(f"{name}: power iteration / sigma_1", exact(float((power[sigma > 0] / sigma[sigma > 0]).min())), 0.999))
        entries.append(Condition(f"{name}: the attack takes J's longest column", exact(float(np.mean(np.array(numbers["picked_rank"]) == 1))), 1.0))
        arrays = regression[name].value.arrays
        for size, ranks in numbers["entry_ranks"].items():
            at = [float(one) for one in numbers["budgets"]["1"]].index(float(size))
            if is_linear(arrays["1/change"][at], float(size), arrays["1/predicted"]):
                entries.append(Condition(f"{name}, {size}: it is among the network's own best five", accuracy([np.array(ranks) <= 5]), 0.9))
        signs += [Condition(f"{name}: best of ten / bound", exact(found["signs"] / found["bound"]), 0.8) for found in numbers["bounds"]]
    clocked = [found for numbers in exact_numbers(regression).values() for found in timed(numbers)]
    seconds = "; ".join(f"{found['entries']} entries: signs {found['seconds_signs']:.2g} s, bound {found['seconds_bound']:.2g} s" for found in clocked)
    return [
        Claim("C18", "p = 2 has a closed form for regression, and it moves the output far more than noise (our bar: 3 times, where the change is within .05 of linear)", "III", singular),
        Claim("C19", "For p = 1 the optimum is a single entry (the longest column; among the network's own best five where the change is within .05 of linear; our bar: 9 of 10 images)", "III", entries),
        Claim("C20", "For p = inf the optimum can be approximated (our bar: sign iteration reaches .8 of the semidefinite bound)", "III", signs, f"Processor seconds: {seconds}"),
        Claim("C21", "The analysis carries over to segmentation (our bars: hit rate .8 at some eps up to .3, random .05; the max loss no worse than the printed pair)", "III", segmentation_conditions(results) if level(settings) >= CPU else (), f"mean over all classes at the largest budget: {hit_of_all(results, 'max'):.3f} in plain steps, {hit_of_all(results, STRONG):.3f} in projected ones", "cpu"),
        Claim("C22", "The framework maximises false positives and false negatives of a detector (our bars: AUC below .5 where noise moves it by less than .02; each rate .1 above noise's)", "III", anomaly_conditions(results)),
        Claim("C26", "The search over classes makes Algorithm 1 costlier than Algorithm 2 (as run; as printed both take one backward pass, E3)", "IV", cost_conditions(settings, results)),
    ]  # fmt: skip


def hit_of_all(results: Mapping[str, Results], attack: str) -> float:
    """Mean hit rate over all classes, at the largest budget."""
    return float(np.mean([result.value.arrays[f"{attack}/hit"][-1].mean() for result in results["figure_segmentation"].values()]))


def segmentation_conditions(results: Mapping[str, Results]) -> list[Condition]:
    """Hit rates toward the drawn figure, over canvases: some class and budget for the first, all classes for the others."""
    hits = {}
    for name, result in results["figure_segmentation"].items():
        arrays, sizes = result.value.arrays, result.value.numbers["budgets"]
        for attack in ("max", "max projected"):
            hits |= {(name, size, ATTACKS[attack]): (arrays[f"{attack}/hit"][index], arrays["random/hit"][index]) for index, size in enumerate(sizes)}
    quiet = {place: both for place, both in hits.items() if both[1].mean() <= 0.05}
    if not quiet:
        return [Condition("a class and a budget at which noise stays below .05", exact(-1.0))]
    (name, size, attack), (won, _) = max(quiet.items(), key=lambda item: item[1][0].mean())
    found = [Condition(f"best hit rate where noise stays below .05 ({name}, {size:g}, {attack})", bootstrap(np.mean, won), 0.8)]
    last = [result.value.arrays for result in results["figure_segmentation"].values()]
    for suffix, steps in (("", "plain steps"), (PROJECTED, "projected steps")):
        ours, printed = (np.concatenate([arrays[f"{loss}{suffix}/hit"][-1] for arrays in last]) for loss in ("max", "first"))
        found.append(Condition(f"hit rate of the max loss less the printed pair's, all classes, {steps}", paired([ours], [printed]), -0.01))
    return found


def anomaly_conditions(results: Mapping[str, Results]) -> list[Condition]:
    """Area under the curve and error rates, attacked and at random, at the budget that serves best."""
    found = []
    for name, result in results["figure_anomaly"].items():
        known = detector(result.value.arrays)
        start = auc(known.clean, known.anomalous)
        quiet = [(p, index) for p, sizes in result.value.numbers["budgets"].items() for index in range(len(sizes))
                 if abs(auc(known.moved[f"{p}/random"][index], known.anomalous) - start) < 0.02]  # fmt: skip
        if not quiet:
            found.append(Condition(f"{name}: a budget at which noise moves the AUC by less than .02", exact(-1.0)))
            continue
        p, index = min(quiet, key=lambda place, known=known: auc(known.moved[f"{place[0]}/attacked"][place[1]], known.anomalous))
        attacked, random = known.moved[f"{p}/attacked"][index], known.moved[f"{p}/random"][index]
        found.append(no_more(f"{name}: AUC, p = {p}", bootstrap(auc, attacked, known.anomalous, draws=200), 0.5, strict=True))
        both = zip(rates(attacked, known.anomalous, known.threshold), rates(random, known.anomalous, known.threshold), strict=True)
        for kind, (ours, noise) in zip(("false positives", "false negatives"), both, strict=True):
            found.append(Condition(f"{name}, p = {p}: {kind}, attacked - random", paired([ours], [noise]), 0.1))
    return found


def cost_conditions(settings: Settings, results: Mapping[str, Results]) -> list[Condition]:
    """Backward passes an image."""
    passes = {key: result.value.numbers["gradient_evaluations"] for key, result in results["figure_cost"].items()}
    second = results[PANELS["FCNN"]][f"Algorithm 2/{settings.seed}"].value.numbers["gradient_evaluations"]
    return [
        Condition("passes of Algorithm 1 as run - of Algorithm 2", exact(passes["FCNN/Algorithm 1-n, all classes/1"] - second), strict=True),
        no_more("passes of Algorithm 1 as printed - of Algorithm 2", exact(passes["FCNN/Algorithm 1-n, active class/1"] - second), 0),
    ]
