"""Claims C1-C34 as conditions over results; no verdict is typed."""

from collections.abc import Mapping

import numpy as np

from helpers.core.statistics import accuracy, exact, paired
from helpers.papers.cells import bits
from helpers.papers.conditions import Claim, Condition, at_least, scaled
from helpers.papers.paper import Results
from helpers.papers.strong_adversary.claims_theory import theory_claims
from helpers.papers.strong_adversary.curves import series
from helpers.papers.strong_adversary.plan import ADVERSARIAL, COLUMNS, LENET, MLP, grid, long_networks, rows
from helpers.papers.strong_adversary.settings import Settings
from helpers.papers.strong_adversary.tables import text_bits

QUICK, CPU, PAPER = range(3)
NAMES = ("quick", "cpu", "paper")


def level(settings: Settings) -> int:
    """Which claims the settings can decide: 0 on stand-ins, 1 on MNIST at full scale, 2 with CIFAR-10 at full scale."""
    if settings.mnist != "mnist":
        return QUICK
    return PAPER if settings.colour == "cifar10" and settings.colour_schedule == "authors" else CPU


def curve_claims(settings: Settings, results: Mapping[str, Results]) -> list[Claim]:
    """C1-C4 on Figure 1's curves."""
    sizes = grid(settings)[:-1]
    sign, loss, alpha = (
        [bits_[: len(sizes)] for bits_ in series(settings, results["figure_1"], "Normal", column)]
        for column in ("Adv_Loss_Sign", "Adv_Loss", "Adv_Alpha")
    )

    def at(curves: list[np.ndarray], index: int) -> list[np.ndarray]:
        return [values[index] for values in curves]

    falling = [
        at_least(f"{name}: acc({a:g}) - acc({b:g})", at(curves, i), at(curves, i + 1), -0.005)
        for name, curves in (("Sign", sign), ("Loss", loss), ("Alpha", alpha))
        for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:], strict=True))
    ]
    stronger = [at_least(f"acc(Loss) - acc(Alpha) at {b:g}", at(loss, i), at(alpha, i), -0.005) for i, b in enumerate(sizes) if b > 0]
    slightly = at_least(
        ".2 sum(Sign - Loss) - sum(Loss - Alpha)",
        [0.2 * (s.astype(float) - one).sum(0) for s, one in zip(sign, loss, strict=True)],
        [(one.astype(float) - a).sum(0) for one, a in zip(loss, alpha, strict=True)],
    )
    far = [
        at_least(f"acc(Sign) - acc({name}) at {b:g}", at(sign, i), at(curves, i), 0.05)
        for name, curves in (("Loss", loss), ("Alpha", alpha))
        for i, b in enumerate(sizes) if 1 <= b <= 3
    ]  # fmt: skip
    return [
        Claim("C1", "Accuracy falls as the perturbation grows (by at most .005 against the trend, per step of the grid)", "7.1, Figure 1", falling),
        Claim("C2", "Adv_Alpha is consistently at least as strong as Adv_Loss (within .005)", "abstract, 7.1, Figure 1", stronger),
        Claim("C3", "Adv_Alpha leads Adv_Loss only slightly (our bar: summed over sizes, at most .2 of Adv_Loss's lead over the sign step)", "7.1", [slightly]),
        Claim("C4", "Both are far stronger than the sign step at equal l2 size (our bar: .05, for sizes from 1 to 3)", "abstract, 7.1", far),
    ]


def table_claims(settings: Settings, results: Mapping[str, Results]) -> list[Claim]:
    """C5 and C8-C23, on Tables 1 (over seeds), 1b, 2 and 3."""
    one, equal, two, three = (results[name] for name in ("table_1_seeds", "table_1b", "table_2", "table_3"))
    here = level(settings)

    def t1(row: str, column: str) -> list[np.ndarray]:
        return bits(one, row, column)

    def t2(row: str, column: str) -> list[np.ndarray]:
        return bits(two, row, column)

    def t3(row: str, column: str) -> list[np.ndarray]:
        return bits(three, row, column)

    tables = {"Table 1": (t1, MLP), "Table 2": (t2, rows(settings, LENET)), "Table 3": (t3, ("Normal", "Dropout", "LWA", "LWA_Rep"))}
    weaker = [at_least(f"{name}, {row}: Loss - Alpha", get(row, "Adv_Loss"), get(row, "Adv_Alpha"))
              for name, (get, rows) in tables.items() for row in rows]  # fmt: skip
    normal = t1("Normal", "Adv_Loss")
    wide = [at_least(f"equal width, {c}: Dropout - Normal", bits(equal, "Dropout", c), bits(equal, "Normal", c), strict=True) for c in COLUMNS]
    threefold = [
        at_least(f"{name}, {c}: error(Normal)/3 - error(LWA)", scaled(get("Normal", c), -1 / 3, 1 / 3), scaled(get("LWA", c), -1.0, 1.0))
        for name, get in (("Table 1", t1), ("Table 2", t2)) for c in ADVERSARIAL
    ]  # fmt: skip
    order = [at_least(f"{c}: LWA_Rep - Dropout", t1("LWA_Rep", c), t1("Dropout", c), 0.2 if here >= CPU else 0.0) for c in ADVERSARIAL]
    order += [at_least(f"{c}: Goodfellow - LWA_Rep", t1("Goodfellow", c), t1("LWA_Rep", c)) for c in ADVERSARIAL]
    robust = [
        at_least(f"{c}: {a} - {b}", t3(a, c), t3(b, c), strict=True)
        for c in ADVERSARIAL for a in ("LWA", "LWA_Rep") for b in ("Normal", "Dropout")
    ]  # fmt: skip
    small = [Condition(f"{row}: {text}", paired(*pair), bar) for row in ("LWA", "LWA_Rep")
             for text, pair, bar in (("Normal - it > 0", (t3("Normal", "Validation"), t3(row, "Validation")), 0.0),
                                     ("it - Normal >= -.05", (t3(row, "Validation"), t3("Normal", "Validation")), -0.05))]  # fmt: skip
    hidden = [at_least(f"{c}: LWA_Rep - LWA", t3("LWA_Rep", c), t3("LWA", c)) for c in ADVERSARIAL[1:]]
    hidden.append(at_least("Fixed: LWA - LWA_Rep", t3("LWA", "Fixed"), t3("LWA_Rep", "Fixed"), 0.1))
    rivals = ("Goodfellow", "Miyato") if settings.miyato else ()
    best = [at_least(f"{name}, {c}: LWA - {rival}", get("LWA", c), get(rival, c)) for name, get in (("LeNet", t2), ("CIFAR-10", t3))
            for rival in rivals for c in ADVERSARIAL]  # fmt: skip
    transfer = [at_least(f"{name}: Normal, Validation - Fixed", get("Normal", "Validation"), get("Normal", "Fixed"), 0.2)
                for name, get in (("MLP", t1), ("LeNet", t2))]  # fmt: skip
    transfer += [Condition(f"{name}: LWA, Fixed", accuracy(get("LWA", "Fixed")), 0.95) for name, get in (("MLP", t1), ("LeNet", t2))]
    found = [
        ("C5", PAPER, "C2 carried over to the tables (the text says it of Figure 1 only): in every row Adv_Alpha leaves no more accuracy than Adv_Loss", "Tables 1-3", weaker),
        ("C8", CPU, "The normal network is highly non-robust (our bar: at most .25 under Adv_Loss)", "7.2, Table 1", [Condition("Normal, Adv_Loss <= .25: .25 - it", paired(scaled(normal, 0.0, 0.25), normal), 0.0)]),
        ("C9", CPU, "Dropout improves accuracy and robustness on all five sets (at its own width, as printed, and at equal width, Table 1b)", "7.2, Table 1", [at_least(f"{c}: Dropout - Normal", t1("Dropout", c), t1("Normal", c), strict=True) for c in COLUMNS] + wide),
        ("C10", CPU, "Dropout's robustness stays weak (our bar: less than half of LWA's accuracy under Adv_Loss)", "7.2, Table 1", [at_least("LWA/2 - Dropout, Adv_Loss", scaled(t1("LWA", "Adv_Loss"), 0.5), t1("Dropout", "Adv_Loss"), strict=True)]),
        ("C11", CPU, "Goodfellow's method is far more robust than Dropout (our bar: .3 on the four adversarial sets)", "7.2, Table 1", [at_least(f"{c}: Goodfellow - Dropout", t1("Goodfellow", c), t1("Dropout", c), 0.3) for c in ADVERSARIAL]),
        ("C12", QUICK, "LWA is at least as robust as Goodfellow's method on the four adversarial sets", "7.2, Table 1", [at_least(f"{c}: LWA - Goodfellow", t1("LWA", c), t1("Goodfellow", c)) for c in ADVERSARIAL]),
        ("C13", CPU, "LWA beats Goodfellow's method by much (our bar: .10 under Adv_Loss and Adv_Alpha)", "7.2", [at_least(f"{c}: LWA - Goodfellow", t1("LWA", c), t1("Goodfellow", c), 0.1) for c in ("Adv_Loss", "Adv_Alpha")]),
        ("C14", CPU, "LWA has the best clean accuracy of Table 1", "7.2, Table 1", [at_least(f"LWA - {row}", t1("LWA", "Validation"), t1(row, "Validation")) for row in MLP if row != "LWA"]),
        ("C15", QUICK, "LWA_Rep lies between Dropout (much above: our bar .2 on full MNIST, 0 on the embedded images) and Goodfellow's method", "7.2, Table 1", order),
        ("C16", CPU, "No trade-off on MNIST: LWA's clean accuracy is no lower than Normal's", "7.2, Tables 1, 2", [at_least(f"{name}: LWA - Normal", get("LWA", "Validation"), get("Normal", "Validation")) for name, get in (("MLP", t1), ("LeNet", t2))]),
        ("C17", CPU, "LWA greatly improves robustness (our bar: the error falls at least threefold on every adversarial set)", "abstract, Tables 1, 2", threefold),
        ("C18", CPU, "On LeNet perturbing the representation is not better than perturbing the image (within .01)", "7.2", [at_least(f"{c}: LWA - LWA_Rep", t2("LWA", c), t2("LWA_Rep", c), -0.01) for c in ADVERSARIAL]),
        ("C19", PAPER, "On CIFAR-10 LWA and LWA_Rep are more robust than Normal and Dropout on every adversarial set", "abstract, 7.2, Table 3", robust),
        ("C20", PAPER, "On CIFAR-10 LWA and LWA_Rep lose a little clean accuracy (our bar: more than 0, at most .05)", "7.2, Table 3", small),
        ("C21", PAPER, "On CIFAR-10 LWA_Rep beats LWA on the white-box sets, LWA by .1 on the transferred one", "Table 3", hidden),
        ("C22", PAPER, "LWA is at least as robust as Goodfellow's and Miyato's objectives", "Related Works", best),
        ("C23", CPU, "The Fixed set transfers to Normal and not to LWA (our bars: .2 lost, .95 kept)", "Tables 1, 2", transfer),
    ]  # fmt: skip
    return [
        Claim(name, statement, where, conditions if here >= needed else (), needs=NAMES[needed])
        for name, needed, statement, where, conditions in found
    ]


def cost_and_text_claims(settings: Settings, results: Mapping[str, Results]) -> list[Claim]:
    """C6, C7 and C34."""
    cost = results["cost_adv_alpha"]["cost"].value.numbers
    classes = cost["classes"]
    ratio = cost["seconds"]["K forward, K backward"] / cost["seconds"]["one gradient"]
    passes = cost["passes"]
    costly = [
        Condition("Adv_Loss: one backward pass", exact(-abs(passes["one gradient"] - 1))),
        Condition("the authors' loop: K backward passes", exact(-abs(passes["K forward, K backward"] - classes))),
        Condition("ours: K - 1 backward passes", exact(-abs(passes["nearest boundary"] - (classes - 1)))),
        Condition("time of the loops over Adv_Loss's", exact(ratio), classes / 2),
        Condition("2K minus that ratio", exact(2 * classes - ratio), 0.0),
    ]
    text = results["text_7_1"]
    # The paper trained by plain SGD: where that run was made, it is the one that is judged.
    name = next((f"LeNet Normal, {way}" for way in long_networks(settings)), "LeNet Normal")
    trained = [
        Condition(f"{name}, {split}", accuracy(text_bits(text, name, split)), bar)
        for split, bar in (("train", 0.9995), ("test", 0.989))
    ]
    arrays = results["table_neighbours"]["neighbours"].value.arrays
    others = [at_least(f"{name}: random - Fixed", [arrays[f"{name}/random"]], [arrays[f"{name}/transferred"]], 0.1) for name in ("5-NN", "Boosted trees")]
    return [
        Claim("C6", "Adv_Alpha costs K times as much as Adv_Loss (K - 1 backward passes suffice)", "7.1", costly),
        Claim("C7", "LeNet reaches 100 % training and 99.1 % validation accuracy (.9995 and .989)", "7.1", trained if level(settings) >= CPU else (), needs="cpu"),
        Claim("C34", "The same adversarial set fools k-nearest neighbours and boosted trees (a background sentence without a size; our bar: .1 more than random directions)", "Introduction", others),
    ]  # fmt: skip


def claims(settings: Settings, results: Mapping[str, Results]) -> list[Claim]:
    """All claims in their order."""
    found = [
        *curve_claims(settings, results), *table_claims(settings, results), *cost_and_text_claims(settings, results),
        *theory_claims(results["table_theory"]["theory"].value.numbers["checks"]),
    ]  # fmt: skip
    return sorted(found, key=lambda claim: int(claim.id[1:]))
