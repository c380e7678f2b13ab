"""Draws each kind of panel but images into matplotlib axes. Missing numbers (NaN, infinite) are left out."""

import math
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from helpers.report import specs
from helpers.report.style import GREY, Method, method_style

MANY_POINTS = 25  # more markers than this hide the line

# A reported value on a bar: open, and dark enough to be seen on any colour.
MARK = {"color": "black", "marker": "D", "markerfacecolor": "white", "markersize": 4.5, "linestyle": "none", "zorder": 5}


@dataclass(frozen=True)
class Entry:
    """One line of a legend."""

    label: str
    style: Method
    reported: bool
    shape: str  # line, points, bar or mark

    def handle(self) -> Line2D | Patch:
        if self.shape == "mark":
            return Line2D([], [], label=self.label, **MARK)
        if self.shape == "bar":
            return Patch(label=self.label, **_bar_look(self.style, self.reported))
        look = _line_look(self.style, self.reported)
        return Line2D([], [], label=self.label, **(look if self.shape == "line" else look | {"linestyle": "none"}))


def entries(panel: specs.Panel) -> tuple[Entry, ...]:
    """The legend of a panel; parts without a label have no line in it."""
    match panel:
        case specs.Curves():
            parts = [(c, "line") for c in panel.curves] + [(c, "points") for c in panel.points]
        case specs.Scatter():
            parts = [(group, "points") for group in panel.groups]
        case specs.Bars():
            parts = [(series, "bar") for series in panel.series]
        case specs.Histogram():
            parts = [(sample, "bar") for sample in panel.samples]
        case _:
            parts = []
    if isinstance(panel, specs.Bars) and any(series.marks for series in panel.series):
        parts.append((specs.Curve("as printed", (), (), reported=True), "mark"))
    found = [
        Entry(p.label, method_style(p.method, i), p.reported, shape) for i, (p, shape) in enumerate(parts) if p.label
    ]
    return tuple(dict.fromkeys(found))


def draw_curves(axes: Axes, panel: specs.Curves) -> None:
    """Lines with bands for their intervals, and isolated points with bars for theirs."""
    everything = panel.curves + panel.points
    _scales(axes, panel, (c.x for c in everything), (c.y for c in everything))
    for i, curve in enumerate(everything):
        style = method_style(curve.method, i)
        x, y = np.array(curve.x), _finite(curve.y)
        look = _line_look(style, curve.reported)
        if i >= len(panel.curves) or np.isfinite(y).sum() == 1:
            axes.plot(x, y, **look | {"linestyle": "none"}, zorder=4)
            _whiskers(axes, x, curve, style.colour)
            continue
        axes.plot(x, y, **look, markevery=max(1, math.ceil(len(x) / MANY_POINTS)), zorder=3.5 if curve.reported else 3)
        if curve.low is not None and curve.high is not None:
            axes.fill_between(x, _finite(curve.low), _finite(curve.high), color=style.colour, alpha=0.16, linewidth=0)
    if not panel.x_log and all(float(x).is_integer() for curve in everything for x in curve.x):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _limits(axes, panel)


def draw_scatter(axes: Axes, panel: specs.Scatter) -> None:
    """Points, the smaller and paler the more there are."""
    _scales(axes, panel, (g.x for g in panel.groups), (g.y for g in panel.groups))
    for i, group in enumerate(panel.groups):
        style = method_style(group.method, i)
        many = len(group.x) > 200
        look = _line_look(style, group.reported) | {"linestyle": "none"}
        axes.plot(
            group.x,
            _finite(group.y),
            **look | ({"markersize": 2.5} if many else {}),
            alpha=0.5 if many else 0.9,
            zorder=3,
        )
        _whiskers(axes, np.array(group.x), group, style.colour)
    _limits(axes, panel)
    if panel.diagonal:
        axes.axline((0, 0), slope=1, color=GREY, linewidth=1, linestyle=":", zorder=1, transform=axes.transData)


def draw_bars(axes: Axes, panel: specs.Bars, characters: int) -> None:
    """Bars side by side; reported ones are open. `characters` fit along the x axis."""
    _scales(axes, panel, [[0.0]], (s.values for s in panel.series))
    width = 0.82 / max(1, len(panel.series))
    places = np.arange(len(panel.groups), dtype=float)
    for i, series in enumerate(panel.series):
        style = method_style(series.method, i)
        x, y = places + (i - (len(panel.series) - 1) / 2) * width, _finite(series.values)
        here = np.isfinite(y)
        axes.bar(x[here], y[here], width=width * 0.9, zorder=2, **_bar_look(style, series.reported))
        _whiskers(axes, x, series, "#333333")
        if series.marks is not None:
            axes.plot(x, _finite(series.marks), **MARK)
        for missing in x[~here]:
            axes.text(missing, 0.01, "–", transform=axes.get_xaxis_transform(), ha="center", va="bottom", color=GREY)
    room = characters // max(1, len(panel.groups))
    upright = room >= min(6, max((len(group) for group in panel.groups), default=0))
    axes.set_xticks(places, [textwrap.fill(group, room) if upright else group for group in panel.groups])
    if not upright:
        axes.tick_params(axis="x", labelrotation=35)
        for label in axes.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    _limits(axes, panel)


def draw_histogram(axes: Axes, panel: specs.Histogram) -> None:
    """Filled steps over shared bins; reported samples as dashed outlines."""
    samples = [np.array([v for v in sample.values if math.isfinite(v)]) for sample in panel.samples]
    _scales(axes, panel, samples, [[1.0] if any(len(values) for values in samples) else []])
    everything = np.concatenate([*samples, []])
    if everything.size:
        edges = np.histogram_bin_edges(everything, panel.bins, range=panel.x_range)
        for i, (sample, values) in enumerate(zip(panel.samples, samples, strict=True)):
            style = method_style(sample.method, i)
            weights = np.full(len(values), 1 / len(values)) if panel.density and len(values) else None
            if not sample.reported:
                axes.hist(values, edges, weights=weights, histtype="stepfilled", color=style.colour, alpha=0.22)
            line = "--" if sample.reported else "-"
            axes.hist(
                values, edges, weights=weights, histtype="step", color=style.colour, linewidth=1.5, linestyle=line
            )
    _limits(axes, panel)


def draw_heat_map(axes: Axes, panel: specs.HeatMap, characters: int) -> None:
    """A grid with a colour bar; small grids have their values printed in the cells."""
    values = np.array([_finite(row) for row in panel.values]).reshape(len(panel.y_ticks), len(panel.x_ticks))
    axes.set(xlabel=panel.x_label, ylabel=panel.y_label)
    axes.grid(visible=False)
    if not np.isfinite(values).any():
        _nothing(axes)
        return
    low, high = panel.value_range or (np.nanmin(values), np.nanmax(values))
    if panel.diverging:
        high = max(abs(low), abs(high))
        low = -high
    colours = Normalize(low, high if high > low else low + 1)
    axes.set_facecolor("#eeeeee")
    image = axes.imshow(
        values, cmap="RdBu_r" if panel.diverging else "viridis", norm=colours, aspect="auto", interpolation="nearest"
    )
    axes.figure.colorbar(image, ax=axes, label=panel.value_label, pad=0.02)
    for name, ticks in (("x", panel.x_ticks), ("y", panel.y_ticks)):
        step = max(1, math.ceil(len(ticks) / 20))
        crowded = name == "x" and sum(len(tick) + 2 for tick in ticks[::step]) > characters
        getattr(axes, f"set_{name}ticks")(range(0, len(ticks), step), ticks[::step], rotation=90 if crowded else 0)
    axes.tick_params(length=0)
    if len(panel.x_ticks) <= 12 and len(panel.y_ticks) <= 12:
        for (row, column), value in np.ndenumerate(values):
            red, green, blue, _ = image.cmap(colours(value))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
            text, colour = (
                (f"{value:#.3g}".rstrip("."), "white" if dark else "black") if math.isfinite(value) else ("–", GREY)
            )
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize="small")


def _finite(values: Iterable[float]) -> np.ndarray:
    """Numbers as an array, infinities (an interval from one seed) as NaN."""
    array = np.array(list(values), dtype=float)
    return np.where(np.isfinite(array), array, np.nan)


def _line_look(style: Method, reported: bool) -> dict:
    face = {"markerfacecolor": "white", "markeredgewidth": 1.3, "markersize": 6.5, "linestyle": "--", "linewidth": 1.2}
    ours = {"markerfacecolor": style.colour, "markeredgewidth": 0.8, "linestyle": style.line}
    return {"color": style.colour, "marker": style.marker} | (face if reported else ours)


def _bar_look(style: Method, reported: bool) -> dict:
    if reported:
        return {"facecolor": "white", "edgecolor": style.colour, "linewidth": 1.3, "linestyle": "--"}
    return {"facecolor": style.colour, "edgecolor": style.colour, "linewidth": 1.3}


def _whiskers(axes: Axes, x: np.ndarray, part: specs.Curve | specs.Series, colour: str) -> None:
    """The intervals of single values, drawn as they are: a value may lie outside its interval."""
    if part.low is not None and part.high is not None:
        axes.vlines(x, _finite(part.low), _finite(part.high), colors=colour, linewidth=1.2, zorder=3)


def _scales(axes: Axes, panel: specs.Panel, x: Iterable, y: Iterable) -> None:
    """Labels and logarithmic scales; an axis without a positive value stays linear."""
    axes.set_ylabel(panel.y_label)
    axes.set_xlabel(getattr(panel, "x_label", ""))
    values = {name: np.concatenate([*map(_finite, parts), []]) for name, parts in (("x", x), ("y", y))}
    if not all(np.isfinite(found).any() for found in values.values()):
        _nothing(axes)
        return
    for name, found in values.items():
        if getattr(panel, f"{name}_log", False) and (found > 0).any():
            getattr(axes, f"set_{name}scale")(
                "log", nonpositive="mask" if name == "x" or not isinstance(panel, specs.Bars) else "clip"
            )


def _limits(axes: Axes, panel: specs.Panel) -> None:
    """The ranges asked for, where the scale allows them."""
    for name in ("x", "y"):
        wanted = getattr(panel, f"{name}_range", None)
        if wanted is not None and (getattr(axes, f"get_{name}scale")() != "log" or min(wanted) > 0):
            getattr(axes, f"set_{name}lim")(*wanted)


def _nothing(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    axes.text(0.5, 0.5, "no values", transform=axes.transAxes, ha="center", va="center", color=GREY, style="italic")
