"""Claims: a function per claim, its docstring the statement, its body comparisons of cells; verdicts are computed."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.core.quantities import Missing
from helpers.core.verdicts import NOT_RUN, SENSES, Condition, deciding, verdict
from helpers.report.formats import bar_number, interval, sentence_number

Judge = Callable[[Any], Any]
"""A function of the paper's tables; returns a comparison, or nested sequences of them, all of which must hold."""


@dataclass(frozen=True, eq=False)
class Claim:
    """A claim of the paper.

    Attributes:
        id, statement, where: number in the inventory, sentence, place in the paper.
        judge: the comparisons, on the paper's own table, networks, schedule and settings.
        needs: the smallest profile that can decide it.
        scope: what of the claim is judged, where that is less than it says ("reduced networks").
        extras: (name, comparisons) of what is judged beyond it; these never overrule it.
    """

    id: str
    statement: str
    where: str
    judge: Judge
    needs: str
    scope: str = ""
    extras: list[tuple[str, Judge]] = field(default_factory=list)

    def beyond(self, name: str) -> Callable[[Judge], Judge]:
        """A decorator: what is judged beyond the claim, such as "at equal width"."""

        def add(judge: Judge) -> Judge:
            self.extras.append((name, judge))
            return judge

        return add


def claim(id: str, where: str, *, needs: str = "quick", scope: str = "") -> Callable[[Judge], Claim]:
    """A decorator that makes a claim of a function of the tables; its docstring is the statement."""

    def make(judge: Judge) -> Claim:
        statement = " ".join(inspect.getdoc(judge).split()).removesuffix(".")
        return Claim(id, statement, where, judge, needs, scope)

    return make


@dataclass(frozen=True)
class Judgement:
    """A line of the ledger of claims; all text."""

    id: str
    statement: str
    where: str
    verdict: str
    scope: str
    evidence: str
    bar: str
    beyond: str
    conditions: str


def judged(claim: Claim, tables: Any, decides: Callable[[str], bool]) -> Judgement:
    """The claim's verdict on these tables; `decides(profile)` tells whether they are of that profile's scale."""
    head = (claim.id, claim.statement, claim.where)
    if not decides(claim.needs):
        return Judgement(*head, NOT_RUN, "", f"Needs the profile {claim.needs}.", "", "", "")
    run, missing = _sorted(claim.judge(tables))
    if not run:
        return Judgement(*head, NOT_RUN, "", f"Not run: {_names(missing)}.", "", "", "")
    close = deciding(run)
    partly = f"{len(run)} of {len(run) + len(missing)} comparisons (without {_names(missing)})" if missing else ""
    scope = "; ".join(filter(None, (claim.scope, partly)))
    extras = "; ".join(filter(None, (_extra(name, judge, tables) for name, judge in claim.extras)))
    rest = "; ".join(f"{sentence(one)}: {one.verdict}" for one in run if one is not close)
    return Judgement(*head, verdict(run), scope, f"{sentence(close)}.", bar(close), extras, rest)


def sentence(condition: Condition) -> str:
    """What was measured, with its interval, and what was asked."""
    found = condition.estimate
    band = interval(found.low, found.high, sentence_number)
    return f"{condition.text}: {sentence_number(found.value)}{f' {band}' if band else ''}; asked {bar(condition)}"


def bar(condition: Condition) -> str:
    """The threshold, and whose it is."""
    text = f"{SENSES[condition.sense]} {bar_number(condition.bar)}"
    if not condition.ours:
        return text
    alone = "" if condition.direction is None else f"; the direction alone: {bar_number(condition.direction)}"
    return f"{text} (our bar{alone})"


def _extra(name: str, judge: Judge, tables: Any) -> str:
    run, missing = _sorted(judge(tables))
    if not run:
        return f"{name}: {NOT_RUN}" if missing else ""
    return f"{name}: {verdict(run)} ({sentence(deciding(run))})"


def _sorted(judgement: Any) -> tuple[list[Condition], list[Missing]]:
    """The comparisons that were run, and those that were not."""
    flat = list(_flat(judgement))
    return [one for one in flat if isinstance(one, Condition)], [one for one in flat if isinstance(one, Missing)]


def _flat(judgement: Condition | Missing | Iterable) -> Iterator[Condition | Missing]:
    if isinstance(judgement, Condition | Missing):
        yield judgement
        return
    for part in judgement:
        yield from _flat(part)


def _names(missing: Sequence[Missing], most: int = 4) -> str:
    """The first names of what is missing."""
    names = list(dict.fromkeys(" ".join(one.name) for one in missing))
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
