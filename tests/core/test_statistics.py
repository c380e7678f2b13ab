"""Intervals against known values, and the verdicts that rest on them."""

import math

import numpy as np
import pytest
from scipy import stats

from helpers.core.statistics import Estimate, accuracy, auc, bootstrap, mean_ratio, over_seeds, paired, wilson


@pytest.mark.parametrize(
    "successes, n, low, high",
    [
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (500, 1000, 0.4691, 0.5309),
    ],
)
def test_wilson_intervals_from_tables(successes, n, low, high):
    found = wilson(successes, n)
    assert (found.value, found.n) == (successes / n, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("successes, n, level", [(3, 17, 0.95), (0, 5, 0.9), (400, 401, 0.99)])
def test_wilson_is_scipys(successes, n, level):
    theirs = stats.binomtest(successes, n).proportion_ci(level, method="wilson")
    found = wilson(successes, n, level)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_students_t_over_seeds():
    found = over_seeds([1.0, 2.0, 3.0, 4.0])
    # t(3, 0.975) = 3.1824, deviation 1.2910, root of 4
    assert found.value == 2.5 and found.n == 4
    assert found.high - 2.5 == pytest.approx(3.1824 * 1.2910 / 2, rel=1e-4) == pytest.approx(2.5 - found.low, rel=1e-4)
    assert over_seeds([0.7]) == Estimate(0.7, -math.inf, math.inf, 1)


def test_accuracy_of_one_seed_is_wilsons():
    assert accuracy([np.array([1, 1, 0, 1], bool)]) == wilson(3, 4)


def test_accuracy_over_seeds_is_never_narrower_than_its_images():
    same = [np.arange(100) < 90] * 3
    found, images = accuracy(same), wilson(90, 100)
    assert (found.value, found.n) == (pytest.approx(0.9), 3)
    assert found.low <= images.low and found.high >= images.high
    apart = accuracy([np.ones(100, bool), np.zeros(100, bool)])
    assert (apart.low, apart.high) == (0, 1)


def test_paired_over_the_images_of_one_seed():
    first, second = np.array([1, 1, 1, 0, 1], bool), np.array([0, 1, 0, 0, 1], bool)
    found, by_hand = paired([first], [second]), first.astype(float) - second
    half = 1.959964 * by_hand.std(ddof=1) / math.sqrt(5)
    assert (found.value, found.low, found.high, found.n) == (
        0.4,
        pytest.approx(0.4 - half),
        pytest.approx(0.4 + half),
        5,
    )


def test_paired_intervals_are_narrower_than_the_difference_of_two():
    draws = np.random.RandomState(0).rand(1000)
    first, second = draws < 0.8, draws < 0.75
    found = paired([first], [second])
    assert found.high - found.low < wilson(int(first.sum()), 1000).high - wilson(int(first.sum()), 1000).low


def test_paired_over_seeds_covers_both_kinds_of_error():
    bits = np.random.RandomState(1).rand(2, 3, 200) < [[[0.9]], [[0.8]]]
    found = paired(list(bits[0]), list(bits[1]))
    differences = bits[0].astype(float) - bits[1]
    seeds = over_seeds(differences.mean(1))
    images = 1.959964 * differences.mean(0).std(ddof=1) / math.sqrt(200)
    assert found.n == 3 and found.value == pytest.approx(differences.mean())
    assert found.low == pytest.approx(min(seeds.low, found.value - images))
    assert found.high == pytest.approx(max(seeds.high, found.value + images))


def test_pairing_is_antisymmetric_and_uses_the_common_seeds():
    bits = list(np.random.RandomState(2).rand(4, 50) < 0.5)
    one, other = paired(bits[:2], bits[2:]), paired(bits[2:], bits[:2])
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
    assert paired(bits[:1], bits[2:]).n == 50


def test_bootstrap_of_a_mean_is_the_normal_interval():
    values = np.random.default_rng(0).normal(2, 3, 4000)
    found = bootstrap(np.mean, values)
    half = 1.96 * 3 / math.sqrt(4000)
    assert found.value == values.mean() and found.n == 4000
    assert found.low == pytest.approx(values.mean() - half, abs=0.02) and found.high == pytest.approx(values.mean() + half, abs=0.02)
    assert bootstrap(np.mean, values) == found, "the draws are fixed"
    infinite = bootstrap(lambda a: np.sort(a)[-2], np.array([1.0, 2.0, np.inf, 3.0]))
    assert infinite.high == math.inf


def test_shares_over_seeds_with_unlike_numbers_of_images():
    found = accuracy([np.ones(100, bool), np.r_[np.ones(40, bool), np.zeros(40, bool)]])
    assert found.value == 0.75 and found.low < 0.75 < found.high


def test_pairs_over_seeds_with_unlike_images():
    random = np.random.default_rng(0)
    first = [random.random(50) < 0.8, random.random(60) < 0.8]
    found = paired(first, [np.zeros(50), np.zeros(60)])
    assert found.value == pytest.approx((first[0].mean() + first[1].mean()) / 2)
    assert found.n == 2 and found.low < 0.8 < found.high


def test_auc_counts_pairs_in_order_and_ties_by_half():
    assert auc(np.array([1.0, 2.0, 2.0, 3.0]), np.array([0, 1, 0, 1])) == pytest.approx(3.5 / 4)
    assert math.isnan(auc(np.arange(3.0), np.ones(3, bool))) and math.isnan(auc(np.arange(3.0), np.zeros(3, bool)))


def test_no_images_and_undefined_draws_leave_no_bounds():
    assert math.isnan(wilson(0, 0).value) and accuracy([np.zeros(0, bool)]).n == paired([np.zeros(0)], [np.zeros(0)]).n == 0
    found = bootstrap(lambda values: float(np.mean(values)) if values.min() < 1 else math.nan, np.array([0.0, 1.0, 1.0]))
    assert (found.low, found.high) == (-math.inf, math.inf)
    alike = paired([np.ones(100, bool)], [np.ones(100, bool)])
    assert (alike.value, alike.high) == (0, pytest.approx(0.03))


@pytest.mark.parametrize("function", [np.mean, np.median, mean_ratio])
def test_many_draws_at_once_are_the_draws_one_by_one(function):
    arrays = [np.random.default_rng(5).random(40) + shift for shift in range(2 if function is mean_ratio else 1)]
    one_by_one = bootstrap(lambda *drawn: function(*drawn), *arrays)
    assert bootstrap(function, *arrays) == one_by_one


def test_bootstrap_covers_as_often_as_it_says():
    random = np.random.default_rng(1)
    covered = [
        (found := bootstrap(np.mean, random.normal(0, 1, 60), draws=300, seed=trial)).low <= 0 <= found.high
        for trial in range(300)
    ]
    assert 0.90 <= np.mean(covered) <= 0.98
