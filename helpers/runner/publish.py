"""The committed pages over all papers and profiles, and the README's generated parts."""

import re
from collections.abc import Iterator
from pathlib import Path

from helpers.core.errors import UserError
from helpers.core.files import write_text
from helpers.core.paths import PROFILES, ROOT
from helpers.report.formats import duration, text_markdown
from helpers.report.pages import write_pages
from helpers.report.runs import PaperRun, read_run
from helpers.runner import catalogue
from helpers.runner.equations import tags

COMMITTED = tuple(profile for profile in PROFILES if profile != "quick")


def runs(root: Path) -> Iterator[PaperRun]:
    """The committed runs under root/reports."""
    for profile in COMMITTED:
        for name in catalogue.names():
            folder = root / "reports" / profile / name
            if (folder / "claims.csv").exists():
                paper = catalogue.find(name)
                yield read_run(folder, paper.title, paper.headline)


def papers_table(found: list[PaperRun], root: Path) -> str:
    """The README's table: paper, notebook, and per profile time, hardware, headline and verdicts."""
    lines = ["| paper | notebook | profile | time of one core, hardware | headline: printed, ours | verdicts |", "|---|---|---|---|---|---|"]
    for name in catalogue.names():
        paper = catalogue.find(name)
        first = f"{text_markdown(paper.title)} | [`{name}.ipynb`](notebooks/{name}.ipynb)"
        mine = [run for run in found if run.paper == name]
        for run in mine:
            page = run.folder.relative_to(root).as_posix()
            label, printed, ours = run.headline[0]
            verdicts = ", ".join(f"{count} {verdict}" for verdict, count in run.verdicts.items() if count)
            lines.append(
                f"| {first} | [{run.profile}]({page}/notebook.ipynb) | {duration(run.manifest.get('seconds'))}, {run.manifest.get('hardware')} | "
                f"{text_markdown(label)}: {printed}, {ours} | {verdicts} |"
            )
            first = " | "
        if not mine:
            lines.append(f"| {first} | quick | two minutes, two cores | | |")
    return "\n".join(lines)


def equations_table() -> str:
    """The README's index: equation to place in the code."""
    lines = ["| equation | code |", "|---|---|"]
    for (author, name), places in sorted(tags().items()):
        links = ", ".join(f"[`{place.split(': ')[-1]}`]({place.split(': ')[0]})" for place in places)
        lines.append(f"| {author} {name} | {links} |")
    return "\n".join(lines)


def fill(text: str, parts: dict[str, str]) -> str:
    """`text` with the lines between <!-- name --> and <!-- /name --> replaced by each part."""
    for name, part in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not pattern.search(text):
            raise UserError(f"README.md has no marks <!-- {name} --> and <!-- /{name} -->.")
        text = pattern.sub(lambda match, part=part: f"{match[1]}{part}\n{match[2]}", text)
    return text


def publish(root: Path = ROOT) -> list[Path]:
    """Rewrite reports/index.html, reports/README.md and the generated parts of README.md; their paths."""
    found = list(runs(root))
    write_pages(found, root / "reports")
    readme = root / "README.md"
    parts = {"papers": papers_table(found, root), "equations": equations_table()}
    write_text(readme, fill(readme.read_text(encoding="utf-8"), parts))
    return [root / "reports" / "index.html", root / "reports" / "README.md", readme]
