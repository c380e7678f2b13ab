"""Numbers that claims compare: arithmetic is paired image by image, and a comparison is a condition with its evidence."""

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from helpers.core.errors import UserError
from helpers.core.statistics import Estimate, accuracy, exact, paired
from helpers.core.verdicts import Condition


@dataclass(frozen=True)
class Bar:
    """A threshold that the paper does not name, such as our bar for its "much"; see ours."""

    value: float
    direction: float | None = 0.0


def ours(value: float, direction: float | None = 0.0) -> Bar:
    """A bar of ours: `table["LWA", "Adv_Loss"] - table["Normal", "Adv_Loss"] >= ours(.3)`.

    `direction` is what the bare direction asks for; None where another condition asks for it.
    """
    return Bar(value, direction)


@dataclass(frozen=True, eq=False)
class Quantity:
    """A number with what is known of its error.

    Attributes:
        name: its parts, such as ("LWA", "Adv_Loss"); a difference names the parts that differ.
        samples: one array (n,) per seed, over the same images in the same order; or None.
        known: an estimate that was computed elsewhere, such as a bootstrapped one; else it follows from the samples.

    +, -, * and / with quantities of the same images act image by image, so that their intervals are paired. Comparisons
    with a quantity, a number or `ours(...)` give a Condition.
    """

    name: tuple[str, ...]
    samples: tuple[np.ndarray, ...] | None = None
    known: Estimate | None = None

    @cached_property
    def estimate(self) -> Estimate:
        """Value and 95 % interval: of a share (Wilson), of a mean over images, over seeds where there are several."""
        if self.known is not None:
            return self.known
        if all(part.dtype == bool for part in self.samples):
            return accuracy(self.samples)
        return paired(self.samples, [np.zeros_like(part, dtype=float) for part in self.samples])

    @property
    def value(self) -> float:
        """The number itself."""
        return self.estimate.value

    @property
    def is_exact(self) -> bool:
        """Whether it is a fact without sampling error."""
        return self.samples is None and self.known.low == self.known.high

    def __add__(self, other: "Quantity | float") -> "Quantity":
        return self._combine(other, operator.add, "and")

    def __radd__(self, other: float) -> "Quantity":
        return self if other == 0 else self._combine(other, operator.add, "and")

    def __sub__(self, other: "Quantity | float") -> "Quantity":
        return self._combine(other, operator.sub, "less")

    def __rsub__(self, other: float) -> "Quantity":
        return (-1.0 * self)._shift(float(other)).named(*_first(self.name, f"{other:g} less "))

    def __mul__(self, factor: float) -> "Quantity":
        return self._scale(float(factor)).named(*_first(self.name, f"{factor:g} x "))

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> "Quantity":
        return self._scale(1 / float(divisor)).named(*_first(self.name, "", f"/{divisor:g}"))

    def __ge__(self, other: "Quantity | float | Bar") -> Condition:
        return self._compare(other, ">=")

    def __gt__(self, other: "Quantity | float | Bar") -> Condition:
        return self._compare(other, ">")

    def __le__(self, other: "Quantity | float | Bar") -> Condition:
        return self._compare(other, "<=")

    def __lt__(self, other: "Quantity | float | Bar") -> Condition:
        return self._compare(other, "<")

    def named(self, *name: str) -> "Quantity":
        """The same number under another name."""
        return Quantity(tuple(name), self.samples, self.known)

    def rounded(self, decimals: int) -> "Quantity":
        """The number as a print with so many decimals would give it: a fact."""
        return Quantity(self.name, None, exact(round(self.value, decimals)))

    def of(self, function: Callable[[np.ndarray], np.ndarray], *name: str) -> "Quantity":
        """The mean of function(values) per image, such as the share of those above a size."""
        return Quantity(tuple(name) or self.name, tuple(function(part) for part in self.samples))

    def _compare(self, other: "Quantity | Missing | float | Bar", sense: str) -> "Condition | Missing":
        if isinstance(other, Missing):
            return other
        if isinstance(other, Quantity):
            difference = self - other
            return Condition(", ".join(difference.name), difference.estimate, sense)
        text = ", ".join(self.name)
        if isinstance(other, Bar):
            return Condition(text, self.estimate, sense, other.value, True, other.direction)
        return Condition(text, self.estimate, sense, float(other))

    def _combine(self, other: "Quantity | Missing | float", act: Callable, word: str) -> "Quantity | Missing":
        if isinstance(other, Missing):
            return other
        if not isinstance(other, Quantity):
            return self._shift(act(0.0, float(other)))
        if self.samples is not None and other.samples is not None:
            pairs = list(zip(self.samples, other.samples, strict=False))
            if any(a.shape != b.shape for a, b in pairs):
                raise UserError(f"{', '.join(self.name)} and {', '.join(other.name)} are not over the same images.")
            samples = tuple(act(a.astype(float), b.astype(float)) for a, b in pairs)
            return Quantity(_joined(self.name, other.name, word), samples)
        # A number without error has no images: it shifts the other one.
        if other.is_exact:
            return self._shift(act(0.0, other.value)).named(*_joined(self.name, other.name, word))
        if self.is_exact:
            return other._scale(act(0.0, 1.0))._shift(self.value).named(*_joined(self.name, other.name, word))
        raise UserError(f"{', '.join(self.name)} and {', '.join(other.name)} share no images to pair.")

    def _scale(self, factor: float) -> "Quantity":
        if self.samples is not None:
            return Quantity(self.name, tuple(part.astype(float) * factor for part in self.samples))
        low, high = sorted((self.known.low * factor, self.known.high * factor))
        return Quantity(self.name, None, Estimate(self.known.value * factor, low, high, self.known.n))

    def _shift(self, by: float) -> "Quantity":
        if self.samples is not None:
            return Quantity(self.name, tuple(part.astype(float) + by for part in self.samples))
        known = self.known
        return Quantity(self.name, None, Estimate(known.value + by, known.low + by, known.high + by, known.n))


def _first(name: tuple[str, ...], before: str, after: str = "") -> tuple[str, ...]:
    return (f"{before}{name[0]}{after}", *name[1:])


def _joined(first: tuple[str, ...], second: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Parts that are equal once, the others as "a <word> b"."""
    if len(first) != len(second):
        return (f"{', '.join(first)} {word} {', '.join(second)}",)
    return tuple(a if a == b else f"{a} {word} {b}" for a, b in zip(first, second, strict=True))


def fact(value: float, *name: str) -> Quantity:
    """A computed number without sampling error."""
    return Quantity(tuple(name), None, exact(float(value)))


def share(bits: Sequence[np.ndarray], *name: str) -> Quantity:
    """A share from one array of bits (n,) per seed."""
    return Quantity(tuple(name), tuple(np.asarray(part, bool) for part in bits))


def mean(values: Sequence[np.ndarray], *name: str, estimate: Estimate | None = None) -> Quantity:
    """A mean from one array of values (n,) per seed; `estimate` replaces the normal interval."""
    return Quantity(tuple(name), tuple(np.asarray(part, float) for part in values), estimate)


def known(estimate: Estimate, *name: str) -> Quantity:
    """A number whose interval was computed elsewhere, such as a bootstrapped one."""
    return Quantity(tuple(name), None, estimate)


def independent(first: "Quantity | Missing", second: "Quantity | Missing") -> "Quantity | Missing":
    """first - second of two quantities over different images: the half-widths add up in squares."""
    if isinstance(first, Missing) or isinstance(second, Missing):
        return first if isinstance(first, Missing) else second
    a, b = first.estimate, second.estimate
    value, name = a.value - b.value, _joined(first.name, second.name, "less")
    if not all(map(math.isfinite, (a.low, a.high, b.low, b.high))):
        return known(Estimate(value, -math.inf, math.inf, min(a.n, b.n)), *name)
    half = math.hypot((a.high - a.low) / 2, (b.high - b.low) / 2)
    return known(Estimate(value, value - half, value + half, min(a.n, b.n)), *name)


def near(quantity: Quantity, value: float, within: float) -> tuple[Condition, Condition]:
    """Both sides of |quantity - value| <= within."""
    return (quantity >= value - within, quantity <= value + within)


def equal(quantity: "Quantity | Missing", value: float) -> "Condition | Missing":
    """A count or fact is exactly `value`."""
    return quantity if isinstance(quantity, Missing) else quantity._compare(value, "==")


@dataclass(frozen=True, eq=False)
class Missing:
    """A number that was not run; everything made of it is missing too, comparisons included."""

    name: tuple[str, ...]

    def _missing(self, other: object = None) -> "Missing":
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _missing
    __ge__ = __gt__ = __le__ = __lt__ = _missing

    def named(self, *name: str) -> "Missing":
        """See Quantity."""
        return self

    def rounded(self, decimals: int) -> "Missing":
        """See Quantity."""
        return self

    def of(self, function: Callable, *name: str) -> "Missing":
        """See Quantity."""
        return self
