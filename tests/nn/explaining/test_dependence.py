"""Partial dependence, beside scikit-learn's and by hand."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import partial_dependence

from nn.explaining.dependence import POINTS, dependence, grid_of


def test_it_is_scikit_learn_s():
    source = np.random.default_rng(5)
    values = source.standard_normal((60, 3))
    model = RandomForestRegressor(5, random_state=0).fit(values, values[:, 0] * values[:, 1])
    expected = partial_dependence(model, values, [1], kind="both", grid_resolution=7)
    found = dependence(model.predict, values, 1, expected["grid_values"][0])
    assert found == pytest.approx(expected["individual"][0].T)
    assert found.mean(axis=1) == pytest.approx(expected["average"][0])


def test_answers_of_several_classes_keep_their_shape():
    values = np.zeros((4, 2))
    found = dependence(lambda rows: rows + np.array([0.0, 1.0]), values, 0, np.array([5.0, 7.0]))
    assert found.shape == (2, 4, 2)
    assert np.unique(found[0], axis=0).tolist() == [[5.0, 1.0]]
    assert np.unique(found[1], axis=0).tolist() == [[7.0, 1.0]]


def test_a_grid_of_numbers_lies_between_the_outer_twentieths():
    values = np.random.default_rng(0).permutation(np.append(np.arange(1001.0), np.nan))
    grid = grid_of(values)
    assert (len(grid), grid[0], grid[-1]) == (POINTS, 50.0, 950.0)
    assert set(np.diff(grid)) <= {47.0, 48.0}


def test_a_grid_of_few_values_has_each_once():
    assert grid_of(np.array([3.0, 1.0, 1.0, 2.0])).tolist() == [1.0, 2.0, 3.0]


def test_a_grid_of_categories_has_all():
    assert grid_of(np.zeros(2), categories=3).tolist() == [0.0, 1.0, 2.0]
