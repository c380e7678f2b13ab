"""Theory checks, errata, equations and reported numbers of "Learning with a Strong Adversary"."""

import csv
import math
import re
from collections import Counter
from pathlib import Path

import pytest
import torch

from helpers.core.boundaries import Boundary
from helpers.papers import errata
from helpers.papers.reported import Reported, numbers
from helpers.papers.strong_adversary import PAPER
from helpers.papers.strong_adversary.theory.appendix import hessian, margin, objective, proposition_c_curve
from helpers.papers.strong_adversary.theory.propositions import proposition_4, smallest_step, theory_numbers

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "helpers" / "papers" / "strong_adversary"


@pytest.fixture(scope="module", params=[0, 1])
def theory(request):
    return theory_numbers(request.param)


def rows(name):
    with (FOLDER / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_every_number_is_a_finite_float(theory):
    assert len(theory) == 19
    for check in theory.values():
        assert check
        assert all(type(value) is float and math.isfinite(value) for value in check.values())


def test_same_seed_same_numbers():
    assert proposition_4(3) == proposition_4(3) != proposition_4(4)


def test_proposition_3(theory):
    found = theory["proposition_3"]
    assert max(found[f"deviation_{p}"] for p in ("l2", "linf", "l1")) < 1e-9
    assert found["constraint_deviation"] < 1e-12
    assert found["printed_minimum"] == pytest.approx(0, abs=1e-12)
    assert found["minimum_linf"] < found["minimum_l2"] < found["minimum_l1"]
    assert found["l2_printed_norm_minus_gap"] < 1e-12
    assert 0 < found["l2_printed_other_class"] < 1
    assert 0 < found["l1_printed_wrong_way"] < 1


def test_smallest_step_by_hand():
    d = torch.tensor([3.0, -4.0], dtype=torch.float64)
    assert smallest_step(d, 2.0, 2) == pytest.approx(2 / 5)
    assert smallest_step(d, 2.0, math.inf) == pytest.approx(2 / 7)
    assert smallest_step(d, 2.0, 1) == pytest.approx(2 / 4)
    two, one = torch.tensor([[2.0], [1.0]], dtype=torch.float64)
    step = Boundary(two, d[None], one, torch.tensor([1]), 0).step(1)
    assert step.tolist() == [[0.0, -0.5]]


def test_proposition_4_and_algorithm_1(theory):
    found = theory["proposition_4"]
    assert found["rho_deviation"] < 1e-9
    assert found["tie_deviation"] < 1e-9
    assert found["flips_below_rho"] == 0
    assert found["flips_at_1.001"] == 1
    assert 0.3 < found["r_j_does_not_win_j"] < 0.9
    assert theory["algorithm_1"] == {
        "own_class_undefined": 1.0,
        "misclassified_negative": 1.0,
        "misclassified_points_back": 1.0,
        "ours_moves_misclassified": 0.0,
    }


@pytest.mark.parametrize("name", ["l2", "linf", "l1"])
def test_the_printed_step_raises_the_probability(theory, name):
    found = theory["section_6_1_1"]
    assert found[f"corrected_{name}"] < found["before"] < found[f"printed_{name}"]
    assert found[f"corrected_{name}_raises"] == 0
    assert found[f"printed_{name}_raises"] == 1


def test_linf_step_is_goodfellows(theory):
    found = theory["section_6_1_1"]
    assert found["inner_product_deviation"] < 1e-12
    assert found["linf_is_sign_step"] == found["linf_printed_is_negative"] == 1


def test_stable_forms_and_rounding(theory):
    assert max(theory["stable_forms"].values()) < 1e-12
    found = theory["rounding"]
    assert found["single_rival_error_15"] == pytest.approx(0.169, abs=0.05)
    assert found["single_rival_error_17"] == found["label_part_zero_17"] == 1
    assert found["label_part_error_15"] > 0.1
    assert found["cosine_rounded_17"] < 0.5
    assert min(found["cosine_ours_15"], found["cosine_ours_17"]) > 1 - 1e-9


def test_equation_2(theory):
    found = theory["equation_2"]
    assert max(found["corner_deviation"], found["one_step_deviation"]) < 1e-9
    assert found["indicator_printed"] == 1 > found["indicator_corrected"]


def test_proposition_6(theory):
    found = theory["proposition_6"]
    assert found["finite_difference_deviation"] < 1e-7
    assert found["kink_slope_of_L"] == 0
    assert found["kink_left_slope"] == pytest.approx(1)
    assert found["kink_right_slope"] == pytest.approx(-1)
    assert 0 < found["one_step_misses"] < 1
    assert found["one_step_largest_loss"] > 0


def test_algorithm_3_is_one_backward_pass(theory):
    assert theory["algorithm_3"]["gradient_difference"] < 1e-15
    assert theory["algorithm_3"]["mixed_change"] > 0.01


def test_only_a_relative_radius_binds(theory):
    found = theory["equation_4"]
    assert found["function_change"] < 1e-12
    assert found["absolute_after"] < 0.05 * found["absolute_before"]
    assert found["relative_after"] == pytest.approx(found["relative_before"], rel=1e-9)


def test_section_7(theory):
    assert theory["sign_step"]["gain_mean"] == pytest.approx(math.sqrt(2 / math.pi), abs=0.005)
    assert theory["sign_step"]["gain_largest"] < 1
    assert theory["sign_step"]["formula_deviation"] < 1e-12
    pixels = theory["pixel_range"]
    assert pixels["printed_low"] == pytest.approx(-0.457, abs=5e-4)
    assert pixels["printed_high"] == pytest.approx(0.539, abs=5e-4)
    assert pixels["printed_levels"] == 2 * pixels["code_levels"] == 128


def test_proposition_b(theory):
    assert theory["equation_6"]["closed_form_deviation"] < 1e-9
    assert theory["equation_6"]["printed_loss_slope"] == pytest.approx(0.5, abs=1e-6)
    assert theory["equation_6"]["printed_loss_curvature"] == pytest.approx(-0.25, abs=1e-6)
    assert theory["proposition_b"]["corrected_violations"] == 0
    assert theory["proposition_b"]["printed_violations"] > 0.1


def test_proposition_c(theory):
    found = theory["proposition_c"]
    assert found["printed_at_-12"] == pytest.approx(-5.9975, abs=1e-4)
    assert found["corrected_at_-12"] == pytest.approx(6, abs=1e-4)
    assert found["corrected_at_0"] == 0
    assert found["corrected_at_3"] == pytest.approx(0.1528, abs=1e-4)
    assert found["corrected_at_6"] == pytest.approx(0.0461, abs=1e-4)
    assert found["printed_difference_right"] < 1e-12
    assert found["corrected_smallest"] >= 0
    assert all(found[f"curvature_x_{x}"] < -1e-3 for x in ("0.1", "0.3", "1", "3"))
    assert found["curvature_x_0"] == pytest.approx(0, abs=1e-9)


def test_proposition_c_curve():
    curve = proposition_c_curve(121)
    assert {len(values) for values in curve.values()} == {121}
    assert curve["w"][0] == -6 and curve["w"][-1] == 6
    assert min(curve["corrected"]) >= 0 > min(curve["printed"])
    assert curve["corrected"][60:] == pytest.approx(curve["printed"][60:], abs=1e-12)


def test_margin_by_hand():
    gamma, best = margin(torch.tensor([[1.0, 1.0], [1.0, -1.0], [4.0, 0.0]], dtype=torch.float64))
    assert gamma == pytest.approx(1)
    assert best.tolist() == pytest.approx([1, 0])


def test_proposition_d(theory):
    found = theory["proposition_d"]
    assert found["gamma_deviation"] < 1e-9
    assert 0 < found["gamma"] < found["mean_norm"]
    assert found["bounded_spread"] < 1e-6 < found["bounded_norm"] < 100
    assert found["unbounded_norm_30"] < found["unbounded_norm_300"] - 1 < found["unbounded_norm_3000"] - 2
    assert found["gamma"] < 2 * found["unbounded_c_over_gamma"] * found["gamma"]
    assert found["unbounded_loss_1e4"] < 1e-9
    assert found["norm_above_mean"] < 1e-6 < 1e-2 < found["norm_below_mean"]


def test_second_derivative_and_uniqueness(theory):
    second, unique = theory["second_derivative"], theory["uniqueness"]
    assert second["corrected_deviation"] < 1e-7
    assert second["printed_deviation"] > 0.1
    assert second["without_c_deviation"] > 0.1
    assert unique["flat_smallest_eigenvalue"] > 0 == unique["flat_midpoint_gap"]
    assert unique["linf_value_difference"] < 1e-12 < 0.1 < unique["linf_distance"]
    assert unique["linf_improvement_nearby"] < 1e-9


def test_hessian_against_autograd():
    z = torch.tensor([[1.0, 0.2], [-0.3, 0.9]], dtype=torch.float64)
    w = torch.tensor([0.7, -0.4], dtype=torch.float64)
    reference = torch.autograd.functional.hessian(lambda v: objective(v[None], z, 0.5).sum(), w)
    torch.testing.assert_close(hessian(w, z, 0.5), reference, rtol=1e-9, atol=1e-12)


def test_remark_e(theory):
    found = theory["remark_e"]
    assert found["loss_at_1"] > found["loss_at_100"] > found["loss_at_10000"] >= 0
    assert found["loss_at_10000"] < 1e-9
    assert 0 < found["penalised_norm"] < 100
    assert found["not_separable_margin"] < 0 < found["not_separable_norm"] < 100
    assert found["not_separable_spread"] < 1e-6


def errata_of(theory, value):
    """The errata with `value` for every cell of ours."""
    known = {source: {} for source in ("print", "authors", "digitised")}
    for (source, *place), number in numbers("strong_adversary").items():
        known[source]["/".join(place)] = number
    known["check"] = {f"{check}/{name}": number for check, found in theory.items() for name, number in found.items()}
    known["fact"] = PAPER.facts(Reported("strong_adversary"))
    sources = {name: found.__getitem__ for name, found in known.items()} | {"ours": lambda place: value}
    return {one.id: errata.filled(one, sources) for one in errata.read(PAPER.folder / "errata.toml")}


@pytest.mark.parametrize("value", [None, 0.4321])
def test_errata_has_all_32_lines(theory, value):
    found = errata_of(theory, value)
    assert list(found) == [f"E{index}" for index in range(1, 33)]
    for line in found.values():
        assert all(text.strip() and "None" not in text and "nan" not in text for text in line.values()), line
        assert line["statement"].count("$") % 2 == 0 and "{print" not in str(line)
    shown = " ".join(line["corrected"] for line in found.values())
    assert ("not run" in shown) == (value is None)


def test_errata_name_what_the_printed_tables_say(theory):
    found = errata_of(theory, None)
    assert "negative in 2 of 11 rows; largest .134" in found["E18"]["printed"]
    assert "negative at 1 of 20 sizes" in found["E18"]["printed"]
    assert "Table 1 5, Table 2 2, Table 3 4" in found["E25"]["printed"]
    assert "Normal 90k, Dropout 199k, Goodfellow 648k" in found["E26"]["printed"]
    assert "8517 / 10112 = .842266613924" in found["E27"]["printed"] and "misclassified 94" in found["E27"]["printed"]
    assert "(.972, .939) stand in Table 1's LWA row (.972, .939)" in found["E30"]["statement"]


def test_reported_numbers():
    found = rows("reported.csv")
    counts = Counter((line["item"], line["source"]) for line in found)
    printed = {"Table 1": 25, "Table 2": 10, "Table 3": 20, "Text 7.1": 2, "Text 7.2": 5}
    assert {item: counts[item, "print"] for item in printed} == printed
    assert sum(line["source"] == "print" for line in found) == 62
    assert {line["source"] for line in found} == {"print", "authors"}
    assert counts["Figure 1", "authors"] == 60
    assert all(0 < float(line["value"]) <= 1 and line["unit"] == "accuracy" and line["where"] for line in found)
    keys = Counter((line["item"], line["row"], line["column"], line["source"]) for line in found)
    assert max(keys.values()) == 1


def test_text_numbers_repeat_the_table():
    found = {
        (line["item"], line["row"], line["column"], line["source"]): line["value"] for line in rows("reported.csv")
    }
    for (item, row, column, source), value in found.items():
        if item == "Text 7.2":
            assert float(found["Table 1", row, column, source]) == float(value)


def test_equations_and_tags_agree():
    listed = rows("equations.csv")
    names = [line["equation"] for line in listed]
    assert len(names) == len(set(names))
    numbered = {*(f"Eq. {n}" for n in range(1, 7)), *(f"Alg. {n}" for n in range(1, 4)), "Remark E"}
    assert (numbered | {f"Prop. {n}" for n in ("3", "4", "6", "B", "C", "D")}) <= set(names)
    tags = set()
    for path in (ROOT / "helpers").rglob("*.py"):
        tags |= set(re.findall(r"\[Huang ([^\]]+)\]", path.read_text(encoding="utf-8")))
    known = {f"E{index}" for index in range(1, 33)}
    for line in listed:
        kind, _, rest = line["status"].partition(" ")
        if kind == "erratum":
            assert rest in known
        else:
            assert line["status"] == "code" or re.fullmatch(r"text only: .+", line["status"])
    assert {line["equation"] for line in listed if not line["status"].startswith("text only")} == tags
