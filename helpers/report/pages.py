"""The overview of all runs: index.html to open from disk or a server, README.md for a code host.

Both depend on the run folders only: no date, no host, the order of papers as given and profiles from paper to quick.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from helpers.core.files import write_text
from helpers.core.verdicts import CONTRADICTED, NOT_RUN, REPRODUCED, UNDECIDED, WEAKER
from helpers.report.formats import duration, text_html, text_markdown
from helpers.report.ledger import VERDICTS, verdict_html
from helpers.report.page_style import SHEET, page
from helpers.report.runs import PaperRun, alt_text, link, read_run

__all__ = ["PaperRun", "read_run", "write_pages"]

TITLE = "Reports"
INTRODUCTION = (
    "What the papers report and what this suite finds, paper by paper. A number in brackets is a 95% interval. "
    "A verdict is computed from the tables: reproduced, weaker (the direction holds, our bar for a word such as much is "
    "missed), contradicted, undecided (the interval covers the bar), or not run (needs another profile)."
)
THUMBNAILS = 8
BARS = {REPRODUCED: "good", WEAKER: "weak", CONTRADICTED: "bad", UNDECIDED: "open", NOT_RUN: "none"}
OVERVIEW = """
header p { color: var(--soft); }
section { margin-top: 3.2rem; padding-top: 1.4rem; border-top: 1px solid var(--line); }
section > h2 { margin-top: 0; }
article { margin: 1.6rem 0 2.6rem; }
article h3 { display: flex; flex-wrap: wrap; gap: .2rem .8rem; align-items: baseline; margin-bottom: .1rem; }
article h3 a { font: .9rem system-ui, sans-serif; }
.facts { margin: 0 0 .8rem; color: var(--soft); font-size: .85rem; }
.bar { display: flex; gap: 2px; height: 8px; max-width: 30rem; margin: .5rem 0 .3rem; border-radius: 4px;
  overflow: hidden; }
.bar span { display: block; } .bar .good { background: var(--good-bar); } .bar .bad { background: var(--bad-bar); }
.bar .weak { background: var(--weak-bar); }
.bar .open { background: var(--open-bar); } .bar .none { background: var(--none-bar); }
.counts { margin: 0; font-size: .9rem; } .counts > span { margin-right: 1.1rem; display: inline-block;
  white-space: nowrap; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(12rem, 45%), 1fr)); gap: .8rem;
  margin: 1.1rem 0; }
.pictures a { display: block; color: var(--soft); text-decoration: none; font-size: .78rem; line-height: 1.4; }
.pictures img { display: block; width: 100%; height: 8rem; object-fit: contain; border: 1px solid var(--line);
  padding: 3px; }
.overview td, .overview th { vertical-align: baseline; } .overview .bar { width: 9rem; margin: 0; }
tbody th { font-weight: 400; }
@media (max-width: 40rem) { .overview .bar { width: 4.5rem; } .pictures img { height: 6.6rem; } }
.number { white-space: nowrap; }
details.claims { margin: .8rem 0; } details.claims li { margin: .5rem 0; }
"""


def write_pages(runs: Sequence[PaperRun], root: Path) -> None:
    """Write root/index.html and root/README.md over the given runs; their links are relative to root."""
    papers = _by_paper(runs)
    write_text(Path(root) / "index.html", page(TITLE, _index(papers, Path(root)), SHEET + OVERVIEW))
    write_text(Path(root) / "README.md", _readme(papers, Path(root)))


def _by_paper(runs: Sequence[PaperRun]) -> dict[str, list[PaperRun]]:
    """Papers in the order in which they were given, each with its profiles from the largest to the smallest."""
    order = {"paper": 0, "cpu": 1, "quick": 2}
    papers: dict[str, list[PaperRun]] = {}
    for run in runs:
        papers.setdefault(run.paper, []).append(run)
    return {
        paper: sorted(found, key=lambda run: (order.get(run.profile, 3), run.profile))
        for paper, found in papers.items()
    }


def _index(papers: dict[str, list[PaperRun]], root: Path) -> str:
    lines = []
    for paper, runs in papers.items():
        for number, run in enumerate(runs):
            name = f'<a href="#{escape(paper)}">{escape(run.title)}</a>' if number == 0 else ""
            found = f"{run.verdicts[REPRODUCED]} of {sum(run.verdicts.values())}"
            lines.append(
                f'<tr><th scope="row">{name}</th><td>{escape(run.profile)}</td><td>{_bar(run)}</td>'
                f'<td class="number">{found}</td><td class="number">{duration(run.manifest.get("seconds"))}</td></tr>'
            )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("paper", "profile", "verdicts", "reproduced", "time"))
    overview = (
        f'<div class="table overview"><table><thead><tr>{heads}</tr></thead><tbody>\n'
        + "\n".join(lines)
        + "\n</tbody></table></div>"
    )
    sections = [_section(paper, runs, root) for paper, runs in papers.items()]
    empty = "" if papers else "<p>No run has been published yet.</p>"
    return "\n".join(
        [
            f"<header><h1>{TITLE}</h1><p>{INTRODUCTION}</p></header>",
            "<main>",
            overview if papers else empty,
            *sections,
            "</main>",
        ]
    )


def _section(paper: str, runs: list[PaperRun], root: Path) -> str:
    articles = "\n".join(_article(run, root) for run in runs)
    return f'<section id="{escape(paper)}"><h2>{escape(runs[0].title)}</h2>\n{articles}</section>'


def _article(run: PaperRun, root: Path) -> str:
    place = escape(link(run.folder, root), quote=True)
    notebook = (
        f'<a href="{place}/notebook.html">read the notebook</a>' if (run.folder / "notebook.html").is_file() else ""
    )
    counted = "".join(f"<span>{number} {verdict_html(verdict)}</span>" for verdict, number in run.verdicts.items())
    parts = [
        f"<article><h3>Profile {escape(run.profile)} {notebook}</h3>",
        f'<p class="facts">{escape(" · ".join(run.facts))}</p>' if run.facts else "",
        f'{_bar(run)}<p class="counts">{counted}</p>',
        _headline_html(run),
        _pictures(run, root, place),
        _open_html(run),
        "</article>",
    ]
    return "\n".join(filter(None, parts))


def _bar(run: PaperRun) -> str:
    """The verdicts as one thin bar; its numbers are its text."""
    label = ", ".join(f"{number} {verdict}" for verdict, number in run.verdicts.items())
    shares = "".join(
        f'<span class="{BARS[verdict]}" style="flex:{number}"></span>'
        for verdict, number in run.verdicts.items()
        if number
    )
    return f'<div class="bar" role="img" aria-label="{label}" title="{label}">{shares}</div>'


def _headline_html(run: PaperRun) -> str:
    if not run.headline:
        return ""
    lines = "".join(
        f'<tr><th scope="row">{text_html(label)}</th>'
        f'<td class="number">{escape(printed)}</td><td class="number">{escape(ours)}</td></tr>'
        for label, printed, ours in run.headline
    )
    head = '<th scope="col"></th><th scope="col">printed</th><th scope="col">ours</th>'
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _pictures(run: PaperRun, root: Path, place: str) -> str:
    """Small pictures, each a link to its place in the notebook, or to itself where there is no notebook page."""
    here = (run.folder / "notebook.html").is_file()
    links = []
    for picture in run.figures[:THUMBNAILS]:
        source = escape(link(picture, root), quote=True)
        target = f"{place}/notebook.html#{escape(picture.stem)}" if here else source
        image = f'<img src="{source}" alt="{escape(alt_text(picture), quote=True)}" loading="lazy">'
        links.append(f'<a href="{target}">{image}{escape(picture.stem.replace("_", " "))}</a>')
    return f'<div class="pictures">{"".join(links)}</div>' if links else ""


def _open_html(run: PaperRun) -> str:
    claims = run.open_claims()
    if not claims:
        return ""
    lines = "".join(
        f"<li>{verdict_html(claim['verdict'])} <b>{text_html(claim['id'])}</b> {text_html(claim['statement'])}"
        f"<br><small>{text_html(claim['evidence'])}</small></li>"
        for claim in claims
    )
    return f'<details class="claims"><summary>{_open_words(run)}</summary><ul>{lines}</ul></details>'


def _open_words(run: PaperRun) -> str:
    found = run.verdicts
    return "Claims " + " or ".join(
        f"{verdict} ({found[verdict]})" for verdict in (CONTRADICTED, WEAKER, UNDECIDED) if found[verdict]
    )


def _readme(papers: dict[str, list[PaperRun]], root: Path) -> str:
    lines = [f"# {TITLE}", "", INTRODUCTION, ""]
    if not papers:
        return "\n".join([*lines, "No run has been published yet.", ""])
    lines += ["| paper | profile | " + " | ".join(VERDICTS) + " | time |", "|---|---|" + "---:|" * (len(VERDICTS) + 1)]
    for runs in papers.values():
        for run in runs:
            numbers = " | ".join(str(number) for number in run.verdicts.values())
            name = f"[{text_markdown(run.title)}]({_notebook(run, root)})"
            lines.append(
                f"| {name} | {text_markdown(run.profile)} | {numbers} | {duration(run.manifest.get('seconds'))} |"
            )
    for runs in papers.values():
        lines += ["", f"## {text_markdown(runs[0].title)}"]
        for run in runs:
            lines += ["", *_readme_run(run, root)]
    return "\n".join(lines) + "\n"


def _notebook(run: PaperRun, root: Path) -> str:
    """The executed notebook, which a code host shows; the folder where it is not there."""
    path = run.folder / "notebook.ipynb"
    return link(path if path.is_file() else run.folder, root).replace(" ", "%20")


def _readme_run(run: PaperRun, root: Path) -> list[str]:
    lines = [f"### Profile {text_markdown(run.profile)}: [notebook]({_notebook(run, root)})", ""]
    if run.facts:
        lines += [text_markdown(" · ".join(run.facts)), ""]
    lines += [", ".join(f"{number} {verdict}" for verdict, number in run.verdicts.items()) + ".", ""]
    if run.headline:
        lines += ["| | printed | ours |", "|---|---:|---:|"]
        lines += [f"| {' | '.join(text_markdown(text) for text in line)} |" for line in run.headline]
        lines.append("")
    pictures = [
        f'<a href="{escape(_notebook(run, root), quote=True)}"><img src="{escape(link(picture, root), quote=True)}" '
        f'width="240" alt="{escape(alt_text(picture), quote=True)}"></a>'
        for picture in run.figures[:THUMBNAILS]
    ]
    lines += [*pictures, ""] if pictures else []
    claims = [
        f"- {claim['verdict']}: **{text_markdown(claim['id'])}** {text_markdown(claim['statement'])}"
        + (f" ({text_markdown(claim['evidence'])})" if claim["evidence"] else "")
        for claim in run.open_claims()
    ]
    if claims:
        lines += ["<details><summary>" + _open_words(run) + "</summary>", "", *claims, "", "</details>", ""]
    return lines[:-1]
