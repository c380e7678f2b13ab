"""How far a cell's units are: one line that goes away in a notebook, a line per unit elsewhere."""

import sys
import time
from collections.abc import Sequence

from helpers.report.formats import duration
from helpers.runner.estimates import expected
from helpers.units.unit import Unit


class Progress:
    """Called with (unit, seconds or None, sentence) after each of `units`; used as a context manager."""

    def __init__(self, units: Sequence[Unit]):
        self.units, self.done, self.start = list(units), 0, time.perf_counter()
        self.handle = _display() if self.units else None

    def __enter__(self) -> "Progress":
        whole = sum(expected(unit) for unit in self.units)
        self._show(f"{len(self.units)} computations, about {duration(whole)}")
        return self

    def __exit__(self, *error: object) -> None:
        if self.handle is not None:
            self.handle.update(_text(""))

    def __call__(self, unit: Unit, seconds: float | None, sentence: str) -> None:
        self.done += 1
        rest = sum(expected(other) for other in self.units[self.done :])
        spent, before = time.perf_counter() - self.start, sum(expected(other) for other in self.units[: self.done])
        left = duration(spent * rest / before) if before else ""
        took = "failed" if seconds is None else f"{seconds:.1f} s"
        text = f"[{self.done} of {len(self.units)}] {unit.label or unit.name}, {took} {sentence}".rstrip()
        self._show(f"{text}; about {left} left" if rest else text)

    def _show(self, text: str) -> None:
        if self.handle is not None:
            self.handle.update(_text(text))
        elif self.units:
            print(text, file=sys.stderr, flush=True)


def _text(text: str):
    from IPython.display import HTML

    return HTML(f"<small>{text}</small>" if text else "")


def _display():
    """A display that can be updated, in a notebook; None elsewhere."""
    if "ipykernel" not in sys.modules:
        return None
    from IPython import get_ipython
    from IPython.display import display

    return display(_text(""), display_id=True) if get_ipython() is not None else None
