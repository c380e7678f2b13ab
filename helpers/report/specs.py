"""Figure specifications: what a figure shows, as plain data. No matplotlib here; `draw.py` turns them into pictures.

Numbers may be given as any sequence (list, array, series, tensor on the CPU); they are kept as tuples of floats. A
missing number is NaN (None is taken as NaN). `method` is a key of `style.METHODS`; `reported=True` marks the paper's or
its authors' values, drawn with open markers and dashed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from helpers.core.errors import UserError

Range = tuple[float, float] | None


def _floats(values: Sequence[float]) -> tuple[float, ...]:
    """Any one-dimensional sequence of numbers as floats; None becomes NaN."""
    return tuple(math.nan if value is None else float(value) for value in values)


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def _tidy(spec: object, floats: Sequence[str] = (), texts: Sequence[str] = (), tuples: Sequence[str] = ()) -> None:
    """Replace the named fields of a frozen specification by tuples; fields that are None stay None."""
    for names, convert in ((floats, _floats), (texts, _texts), (tuples, tuple)):
        for name in names:
            value = getattr(spec, name)
            if value is not None:
                object.__setattr__(spec, name, convert(value))


def _same_length(spec: object, label: str, names: Sequence[str]) -> None:
    """UserError unless the named fields that are present have one length."""
    lengths = {name: len(getattr(spec, name)) for name in names if getattr(spec, name) is not None}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise UserError(f"{type(spec).__name__} {label!r}: lengths differ ({found}).")


@dataclass(frozen=True)
class Curve:
    """One labelled line, or one set of points: x, y and optionally the interval [low, high] of y."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] | None = None
    high: tuple[float, ...] | None = None
    method: str | None = None
    reported: bool = False

    def __post_init__(self):
        _tidy(self, floats=("x", "y", "low", "high"))
        _same_length(self, self.label, ("x", "y", "low", "high"))


@dataclass(frozen=True)
class Curves:
    """Lines over one pair of axes; `points` are isolated points drawn without a line."""

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    x_range: Range = None
    y_range: Range = None
    x_log: bool = False
    y_log: bool = False
    points: tuple[Curve, ...] = ()

    def __post_init__(self):
        _tidy(self, floats=("x_range", "y_range"), tuples=("curves", "points"))


@dataclass(frozen=True)
class Series:
    """One bar per group; `marks` are the reported values of the same cells, an open marker on each bar."""

    label: str
    values: tuple[float, ...]
    low: tuple[float, ...] | None = None
    high: tuple[float, ...] | None = None
    method: str | None = None
    reported: bool = False
    marks: tuple[float, ...] | None = None

    def __post_init__(self):
        _tidy(self, floats=("values", "low", "high", "marks"))
        _same_length(self, self.label, ("values", "low", "high", "marks"))


@dataclass(frozen=True)
class Bars:
    """Groups of bars side by side, one bar per series; a missing bar is marked by a dash."""

    title: str
    y_label: str
    groups: tuple[str, ...]
    series: tuple[Series, ...]
    y_range: Range = None
    y_log: bool = False

    def __post_init__(self):
        _tidy(self, floats=("y_range",), texts=("groups",), tuples=("series",))
        for series in self.series:
            if len(series.values) != len(self.groups):
                found = f"{len(series.values)} values for {len(self.groups)} groups"
                raise UserError(f"Bars {self.title!r}: {series.label!r} has {found}.")


@dataclass(frozen=True, eq=False)
class ImageRow:
    """A row of images, each (h, w) or (h, w, 3).

    Images are in [0, 1]; with `signed` they are perturbations on the symmetric scale [-scale, scale], which is printed;
    None takes the row's largest magnitude.
    """

    label: str
    images: tuple[np.ndarray, ...]
    captions: tuple[str, ...] = ()
    signed: bool = False
    scale: float | None = None

    def __post_init__(self):
        _tidy(self, texts=("captions",))
        # None, as JSON has for a missing pixel, becomes NaN.
        images = tuple(np.asarray(image, dtype=np.float32) for image in self.images)
        for image in images:
            if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3) or not image.size:
                raise UserError(f"Images {self.label!r}: an image must be (h, w) or (h, w, 3), got {image.shape}.")
        object.__setattr__(self, "images", images)
        if self.captions and len(self.captions) != len(images):
            raise UserError(f"Images {self.label!r}: {len(self.captions)} captions for {len(images)} images.")


@dataclass(frozen=True)
class Images:
    """Rows of images on whole screen pixels, without smoothing.

    `heads` are printed above the columns. `zoom` is the number of screen pixels per image pixel; None picks it.
    """

    title: str
    rows: tuple[ImageRow, ...]
    heads: tuple[str, ...] = ()
    zoom: int | None = None

    def __post_init__(self):
        _tidy(self, texts=("heads",), tuples=("rows",))


@dataclass(frozen=True)
class HeatMap:
    """A coloured grid, values (rows, columns), row 0 at the top; `diverging` colours it symmetrically about 0."""

    title: str
    x_label: str
    y_label: str
    values: tuple[tuple[float, ...], ...]
    x_ticks: tuple[str, ...]
    y_ticks: tuple[str, ...]
    value_label: str = ""
    value_range: Range = None
    diverging: bool = False

    def __post_init__(self):
        object.__setattr__(self, "values", tuple(_floats(row) for row in self.values))
        _tidy(self, floats=("value_range",), texts=("x_ticks", "y_ticks"))
        if len(self.values) != len(self.y_ticks) or any(len(row) != len(self.x_ticks) for row in self.values):
            raise UserError(
                f"HeatMap {self.title!r}: the values do not fit {len(self.y_ticks)} x {len(self.x_ticks)} ticks."
            )


@dataclass(frozen=True)
class Sample:
    """Numbers whose distribution a histogram shows."""

    label: str
    values: tuple[float, ...]
    method: str | None = None
    reported: bool = False

    def __post_init__(self):
        _tidy(self, floats=("values",))


@dataclass(frozen=True)
class Histogram:
    """Distributions over shared bins; `density` draws the share of each sample instead of counts."""

    title: str
    x_label: str
    y_label: str
    samples: tuple[Sample, ...]
    bins: int = 20
    x_range: Range = None
    density: bool = False
    y_log: bool = False

    def __post_init__(self):
        _tidy(self, floats=("x_range",), tuples=("samples",))


@dataclass(frozen=True)
class Scatter:
    """Clouds of points; `diagonal` adds the line y = x."""

    title: str
    x_label: str
    y_label: str
    groups: tuple[Curve, ...]
    x_range: Range = None
    y_range: Range = None
    x_log: bool = False
    y_log: bool = False
    diagonal: bool = False

    def __post_init__(self):
        _tidy(self, floats=("x_range", "y_range"), tuples=("groups",))


Panel = Curves | Bars | Images | HeatMap | Histogram | Scatter


@dataclass(frozen=True)
class Figure:
    """One file: panels in a grid, filled row by row; `alt` is the text for those who cannot see it."""

    panels: tuple[Panel, ...]
    columns: int = 1
    alt: str = ""

    def __post_init__(self):
        _tidy(self, tuples=("panels",))
        if not self.panels or self.columns < 1:
            raise UserError("A figure needs at least one panel and one column.")


KINDS = {
    kind.__name__: kind
    for kind in (Curve, Curves, Series, Bars, ImageRow, Images, HeatMap, Sample, Histogram, Scatter, Figure)
}


def _nested(values: object) -> object:
    return tuple(map(_nested, values)) if isinstance(values, list) else values


def to_json(spec: object) -> object:
    """A specification as what `json.dumps` takes; missing numbers become None, pixels are rounded to 6 digits."""
    if type(spec).__name__ in KINDS:
        return {
            "kind": type(spec).__name__,
            **{field.name: to_json(getattr(spec, field.name)) for field in fields(spec)},
        }
    if isinstance(spec, np.ndarray):
        return to_json(_nested(np.round(spec.astype(float), 6).tolist()))
    if isinstance(spec, tuple):
        return [to_json(value) for value in spec]
    return None if isinstance(spec, float) and not math.isfinite(spec) else spec


def from_json(data: object) -> object:
    """The specification that `to_json` wrote."""
    if isinstance(data, dict):
        return KINDS[data["kind"]](**{name: from_json(value) for name, value in data.items() if name != "kind"})
    return tuple(from_json(value) for value in data) if isinstance(data, list) else data
