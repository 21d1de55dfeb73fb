"""Permutation importance beside hand calculation and scikit-learn."""

import numpy as np
import pytest
from sklearn.inspection import permutation_importance as reference
from sklearn.linear_model import LinearRegression

from nn.arithmetic import rank_correlations
from nn.explaining import importance
from nn.explaining.importance import ALIKE, columns_alike, permutation_importance


def squared_errors(weights, values, target):
    return lambda rows: (rows @ weights - np.tile(target, len(rows) // len(target))) ** 2


@pytest.fixture(scope="module")
def table():
    source = np.random.default_rng(3)
    values = source.standard_normal((400, 3))
    return values, values @ [2.0, 0.5, 0.0] + 0.1 * source.standard_normal(400)


def test_of_a_linear_model_it_is_twice_the_variance_that_a_column_brings(table):
    values, target = table
    groups = [[0], [1], [2], [0, 1]]
    found = permutation_importance(squared_errors([2.0, 0.5, 0.0], values, target), values, groups)
    variances = values.var(axis=0)
    expected = [8.0 * variances[0], 0.5 * variances[1], 0.0]
    expected.append(2.0 * np.var(values[:, :2] @ [2.0, 0.5]))
    assert [each.columns for each in found] == [(0,), (1,), (2,), (0, 1)]
    assert [each.increase for each in found] == pytest.approx(expected, rel=0.15)
    assert found[2].increase == 0.0
    for each in found[:2]:
        assert each.interval is not None
        low, high = each.interval
        assert low < each.increase < high


def test_it_is_scikit_learn_s_but_for_chance(table):
    values, target = table
    model = LinearRegression().fit(values, target)
    losses = lambda rows: (model.predict(rows) - np.tile(target, len(rows) // 400)) ** 2  # noqa: E731
    expected = reference(
        model, values, target, scoring="neg_mean_squared_error", n_repeats=300, random_state=0
    )
    found = permutation_importance(losses, values, [[0], [1], [2]], 300)
    assert [each.increase for each in found] == pytest.approx(
        expected.importances_mean, rel=0.02, abs=1e-4
    )


def test_the_values_are_left_as_they_are(table):
    values, target = table
    before = values.copy()
    permutation_importance(squared_errors([2.0, 0.5, 0.0], values, target), values, [[0, 2]])
    assert np.array_equal(values, before)


def test_columns_are_grouped_where_each_two_of_them_order_the_rows_alike():
    steps = np.arange(40.0)
    noise = np.random.default_rng(1).permutation(40).astype(float)
    near = steps + 20 * np.random.default_rng(2).random(40)  # correlates with steps
    nearer = near + 36 * np.random.default_rng(3).random(40)  # and this one with near alone
    features = np.stack([steps, noise, -(steps**3), near, nearer], axis=1)
    found = np.abs(rank_correlations(features)) >= ALIKE
    assert found[0].tolist() == [True, False, True, True, False]
    assert found[3].tolist() == [True, False, True, True, True]
    assert columns_alike(features, [0, 1, 2, 3, 4]) == [(0, 2, 3)]
    assert columns_alike(features, [0, 1, 0, 1, 2]) == [(0, 1)]
    assert columns_alike(features[:, [1, 4]], [0, 1]) == []


@pytest.mark.parametrize("numbers", [1, 3000, 10**6])
def test_it_does_not_matter_how_many_permutations_are_looked_at_together(
    table, numbers, monkeypatch
):
    values, target = table
    losses = squared_errors([2.0, 0.5, 0.0], values, target)
    expected = permutation_importance(losses, values, [[0], [1, 2]])
    monkeypatch.setattr(importance, "NUMBERS_AT_A_TIME", numbers)
    assert permutation_importance(losses, values, [[0], [1, 2]]) == expected
