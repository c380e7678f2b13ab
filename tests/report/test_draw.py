"""Figure specifications: each kind draws, whatever is missing; the same specification gives the same bytes."""

import io
import json
import math

import matplotlib
import numpy as np
import pytest
from PIL import Image

from helpers.core.errors import UserError
from helpers.report import pictures, style
from helpers.report.draw import draw, png, save, shared_entries
from helpers.report.specs import (
    Bars,
    Curve,
    Curves,
    Figure,
    HeatMap,
    Histogram,
    ImageRow,
    Images,
    Sample,
    Scatter,
    Series,
    from_json,
    to_json,
)

NAN = math.nan
RANDOM = np.random.default_rng(0)
TILE, COLOURED = RANDOM.random((4, 5)), RANDOM.random((3, 3, 3))

PANELS = {
    "curves": Curves(
        "c", "x", "y", (Curve("a", [0, 1, 2], [1, 0.5, 0.1], [0.9, 0.4, NAN], [1, 0.6, math.inf], "adv_loss"),),
        x_range=(0, 2), points=(Curve("printed", [1], [0.5], method="adv_loss", reported=True),),
    ),
    "curves, log axes with zeros": Curves(
        "c", "x", "y", (Curve("a", [0, 1, 10], [0, 1, 2]),), (0, 10), (0, 2), x_log=True, y_log=True,
    ),
    "curves, one point": Curves("c", "x", "y", (Curve("a", [0, 1], [None, 1], [NAN, 0.5], [NAN, 2]),)),
    "curves, none": Curves("c", "x", "y", ()),
    "curves, empty": Curves("c", "x", "y", (Curve("a", [], []),), y_log=True),
    "curves, missing": Curves("c", "x", "y", (Curve("a", [1, 2], [NAN, None]),), y_log=True),
    "bars": Bars(
        "b", "y", ("g", "h"),
        (Series("a", [1, NAN], [0.5, NAN], [1.5, NAN], "lwa"), Series("p", [1, 2], method="lwa", reported=True)),
    ),
    "bars, log": Bars("b", "y", tuple(f"a long name {i}" for i in range(20)), (Series("a", range(20)),), y_log=True),
    "bars, none": Bars("b", "y", (), ()),
    "bars, missing": Bars("b", "y", ("g",), (Series("a", [None]),), y_log=True),
    "images": Images(
        "i", (ImageRow("r", (TILE, TILE), ("one", "two")), ImageRow("s", (TILE - 0.5,), signed=True)), heads=("a", "b"),
    ),
    "images, colour": Images("i", (ImageRow("r", (COLOURED,)), ImageRow("s", (COLOURED - 0.5,), signed=True))),
    "images, missing": Images(
        "", (ImageRow("", (np.full((2, 2), NAN),)), ImageRow("z", (np.zeros((2, 2)),), signed=True), ImageRow("e", ())),
    ),
    "images, none": Images("", ()),
    "heat map": HeatMap("h", "x", "y", [[1, NAN], [-1, 0]], ("a", "b"), ("c", "d"), "v", diverging=True),
    "heat map, constant": HeatMap("h", "x", "y", [[1, 1]], ("a", "b"), ("c",)),
    "heat map, large": HeatMap("h", "x", "y", np.eye(40), range(40), range(40), value_range=(0, 1)),
    "heat map, none": HeatMap("h", "x", "y", [], (), ()),
    "heat map, missing": HeatMap("h", "x", "y", [[None]], ("a",), ("b",)),
    "histogram": Histogram("", "x", "y", (Sample("a", [1, 2, NAN]), Sample("p", [1.5], reported=True)), density=True),
    "histogram, none": Histogram("h", "x", "y", (Sample("a", []),), y_log=True),
    "scatter": Scatter("s", "x", "y", (Curve("a", [0, 1], [1, NAN], [0, NAN], [2, NAN]),), diagonal=True),
    "scatter, none": Scatter("s", "x", "y", (), x_log=True, diagonal=True),
}  # fmt: skip


def pixels(figure: Figure) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png(figure))).convert("RGB"))


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.filterwarnings("error")
def test_every_kind_draws_and_survives_json(name):
    figure = Figure((PANELS[name],), alt="text")
    first = png(figure)
    assert first.startswith(b"\x89PNG") and first == png(figure)
    again = from_json(json.loads(json.dumps(to_json(figure), allow_nan=False)))
    assert to_json(again) == to_json(figure)


def test_bytes_do_not_depend_on_the_users_settings(tmp_path):
    figure = Figure((PANELS["curves"], PANELS["images"], PANELS["histogram"]), columns=2, alt="three panels")
    save(figure, tmp_path / "new" / "a.png")
    with matplotlib.rc_context({"font.size": 30, "axes.grid": False, "lines.linewidth": 9, "savefig.dpi": 50}):
        save(figure, tmp_path / "new" / "b.png")
        assert matplotlib.rcParams["font.size"] == 30
    assert (tmp_path / "new" / "a.png").read_bytes() == (tmp_path / "new" / "b.png").read_bytes()
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["a.png", "b.png"]
    with Image.open(tmp_path / "new" / "a.png") as image:
        assert image.info["Description"] == "three panels" and not {"Software", "Date", "Creation Time"} & set(
            image.info
        )
        assert round(image.info["dpi"][0]) == 100


@pytest.mark.parametrize("columns", (1, 2))
def test_images_lie_on_whole_pixels(columns):
    """Every image pixel is one block of equal screen pixels, also beside and below other panels."""
    tiles = tuple(RANDOM.integers(0, 256, (7, 5)) / 255 for _ in range(3))
    panel = Images("title", (ImageRow("first", tiles, ("a", "b", "c")), ImageRow("second", tiles)))
    shown = pixels(Figure((PANELS["curves"], panel, PANELS["bars"]), columns=columns))
    zoom = pictures.geometry(panel, shown.shape[1]).zooms[0]
    assert zoom > 3
    for tile in tiles:
        block = np.kron(np.rint(tile * 255).astype(np.uint8), np.ones((zoom, zoom), np.uint8))
        windows = np.lib.stride_tricks.sliding_window_view(shown[..., 0], block.shape)
        corners = np.argwhere((windows[..., 0, 0] == block[0, 0]) & (windows[..., -1, -1] == block[-1, -1]))
        assert sum(np.array_equal(windows[y, x], block) for y, x in corners) == 2


def test_signed_images_have_a_symmetric_printed_scale():
    row = ImageRow("r", (np.array([[0.25, -0.1, 0.0, NAN]]),), signed=True)
    shown = pictures.colours(row.images[0], row)
    assert pictures.row_label(row) == "r\nscale ±0.25"
    assert shown[0, 0, 0] > shown[0, 0, 2] and shown[0, 1, 2] > shown[0, 1, 0]
    assert np.ptp(shown[0, 2]) < 0.01 and np.allclose(shown[0, 3], pictures.MISSING)
    fixed = ImageRow("r", (np.full((1, 1, 3), 0.1),), signed=True, scale=0.2)
    assert np.allclose(pictures.colours(fixed.images[0], fixed), 0.75)


def test_reported_curves_are_open_and_dashed():
    panel = Curves(
        "c",
        "x",
        "y",
        (Curve("o", [0, 1], [0, 1], method="lwa"), Curve("p", [0, 1], [0, 1], method="lwa", reported=True)),
    )
    ours, reported = draw(Figure((panel,))).subfigs[0].axes[0].lines
    assert ours.get_color() == reported.get_color() == style.METHODS["lwa"].colour
    assert (ours.get_linestyle(), reported.get_linestyle()) == ("-", "--")
    assert reported.get_markerfacecolor() == "white" != ours.get_markerfacecolor()


def test_method_styles_are_stable():
    assert style.method_style("Adv_Loss Sign") == style.METHODS["adv_loss_sign"]
    assert style.method_style("never heard of", 0) == style.method_style("never heard of", 5)
    assert style.method_style(None, 0) != style.method_style(None, 1)
    assert all(entry.line != "--" for entry in style.METHODS.values())


def test_one_legend_where_panels_agree():
    first, second = PANELS["curves"], PANELS["bars"]
    assert len(shared_entries(Figure((first, first)))) == 2
    assert shared_entries(Figure((first,))) == () == shared_entries(Figure((first, second)))


@pytest.mark.parametrize("build", (
    lambda: Curve("a", [1, 2], [1]),
    lambda: Bars("b", "y", ("g",), (Series("a", [1, 2]),)),
    lambda: ImageRow("r", (np.zeros((2, 2, 4)),)),
    lambda: ImageRow("r", (np.zeros((2, 2)),), ("a", "b")),
    lambda: HeatMap("h", "x", "y", [[1]], ("a", "b"), ("c",)),
    lambda: Figure(()),
))  # fmt: skip
def test_what_does_not_fit_is_refused(build):
    with pytest.raises(UserError):
        build()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(UserError, match="taken"):
        save(Figure((PANELS["curves"],)), tmp_path / "taken" / "a.png")
