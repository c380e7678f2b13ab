"""What a notebook calls: open_paper, then one call per cell."""

import inspect
from collections.abc import Mapping
from typing import Any

from IPython.display import HTML, Code, Image, Markdown, display

from helpers.report.formats import text_html
from helpers.report.ledger import claims_html, errata_html
from helpers.report.tables import wide_html
from helpers.runner.play import player
from helpers.runner.study import open_study


class Shown:
    """A table and a figure as a notebook shows them."""

    def __init__(self, study, item: str, table: bool = True):
        self.study, self.item, self.table = study, item, table

    def _ipython_display_(self) -> None:
        drawn = self.study.drawn(self.item)
        title = self.study.paper.item(self.item).title
        caption = f"{title}. {drawn.note}" if drawn.note else title
        first = self.item.startswith("figure")
        if first:
            self._picture(drawn)
        if not self.table or not len(drawn.table):
            display(Markdown(caption))
        else:
            text = wide_html(drawn.frame, self.study.reported, caption)
            # A curve's table is wide: below the figure, folded.
            display(HTML(f"<details><summary>{text_html(title)}: numbers</summary>{text}</details>" if first else text))
        if not first:
            self._picture(drawn)
        if sentences := self.study.reading(self.item):
            lines = "".join(f"<p>{text_html(text)}</p>" for text in sentences)
            display(HTML(f"<details><summary>What it shows</summary>{lines}</details>"))

    def _picture(self, drawn) -> None:
        if drawn.figure is not None:
            picture = Image(data=self.study.picture(self.item).read_bytes(), format="png", alt=drawn.figure.alt)
            display(picture, metadata={"helpers": {"item": self.item, "alt": drawn.figure.alt}})


class Fragment:
    """HTML as a cell's result."""

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        # No address: a redraw gives the same bytes.
        return "HTML"

    def _repr_html_(self) -> str:
        return self.text


class OpenPaper:
    """A paper inside a notebook."""

    def __init__(self, study):
        self.study = study

    def __repr__(self) -> str:
        study = self.study
        changed = f", changed: {study.changed}" if study.changed else ""
        missing = "".join(f"; {new} stands in for {old}" if new else f"; {old} is not at hand" for old, new in study.stand_ins.items())
        return f"{study.paper.title}: profile {study.profile}{changed}{missing}"

    def _repr_html_(self) -> str:
        text = text_html(repr(self))
        if not self.study.scale:
            return f"<p>{text}</p>"
        banner = 'style="border:2px solid #d55e00;padding:.5em .8em" class="banner"'
        return f"<p>{text}</p><p {banner}>{text_html(self.study.scale)}</p>"

    def show(self, item: str) -> Shown:
        """The item's table, with the reported numbers beside ours, and its figure."""
        self.study.drawn(item)
        return Shown(self.study, item)

    def figure(self, item: str) -> Shown:
        """The item's figure without its table."""
        self.study.drawn(item)
        return Shown(self.study, item, table=False)

    def play(self, item: str):
        """The item's examples with sliders for size and image."""
        return player(self.study, item)

    def source(self, function: Any) -> Code:
        """The source text of a function or module."""
        return Code(inspect.getsource(function), language="python")

    def claims(self) -> Fragment:
        """Every claim with its computed verdict."""
        return Fragment(claims_html(self.study.claims(), self.study.scale))

    def errata(self) -> Fragment:
        """The paper's slips, corrected, with the numbers that show them."""
        return Fragment(errata_html(self.study.errata()))

    def finish(self) -> Fragment:
        """Write comparison, ledgers, records and manifest; say what is where."""
        self.study.finish()
        folder = self.study.folder
        written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in (".csv", ".png")}
        # A redraw elsewhere leaves these where they were; its page is the same.
        files = sorted(written | {"records.jsonl", "manifest.json"})
        lines = "".join(f"<li>{text_html(name)}</li>" for name in files)
        return Fragment(f"<details open><summary>{len(files)} files in this report's folder</summary><ul>{lines}</ul></details>")


def open_paper(name: str, namespace: Mapping[str, Any]) -> OpenPaper:
    """Open a paper with the plain literals of `namespace` (a notebook's globals()) as parameters.

    Raises UserError for an unknown name, a wrong type, a value out of range.
    """
    return OpenPaper(open_study(name, namespace))
