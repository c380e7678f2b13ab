"""The committed pages and the README's generated parts are current."""

import re
import shutil

import pytest

from helpers.core.errors import UserError
from helpers.core.paths import ROOT
from helpers.runner.equations import tags
from helpers.runner.publish import fill, publish, runs


def test_the_committed_pages_are_what_publish_writes(tmp_path):
    shutil.copy(ROOT / "README.md", tmp_path)
    for run in runs(ROOT):
        folder = run.folder.relative_to(ROOT)
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for path in publish(tmp_path):
        committed = ROOT / path.relative_to(tmp_path)
        assert path.read_bytes() == committed.read_bytes(), f"run `make publish`: {committed.name} is not current"


def test_local_links_of_the_readme_lead_somewhere():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_fill_replaces_between_the_marks_and_asks_for_them():
    text = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n"
    assert fill(text, {"x": "new"}) == "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n"
    with pytest.raises(UserError, match="no marks <!-- y -->"):
        fill(text, {"y": "new"})


def test_tags_name_functions():
    found = tags()
    assert "helpers/attacks/adv_alpha.py: adv_alpha" in found["Huang", "Alg. 1"]
    assert all(places for places in found.values())
