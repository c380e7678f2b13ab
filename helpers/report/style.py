"""One style for all figures: a method keeps its colour, marker and line in every figure of every notebook."""

import hashlib
import re
from contextlib import AbstractContextManager
from typing import NamedTuple

import matplotlib.style

DPI = 100
# Okabe and Ito's colours (without the yellow, which is too pale on white) and a grey.
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK, GREY = "#E69F00", "#56B4E9", "#000000", "#7F7F7F"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK, GREY)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
# "--" is not among them: dashes are kept for reported values.
LINES = ("-", "-.", ":")


class Method(NamedTuple):
    """How a method is drawn."""

    colour: str
    marker: str
    line: str


METHODS = {
    # training
    "normal": Method(GREY, "o", "-"),
    "clean": Method(GREY, "o", "-"),
    "dropout": Method(ORANGE, "v", "-"),
    "goodfellow": Method(GREEN, "s", "-"),
    "mixture": Method(GREEN, "s", "-"),
    "miyato": Method(PURPLE, "P", "-"),
    "pgd_training": Method(VERMILLION, "p", "-"),
    "lwa_by_adv_alpha": Method(BLACK, "X", "-"),
    "random_noise": Method("#BBBBBB", "P", ":"),
    "lwa": Method(BLUE, "^", "-"),
    "lwa_rep": Method(SKY, "D", "-"),
    "fgm_at": Method(VERMILLION, "s", "-"),
    "pgd_at": Method(ORANGE, "^", "-"),
    "pgn": Method(BLUE, "o", "-"),
    # attacks
    "adv_alpha": Method(BLUE, "o", "-"),
    "adv_loss": Method(VERMILLION, "s", "-"),
    "adv_loss_sign": Method(GREEN, "^", "-"),
    "fgm": Method(VERMILLION, "s", "-"),
    "fgsm": Method(GREEN, "^", "-"),
    "fastgrad": Method(GREEN, "^", "-"),
    "fastgrad_float32_cross_entropy": Method(BLACK, "<", ":"),
    "fgs": Method(GREEN, "v", "-"),
    "fgv": Method(VERMILLION, "D", "-"),
    "hc_d": Method(BLUE, "P", "-"),
    "hc_s": Method(SKY, "X", "-"),
    "algorithm_1": Method(BLUE, "o", "-"),
    "algorithm_1_active_class": Method(PURPLE, ">", "-."),
    "algorithm_1_5": Method(SKY, "D", "-."),
    "algorithm_1_10": Method(VERMILLION, "P", "-"),
    "algorithm_2": Method(ORANGE, "v", "-"),
    "deepfool": Method(PURPLE, "X", "-"),
    "mim": Method(SKY, "<", "-"),
    "pgd": Method(BLACK, "p", "-"),
    "carlini_wagner": Method(BLACK, "D", "-."),
    "autoattack": Method(BLACK, "X", ":"),
    "uap": Method(ORANGE, ">", "-."),
    "eha": Method(GREEN, "<", "-."),
    "generator": Method(SKY, "v", "-."),
    "random": Method(GREY, "P", ":"),
    "fixed": Method(ORANGE, "D", "-"),
}


def key_of(name: str) -> str:
    """A method's key: lower case, words joined by underscores ("Adv_Loss Sign" -> "adv_loss_sign")."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def method_style(method: str | None, position: int = 0) -> Method:
    """How to draw `method`: its entry, else a choice that depends on its name only; without a name, by position."""
    if method is None:
        return Method(PALETTE[position % len(PALETTE)], MARKERS[position % len(MARKERS)], "-")
    key = key_of(method)
    if key in METHODS:
        return METHODS[key]
    digest = hashlib.sha256(key.encode()).digest()
    return Method(PALETTE[digest[0] % len(PALETTE)], MARKERS[digest[1] % len(MARKERS)], LINES[digest[2] % len(LINES)])


def font_points(width: int) -> float:
    """Font size for a figure `width` pixels wide, so that shown 600 pixels wide its letters stay 10 pixels high."""
    return max(9.5, width * 0.012)


def context(width: int) -> AbstractContextManager:
    """matplotlib's defaults plus this style, whatever the user's own settings are; undone on leaving."""
    size = font_points(width)
    ours = {
        "font.family": "DejaVu Sans",  # ships with matplotlib: the same letters on every machine
        "font.size": size,
        "axes.titlesize": size * 1.05,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": size,
        "xtick.labelsize": size * 0.92,
        "ytick.labelsize": size * 0.92,
        "legend.fontsize": size * 0.92,
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#555555",
        "axes.labelcolor": "#222222",
        "text.color": "#222222",
        "xtick.color": "#444444",
        "ytick.color": "#444444",
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e3e3e3",
        "grid.linewidth": 0.7,
        "lines.linewidth": 1.6,
        "lines.markersize": 5.0,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
    }
    return matplotlib.style.context(["default", ours])
