"""Fingerprint of the code a unit runs: a stored value made by other code is stale."""

import ast
import functools
import hashlib
from pathlib import Path

from helpers.core.named import PACKAGE, module_name
from helpers.units.unit import Unit

# What a data set holds is in the identity by its checksum, so the code that reads it is left out.
LEFT_OUT = "helpers.data."
KEPT = "helpers.data.image_set"


def _file(module: str) -> Path | None:
    path = PACKAGE.parent / Path(*module.split("."))
    if path.with_suffix(".py").is_file():
        return path.with_suffix(".py")
    return None


def canonical(node: ast.AST | list | object) -> str:
    """Text of a syntax tree without positions, docstrings and empty fields; the same on every Python version."""
    if isinstance(node, ast.AST):
        fields = []
        for name, value in ast.iter_fields(node):
            if name == "body" and isinstance(value, list) and isinstance(node, _WITH_DOCSTRING):
                value = value[1:] if _is_docstring(value) else value
            if value is None or value == [] or name in ("kind", "type_comment", "ctx"):
                continue
            fields.append(f"{name}={canonical(value)}")
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return "[" + ",".join(canonical(item) for item in node) + "]"
    return repr(node)


_WITH_DOCSTRING = (ast.Module, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)


def _is_docstring(body: list[ast.stmt]) -> bool:
    first = body[0] if body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def imported(tree: ast.AST) -> set[str]:
    """Modules of this package that a syntax tree imports by name, package `__init__`s left out."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("helpers"):
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("helpers")}
    return {name for name in found if _file(name) and (name == KEPT or not name.startswith(LEFT_OUT))}


@functools.cache
def _module(name: str) -> tuple[str, frozenset[str]]:
    """Digest of one module's code, and the modules it imports."""
    tree = ast.parse(_file(name).read_text(encoding="utf-8"))
    return hashlib.sha256(canonical(tree).encode()).hexdigest(), frozenset(imported(tree))


def reached(roots: set[str]) -> set[str]:
    """The modules that `roots` import, directly or not, and themselves."""
    seen: set[str] = set()
    waiting = set(roots)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting |= _module(name)[1] - seen
    return seen


def fingerprint(unit: Unit) -> str:
    """SHA-256 over the code of every module that the unit's function, the files its settings name, and its inputs reach.

    So a change of a training step makes the attacks on its networks stale, too.
    """
    files = unit.settings.files() if hasattr(unit.settings, "files") else ()
    roots = {unit.function.__module__, *(module_name(room, name) for room, name in files)}
    own = _digest(frozenset(roots))
    if not unit.inputs:
        return own
    lines = [own, *(f"{name} {fingerprint(part)}" for name, part in sorted(unit.inputs.items()))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@functools.cache
def _digest(roots: frozenset[str]) -> str:
    lines = [f"{name} {_module(name)[0]}" for name in sorted(reached(set(roots)))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
