"""Curves against scikit-learn's and by hand."""

import numpy as np
import pytest
import sklearn.metrics as oracle
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve as oracle_calibration_curve

from nn.judging.curves import (
    MOST_POINTS,
    PIXEL,
    calibration_curve,
    precision_recall_curve,
    roc_curve,
    thinned,
)
from nn.judging.metrics import calibration_error
from tests.nn.judging.rows import random_probabilities, scored_rows


@given(scored_rows())
def test_roc_curve_agrees_with_scikit_learn(rows):
    positive, scores = rows
    curve = roc_curve(positive, scores)
    if positive.all() or not positive.any():
        assert [len(column) for column in curve] == [0, 0, 0]
    else:
        expected = oracle.roc_curve(positive, scores, drop_intermediate=False)
        np.testing.assert_allclose(curve.false_positive_rate, expected[0])
        np.testing.assert_allclose(curve.true_positive_rate, expected[1])
        np.testing.assert_array_equal(curve.threshold, expected[2])


@given(scored_rows())
def test_precision_recall_curve_agrees_with_scikit_learn(rows):
    positive, scores = rows
    curve = precision_recall_curve(positive, scores)
    if not positive.any():
        assert [len(column) for column in curve] == [0, 0, 0]
    else:
        precision, recall, threshold = oracle.precision_recall_curve(positive, scores)
        # Theirs is the other way round and ends in a point (precision 1) that no row stands for.
        np.testing.assert_allclose(curve.precision, precision[-2::-1])
        np.testing.assert_allclose(curve.recall, recall[-2::-1])
        np.testing.assert_array_equal(curve.threshold, threshold[::-1])


@given(st.integers(1, 300), st.sampled_from([2, 3, 7]), st.integers(0, 2**32 - 1))
def test_calibration_curve_agrees_with_scikit_learn(rows, classes, seed):
    probabilities, labels = random_probabilities(rows, classes, seed)
    if classes == 2:
        came_true, promised = labels == 1, probabilities[:, 1]
    else:
        came_true, promised = labels == probabilities.argmax(axis=1), probabilities.max(axis=1)
    assume(0 < came_true.sum() < rows)
    curve = calibration_curve(probabilities, labels)
    frequency, probability = oracle_calibration_curve(came_true, promised, n_bins=10)
    np.testing.assert_allclose(curve.frequency, frequency)
    np.testing.assert_allclose(curve.probability, probability)
    assert curve.rows.sum() == rows


@pytest.mark.parametrize("curve_of", [roc_curve, precision_recall_curve])
@pytest.mark.parametrize("steps", [40, None], ids=["ties", "distinct"])
def test_a_long_curve_keeps_its_shape_with_few_of_its_points(curve_of, steps):
    source = np.random.default_rng(3)
    positive = source.random(100_000) < 0.3
    scores = source.normal(positive.astype(float))
    curve = curve_of(positive, np.round(scores * steps) / steps if steps else scores)
    few = thinned(curve)
    assert len(few.threshold) <= MOST_POINTS
    points = {*zip(*(column.tolist() for column in curve), strict=True)}
    assert {*zip(*(column.tolist() for column in few), strict=True)} <= points
    assert [column[[0, -1]].tolist() for column in few] == [c[[0, -1]].tolist() for c in curve]
    # Every point left out, against the stretch between those kept around it, by its threshold.
    whole = np.stack(curve[1:], axis=1)
    after = np.clip(np.searchsorted(-few.threshold, -curve.threshold), 1, len(few.threshold) - 1)
    ends = np.stack(few[1:], axis=1)
    one, other = ends[after - 1], ends[after]
    along = np.einsum("ij,ij->i", whole - one, other - one)
    share = along / np.einsum("ij,ij->i", other - one, other - one)
    nearest = one + np.clip(share, 0, 1)[:, None] * (other - one)
    distances = np.hypot(*(whole - nearest).T)
    # Precision jumps up and down among the first few rows: there all MOST_POINTS may be used up.
    pixels = 1 if len(few.threshold) < MOST_POINTS else 3
    assert distances.max() <= pixels * PIXEL * 1.001


def test_a_curve_of_few_points_is_left_as_it_is():
    source = np.random.default_rng(4)
    curve = roc_curve(source.random(MOST_POINTS - 1) < 0.5, source.random(MOST_POINTS - 1))
    assert len(curve.threshold) == MOST_POINTS
    assert thinned(curve) is curve


def test_a_straight_line_is_its_two_ends():
    ends = roc_curve(np.arange(2000) % 2 == 0, np.repeat(np.arange(1000.0), 2))
    assert [column.tolist() for column in thinned(ends)[1:]] == [[0.0, 1.0], [0.0, 1.0]]


def two_classes(of_class_1):
    return np.stack([1.0 - np.array(of_class_1), of_class_1], axis=1)


def test_calibration_by_hand():
    # Bins [0, .5) and [.5, 1]: an edge belongs above, and 1 to the last bin.
    probabilities = two_classes([0.25, 0.0, 0.5, 1.0, 0.75])
    curve = calibration_curve(probabilities, np.array([1, 0, 0, 1, 1]), bins=2)
    assert curve.rows.tolist() == [2, 3]
    assert curve.probability.tolist() == [0.125, 0.75]
    assert curve.frequency.tolist() == [0.5, 2 / 3]
    expected = 2 / 5 * (0.5 - 0.125) + 3 / 5 * (0.75 - 2 / 3)
    assert calibration_error(curve) == pytest.approx(expected, rel=1e-15)


def test_bins_without_rows_are_left_out():
    curve = calibration_curve(two_classes([1.0]), np.array([1]))
    assert [column.tolist() for column in curve] == [[1.0], [1.0], [1]]
    assert calibration_error(curve) == 0.0
