"""Errata as text: errata.toml of a paper's folder, whose numbers are placeholders that name where they come from.

    [E16]
    where = "Sec. 7.2, Table 1"
    kind = "statement"
    statement = "Table 1 gives Goodfellow's method the higher clean accuracy."
    printed = "Goodfellow {print:table_1/Goodfellow/Validation}, LWA {print:table_1/LWA/Validation}"
    corrected = "ours: {ours:table_1/Goodfellow/Validation|.4}[[, equal width {ours:table_1b/LWA/Validation}]]"
    shown_by = "table_1"

A placeholder is `{source:place}`, or a difference `{source:place - source:place}`, and after a bar how it is printed:
`|.4` decimals, `|+.3` with its sign, `|%` per cent, `|e` a power of ten. Sources: `ours`, `print`, `authors` and
`digitised` (item/row/column), `check` (check/number, of the theory's checks), `fact` (a number that follows from what is
reported). What stands in double brackets is left out
where a number in it was not run; elsewhere such a number reads "not run".
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.core.errors import UserError
from helpers.papers.reported import Reported, numbers
from helpers.papers.table import Table

KINDS = ("equation", "notation", "statement", "experiment", "evaluation", "naming")
FIELDS = ("where", "kind", "statement", "printed", "corrected", "shown_by")
PLACEHOLDER = re.compile(r"\{([a-z]+:[^{}]+)\}")
CLAUSE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
NOT_RUN = "not run"

Find = Callable[[str], float | None]
"""A number by its place; None where it was not run, KeyError where there is no such place."""


@dataclass(frozen=True)
class Erratum:
    """A slip of the paper: what is wrong, what is printed, what is right, and what in this suite shows it."""

    id: str
    where: str
    kind: str
    statement: str
    printed: str
    corrected: str
    shown_by: str


def sources(paper: Any, tables: Sequence[Table]) -> dict[str, Find]:
    """Where the placeholders of a paper's errata find their numbers.

    A cell that `tables` lack was not run; a reported number, a check or a fact that is not there is a slip of ours.
    """
    ours = {f"{table.item}/{one.row}/{one.column}": one.quantity.value for table in tables for one in table}
    known = {source: {} for source in ("print", "authors", "digitised")}
    for (source, *place), value in numbers(paper.name).items():
        known[source]["/".join(place)] = value
    known["check"] = {
        place.removeprefix(f"{paper.checks}/"): value
        for place, value in ours.items()
        if place.startswith(f"{paper.checks}/")
    }
    known["fact"] = dict(paper.facts(Reported(paper.name))) if paper.facts else {}
    return {"ours": ours.get} | {name: found.__getitem__ for name, found in known.items()}


def read(path: Path) -> list[Erratum]:
    """The errata of a file, placeholders unfilled. UserError on a missing or unknown field."""
    found = []
    for name, fields in tomllib.loads(path.read_text(encoding="utf-8")).items():
        if sorted(fields) != sorted(FIELDS) or fields["kind"] not in KINDS:
            raise UserError(f"{path.name}, {name}: an erratum has the fields {', '.join(FIELDS)}; kinds are {', '.join(KINDS)}.")
        found.append(Erratum(name, **{key: " ".join(text.split()) for key, text in fields.items()}))
    return found


def filled(erratum: Erratum, sources: Mapping[str, Find]) -> dict[str, str]:
    """The erratum as a line of errata.csv. UserError where a placeholder names nothing."""
    texts = {}
    for field in FIELDS:
        try:
            texts[field] = fill(getattr(erratum, field), sources)
        except KeyError as error:
            raise UserError(f"{erratum.id}, {field}: nothing is named {error.args[0]!r}.") from None
    return {"id": erratum.id, **texts}


def fill(text: str, sources: Mapping[str, Find]) -> str:
    """The text with its placeholders replaced. KeyError where one names nothing."""

    def clause(match: re.Match) -> str:
        inside = fill(match[1], sources)
        return "" if NOT_RUN in inside else inside

    return PLACEHOLDER.sub(lambda match: _number(match[1], sources), CLAUSE.sub(clause, text))


def _number(content: str, sources: Mapping[str, Find]) -> str:
    terms, _, form = content.partition("|")
    values = [_value(term.strip(), sources) for term in terms.split(" - ")]
    if None in values:
        return NOT_RUN
    return _printed(values[0] - sum(values[1:]), form)


def _value(term: str, sources: Mapping[str, Find]) -> float | None:
    source, _, place = term.partition(":")
    if source not in sources:
        raise KeyError(term)
    try:
        return sources[source](place)
    except KeyError:
        raise KeyError(term) from None


def _printed(value: float, form: str) -> str:
    """A share or size with three decimals (or as `form` says) and no leading zero."""
    if form == "e":
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e") if value else "0"
    if form == "%":
        return f"{100 * value:.1f}%"
    sign, decimals = re.fullmatch(r"(\+?)\.?(\d*)", form).groups()
    text = f"{value:{sign}.{decimals or 3}f}"
    return re.sub(r"^([+-]?)0\.", r"\1.", text)
