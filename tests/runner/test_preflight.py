"""What is known before the first unit, and what `run --check` says."""

import pytest

from helpers.core.errors import UserError
from helpers.runner.preflight import check_folder


def test_folders_that_cannot_be_written_to_are_found_before_the_first_unit(tmp_path):
    (tmp_path / "file").write_text("x")
    check_folder(tmp_path / "new" / "deep")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    with pytest.raises(UserError, match="Nothing can be written to"):
        check_folder(tmp_path / "file" / "below")


def test_a_full_disk_is_found_before_the_first_unit(tmp_path, monkeypatch):
    monkeypatch.setattr("helpers.runner.preflight.LEAST", 10**18)
    with pytest.raises(UserError, match="less than"):
        check_folder(tmp_path)


def test_check_names_what_is_missing_and_computes_nothing(call, tmp_path):
    status, said = call("run", "--paper", "strong_adversary", "--profile", "cpu", "--check", "--data", str(tmp_path))
    assert status == 0, said
    assert "mnist is not at hand (" in said and "embedded_mnist stands in" in said and "units to run, about" in said
    assert not list(tmp_path.rglob("record.json"))


def test_help_does_not_wait_for_torch(call_with_imports):
    assert "torch" not in call_with_imports("--help")
