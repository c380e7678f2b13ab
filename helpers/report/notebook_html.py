"""An executed notebook as one HTML page that loads nothing from a network."""

import copy
import html
import re
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from helpers.core.errors import UserError
from helpers.core.files import write_text
from helpers.report.mathml import to_mathml
from helpers.report.page_style import NOTEBOOK, SHEET, code_colours, page

# nbconvert's plainest template, with the code folded and without prompts.
TEMPLATE = """{% extends 'basic/index.html.j2' %}
{% block in_prompt %}{% endblock %}
{% block empty_in_prompt %}{% endblock %}
{% block output_area_prompt %}{% endblock %}
{% block input %}
{% set tags = cell.metadata.get('tags', []) %}
{% set name = 'Parameters' if 'parameters' in tags or 'injected-parameters' in tags else 'Code' %}
{% if cell.source.strip() %}<details class="code"><summary>{{ name }}</summary>{{ super() }}</details>{% endif %}
{% endblock %}
"""
WIDGET = "application/vnd.jupyter.widget-view+json"
SCRIPTS = ("application/javascript", "application/vnd.jupyter.widget-state+json", "text/vnd.mermaid")
# What makes a browser fetch something, as attributes of tags; links that a reader may follow are left.
LOADING = ("src", "poster", "data", "background", "href", "xlink:href")
REMOTE = re.compile(r"^\s*(?:[a-z]+:)?//", re.IGNORECASE)
# `url(` of a remote place and any `@import` inside style sheets and style attributes.
REMOTE_STYLE = re.compile(r"@import[^;]*;?|url\(\s*['\"]?\s*(?:[a-z]+:)?//[^)]*\)", re.IGNORECASE)


def to_html(executed: Path, html: Path) -> None:
    """Convert an executed notebook into a page beside its folder `figures/`.

    Code is folded. Formulas become MathML. A picture whose output metadata is
    {"helpers": {"item": "figure_1", "alt": "..."}} links `figures/figure_1.png` where that file exists; other pictures
    stay inside the page. Widgets and scripts are dropped, their static pictures kept.
    """
    executed, html = Path(executed), Path(html)
    try:
        notebook = nbformat.read(executed, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise UserError(f"Could not read the notebook {executed}: {error}") from error
    exporter = _Exporter(raw_template=TEMPLATE, exclude_anchor_links=True)
    body, _ = exporter.from_notebook_node(_static(notebook, html.parent))
    soup = _offline(BeautifulSoup(body, "html.parser"))
    contents = _finish(soup)
    heading = soup.find("h1")
    title = heading.get_text(" ", strip=True) if heading else executed.stem
    if heading and contents:
        heading.insert_after(BeautifulSoup(contents, "html.parser"))
    text = page(title, f"<main>\n{str(soup).strip()}\n</main>", SHEET + NOTEBOOK + code_colours())
    write_text(html, text)


class _Renderer(IPythonRenderer):
    """nbconvert's Markdown, with MathML in place of what MathJax would turn into formulas later."""

    def block_math(self, body: str) -> str:
        return to_mathml(body, display=True)

    def inline_math(self, body: str) -> str:
        return to_mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        return to_mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


class _Exporter(HTMLExporter):
    @pass_context
    def markdown2html(self, context: dict, source: str) -> str:
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = _Renderer(escape=False, attachments=attachments, exclude_anchor_links=self.exclude_anchor_links)
        return MarkdownWithMath(renderer=renderer).render(source)


def _static(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """A copy without widgets and scripts, its pictures linked to files where they have one."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := _static_output(output, folder)) is not None]
    return notebook


def _static_output(output: NotebookNode, folder: Path) -> NotebookNode | None:
    """The output as the page shows it; None if nothing of it remains."""
    data = output.get("data")
    if data is None:
        return output
    if WIDGET in data:
        # Beside a picture, the widget's other texts only name its class.
        data = output.data = NotebookNode({kind: value for kind, value in data.items() if kind.startswith("image/")})
    for kind in SCRIPTS:
        data.pop(kind, None)
    if "text/latex" in data and "text/html" not in data:
        latex = data.pop("text/latex").strip()
        data["text/html"] = to_mathml(latex.strip("$"), display=not re.fullmatch(r"\$[^$].*", latex, re.DOTALL))
    picture = _picture(output, folder)
    if picture:
        # The picture follows the text it came with.
        output.data = NotebookNode({"text/html": data.get("text/html", "") + picture})
    return output if output.data else None


def _picture(output: NotebookNode, folder: Path) -> str:
    """The `<img>` that stands for an output's picture; empty where it has none of ours."""
    data, metadata = output.data, output.get("metadata", {})
    told = metadata.get("helpers") or metadata.get("image/png", {}).get("helpers") or {}
    item, alt = str(told.get("item", "")), html.escape(str(told.get("alt", "")))
    if "image/png" not in data or not told:
        return ""
    source = f"figures/{item}.png"
    if not re.fullmatch(r"[\w.-]+", item) or not (folder / source).is_file():
        source = f"data:image/png;base64,{''.join(data['image/png'].split())}"
    name = f' id="{html.escape(item)}"' if item else ""
    return f'<div class="picture"{name}><img src="{source}" alt="{alt}" loading="lazy"></div>'


def _offline(soup: BeautifulSoup) -> BeautifulSoup:
    """Take out everything that a browser would run or fetch."""
    for tag in soup.find_all(["script", "link", "iframe", "object", "embed", "base", "meta", "noscript"]):
        tag.decompose()
    for tag in soup.find_all(True):
        for name in [name for name in tag.attrs if name.startswith("on")]:
            del tag[name]
        if tag.has_attr("style"):
            tag["style"] = REMOTE_STYLE.sub("", tag["style"])
        tag.attrs.pop("srcset", None)
        if tag.name != "a" and any(REMOTE.match(str(tag[name])) for name in LOADING if tag.has_attr(name)):
            tag.replace_with(soup.new_string(f"[{tag.get('alt') or tag.name}: not loaded]"))
    for sheet in soup.find_all("style"):
        # IPython's Code brings colours for a light page and lays them on every HTML output; the page has its own.
        if ".output_html" in sheet.get_text():
            sheet.decompose()
            continue
        sheet.string = REMOTE_STYLE.sub("", sheet.get_text())
    return soup


def _finish(soup: BeautifulSoup) -> str:
    """Give every table a box to scroll in, and return the list of sections as HTML."""
    for table in soup.find_all("table"):
        if not table.find_parent(class_="table"):
            table.wrap(soup.new_tag("div", attrs={"class": "table"}))
        table.attrs.pop("border", None)
    links, taken = [], {tag["id"] for tag in soup.find_all(id=True)}
    for heading in soup.find_all("h2"):
        text = heading.get_text(" ", strip=True)
        if "id" not in heading.attrs:
            name = base = re.sub(r"\W+", "-", text.lower()).strip("-") or "section"
            while name in taken:
                name = f"{name}-{base}"
            heading["id"] = name
            taken.add(name)
        links.append(f'<li><a href="#{html.escape(heading["id"])}">{html.escape(text)}</a></li>')
    if len(links) < 2:
        return ""
    return f'<nav class="contents"><details><summary>Contents</summary><ul>{"".join(links)}</ul></details></nav>'
