"""Formulas as MathML, which browsers show without any script."""

import html
import logging
import re

import latex2mathml.converter

NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # HTML pages do without it
# The converter knows align* but none of its relatives, and puts a \tag as it comes.
ALIGNED = re.compile(r"\\(begin|end)\{(?:aligned|align|split|eqnarray)\*?\}")
TAG = re.compile(r"\\tag\*?\{([^{}]*)\}")


def to_mathml(latex: str, display: bool = False) -> str:
    """A `<math>` element; the source as code where it cannot be converted."""
    source = ALIGNED.sub(r"\\\1{align*}", TAG.sub(r"\\qquad\\text{(\1)}", latex.strip()))
    try:
        element = latex2mathml.converter.convert(source, display="block" if display else "inline")
    except Exception as error:  # the converter raises whatever its parser meets; a page must not fail for a formula
        logging.getLogger(__name__).warning("formula kept as source: %s (%r)", latex.strip(), error)
        return f"<code>{html.escape(latex)}</code>"
    # The converter leaves a bare ampersand as it is.
    return re.sub(r"&(?!#?\w+;)", "&amp;", element.replace(NAMESPACE, ""))
