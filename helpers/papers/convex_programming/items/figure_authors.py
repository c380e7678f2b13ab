"""Figure 2 (b) on the authors' own network, as they ran it: the zero border is attacked too, no box."""

from dataclasses import replace

from helpers.core.quantities import Missing, Quantity, independent, ours
from helpers.papers.claims import claim
from helpers.papers.convex_programming.attacks import METHODS, MORE, RAW_NAME, curve_units
from helpers.papers.convex_programming.networks import AUTHORS, NETWORKS, network, sizes_of
from helpers.papers.convex_programming.panels import draw_ratios, mean_over, ratios, read_panel
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.shares import Key, Keyed
from helpers.papers.table import Table
from helpers.papers.tables import Tables
from helpers.units.unit import Unit

MISSING = "Not run: the authors' weights are not at hand (parameter authors, file in weights/)."


def units(settings: Settings) -> dict[Key, Unit]:
    """Figure 2b's methods, where the weights are given."""
    theirs = network(settings, AUTHORS)
    if theirs is None:
        return {}
    found = curve_units(settings, AUTHORS, theirs, {**METHODS, **MORE})
    return {Key(method, seed=settings.seed): unit for method, unit in found.items()}


def draw(settings: Settings, results: Keyed) -> Drawn:
    """Our attacks on the authors' network beside their stored curves."""
    if not results:
        return Drawn(Table("figure_authors"), note=MISSING)
    table = ratios("figure_authors", results, sizes_of(settings, AUTHORS), (*METHODS, *MORE))
    drawn = draw_ratios(settings, table, AUTHORS, "The authors' LeNet-5", "figure_2b")
    return replace(drawn, note=f"MNIST, all test images that the network has right. {drawn.note}")


def reading(t: Tables) -> list[str]:
    """As of a panel, where the weights are given."""
    return read_panel(t.figure_authors, "the authors' LeNet-5") if len(t.figure_authors) else []


ITEM = Item("figure_authors", "Figure 2 (b) on the authors' own network", units, draw, reading=reading, order=7)

OURS = ("Algorithm 1", "Algorithm 1-5", "Algorithm 1-10")
Where = tuple[str, Table]


def on_theirs(t: Tables) -> list[Where]:
    """The networks of Figure 2 as nearly as we have them: the stored FCNN, the authors' LeNet-5, the colour ones at full
    scale."""
    lenet = (AUTHORS, t.figure_authors) if len(t.figure_authors) else ("LeNet-5", t.figure_2b)
    colour = [("NIN", t.figure_2c), ("DenseNet", t.figure_2d)] if t.settings.full else []
    return [("FCNN as stored", t.figure_stored), lenet, *colour]


def on_ours(t: Tables) -> list[Where]:
    """The networks that we trained as printed."""
    return [("FCNN as printed", t.figure_2a), ("LeNet-5", t.figure_2b)]


def at(where: Where, method: str, column: str) -> Quantity | Missing:
    """A fooling ratio, named with its network."""
    label, table = where
    return table[method, column].named(method, f"eps {column} on {label}")


def average(where: Where, method: str) -> Quantity | Missing:
    """Mean fooling ratio over the budgets."""
    label, table = where
    return mean_over(table, method).named(method, f"mean over budgets on {label}")


def never_below(places: list[Where], first: str, second: str, by: float = -0.01):
    """first - second >= by at every budget of every network."""
    for where in places:
        for column in where[1].columns("Algorithm 1"):
            yield at(where, first, column) - at(where, second, column) >= by


def above_on_average(places: list[Where], first: str, second: str):
    """The mean over budgets is larger on every network."""
    return [average(where, first) > average(where, second) for where in places]


def iterated(places: list[Where]):
    return [
        compare(places, f"Algorithm 1-{steps}", "DeepFool")
        for steps in (5, 10)
        for compare in (never_below, above_on_average)
    ]


@claim("C7", "IV, Fig. 2", needs="cpu")
def c7(t: Tables):
    """Algorithm 1-n outperforms DeepFool (within .01 at every budget, above on average)."""
    return iterated(on_theirs(t))


c7.beyond("on our networks")(lambda t: iterated(on_ours(t)))


@claim("C8", "IV, Fig. 2")
def c8(t: Tables):
    """Algorithm 1 outperforms FastGrad (within .01 at every budget), as the authors ran it, by the float32 cross-entropy."""
    return never_below(on_theirs(t), "Algorithm 1", RAW_NAME)


c8.beyond("against FastGrad's exact gradient")(lambda t: never_below(on_theirs(t), "Algorithm 1", "FastGrad"))
c8.beyond("on our networks")(lambda t: never_below(on_ours(t), "Algorithm 1", RAW_NAME))


def competitive(places: list[Where], rival: str):
    return [average(where, "Algorithm 2") - average(where, rival) >= ours(-0.02, direction=None) for where in places]


@claim("C9", "IV, Fig. 2", needs="cpu")
def c9(t: Tables):
    """Algorithm 2 is competitive with FastGrad, as the authors ran it (our bar: -.02 on average)."""
    return competitive(on_theirs(t), RAW_NAME)


c9.beyond("against FastGrad's exact gradient")(lambda t: competitive(on_theirs(t), "FastGrad"))
c9.beyond("on our networks")(lambda t: competitive(on_ours(t), RAW_NAME))


def iterative(places: list[Where]):
    once = ("Algorithm 1", "Algorithm 2", RAW_NAME)
    return [never_below(places, first, second) for first in ("DeepFool", "Algorithm 1-10") for second in once]


@claim("C10", "IV, Fig. 2", needs="cpu")
def c10(t: Tables):
    """Iterative methods beat non-iterative ones (within .01)."""
    return iterative(on_theirs(t))


c10.beyond("on our networks")(lambda t: iterative(on_ours(t)))


def gaps(where: Where):
    """Algorithm 1-10 less Algorithm 1 at every budget."""
    return [
        at(where, "Algorithm 1-10", column) - at(where, "Algorithm 1", column)
        for column in where[1].columns("Algorithm 1")
    ]


def widest(where: Where):
    return max(gaps(where), key=lambda gap: gap.value)


def not_always(places: list[Where]):
    fcnn, lenet, *colour = places
    yield [gap <= ours(0.04, direction=None) for gap in gaps(fcnn)]
    yield independent(widest(lenet), widest(fcnn)) > 0
    for nin in colour[:1]:
        yield [gap <= ours(0.10, direction=None) for gap in gaps(nin)]


@claim("C11", "IV, Fig. 2", needs="cpu")
def c11(t: Tables):
    """The gap between iterative and non-iterative is not always significant (our bars: .04 on FCNN, .10 on NIN, and FCNN's
    widest below LeNet's)."""
    return not_always(on_theirs(t))


c11.beyond("on our networks")(lambda t: not_always(on_ours(t)))


def harmless(places: list[Where]):
    for where in places:
        bar = 0.08 if where[0] == "NIN" else 0.03
        for column in where[1].columns("Random"):
            yield at(where, "Random", column) <= ours(bar, direction=0.5)


@claim("C12", "Fig. 2", needs="cpu", scope="shown by the figure; no sentence says it")
def c12(t: Tables):
    """Random noise is nearly harmless (our bars: .03, NIN .08)."""
    return harmless(on_theirs(t))


c12.beyond("on our networks")(lambda t: harmless(on_ours(t)))


def best(where: Where, methods: tuple[str, ...], column: str) -> Quantity:
    """The strongest of some methods at a budget."""
    return max((at(where, method, column) for method in methods), key=lambda found: found.value)


def headline(places: list[Where], gradient: str):
    """The best of Algorithm 1, 1-5 and 1-10 against the best of DeepFool, FastGrad and random noise."""
    for where in places:
        columns = where[1].columns("Algorithm 1")
        leads = [
            best(where, OURS, column) - best(where, ("DeepFool", gradient, "Random"), column) for column in columns
        ]
        yield [lead >= -0.01 for lead in leads]
        yield (sum(leads) / len(leads)).named(
            "best of ours less best of theirs", f"mean over budgets on {where[0]}"
        ) > 0


@claim("C25", "abstract, I, IV")
def c25(t: Tables):
    """The proposed methods are competitive with the best of the others at every budget (within .01), better on average."""
    return headline(on_theirs(t), RAW_NAME)


c25.beyond("against FastGrad's exact gradient")(lambda t: headline(on_theirs(t), "FastGrad"))
c25.beyond("on our networks")(lambda t: headline(on_ours(t), RAW_NAME))


def not_fooled(where: Where, method: str):
    return (1 - at(where, method, where[1].columns(method)[-1])).named(
        f"not fooled by {method}", f"largest eps on {where[0]}"
    )


@claim("C27", "IV", needs="cpu")
def c27(t: Tables):
    """Iterative methods may not converge, one-step ones may not fool."""
    left = [t.table_1[row, "not fooled"] for row in (*NETWORKS.values(), AUTHORS, "FCNN 500x150, border attacked")]
    yield max((found for found in left if isinstance(found, Quantity)), key=lambda found: found.value) > 0
    for method in ("FastGrad", "Algorithm 1"):
        yield max((not_fooled(where, method) for where in on_theirs(t)), key=lambda found: found.value) > 0
