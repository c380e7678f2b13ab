"""The ledgers of claims and errata as HTML fragments, readable without a style sheet."""

import pandas as pd

from helpers.core.errors import UserError
from helpers.core.verdicts import CONTRADICTED, NOT_RUN, REPRODUCED, UNDECIDED, VERDICTS, WEAKER
from helpers.report.formats import text_html
from helpers.report.tables import boxed

CLAIM_COLUMNS = ("id", "statement", "where", "verdict", "scope", "evidence", "bar", "beyond", "conditions")
ERRATUM_COLUMNS = ("id", "statement", "where", "kind", "printed", "corrected", "shown_by")
# So that colour is not the only sign.
SIGNS = {REPRODUCED: "✓", WEAKER: "≈", CONTRADICTED: "✗", UNDECIDED: "?", NOT_RUN: "–"}
MEANINGS = {
    REPRODUCED: "every condition clears its bar",
    WEAKER: "the direction holds, our bar for the paper's word is missed",
    CONTRADICTED: "a condition clearly misses its bar",
    UNDECIDED: "the interval covers the bar",
    NOT_RUN: "needs another profile",
}
CELL = ' style="text-align:left;vertical-align:top;padding:.35em .7em"'


def counts(frame: pd.DataFrame) -> dict[str, int]:
    """How many claims have each verdict, all five in the order of VERDICTS; UserError on any other verdict."""
    _check(frame, CLAIM_COLUMNS)
    unknown = sorted(set(map(str, frame["verdict"])) - set(VERDICTS))
    if unknown:
        raise UserError(f"Unknown verdict {unknown[0]!r}; there are: {', '.join(VERDICTS)}.")
    return {verdict: int((frame["verdict"] == verdict).sum()) for verdict in VERDICTS}


def verdict_html(verdict: str) -> str:
    """A verdict with its sign; the class lets a page colour it."""
    kind = verdict.replace(" ", "-")
    said = f' title="{MEANINGS[verdict]}"'
    return f'<span class="verdict {kind}" style="white-space:nowrap"{said}>{SIGNS[verdict]} {verdict}</span>'


def claims_html(frame: pd.DataFrame, scale: str = "") -> str:
    """The claims: number and verdict, then what is claimed, where, and on what evidence the verdict rests.

    scale: what sets the run apart from the paper's, above the ledger.
    """
    found = counts(frame)
    summary = ", ".join(f"{number} {verdict}" for verdict, number in found.items() if number)
    lines = []
    for claim in frame.to_dict("records"):
        where = f" <small>({text_html(claim['where'])})</small>" if text_html(claim["where"]) else ""
        evidence = _small("", claim["evidence"]) + _small("beyond the claim: ", claim["beyond"])
        scope = f"<br><small>{text_html(claim['scope'])}</small>" if text_html(claim["scope"]) else ""
        lines.append(
            f'<tr><th scope="row"{CELL}>{text_html(claim["id"])}</th><td{CELL}>{verdict_html(claim["verdict"])}{scope}</td>'
            f"<td{CELL}>{text_html(claim['statement'])}{where}{evidence}{_folded(claim['conditions'])}</td></tr>"
        )
    caption = f"Claims: {summary}. {text_html(scale)}" if scale else f"Claims: {summary}"
    return _table(caption, ("claim", "verdict", "statement and evidence"), lines)


def errata_html(frame: pd.DataFrame) -> str:
    """The errata: what is wrong and where, what is printed, what is right, and what in this suite shows it."""
    _check(frame, ERRATUM_COLUMNS)
    lines = []
    for erratum in frame.to_dict("records"):
        place = " · ".join(filter(None, (text_html(erratum["kind"]), text_html(erratum["where"]))))
        rest = "".join(
            _small(f"{name}: ", erratum[key])
            for name, key in (("printed", "printed"), ("right", "corrected"), ("shown by", "shown_by"))
        )
        lines.append(
            f'<tr><th scope="row"{CELL}>{text_html(erratum["id"])}</th>'
            f"<td{CELL}>{text_html(erratum['statement'])} <small>({place})</small>{rest}</td></tr>"
        )
    return _table(f"Errata: {len(frame)}", ("erratum", "what is printed, and what is right"), lines)


def _folded(conditions: object) -> str:
    """The conditions besides the deciding one, to be opened by those who want them."""
    shown = text_html(conditions)
    return f"<details><summary><small>the other conditions</small></summary><small>{shown}</small></details>" if shown else ""


def _small(name: str, text: object) -> str:
    shown = text_html(text)
    return f'<br><small style="opacity:.8">{name}{shown}</small>' if shown else ""


def _table(caption: str, heads: tuple[str, ...], lines: list[str]) -> str:
    head = "".join(f'<th scope="col"{CELL}>{name}</th>' for name in heads)
    return boxed(caption, head, lines)


def _check(frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [column for column in columns if column not in frame]
    if missing:
        raise UserError(f"A ledger lacks the columns {', '.join(missing)}.")
