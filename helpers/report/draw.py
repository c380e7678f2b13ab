"""Figure specifications to pictures: the same specification gives the same bytes on every run of one machine."""

import io
import math
import textwrap
from pathlib import Path

import matplotlib.figure
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import SubFigure

from helpers.core.files import write_bytes
from helpers.report import panels, pictures, specs
from helpers.report.style import DPI, context, font_points

WIDTHS = {1: 640, 2: 460}  # pixels of a panel, by the number of columns
NARROW = 400


def draw(figure: specs.Figure) -> matplotlib.figure.Figure:
    """A matplotlib figure at 100 dots per inch; without pyplot, so nothing stays open and no global setting changes."""
    columns = min(figure.columns, len(figure.panels))
    rows = [figure.panels[i : i + columns] for i in range(0, len(figure.panels), columns)]
    widths = [max(_panel_width(row[i], columns) for row in rows if i < len(row)) for i in range(columns)]
    width = sum(widths)
    shared = shared_entries(figure)
    heights = [max(_panel_height(p, w, width, shared) for p, w in zip(row, widths, strict=False)) for row in rows]
    under = _legend_height(shared, width, width)
    with context(width):
        drawn = matplotlib.figure.Figure(
            figsize=(width / DPI, (sum(heights) + under) / DPI), dpi=DPI, layout="constrained"
        )
        FigureCanvasAgg(drawn)
        drawn.get_layout_engine().set(w_pad=0.08, h_pad=0.06)
        boxes = drawn.subfigures(len(rows), columns, squeeze=False, width_ratios=widths, height_ratios=heights)
        for number, panel in enumerate(figure.panels):
            row, column = divmod(number, columns)
            _draw_panel(boxes[row, column], panel, widths[column], width, legend=not shared)
        if shared:
            _legend(drawn, shared, width, width)
    return drawn


def png(figure: specs.Figure) -> bytes:
    """The picture as PNG bytes, with `alt` inside (key `Description`) and neither software nor date."""
    width = draw_width(figure)
    buffer = io.BytesIO()
    with context(width):
        metadata = {"Software": None} | ({"Description": figure.alt} if figure.alt else {})
        draw(figure).savefig(buffer, format="png", dpi=DPI, metadata=metadata)
    return buffer.getvalue()


def save(figure: specs.Figure, path: Path) -> None:
    """Write the picture as PNG, 100 dots per inch, under a temporary name that is then renamed."""
    write_bytes(path, png(figure))


def draw_width(figure: specs.Figure) -> int:
    """Width of the picture in pixels."""
    columns = min(figure.columns, len(figure.panels))
    return sum(max(_panel_width(p, columns) for p in figure.panels[i::columns]) for i in range(columns))


def shared_entries(figure: specs.Figure) -> tuple[panels.Entry, ...]:
    """One legend for all panels, where there are several and no label means two things; else empty."""
    legends = [found for found in map(panels.entries, figure.panels) if found]
    everything = tuple(dict.fromkeys(entry for found in legends for entry in found))
    if len(legends) < 2 or len({entry.label for entry in everything}) < len(everything):
        return ()
    # Panels with little in common keep their own legends, close to what they explain.
    return everything if len(everything) <= 1.75 * max(map(len, legends)) else ()


def _draw_panel(box: SubFigure, panel: specs.Panel, width: int, figure_width: int, legend: bool) -> None:
    if isinstance(panel, specs.Images):
        pictures.draw_images(box, panel, figure_width)
        return
    axes = box.add_subplot()
    characters = _characters(width, figure_width)
    match panel:
        case specs.Curves():
            panels.draw_curves(axes, panel)
        case specs.Scatter():
            panels.draw_scatter(axes, panel)
        case specs.Bars():
            panels.draw_bars(axes, panel, round(characters * 0.85))
        case specs.Histogram():
            panels.draw_histogram(axes, panel)
        case specs.HeatMap():
            panels.draw_heat_map(axes, panel, round(characters * 0.7))
    axes.set_title(textwrap.fill(panel.title, max(10, round(characters * 0.78))))
    if legend:
        _legend(box, panels.entries(panel), width, figure_width)


def _panel_width(panel: specs.Panel, columns: int) -> int:
    plain = WIDTHS.get(columns, NARROW)
    return max(pictures.width_of(panel), 300) if isinstance(panel, specs.Images) else plain


def _panel_height(panel: specs.Panel, width: int, figure_width: int, shared: tuple[panels.Entry, ...]) -> int:
    if isinstance(panel, specs.Images):
        return pictures.geometry(panel, figure_width).height
    legend = 0 if shared else _legend_height(panels.entries(panel), width, figure_width)
    if isinstance(panel, specs.HeatMap):
        return round(max(0.6 * width, 120 + 24 * min(20, len(panel.y_ticks))))
    return round(0.6 * width) + legend


def _characters(width: int, figure_width: int) -> int:
    """About how many letters fit across `width` pixels."""
    return math.floor(width / (font_points(figure_width) * DPI / 72 * 0.58))


def _legend_columns(entries: tuple[panels.Entry, ...], width: int, figure_width: int) -> int:
    longest = max(len(entry.label) for entry in entries) + 6
    return max(1, min(len(entries), round(_characters(width, figure_width) * 1.15) // longest))


def _legend_height(entries: tuple[panels.Entry, ...], width: int, figure_width: int) -> int:
    if not entries:
        return 0
    lines = math.ceil(len(entries) / _legend_columns(entries, width, figure_width))
    return round(lines * font_points(figure_width) * DPI / 72 * 1.5 + 8)


def _legend(
    box: SubFigure | matplotlib.figure.Figure, entries: tuple[panels.Entry, ...], width: int, figure_width: int
) -> None:
    if entries:
        columns = _legend_columns(entries, width, figure_width)
        box.legend(handles=[e.handle() for e in entries], loc="outside lower center", ncols=columns, columnspacing=1.4)
