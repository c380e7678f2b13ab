"""Draws rows of images: every image pixel covers the same whole number of screen pixels, unsmoothed."""

import math
import textwrap
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.transforms import Bbox

from helpers.report import specs
from helpers.report.style import DPI, font_points

TARGET = 640  # pixels that a row of small images fills, unless they would be smaller than SMALLEST
SMALLEST, TALLEST = 50, 112  # pixels that a small image is enlarged to
GAP = 6
MISSING = 0.8  # the grey of a pixel that is NaN


@dataclass(frozen=True)
class Geometry:
    """Where things lie, in pixels from the top left corner of the panel."""

    width: int
    height: int
    label: int  # width of the column of row labels
    tile: int  # width of one image's column
    zooms: tuple[int, ...]  # screen pixels per image pixel, per row
    tops: tuple[int, ...]  # upper edge of each row's images
    line: float  # height of a line of small print


def width_of(panel: specs.Images) -> int:
    """Pixels the panel needs across."""
    return _columns(panel)[2]


def geometry(panel: specs.Images, figure_width: int) -> Geometry:
    """The layout of a panel inside a figure `figure_width` pixels wide, which sets the size of its letters."""
    label, tile, width, zooms = _columns(panel)
    line = font_points(figure_width) * DPI / 72 * 0.88 * 1.3
    title = _wrapped(panel.title, width, line).count("\n") + 1 if panel.title else 0
    top = round(line * (0.7 + 1.2 * title + 1.1 * bool(panel.heads)))
    tops = []
    for row, zoom in zip(panel.rows, zooms, strict=True):
        tops.append(top)
        under = max((_wrapped(caption, tile, line).count("\n") + 1 for caption in row.captions if caption), default=0)
        beside = _wrapped(row_label(row), label, line).count("\n") + 1 if row_label(row) else 0
        tallest = max((image.shape[0] for image in row.images), default=0) * zoom
        top += round(max(tallest + under * line + GAP, beside * line) + GAP * 1.5)
    return Geometry(width, top + GAP, label, tile, zooms, tuple(tops), line)


def draw_images(box: SubFigure, panel: specs.Images, figure_width: int) -> None:
    """Draw the panel into `box`, which `geometry` says is large enough."""
    plan = geometry(panel, figure_width)
    small = font_points(figure_width) * 0.88
    page = _pixel_axes(box, 0, 0, plan.width, plan.height)
    page.set_axis_off()
    page.set(xlim=(0, plan.width), ylim=(plan.height, 0))
    if panel.title:
        title = _wrapped(panel.title, plan.width, plan.line)
        page.text(GAP, plan.line * 0.4, title, va="top", weight="bold", fontsize=font_points(figure_width) * 1.05)
    for number, head in enumerate(panel.heads):
        page.text(_left(plan, number), plan.tops[0] - GAP / 2 if plan.tops else 0, head, va="bottom", fontsize=small)
    for row, zoom, top in zip(panel.rows, plan.zooms, plan.tops, strict=True):
        page.text(GAP, top, _wrapped(row_label(row), plan.label, plan.line), va="top", fontsize=small, linespacing=1.25)
        for number, image in enumerate(row.images):
            height, width = image.shape[0] * zoom, image.shape[1] * zoom
            axes = _pixel_axes(box, _left(plan, number), top, width, height)
            axes.imshow(colours(image, row), interpolation="nearest", aspect="auto")
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set(visible=True, linewidth=0.5, color="#bbbbbb", position=("outward", 0.4))
            if row.captions:
                text = _wrapped(row.captions[number], plan.tile, plan.line)
                page.text(_left(plan, number), top + height + GAP / 2, text, va="top", fontsize=small, linespacing=1.2)


def scale_of(row: specs.ImageRow) -> float:
    """The largest magnitude that a signed row's colours show."""
    if row.scale is not None:
        return float(row.scale)
    return max((float(np.abs(image[np.isfinite(image)]).max(initial=0)) for image in row.images), default=0.0)


def row_label(row: specs.ImageRow) -> str:
    """The label; for a signed row with the printed scale."""
    return "\n".join(filter(None, (row.label, f"scale ±{scale_of(row):.3g}" if row.signed else "")))


def colours(image: np.ndarray, row: specs.ImageRow) -> np.ndarray:
    """(h, w, 3) in [0, 1]. Signed: a grey image goes from blue by white to red, a colour image has grey for zero."""
    missing = ~np.isfinite(image)
    if row.signed:
        shown = np.nan_to_num(image) / (2 * (scale_of(row) or 1.0)) + 0.5
    else:
        shown = np.where(missing, MISSING, image)
    shown = np.clip(shown, 0, 1)
    if image.ndim == 2:
        shown = matplotlib.colormaps["RdBu_r"](shown)[..., :3] if row.signed else np.repeat(shown[..., None], 3, axis=2)
        missing = missing[..., None]
    return np.where(missing, MISSING, shown)


def _columns(panel: specs.Images) -> tuple[int, int, int, tuple[int, ...]]:
    """Width of the label column, of a tile, of the panel; zoom of each row."""
    count = max((len(row.images) for row in panel.rows), default=1) or 1
    label = 108 if any(row_label(row) for row in panel.rows) else GAP
    room = min(TALLEST, (TARGET - label) // count - GAP)
    zooms, tile = [], 40
    for row in panel.rows:
        side = max((max(image.shape[:2]) for image in row.images), default=1)
        zooms.append(panel.zoom or max(room // side, math.ceil(SMALLEST / side)))
        tile = max([tile, *(image.shape[1] * zooms[-1] for image in row.images)])
    label = max(label, round(0.12 * count * tile)) if label > GAP else label
    return label, tile, max(300, label + count * (tile + GAP) + GAP), tuple(zooms)


def _left(plan: Geometry, number: int) -> int:
    return plan.label + GAP + number * (plan.tile + GAP)


def _wrapped(text: str, width: int, line: float) -> str:
    """Text broken to fit `width` pixels, its own line breaks kept."""
    characters = max(4, math.floor(width / (line * 0.46)))
    return "\n".join(textwrap.fill(part, characters) for part in text.split("\n"))


def _pixel_axes(box: SubFigure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes over exactly the given pixels from the box's top left corner, at 100 dots per inch and multiples of it."""

    def place(axes: Axes, renderer: object) -> Bbox:
        unit = box.figure.dpi / DPI
        x, y = round(box.bbox.x0 + left * unit), round(box.bbox.y1 - (top + height) * unit)
        pixels = Bbox.from_bounds(x, y, round(width * unit), round(height * unit))
        return pixels.transformed(box.transSubfigure.inverted())

    axes = box.add_axes((0, 0, 1, 1))
    axes.set_in_layout(False)
    axes.set_axes_locator(place)
    return axes
