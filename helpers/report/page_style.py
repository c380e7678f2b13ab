"""The style of the HTML pages: one sheet, inside each page, light and dark, from a phone to a desk."""

import html

from pygments.formatters import HtmlFormatter

SHEET = """
:root { color-scheme: light dark; --ground: #fdfdfc; --ink: #22252a; --soft: #626870; --line: #e2e2de; --box: #f5f5f2;
  --link: #0b5c94; --good: #00684c; --bad: #a63d00; --open: #7a5a00; --good-bar: #009e73; --bad-bar: #d55e00;
  --open-bar: #e6b34d; --weak-bar: #9ecfb9;
  --none-bar: #c9cbce; }
@media (prefers-color-scheme: dark) { :root { --ground: #17191c; --ink: #dfe1e4; --soft: #9aa1a9; --line: #31353a;
  --box: #1f2226;
  --link: #7cbcec; --good: #4fc9a0; --bad: #f0884d; --open: #e0b860; --good-bar: #1f9f7b; --bad-bar: #cf6a2a;
  --open-bar: #b98f35; --weak-bar: #6f9c8a;
  --none-bar: #4a4f55; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2.2rem 1.2rem 5rem; max-width: 58rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: break-word; }
h1, h2, h3 { font-family: Charter, "Bitstream Charter", Georgia, Cambria, serif; font-weight: 600; line-height: 1.25; }
h1 { font-size: 2rem; margin: 0 0 .6rem; }
h2 { font-size: 1.45rem; margin: 3rem 0 .6rem; }
h3 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .15em; }
p, ul, ol { max-width: 44rem; }
small, .soft { color: var(--soft); opacity: 1 !important; }
code, pre { font: .875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { overflow-x: auto; margin: 0; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; line-height: 1.4; }
caption { text-align: left; padding: 0 0 .4rem; }
th, td { padding: .35em .7em; text-align: left; vertical-align: top; border: 0; border-top: 1px solid var(--line); }
thead th, thead td { border-top: 0; border-bottom: 1px solid var(--soft); font-weight: 600; }
th { font-weight: 600; }
img { max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
.verdict.reproduced { color: var(--good); } .verdict.contradicted { color: var(--bad); }
.verdict.undecided, .verdict.weaker { color: var(--open); } .verdict.not-run { color: var(--soft); }
summary { cursor: pointer; }
@media (max-width: 40rem) { body { padding-top: 1.4rem; } h1 { font-size: 1.65rem; } th, td { padding: .35em .45em; } }
math { font-size: 1.05em; } math[display="block"] { overflow-x: auto; overflow-y: hidden; margin: 1rem 0;
  padding: .4rem 0; }
mtd[columnalign="right"] { text-align: right; } mtd[columnalign="left"] { text-align: left; }
mi[mathvariant^="bold"] { font-weight: bold; }
"""

NOTEBOOK = """
.cell { margin: .9rem 0; }
details.code { color: var(--soft); font-size: .9rem; }
details.code > summary { display: inline-block; padding: .05rem .6rem; border: 1px solid var(--line);
  border-radius: 1rem; font-size: .8rem; }
details.code pre { padding: .8rem 1rem; margin: .5rem 0; background: var(--box); border-radius: 6px;
  color: var(--ink); }
.output_area { margin: .8rem 0; }
.output_area pre { padding: .6rem 1rem; background: var(--box); border-radius: 6px; white-space: pre-wrap; }
.output_html .highlight pre { white-space: pre; }
.output_stderr pre { color: var(--soft); } .output_error pre { color: var(--bad); }
.output_png, .output_svg, .output_jpeg, .picture { margin: 1rem 0; }
.picture { text-align: left; }
blockquote { margin: 1rem 0; padding: 0 1rem; border-left: 3px solid var(--line); color: var(--soft); }
nav.contents { margin: 1.5rem 0; font-size: .95rem; } nav.contents ul { margin: .4rem 0; padding-left: 1.2rem; }
"""


def code_colours() -> str:
    """Colours of code, for light and for dark pages."""
    light = HtmlFormatter(style="friendly", nobackground=True).get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark", nobackground=True).get_style_defs(".highlight")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def page(title: str, body: str, sheets: str = SHEET) -> str:
    """A whole page that loads nothing; `body` is HTML, `title` plain text."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{sheets}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
