"""Where the papers' equations are in the code: the tags of the docstrings."""

import ast
import re
from collections import defaultdict

from helpers.core.named import PACKAGE

TAG = re.compile(r"\[(?P<author>[A-Z][a-z]+) (?P<name>[^\]]+)\]")


def tags() -> dict[tuple[str, str], list[str]]:
    """{(author, equation): places}, a place being "helpers/attacks/adv_alpha.py: adv_alpha"."""
    found = defaultdict(list)
    # The algorithms stand before the papers' checks of them.
    for path in sorted(PACKAGE.rglob("*.py"), key=lambda path: ("papers" in path.parts, path)):
        place = path.relative_to(PACKAGE.parent).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
                continue
            name = place if isinstance(node, ast.Module) else f"{place}: {node.name}"
            for match in TAG.finditer(ast.get_docstring(node) or ""):
                if name not in found[match["author"], match["name"]]:
                    found[match["author"], match["name"]].append(name)
    return dict(found)
