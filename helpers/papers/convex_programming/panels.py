"""Panels of Figure 2: fooling ratios of every method on one network, beside the reported curves."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from helpers.core.quantities import Missing, Quantity, share
from helpers.papers.convex_programming.attacks import METHODS, MORE, curve_units
from helpers.papers.convex_programming.networks import (
    PANELS,
    attacked,
    largest,
    network,
    on_mnist,
    sizes_of,
)
from helpers.papers.convex_programming.settings import Settings
from helpers.papers.paper import Drawn, Item
from helpers.papers.reported import Reported
from helpers.papers.shares import Key, Keyed, curve, reported_curve, seeds
from helpers.papers.table import Table, cell
from helpers.papers.tables import Tables
from helpers.report.specs import Curves, Figure
from helpers.units.unit import Result, Unit

REPORTED = Reported("convex_programming")
HALVES = {
    "several steps": ("DeepFool", "Algorithm 1-10", "Algorithm 1-5", "Algorithm 1"),
    "one step": ("Algorithm 1", "Algorithm 2", "FastGrad", "Random", *MORE),
}
"""The two halves of a panel; Algorithm 1 stands in both."""


def fooled(result: Result, sizes: Sequence[float]) -> np.ndarray:
    """(B, m) bool over the m correctly classified images: fooled at each budget; least norms are compared with it."""
    arrays = result.value.arrays
    if "sizes" in arrays:
        return np.stack([arrays["sizes"][arrays["clean"]] < size for size in sizes])
    return ~arrays["correct"][:, arrays["clean"]]


def ratio(results: Keyed, row: str, sizes: Sequence[float], index: int, column: str = "") -> Quantity | Missing:
    """Fooling ratio of a row at one of its sizes, over its seeds."""
    found = [fooled(results[Key(row, column, seed)], sizes)[index] for seed in seeds(results, row, column)]
    return share(found, row) if found else Missing((row,))


def ratios(item: str, results: Keyed, sizes: Sequence[float], methods: Sequence[str]) -> Table:
    """Fooling ratios, a row for each method and a column for each size."""
    cells = []
    for method in methods:
        for index, size in enumerate(sizes):
            found = ratio(results, method, sizes, index)
            cells += [] if isinstance(found, Missing) else [cell(method, f"{size:.4f}", found, "share")]
    return Table(item, tuple(cells))


def panel_units(settings: Settings, name: str) -> dict[Key, Unit]:
    """The seven curves and two more; several seeds of the fully connected network."""
    found = {}
    for seed in range(settings.seed, settings.seed + (settings.seeds if name == "FCNN" else 1)):
        units = curve_units(settings, name, network(settings, name, seed), {**METHODS, **MORE})
        found |= {Key(method, seed=seed): unit for method, unit in units.items()}
    return found


def gaps_to_authors(table: Table, item: str, ours: str, theirs: str) -> tuple[float, str] | None:
    """The largest difference between our curve and the reported one, and the budget where it is."""
    apart = []
    for column in table.columns(ours):
        reported = [REPORTED.get(item, theirs, column, source) for source in ("authors", "digitised")]
        apart += [(abs(table[ours, column].value - value), column) for value in reported if value is not None][:1]
    return max(apart) if apart else None


def reported_curves(item: str) -> list:
    """The authors' stored points, and those of Algorithm 1-n, which is not stored, read off the figure."""
    stored = [("authors", row, "authors") for row in REPORTED.rows(item, "authors")]
    read_off = [
        ("digitised", row, "read off") for row in REPORTED.rows(item, "digitised") if row.startswith("Algorithm 1-")
    ]
    return [
        reported_curve(REPORTED, item, row, source, f"{row}, {said}", row) for source, row, said in [*read_off, *stored]
    ]


def draw_ratios(settings: Settings, table: Table, name: str, title: str, stored: str | None) -> Drawn:
    """Curves of every method beside the reported ones of the item `stored`; the note says how far apart they are at most."""
    theirs = reported_curves(stored) if stored else []
    panels = []
    for half, methods in HALVES.items():
        lines = [curve(table, method) for method in methods if method in table.rows]
        lines += [line for line in theirs if line.method in methods]
        axes = "budget (l_inf, share of the pixel range)", "fooling ratio"
        panels.append(Curves(f"{title}: {half}", *axes, tuple(lines), (0, largest(name)), (0, 1)))
    apart = {method: gaps_to_authors(table, stored, method, method) for method in table.rows} if stored else {}
    each = ", ".join(f"{method} {gap[0]:.3f} at {gap[1]}" for method, gap in apart.items() if gap)
    alt = (
        f"Fooling ratio against the l_inf budget on {title}, left the attacks of several steps, right those of one step"
        f"{'; dashed: the authors’ curves' if stored else ''}."
    )
    note = f"Largest difference to the authors' curve: {each}." if each else ""
    return Drawn(table, Figure(tuple(panels), columns=2, alt=alt), note)


def panel(name: str, order: float) -> Item:
    """The item of a panel of Figure 2."""
    item = PANELS[name]

    def draw(settings: Settings, results: Keyed) -> Drawn:
        table = ratios(item, results, sizes_of(settings, name), (*METHODS, *MORE))
        reduced = "" if on_mnist(name) or settings.full else "reduced network"
        title = f"{name}, {reduced}" if reduced else name
        # On stand-ins the digits are alike, the coloured images are not.
        stored = item if on_mnist(name) or settings.colour == "cifar10" else None
        drawn = draw_ratios(settings, table, name, title, stored)
        return replace(drawn, note=f"{_where(settings, name, results)} {drawn.note}".rstrip(), reduced=reduced)

    def reading(t: Tables) -> list[str]:
        return read_panel(t[item], name)

    title = f"Figure 2 ({item[-1]}): {name}"
    return Item(item, title, lambda settings: panel_units(settings, name), draw, reading=reading, order=order)


def _where(settings: Settings, name: str, results: Keyed) -> str:
    """Data, images, networks."""
    clean = next(iter(results.values())).value.arrays["clean"]
    count = len({key.seed for key in results})
    data = attacked(settings, name)["data"]
    text = f"No pixel box, as in the paper; data: {data}, the {clean.sum()} of {len(clean)} test images that the network has right"
    text += f" (of {count} trained networks the first; n in the table counts networks)" if count > 1 else ""
    if not on_mnist(name):
        text += f"; {network(settings, name).label}, on {settings.colour_images or 'all'} training images"
    return f"{text}."


def read_panel(table: Table, name: str) -> list[str]:
    """Where ten steps, one step and the gradient sign stand in the middle of the grid."""
    columns = table.columns("Algorithm 1")
    at = columns[len(columns) // 2]
    ten, one, sign, deepfool = (
        table[method, at].value for method in ("Algorithm 1-10", "Algorithm 1", "FastGrad", "DeepFool")
    )
    return [
        f"At budget {at} ten steps fool {ten:.3f} of {name}'s images, DeepFool {deepfool:.3f}.",
        f"One step of Algorithm 1 fools {one:.3f} there, FastGrad {sign:.3f}.",
    ]


def mean_over(table: Table, method: str) -> Quantity:
    """Mean fooling ratio over the panel's budgets."""
    columns = table.columns(method)
    return (sum(table[method, column] for column in columns) / len(columns)).named(method, "mean over budgets")
