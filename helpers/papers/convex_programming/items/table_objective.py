"""What the objective tells after one step: is an image with a lower one likelier fooled?"""

from dataclasses import dataclass

import numpy as np

from helpers.core.quantities import ours
from helpers.core.statistics import Estimate, auc, bootstrap
from helpers.papers.claims import claim
from helpers.papers.convex_programming.attacks import METHODS
from helpers.papers.convex_programming.networks import attacked, budgets, network
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import cell, table
from helpers.papers.tables import Tables
from helpers.units.after import After, after
from helpers.units.unit import Result, Unit

ONE_STEP = {"Algorithm 2": "logit", "FastGrad": "margin"}
"""The attacks that push one score, and the score."""


def units(settings: Settings) -> dict[Key, Unit]:
    """L(x + eta) of Algorithm 2 and FastGrad at every budget."""
    found = {}
    for name in ("FCNN", "LeNet-5"):
        trained = network(settings, name)
        for method, score in ONE_STEP.items():
            options = {"norm": "inf", **METHODS[method].options}
            how = After(
                attack=METHODS[method].file, options=options, budgets=budgets(name, settings.points), score=score,
                **attacked(settings, name),
            )  # fmt: skip
            label = f"{method}'s objective on {trained.label}"
            found[Key(name, method)] = Unit(after, how, {"network": trained}, label)
    return found


@dataclass(frozen=True)
class Half:
    """The budget whose fooling ratio is nearest .5: its index, that ratio, and the AUC of -L for "fooled"."""

    index: int
    share: float
    area: Estimate


def half_fooled(result: Result) -> Half:
    """See Half."""
    arrays = result.value.arrays
    clean = arrays["clean"]
    fooled, values = arrays["fooled"][:, clean], arrays["value"][:, clean]
    shares = fooled.mean(1) if fooled.size else np.zeros(len(fooled))
    index = int(np.abs(shares - 0.5).argmin())
    return Half(index, float(shares[index]), bootstrap(auc, -values[index], fooled[index], draws=200))


def draw(settings: Settings, results: Keyed) -> Drawn:
    """AUC of the objective left after the attack."""
    cells = []
    for key, result in results.items():
        row, half = f"{key.row}, {key.column}", half_fooled(result)
        cells += [
            cell(row, "budget", budgets(key.row, settings.points)[half.index], "linf"),
            cell(row, "fooled there", half.share, "share"),
            cell(row, "AUC of -L", half.area, "area"),
        ]
    return Drawn(table("table_objective", cells), note="At the budget whose fooling ratio is nearest .5.")


ITEM = Item("table_objective", "What the objective tells", units, draw, order=21)


@claim("C28", "IV")
def c28(t: Tables):
    """The lower the objective after Algorithm 2 or FastGrad, the likelier the image is fooled (our bar: AUC .8)."""
    return [t.table_objective[row, "AUC of -L"] >= ours(0.8, direction=0.5) for row in t.table_objective.rows]
