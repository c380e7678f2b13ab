"""Theory checks, errata, equations and reported numbers of "Convex Programming"."""

import csv
import re
from pathlib import Path

import pytest

from helpers.core.errors import UserError
from helpers.papers import errata
from helpers.papers.convex_programming import PAPER
from helpers.papers.convex_programming.facts import crossing, mean_size, true_budgets
from helpers.papers.convex_programming.settings import PROFILES, Settings
from helpers.papers.convex_programming.theory.checks import theory_numbers
from helpers.papers.reported import Reported, numbers
from helpers.papers.table import cell, table
from helpers.runner.equations import tags
from helpers.runner.parameters import make_settings

REPORTED = Reported("convex_programming")
FOLDER = Path(__file__).resolve().parents[2] / "helpers" / "papers" / "convex_programming"


@pytest.fixture(scope="module", params=[0, 1])
def theory(request):
    return theory_numbers(request.param)


def test_the_framework_is_exact(theory):
    assert theory["proposition_1"]["disagreements"] == 0
    assert theory["proposition_2"]["deviation"] < 1e-12 and theory["proposition_2"]["printed_float32_not_finite"] > 0.5
    assert theory["recovered"]["fgsm_entries_differing"] == theory["recovered"]["probability_entries_differing"] == 0
    assert theory["recovered"]["deepfool_deviation"] < 1e-9 and 0.6 < theory["recovered"]["logit_signs_agreeing"] < 0.98
    assert theory["affine_classifier"]["wrong"] == 0
    assert theory["affine_classifier"]["fooled_active"] < theory["affine_classifier"]["fooled_budget"]
    assert theory["two_classes"]["largest_difference"] < 1e-12


def test_box_targets_rounding_and_certificates(theory):
    for p in ("l1", "l2", "linf"):
        assert theory["box"][f"least_gain_{p}"] >= -1e-12 and theory["box"][f"outside_{p}"] <= 1e-12
    assert theory["box"]["mean_gain_l1"] > 0.01 and theory["box"]["mean_gain_linf"] == pytest.approx(0, abs=1e-12)
    for budget in (0.05, 0.08, 0.12):
        assert theory["targets"][f"exact_{budget}"] >= theory["targets"][f"active_{budget}"] >= theory["targets"][f"printed_{budget}"]
    assert theory["rounding"]["agreement_12"] > 0.98 > 0.8 > theory["rounding"]["agreement_17"]
    assert theory["operator_norms"]["difference"] < 1e-12 and theory["operator_norms"]["best_of_ten_over_optimum"] > 0.9
    assert theory["certificates"]["below_1_m_not_fooled"] == theory["certificates"]["above_half_fooled"] == 0


def test_units_of_measurement_of_the_authors_numbers():
    assert true_budgets("NIN") == pytest.approx([1.017, 1.002, 1.077], abs=5e-4) and true_budgets("DenseNet") == pytest.approx([1.045] * 3, abs=5e-4)
    sizes = [mean_size(REPORTED, f"figure_2{panel}") for panel in "abcd"]
    assert sizes == pytest.approx([0.0354, 0.0750, 0.0058, 0.0030], abs=6e-5)
    crossed = [crossing(REPORTED, f"figure_2{panel}", 0.99) for panel in "abcd"]
    assert crossed == pytest.approx([0.0823, 0.1550, 0.0220, 0.0090], abs=6e-5)


def test_every_erratum_is_filled(theory):
    cells = [cell(check, name, value, "") for check, found in theory.items() for name, value in found.items()]
    found = errata.sources(PAPER, [table("table_theory", cells)])
    lines = [errata.filled(one, found) for one in errata.read(PAPER.folder / "errata.toml")]
    assert [line["id"] for line in lines] == [f"E{index}" for index in range(1, 27)]
    for line in lines:
        assert all(text.strip() and "None" not in text and "nan" not in text for text in line.values()), line
    assert lines[11]["printed"] == "133860 parameters" and lines[11]["corrected"] == "589160 parameters"


def test_reported_numbers_are_complete():
    found = numbers("convex_programming")
    assert len(found) == 444
    assert sum(source == "print" for source, *_ in found) == 16
    assert found["print", "table_1", "NIN (CIFAR-10)", "rho_1"] == 0.012
    assert found["authors", "figure_2b", "FastGrad", "0.0231"] == pytest.approx(0.0595703)
    assert found["digitised", "figure_2a", "DeepFool", "0.0230"] == pytest.approx(0.205)
    assert all(0 <= value <= 1 for value in found.values())


def test_equations_and_tags_agree():
    with open(FOLDER / "equations.csv", newline="", encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    known = {f"E{index}" for index in range(1, 27)}
    for line in listed:
        kind, _, rest = line["status"].partition(" ")
        assert line["status"] == "code" or (kind == "erratum" and rest in known) or re.fullmatch(r"text only: .+", line["status"])
    tagged = {name for author, name in tags() if author == "Balda"}
    assert {line["equation"] for line in listed if not line["status"].startswith("text only")} == tagged


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_has_units(profile):
    settings = Settings(**PROFILES[profile])
    for item in PAPER.items:
        assert item.units(settings) or (item.name == "figure_authors" and not settings.authors), item.name


@pytest.mark.parametrize("change, sentence", [({"canvas": 28}, "greater than or equal to 32"), ({"canvas": 34}, "multiple of 4"), ({"pool": 5}, "less than or equal to 4")])
def test_canvases_that_no_network_takes_are_refused(change, sentence):
    with pytest.raises(UserError, match=sentence):
        make_settings(PAPER, "quick", change)
