"""Numbers and text as a reader sees them, in HTML and in Markdown."""

import html
import math
import re
from collections.abc import Callable, Iterable
from numbers import Real

from helpers.report.mathml import to_mathml

FORMULA = re.compile(r"(?<![\\$])\$(?![\s$])(.+?)(?<![\s\\$])\$(?![\d$])")


def formatter(ours: Iterable[float], reported: Iterable[float] = ()) -> Callable[[float], str]:
    """One way to print all numbers of a column, with the decimals that the reported ones have (at most four).

    Shares lose their leading zero (.923), counts have no decimals, a missing number is a dash, an infinite one ∞.
    """
    reported = [float(value) for value in reported if _finite(value)]
    values = [float(value) for value in ours if _finite(value)] + reported
    largest = max(map(abs, values), default=0.0)
    printed = max((_decimals(value) for value in reported), default=0)
    whole = all(value.is_integer() for value in values)
    share = largest <= 1 and not whole
    least = 3 if share else 2 if largest < 100 else 1
    decimals = 0 if whole else min(max(printed, least), 4)

    def show(value: float) -> str:
        if not _finite(value):
            return "∞" if isinstance(value, Real) and value == math.inf else "–"
        # Numbers too small for the column's decimals, or too large to read, get three digits of their own.
        if value and (abs(value) < 5 * 10.0**-decimals / 10 or abs(value) >= 1e6) and not whole:
            return f"{value:.3g}"
        text = f"{value:.{decimals}f}"
        text = text.lstrip("-") if float(text) == 0 else text
        return re.sub(r"^(-?)0\.", r"\1.", text) if share else text

    return show


def sentence_number(value: float) -> str:
    """A number as a sentence says it: .093, 2.31, 148, 4e-16, ∞; three significant digits, shares without a leading zero."""
    if not _finite(value):
        return ("-" if value < 0 else "") + "∞" if isinstance(value, Real) and math.isinf(value) else "–"
    size = abs(value)
    if float(value).is_integer() and size < 1e6:
        return f"{value:.0f}"
    if size < 1e-3 or size >= 1e6:
        return bar_number(float(f"{value:.1g}"))
    decimals = max(0, 3 if size < 1 else 2 - math.floor(math.log10(size)))
    return re.sub(r"^(-?)0\.", r"\1.", f"{value:.{decimals}f}")


def bar_number(value: float) -> str:
    """A threshold as it was typed: .25, 1.5, 1e-9, without a leading zero."""
    return re.sub(r"^(-?)0\.", r"\1.", f"{value:g}".replace("e-0", "e-").replace("e+0", "e"))


def interval(low: float, high: float, show: Callable[[float], str]) -> str:
    """`[low, high]`; empty where there is none: missing, infinite (one seed) or of no width (exact)."""
    return f"[{show(low)}, {show(high)}]" if _finite(low) and _finite(high) and low != high else ""


def duration(seconds: float | None) -> str:
    """`40 s`, `12 min`, `3 h 05 min`; empty where unknown."""
    if not _finite(seconds):
        return ""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def text_html(text: object) -> str:
    """Escaped text; formulas between dollar signs become MathML."""
    parts = FORMULA.split(_plain(text))
    return "".join(to_mathml(part) if i % 2 else html.escape(part) for i, part in enumerate(parts))


def text_markdown(text: object) -> str:
    """Text that Markdown shows as it is, on one line, fit for a table's cell; formulas between dollar signs stay."""
    parts = FORMULA.split(" ".join(_plain(text).split()))
    escaped = (re.sub(r"([\\`*_{}\[\]<>#|~$])", r"\\\1", part) for part in parts)
    return "".join(f"${_no_bars(parts[i])}$" if i % 2 else part for i, part in enumerate(escaped))


def _no_bars(latex: str) -> str:
    """A formula without "|", which would end a table's cell."""
    return latex.replace("\\|", "\\Vert ").replace("|", "\\vert ")


def _plain(text: object) -> str:
    return "" if text is None or (isinstance(text, float) and math.isnan(text)) else str(text)


def _finite(value: object) -> bool:
    return isinstance(value, Real) and math.isfinite(value)


def _decimals(value: float) -> int:
    """Decimals of a number as it was typed (.72 -> 2), at most six."""
    text = f"{value:.6f}".rstrip("0")
    return len(text.partition(".")[2])
