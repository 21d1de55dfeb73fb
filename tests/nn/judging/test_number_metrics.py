import numpy as np
import pytest
from sklearn import metrics as oracle

from nn.judging import bootstrap
from nn.judging.bootstrap import mean_interval, median_interval, r2_interval
from nn.judging.judged import JudgedNumbers
from nn.judging.registry import METRICS, metrics_for

ORACLES = {
    "rmse": oracle.root_mean_squared_error,
    "mae": oracle.mean_absolute_error,
    "median_error": oracle.median_absolute_error,
    "r2": oracle.r2_score,
}


def rows(count, seed=0):
    source = np.random.default_rng(seed)
    actual = source.normal(500, 30, count)
    return JudgedNumbers(actual, actual + source.standard_t(3, count) * 8)


def test_each_has_an_oracle():
    assert {*ORACLES} == {*metrics_for("regression")}
    assert {*metrics_for("classification")} == {*METRICS} - {*ORACLES}


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("count", [2, 3, 10, 101])
def test_against_scikit_learn(name, count):
    judged = rows(count, seed=count)
    expected = ORACLES[name](judged.labels, judged.predicted)
    assert METRICS[name].value(judged) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("rmse", np.sqrt(12.5)), ("mae", 3.5), ("median_error", 3.5), ("r2", -24)],
)
def test_worked_by_hand(name, expected):
    # Errors of 3 and -4. The two rows are sqrt(2) apart: their squared deviations add up to 1.
    judged = JudgedNumbers(np.array([10.0, 10.0 + np.sqrt(2)]), np.array([7.0, 14.0 + np.sqrt(2)]))
    assert METRICS[name].value(judged) == pytest.approx(expected)


def test_r2_of_equal_rows_is_not_defined():
    assert METRICS["r2"].value(JudgedNumbers(np.full(3, 0.1), np.zeros(3))) is None
    assert METRICS["rmse"].value(JudgedNumbers(np.full(3, 0.5), np.zeros(3))) == 0.5


def test_intervals_against_drawing_again():
    judged, source = rows(60, seed=4), np.random.default_rng(9)
    found = {
        "r2": r2_interval(judged.residuals, judged.labels),
        "median_error": median_interval(np.abs(judged.residuals)),
        "mae": mean_interval(np.abs(judged.residuals)),
    }
    draws = [source.integers(60, size=60) for _ in range(4000)]
    for name, interval in found.items():
        values = np.array(
            [
                METRICS[name].value(JudgedNumbers(judged.labels[draw], judged.predicted[draw]))
                for draw in draws
            ],
            dtype=np.float64,
        )
        expected = np.percentile(values, [2.5, 97.5])
        assert interval == pytest.approx(expected, abs=0.08 * (expected[1] - expected[0]))


def test_of_many_rows_the_intervals_are_those_of_the_normal_distribution(monkeypatch):
    judged = rows(3000, seed=5)

    def intervals():
        yield r2_interval(judged.residuals, judged.labels)
        yield median_interval(np.abs(judged.residuals))

    drawn = list(intervals())
    monkeypatch.setattr(bootstrap, "MOST_ROWS", 1000)
    for before, after in zip(drawn, intervals(), strict=True):
        assert before is not None
        assert after == pytest.approx(before, abs=0.15 * (before[1] - before[0]))


def test_intervals_do_not_depend_on_where_zero_is():
    judged = rows(40)
    far = r2_interval(judged.residuals, judged.labels + 1e6)
    assert far == pytest.approx(r2_interval(judged.residuals, judged.labels), rel=1e-6)


def test_few_rows_have_no_interval():
    few = rows(9)
    assert r2_interval(few.residuals, few.labels) is None
    assert median_interval(np.abs(few.residuals)) is None
    assert r2_interval(np.ones(20), np.ones(20)) is None
