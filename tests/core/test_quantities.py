"""Numbers that claims compare: pairing, names, comparisons, verdicts."""

import math

import numpy as np
import pytest

from helpers.core.errors import UserError
from helpers.core.quantities import Missing, equal, fact, known, mean, near, ours, share
from helpers.core.statistics import Estimate, accuracy, paired, wilson
from helpers.core.verdicts import (
    CONTRADICTED,
    NOT_RUN,
    REPRODUCED,
    UNDECIDED,
    WEAKER,
    Condition,
    deciding,
    verdict,
)


def condition(low, high, sense=">=", bar=0.0, ours=False, direction=0.0):
    return Condition("", Estimate((low + high) / 2, low, high, 9), sense, bar, ours, direction)


def bits(count, n=200, seed=0):
    return np.random.default_rng(seed).permutation(np.arange(n) < count)


@pytest.mark.parametrize(
    "low, high, sense, bar, expected",
    [
        (0.1, 0.2, ">=", 0.0, REPRODUCED),
        (-0.1, 0.2, ">=", 0.0, UNDECIDED),
        (-0.2, -0.1, ">=", 0.0, CONTRADICTED),
        (0.0, 0.2, ">=", 0.0, REPRODUCED),
        (0.0, 0.2, ">", 0.0, UNDECIDED),
        (0.0, 0.0, ">", 0.0, CONTRADICTED),
        (0.1, 0.2, "<=", 0.2, REPRODUCED),
        (0.1, 0.2, "<", 0.2, UNDECIDED),
        (0.3, 0.4, "<=", 0.2, CONTRADICTED),
        (-math.inf, math.inf, ">=", 0.5, UNDECIDED),
        (math.nan, math.nan, ">=", 0.0, UNDECIDED),
        (2.0, 2.0, "==", 2.0, REPRODUCED),
        (2.0, 2.0, "==", 3.0, CONTRADICTED),
        (1.0, 3.0, "==", 2.0, UNDECIDED),
    ],
)
def test_an_interval_clears_misses_or_covers_its_bar(low, high, sense, bar, expected):
    assert condition(low, high, sense, bar).verdict == expected


@pytest.mark.parametrize(
    "low, high, expected",
    [
        (0.35, 0.40, REPRODUCED),
        (0.10, 0.20, WEAKER),  # the direction holds, the whole interval is below our bar
        (0.25, 0.35, UNDECIDED),  # the interval covers our bar
        (-0.10, 0.20, UNDECIDED),  # nor is the direction sure
        (-0.30, -0.10, CONTRADICTED),
    ],
)
def test_a_bar_of_ours_can_be_missed_while_the_direction_holds(low, high, expected):
    assert condition(low, high, bar=0.3, ours=True).verdict == expected


def test_a_claim_needs_all_its_conditions():
    good, weak, bad, wide = condition(1, 2), condition(0.1, 0.2, bar=0.3, ours=True), condition(-2, -1), condition(-1, 1)
    assert verdict([]) == NOT_RUN
    assert verdict([good, good]) == REPRODUCED
    assert verdict([good, weak]) == WEAKER
    assert verdict([good, weak, wide]) == UNDECIDED
    assert verdict([good, weak, wide, bad]) == CONTRADICTED
    assert deciding([good, weak, wide, bad]) is bad and deciding([good, condition(3, 4)]) is good


def test_shares_have_wilson_intervals_and_differences_are_paired():
    first, second = share([bits(150)], "LWA", "Adv_Loss"), share([bits(120, seed=1)], "Normal", "Adv_Loss")
    assert first.estimate == wilson(150, 200)
    difference = first - second
    assert difference.name == ("LWA less Normal", "Adv_Loss")
    assert difference.estimate == paired(first.samples, second.samples)
    over = share([bits(150), bits(140)], "LWA", "Adv_Loss")
    assert over.estimate == accuracy(over.samples) and over.estimate.n == 2


def test_arithmetic_by_hand():
    first, second = mean([np.array([1.0, 2.0, 6.0])], "a"), mean([np.array([0.0, 1.0, 2.0])], "b")
    for made, value in (
        (first + second, 4.0),
        (first - second, 2.0),
        (2 * first, 6.0),
        (first / 3, 1.0),
        (1 - first, -2.0),
        (first - 1, 2.0),
        (first + 1, 4.0),
        (sum([first, second]), 4.0),
        (first.of(lambda values: values > 1, "share above 1"), 2 / 3),
    ):
        assert made.value == pytest.approx(value)
    assert (1 - first).name == ("1 less a",) and (first / 3).name == ("a/3",) and (2 * first).name == ("2 x a",)


def test_facts_and_estimates_shift_and_turn():
    five, wide = fact(5, "passes"), known(Estimate(2.0, 1.0, 4.0, 9), "ratio")
    assert (five - wide).estimate == Estimate(3.0, 1.0, 4.0, 9)
    assert (wide - five).estimate == Estimate(-3.0, -4.0, -1.0, 9)
    assert (-1 * wide).estimate == Estimate(-2.0, -4.0, -1.0, 9)
    assert (mean([np.array([1.0, 3.0])], "a") - five).value == -3
    with pytest.raises(UserError, match="share no images to pair"):
        wide - mean([np.zeros(2)], "a")
    with pytest.raises(UserError, match="not over the same images"):
        mean([np.zeros(2)], "a") - mean([np.zeros(3)], "b")


def test_comparisons_are_conditions():
    first, second = share([bits(190)], "LWA", "Fixed"), share([bits(60)], "Normal", "Fixed")
    assert (first > second).verdict == REPRODUCED and (first < second).verdict == CONTRADICTED
    assert (first > second).text == "LWA less Normal, Fixed"
    assert (first >= 0.9).bar == 0.9 and not (first >= 0.9).ours
    much = first - second >= ours(0.9)
    assert (much.bar, much.direction, much.verdict) == (0.9, 0.0, WEAKER)
    assert {one.verdict for one in near(fact(1.02, "x"), 1.0, 0.05)} == {REPRODUCED}
    assert {one.verdict for one in near(fact(1.11, "x"), 1.0, 0.05)} == {REPRODUCED, CONTRADICTED}
    assert (first - second >= ours(2, direction=None)).verdict == WEAKER
    assert equal(fact(9, "passes"), 9).verdict == REPRODUCED and equal(fact(8, "passes"), 9).verdict == CONTRADICTED
    assert equal(first, 0.94).verdict == UNDECIDED and first.rounded(1).estimate.high == 0.9


def test_what_is_made_of_a_missing_number_is_missing():
    gone, here = Missing(("Miyato", "Fixed")), fact(1, "x")
    for made in (gone - here, here - gone, 2 * gone, gone / 2, 1 - gone, gone + here, gone >= here, here >= gone, gone > 0.5):
        assert made is gone
