"""The fingerprint follows code, and only code."""

import ast

import pytest

from helpers.runner import fingerprint as module
from helpers.runner.fingerprint import canonical, fingerprint, reached


def text(source):
    return canonical(ast.parse(source))


PLAIN = "def f(x):\n    return x + 1\n"


@pytest.mark.parametrize(
    "same",
    [
        '"""A module."""\n' + PLAIN,
        'def f(x):\n    """What f does."""\n    return x + 1\n',
        "# a comment\ndef f(x):\n    return (x +\n            1)  # another\n",
    ],
)
def test_comments_docstrings_and_layout_do_not_count(same):
    assert text(same) == text(PLAIN)


@pytest.mark.parametrize("other", ["def f(x):\n    return x + 2\n", "def f(y):\n    return y + 1\n", PLAIN + "g = f\n", "def f(x):\n    'a'\n    'b'\n    return x + 1\n"])  # fmt: skip
def test_code_counts(other):
    assert text(other) != text(PLAIN)


def test_reaches_what_is_imported_and_not_the_runner():
    found = reached({"helpers.units.attack"})
    assert {"helpers.core.norms", "helpers.attacks.sweep", "helpers.units.networks", "helpers.data.image_set"} <= found
    assert not any(name.startswith(("helpers.runner", "helpers.report", "helpers.papers")) for name in found)
    assert "helpers.data.idx" not in found  # what it reads is in the identity, by its checksum


def test_files_named_by_settings_and_inputs_count(small_units, monkeypatch):
    network, attack = small_units(1)
    before = fingerprint(network), fingerprint(attack)
    original = module._module

    def changed(name):
        digest, imports = original(name)
        return ("changed" if name == "helpers.training.plain" else digest), imports

    monkeypatch.setattr(module, "_module", changed)
    module._digest.cache_clear()
    after = fingerprint(network), fingerprint(attack)
    module._digest.cache_clear()
    # The training step is named by the network's settings; the attack has the network as input.
    assert after[0] != before[0] and after[1] != before[1]
