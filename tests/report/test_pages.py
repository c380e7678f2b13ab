"""Ledgers, notebook pages and the overview."""

import base64
import json
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from IPython.display import Code
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.core.errors import UserError
from helpers.report.draw import png, save
from helpers.report.ledger import CLAIM_COLUMNS, ERRATUM_COLUMNS, VERDICTS, claims_html, counts, errata_html
from helpers.report.mathml import to_mathml
from helpers.report.notebook_html import to_html
from helpers.report.pages import read_run, write_pages
from helpers.report.specs import Curve, Curves, Figure
from helpers.report.tables import COLUMNS, REPORTED_COLUMNS, comparison, write_csv

CLAIMS = pd.DataFrame(
    [
        ("C1", "falls with <size>", "6.1", "reproduced", "", "-.003 [-.004, -.001]", "at most 0", "", ""),
        ("C2", r"at most $\|r\|_2 \le c$", "7.1", "contradicted", "", ".012 > .005", "", "at equal width: reproduced", ""),
        ("C3", "slightly", "7.1", "undecided", "2 of 4 networks", "", "", "", "a: reproduced; b: reproduced"),
        ("C4", "CIFAR", "", "not run", "", "needs profile paper", "", "", ""),
        ("C5", "more", "", "reproduced", "", "", "", "", ""),
        ("C6", "much more", "", "weaker", "", "", "more than .3 (our bar)", "", ""),
    ],
    columns=CLAIM_COLUMNS,
)
FIGURE = Figure((Curves("c", "x", "y", (Curve("a", [0, 1], [0, 1]),)),), alt='a "rising" <line>')
STYLED_TABLE = "<style>@import url(https://x);a{b:url(https://x/y)}</style><table border=1><tr><td>1</td></tr></table>"


def loads_nothing(page: str) -> bool:
    """No tag, style or script of the page makes a browser fetch anything but files beside it."""
    remote = re.findall(r"""\b(?:src|srcset|data|poster)\s*=\s*["']?\s*(?:https?:)?//""", page)
    sheets = "".join(re.findall(r"<style.*?</style>", page, re.DOTALL))
    return (
        not remote and "@import" not in page and "<script" not in page and "<link" not in page and "http" not in sheets
    )


def test_counts_and_claims():
    assert counts(CLAIMS) == {"reproduced": 2, "weaker": 1, "contradicted": 1, "undecided": 1, "not run": 1}
    assert tuple(counts(CLAIMS[:0])) == VERDICTS
    table = claims_html(CLAIMS)
    assert "falls with &lt;size&gt;" in table and "<math" in table and "2 reproduced, 1 weaker, 1 contradicted" in table
    assert "2 of 4 networks" in table and "beyond the claim: at equal width" in table and "<details>" in table
    with pytest.raises(UserError, match="maybe"):
        counts(CLAIMS.assign(verdict="maybe"))
    with pytest.raises(UserError, match="lacks the columns evidence"):
        claims_html(CLAIMS.drop(columns="evidence"))


def test_errata():
    frame = pd.DataFrame(
        [("E2", "denominator", "Prop. 3", "formula", r"$\|d\|_2$", r"$\|d\|_2^2$", "C24")], columns=ERRATUM_COLUMNS
    )
    assert errata_html(frame).count("<math") == 2 and "shown by: C24" in errata_html(frame)
    assert "Errata: 0" in errata_html(frame[:0])


@pytest.mark.parametrize("latex", [
    r"\frac{a}{b}", r"\begin{aligned} a &= b \\ c &= d \end{aligned}", r"x \tag{7}", r"\operatorname{sign}(x)", "a < b",
])  # fmt: skip
def test_formulas(latex):
    element = to_mathml(latex, display=True)
    assert element.startswith('<math display="block">') and "http" not in element and "<mi>&</mi>" not in element


def test_a_formula_that_cannot_be_converted_stays_readable():
    assert to_mathml("a_b_c <") == "<code>a_b_c &lt;</code>"


def write_notebook(folder: Path) -> Path:
    picture = base64.b64encode(png(FIGURE)).decode()

    def shown(data: dict, **metadata: object):
        return new_output("display_data", data, metadata=metadata)

    def code(source: str, *outputs: object, tags: tuple[str, ...] = ()):
        return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)}, execution_count=1)

    cells = [
        new_markdown_cell(
            "# The <i>title</i>\n\nInline $x_1 < \\|r\\|_2$.\n\n$$\\rho = \\frac{a}{b}$$\n\n<script src='https://x/y.js'></script>"
        ),
        new_markdown_cell(
            "## One\n\n![far](https://x/y.png) <img src='//x/z.png' onerror='alert(1)'> [a link](https://x)"
        ),
        code("profile = 'quick'", tags=("parameters",)),
        code(
            "paper.show('figure_1')",
            shown({"image/png": picture}, helpers={"item": "figure_1", "alt": 'a "rising" <line>'}),
        ),
        code(
            "play()",
            shown(
                {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "interactive(children"}
            ),
        ),
        code("other()", shown({"image/png": picture, "text/plain": "<Figure>"})),
        code("lost()", shown({"image/png": picture}, helpers={"item": "figure_9", "alt": "not on disk"})),
        new_markdown_cell("## Two"),
        code(
            "frame",
            shown({"text/html": STYLED_TABLE}),
        ),
        code(
            "js()",
            shown({"application/javascript": "alert(1)", "text/plain": "<JS>"}),
            shown({"text/latex": r"$\alpha$"}),
        ),
        code("source", shown({"text/html": Code("def f(x): return x", language="python")._repr_html_()})),
        code("", new_output("stream", name="stdout", text="100% <done>")),
    ]
    notebook = new_notebook(cells=cells, metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {}}})
    nbformat.write(notebook, folder / "notebook.ipynb")
    save(FIGURE, folder / "figures" / "figure_1.png")
    return folder / "notebook.ipynb"


def test_notebook_page(tmp_path):
    executed = write_notebook(tmp_path)
    to_html(executed, tmp_path / "notebook.html")
    page = (tmp_path / "notebook.html").read_text(encoding="utf-8")
    assert loads_nothing(page) and "MathJax" not in page and "require" not in page and "onerror" not in page
    assert "<title>The title</title>" in page and 'name="viewport"' in page
    assert page.count("<math") == 3 and "$" not in re.sub(
        r"<style.*?</style>|<pre>.*?</pre>", "", page, flags=re.DOTALL
    )
    image = re.search(r'<img[^>]*src="figures/figure_1.png"[^>]*>', page)[0]
    assert "rising" in image and "<line>" not in image
    # A picture without a name, and one whose file is not there, stay inside the page.
    assert page.count("data:image/png;base64,") == 2 and 'alt="not on disk"' in page
    assert "interactive(children" not in page and "widget" not in page and "alert" not in page
    assert "<summary>Parameters</summary>" in page and "<summary>Code</summary>" in page
    assert 'href="#one"' in page and 'id="two"' in page and '<div class="table"><table>' in page
    assert ".output_html ." in page and ".output_html .k" not in page
    assert "100% &lt;done&gt;" in page and 'href="https://x"' in page
    to_html(executed, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_notebook_page_of_a_damaged_notebook(tmp_path):
    (tmp_path / "cut.ipynb").write_text('{"cells": [')
    for name in ("cut.ipynb", "missing.ipynb"):
        with pytest.raises(UserError, match=name):
            to_html(tmp_path / name, tmp_path / "out.html")


def make_run(root: Path, profile: str, paper: str) -> Path:
    folder = root / profile / paper
    tables = pd.DataFrame(
        [("table_1", "LWA", "Loss", 0.86, 0.84, 0.88, 1000, ""), ("table_1", "LWA", "own", 0.5, 0.4, 0.6, 10, "")],
        columns=COLUMNS,
    )
    reported = pd.DataFrame(
        [("Table 1", "LWA", "Loss", 0.861, "", "", "print"), ("Table 1", "GAN", "Loss", 0.55, "", "", "authors")],
        columns=REPORTED_COLUMNS,
    )
    write_csv(comparison(tables, reported), folder / "comparison.csv")
    write_csv(tables, folder / "tables" / "table_1.csv")
    write_csv(CLAIMS, folder / "claims.csv")
    (folder / "manifest.json").write_text(
        json.dumps({"hardware": "2 cores <x>", "seconds": 720.0, "commit": "0123456789abcdef", "started": "2026-01-02"})
    )
    for number in (1, 2, 10):
        save(FIGURE, folder / "figures" / f"figure_{number}.png")
    return folder


def test_overview(tmp_path):
    keys = (
        ("LWA & co", "Table 1", "LWA", "Loss"),
        ("GAN", "table_1", "GAN", "Loss"),
        ("own", "table_1", "LWA", "own"),
        ("none", "table_9", "a", "b"),
    )
    first, second = make_run(tmp_path, "cpu", "first"), make_run(tmp_path, "quick", "first")
    write_notebook(first)
    (first / "notebook.html").write_text("")
    runs = [
        read_run(second, "First <paper>", keys),
        read_run(first, "First <paper>", keys),
        read_run(make_run(tmp_path, "cpu", "other"), "Other"),
    ]
    assert runs[0].profile == "quick" and runs[0].paper == "first"
    assert runs[0].headline == (
        ("LWA & co", ".861", ".860 [.840, .880]"),
        ("GAN", ".550 (authors)", "not run"),
        ("own", "–", ".500 [.400, .600]"),
        ("none", "–", "not run"),
    )
    assert [path.stem for path in runs[0].figures] == ["figure_1", "figure_2", "figure_10"]
    write_pages(runs, tmp_path)
    index, readme = ((tmp_path / name).read_text(encoding="utf-8") for name in ("index.html", "README.md"))
    assert loads_nothing(index) and "http" not in readme
    for words in (
        "First &lt;paper&gt;",
        "LWA &amp; co",
        ".860 [.840, .880]",
        "2 cores &lt;x&gt;",
        "12 min",
        "commit 0123456789",
        "2 of 6",
    ):
        assert words in index
    assert index.index("Profile cpu") < index.index("Profile quick")
    assert 'href="cpu/first/notebook.html#figure_1"' in index and 'href="quick/first/figures/figure_1.png"' in index
    assert "a &quot;rising&quot; &lt;line&gt;" in index and "contradicted (1) or weaker (1) or undecided (1)" in index
    assert "[notebook](cpu/first/notebook.ipynb)" in readme and "[notebook](quick/first)" in readme
    assert (
        "| 2 | 1 | 1 | 1 | 1 | 12 min |" in readme
        and r"\[.840, .880\]" in readme
        and 'src="cpu/other/figures/figure_10.png"' in readme
    )
    for source in re.findall(r'(?:src|href)="([^"#]+)', index + readme) + re.findall(r"\]\(([^)]+)\)", readme):
        assert (tmp_path / source).exists(), source
    write_pages(runs, tmp_path)
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == index


def test_overview_of_nothing(tmp_path):
    write_pages([], tmp_path)
    assert "No run" in (tmp_path / "index.html").read_text() and "No run" in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize("name", ("comparison.csv", "claims.csv", "manifest.json"))
def test_a_run_without_one_of_its_files_names_it(tmp_path, name):
    folder = make_run(tmp_path, "cpu", "first")
    (folder / name).unlink()
    with pytest.raises(UserError, match=name):
        read_run(folder, "First")
