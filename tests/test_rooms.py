"""The rooms of helpers/: who imports whom, and how large, named and documented their files are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "helpers"
FILES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PAPERS = ("strong_adversary", "convex_programming", "hard_positives", "perturbation_generator", "butterfly_effect")

# The rooms each room may import, besides itself.
BELOW = {
    "core": (),
    "data": ("core",),
    "networks": ("core",),
    "metrics": ("core",),
    "attacks": ("core",),
    "training": ("core", "networks", "metrics", "attacks"),
    "units": ("core", "data", "networks", "metrics", "attacks", "training"),
    "report": ("core",),
    "papers": ("core", "data", "networks", "metrics", "attacks", "training", "units", "report"),
    "runner": ("core", "data", "networks", "metrics", "attacks", "training", "units", "report", "papers"),
    "__main__": ("runner",),
}


def name(path):
    return str(path.relative_to(ROOT))


def room(path):
    """First folder below helpers/, or the module's own name at the top."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path):
    """Dotted names of the package's modules that a file imports, at any depth of its code."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "helpers")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} has a relative import"
            if node.module.split(".")[0] == "helpers":
                package = ROOT.joinpath(*node.module.split(".")).is_dir()
                yield from (f"{node.module}.{alias.name}" for alias in node.names) if package else (node.module,)


def every(paths, **more):
    return pytest.mark.parametrize("path", paths, ids=name, **more)


def test_every_room_is_known():
    assert {room(path) for path in FILES} - {"__init__"} == set(BELOW)


def test_rooms_have_no_cycle():
    for upper, lower in BELOW.items():
        assert all(upper not in BELOW[other] for other in lower)


@every(FILES)
def test_imports_go_one_way(path):
    own = room(path)
    allowed = {own, *BELOW.get(own, ())}
    arrows = {module.split(".")[1] for module in imported(path)}
    assert arrows <= allowed, f"{own} imports {sorted(arrows - allowed)}"


@every(FILES)
def test_imports_name_the_defining_module(path):
    """The package imports no name from an __init__: the fingerprint of a unit follows the modules named."""
    for module in imported(path):
        assert ROOT.joinpath(*module.split(".")).with_suffix(".py").is_file(), f"{module} is not a module"


PUBLIC = ("attacks", "networks", "training", "metrics")


@every([path for path in FILES if path.name == "__init__.py" and path.parent.name not in PAPERS])
def test_package_files_hold_no_code(path):
    """Only a paper's folder has some: its PAPER. A public room's names its functions and where they stand."""
    body = tree(path).body
    assert not body or ast.get_docstring(tree(path))
    if path.parent.name not in PUBLIC:
        assert len(body) <= 1
        return
    *imports, names = body[1:]
    assert all(isinstance(node, ast.ImportFrom) for node in imports)
    assert sorted(ast.literal_eval(names.value)) == sorted(alias.name for node in imports for alias in node.names)


@pytest.mark.parametrize("room_name", ["attacks", "networks"])
def test_every_attack_and_network_is_public(room_name):
    files = {path.stem for path in (PACKAGE / room_name).glob("*.py")} - {"__init__", "split"}
    public = ast.literal_eval(tree(PACKAGE / room_name / "__init__.py").body[-1].value)
    assert files <= set(public)


@every([path for path in FILES if room(path) != "papers"])
def test_papers_are_named_in_their_room_only(path):
    assert not any(paper in name(path) for paper in PAPERS)
    assert not [paper for paper in PAPERS if paper in path.read_text(encoding="utf-8")]


@every([path for path in FILES if path.name != "__init__.py"])
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(tree(path))


@every(FILES + TESTS)
def test_files_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@every([path for path in (PACKAGE / "attacks").glob("*.py") if path.name != "__init__.py"])
def test_one_attack_one_file(path):
    """attacks/X.py defines X, a function without *args, **kwargs or a base class, in at most 150 lines."""
    defined = {node.name: node for node in tree(path).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert isinstance(defined.get(path.stem), ast.FunctionDef)
    assert not [node for node in defined.values() if isinstance(node, ast.ClassDef)]
    arguments = defined[path.stem].args
    assert arguments.vararg is None and arguments.kwarg is None
    wanted = {"targeted": ["targets"], "output_change": []}.get(path.stem, ["labels"])
    assert [argument.arg for argument in arguments.args][: 2 + len(wanted)] == ["model", "images", *wanted]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 150


@every([path for path in (PACKAGE / "networks").glob("*.py") if path.name not in ("__init__.py", "split.py")])
def test_one_network_one_file(path):
    assert path.stem in {node.name for node in tree(path).body if isinstance(node, ast.FunctionDef)}


@every(
    [path for path in FILES if room(path) in ("core", "data", "networks", "metrics", "attacks", "training", "units")]
)
def test_public_functions_and_classes_are_documented(path):
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name(path)}: {node.name} has no docstring"


@every([path for path in FILES if room(path) in ("core", "attacks", "training")])
def test_algorithms_neither_print_nor_name_a_device(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\bprint\(|\btqdm\b|\.cuda\(\)", text)
