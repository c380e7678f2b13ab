"""Parameters: names, types and ranges, from a notebook or the command line."""

import dataclasses

import pytest

from helpers.core.errors import UserError
from helpers.runner import catalogue
from helpers.runner.parameters import literals, make_settings, parse_assignments

PAPER = catalogue.find("strong_adversary")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sedes": 3}, "strong_adversary has no parameter 'sedes'; there are: profile, "),
        ({"seeds": "3"}, "Parameter seeds = '3' of strong_adversary: input should be a valid integer"),
        ({"seeds": 2.5}, "Parameter seeds = 2.5"),
        ({"seeds": True}, "Parameter seeds = True"),
        ({"seeds": 0}, "greater than or equal to 1"),
        ({"budget": "8/255"}, "Parameter budget = '8/255' of strong_adversary: input should be a valid number"),
        ({"budget": -1.0}, "greater than 0"),
        ({"budget": float("nan")}, "Parameter budget"),
        ({"budget": float("inf")}, "Parameter budget"),
        ({"colour_maps": [8]}, "Parameter colour_maps"),
        ({"colour_schedule": "fast"}, "Parameter colour_schedule = 'fast'"),
        ({"mnist": 3}, "Parameter mnist = 3"),
        ({"budget": object}, "not a plain number, text or list"),
    ],
)
def test_refused_in_one_sentence(changes, message):
    with pytest.raises(UserError) as error:
        make_settings(PAPER, "quick", changes)
    assert message in str(error.value) and "\n" not in str(error.value)


def test_unknown_profile():
    with pytest.raises(UserError, match=r"There is no profile 'fast'; there are: quick, cpu, paper\."):
        make_settings(PAPER, "fast", {})


def test_none_keeps_the_profiles_value_and_equal_values_change_nothing():
    settings, changed = make_settings(PAPER, "cpu", {"seeds": None, "budget": 1.5, "top": 3})
    assert settings.seeds == PAPER.profiles["cpu"]["seeds"] and changed == {"top": 3.0}


@pytest.mark.parametrize("profile", ["quick", "cpu", "paper"])
def test_every_profile_is_valid(profile):
    _, changed = make_settings(PAPER, profile, {})
    assert changed == {}


def test_literals_of_a_notebook():
    namespace = {"profile": "quick", "seeds": 3, "budget": print, "paper": object(), "_i1": "text", "In": [], "typo": 1, "f": print}
    found = literals(namespace, PAPER)
    # A parameter's name counts whatever stands under it; other names only as plain literals.
    assert found == {"profile": "quick", "seeds": 3, "budget": print, "typo": 1}


def test_assignments():
    given = ("seeds=3", "budget=1.5", "miyato=true", "mnist=embedded_mnist", "colour_maps=[8, 16]", "note=a=b")
    found = parse_assignments(given)
    assert found == {"seeds": 3, "budget": 1.5, "miyato": True, "mnist": "embedded_mnist", "colour_maps": [8, 16], "note": "a=b"}
    for wrong in ("seeds", "=3"):
        with pytest.raises(UserError, match="--set needs name=value"):
            parse_assignments((wrong,))


def test_the_notebooks_cell_has_every_setting():
    import papermill

    from helpers.core.paths import notebook_path

    for name in catalogue.names():
        known = papermill.inspect_notebook(str(notebook_path(name)))
        fields = {field.name for field in dataclasses.fields(catalogue.find(name).settings)}
        assert set(known) == {"profile", "device"} | fields
        assert next(iter(known)) == "profile"
