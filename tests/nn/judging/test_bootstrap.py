"""Bootstrap intervals: recounted draw by draw with scikit-learn, beside scipy's, and their word."""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from nn.judging import bootstrap
from nn.judging.bootstrap import mean_interval, roc_auc_interval


def classified(rows, seed=0, distance=1.0, steps=None):
    source = np.random.default_rng(seed)
    positive = source.random(rows) < 0.4
    scores = source.standard_normal(rows) + distance * positive
    return positive, np.round(scores * steps) / steps if steps else scores


def draws_of(rows):
    return np.concatenate(list(bootstrap._draws(rows)))


@pytest.mark.parametrize("rows", [40, 60])
@pytest.mark.parametrize("steps", [None, 2], ids=["distinct", "ties"])
def test_each_draw_s_area_is_scikit_learn_s(rows, steps, monkeypatch):
    monkeypatch.setattr(bootstrap, "DRAWS", 200)
    positive, scores = classified(rows, steps=steps)
    ascending = np.argsort(scores, kind="stable")  # draws are of rows in this order
    areas = sorted(
        roc_auc_score(positive[ascending], scores[ascending], sample_weight=counts)
        for counts in draws_of(rows)
    )
    expected = areas[5], areas[-6]  # 2.5 % of 200 draws are below and above
    assert roc_auc_interval(positive, scores) == pytest.approx(expected, rel=1e-12)


def test_each_draw_s_mean_is_numpy_s():
    values = np.random.default_rng(1).exponential(size=40)
    means = sorted(np.average(values, weights=counts) for counts in draws_of(40))
    assert mean_interval(values) == pytest.approx((means[50], means[-51]), rel=1e-12)


def test_a_draw_is_of_as_many_rows_as_there_are():
    draws = draws_of(30)
    assert draws.shape == (bootstrap.DRAWS, 30)
    assert (draws.sum(axis=1) == 30).all()
    # How often a row is drawn is binomial: 30 times with probability 1/30.
    shares = np.bincount(draws.ravel()) / draws.size
    expected = stats.binom.pmf(np.arange(len(shares)), 30, 1 / 30)
    np.testing.assert_allclose(shares, expected, atol=0.005)


def test_it_is_scipy_s_up_to_the_draws():
    values = np.random.default_rng(2).exponential(size=80)
    other = stats.bootstrap(
        (values,), np.mean, n_resamples=20000, method="percentile", rng=np.random.default_rng(3)
    )
    low, high = other.confidence_interval
    assert mean_interval(values) == pytest.approx((low, high), abs=0.06 * (high - low))


@pytest.mark.parametrize("rows", [37, 300])
def test_how_many_draws_are_made_at_a_time_does_not_show(rows, monkeypatch):
    positive, scores = classified(rows)
    values = np.abs(scores)
    expected = mean_interval(values), roc_auc_interval(positive, scores)
    monkeypatch.setattr(bootstrap, "NUMBERS_AT_A_TIME", 1000)
    assert (mean_interval(values), roc_auc_interval(positive, scores)) == expected


def test_the_order_of_rows_does_not_change_the_area_s_interval():
    positive, scores = classified(50)
    order = np.random.default_rng(0).permutation(50)
    assert roc_auc_interval(positive[order], scores[order]) == roc_auc_interval(positive, scores)


def test_of_few_rows_it_says_nothing():
    positive, scores = np.arange(40) < 10, np.arange(40.0)
    assert roc_auc_interval(positive, scores) == (0.0, 0.0)
    assert roc_auc_interval(~positive, scores) == (1.0, 1.0)
    assert roc_auc_interval(np.arange(40) < 9, scores) is None
    assert roc_auc_interval(np.arange(40) < 31, scores) is None
    assert mean_interval(np.arange(9.0)) is None
    assert mean_interval(np.full(10, 2.0)) == (2.0, 2.0)


@pytest.mark.parametrize("steps", [None, 3], ids=["distinct", "ties"])
def test_of_many_rows_the_normal_distribution_gives_what_the_draws_give(steps, monkeypatch):
    positive, scores = classified(3000, seed=5, steps=steps)
    values = np.exp(scores)
    drawn = [mean_interval(values), roc_auc_interval(positive, scores)]
    monkeypatch.setattr(bootstrap, "MOST_ROWS", 2999)
    found = [mean_interval(values) or (0.0, 0.0), roc_auc_interval(positive, scores) or (0.0, 0.0)]
    for (low, high), expected in zip(found, drawn, strict=True):
        assert (low, high) == pytest.approx(expected, abs=0.08 * (high - low))
    center, error = values.mean(), stats.sem(values)
    assert found[0] == pytest.approx(stats.norm.interval(0.95, center, error), rel=1e-12)
    area, _ = bootstrap.area_and_variance(positive, scores)
    assert area == pytest.approx(roc_auc_score(positive, scores), rel=1e-12)


def test_the_variance_of_an_area_is_that_of_its_pairs():
    positive, scores = classified(60, steps=2)
    hits, misses = scores[positive], scores[~positive]
    won = (hits[:, None] > misses) + 0.5 * (hits[:, None] == misses)  # of each pair, as DeLong
    by_hit, by_miss = won.mean(axis=1), won.mean(axis=0)
    expected = by_hit.var(ddof=1) / len(hits) + by_miss.var(ddof=1) / len(misses)
    assert bootstrap.area_and_variance(positive, scores)[1] == pytest.approx(expected, rel=1e-12)


def test_the_area_s_interval_stays_within_0_and_1(monkeypatch):
    monkeypatch.setattr(bootstrap, "MOST_ROWS", 50)
    positive, scores = classified(60, distance=3.0)
    assert bootstrap.area_and_variance(positive, scores)[0] < 1.0
    _, high = roc_auc_interval(positive, scores) or (0.0, 0.0)
    assert high == 1.0


def test_about_95_of_100_hold_the_truth(monkeypatch):
    # Normal scores a distance of 1 apart: the area is the probability that N(1, 2) is above 0.
    monkeypatch.setattr(bootstrap, "DRAWS", 400)
    truth = stats.norm.cdf(1 / math.sqrt(2))
    areas, means = [], []
    for seed in range(200):
        low, high = roc_auc_interval(*classified(100, seed)) or (0.0, 0.0)
        areas.append(low <= truth <= high)
        values = np.random.default_rng(seed).standard_normal(100)
        low, high = mean_interval(values) or (0.0, 0.0)
        means.append(low <= 0.0 <= high)
    for held in (areas, means):
        assert 0.90 <= np.mean(held) <= 0.985
