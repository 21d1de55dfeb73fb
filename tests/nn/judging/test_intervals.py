"""Spread and intervals against scipy's, worked by hand, and by how often they keep their word."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import binomtest

from nn.judging.intervals import spread, student_t, wilson_interval


@pytest.mark.parametrize("degrees", [*range(1, 41), 99, 100, 999, 1000, 20_001])
def test_the_quantile_is_scipy_s(degrees):
    assert student_t(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-12)


def test_worked_by_hand():
    # 1, 2, 3, 6: mean 3, deviations -2 -1 0 3, squares add up to 14; t of 3 degrees is 3.182446.
    found = spread([1.0, 2.0, 3.0, 6.0])
    std = math.sqrt(14 / 3)
    half = 3.182446305 * std / 2
    assert (found.n, found.mean, found.min, found.max) == (4, 3.0, 1.0, 6.0)
    assert found.std == pytest.approx(std, rel=1e-15)
    assert (found.low, found.high) == pytest.approx((3 - half, 3 + half), rel=1e-9)


@pytest.mark.parametrize("count", [2, 3, 30, 101])
def test_it_is_numpy_s_and_scipy_s(count):
    values = np.random.default_rng(count).normal(0.9, 0.03, count)
    found = spread(values.tolist())
    assert found.mean == pytest.approx(np.mean(values), rel=1e-14)
    assert found.std == pytest.approx(np.std(values, ddof=1), rel=1e-12)
    interval = stats.t.interval(0.95, count - 1, np.mean(values), stats.sem(values))
    assert (found.low, found.high) == pytest.approx(interval, rel=1e-12)


def test_what_was_not_measured_is_not_counted():
    assert spread([None, 0.25, None, 0.75]) == spread([0.25, 0.75])
    assert spread([0.25, None]) == (1, 0.25, None, None, None, 0.25, 0.25)
    assert spread([None]) == spread([]) == (0, *[None] * 6)


def test_equal_values_have_no_spread_at_all():
    assert spread([0.1] * 3) == (3, 0.1, 0.0, 0.1, 0.1, 0.1, 0.1)


@pytest.mark.parametrize("count", [3, 10, 30])
def test_95_of_100_intervals_hold_the_mean(count):
    source = np.random.default_rng(7)
    intervals = [spread(source.normal(5.0, 2.0, count).tolist()) for _ in range(2000)]
    held = sum(low <= 5.0 <= high for _, _, _, low, high, _, _ in intervals if low and high)
    assert abs(held / 2000 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 2000)


@given(st.data(), st.integers(1, 1000))
def test_wilson_interval_agrees_with_scipy(data, trials):
    successes = data.draw(st.integers(0, trials))
    expected = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    low, high = wilson_interval(successes, trials)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0.0 <= low <= successes / trials <= high <= 1.0
