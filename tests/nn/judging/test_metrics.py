"""Metrics against scikit-learn's and counting by hand."""

from fractions import Fraction
from unittest.mock import patch

import numpy as np
import pytest
import sklearn.metrics as oracle
from hypothesis import given
from hypothesis import strategies as st

from nn.judging import metrics
from tests.nn.judging.rows import random_probabilities, scored_rows


@st.composite
def predictions(draw):
    """Actual classes, predicted ones and the number of classes, not all of which need occur."""
    classes = draw(st.integers(2, 5))
    label = st.integers(0, classes - 1)
    rows = draw(st.lists(st.tuples(label, label), min_size=1, max_size=30))
    labels, predicted = np.array(rows, dtype=np.int64).T
    return labels, predicted, classes


def none_for_nan(values):
    return [None if np.isnan(value) else value for value in values]


@given(predictions())
def test_confusion_accuracy_precision_recall_f1_agree_with_scikit_learn(rows):
    labels, predicted, classes = rows
    confusion = metrics.confusion_matrix(labels, predicted, classes)

    every = np.arange(classes)
    np.testing.assert_array_equal(
        confusion, oracle.confusion_matrix(labels, predicted, labels=every)
    )
    assert metrics.accuracy(confusion) == pytest.approx(oracle.accuracy_score(labels, predicted))
    expected = oracle.precision_recall_fscore_support(
        labels, predicted, labels=every, zero_division=np.nan
    )
    assert metrics.precision(confusion) == pytest.approx(none_for_nan(expected[0]))
    assert metrics.recall(confusion) == pytest.approx(none_for_nan(expected[1]))
    assert metrics.f1(confusion) == pytest.approx(none_for_nan(expected[2]))


def test_a_class_never_predicted_has_no_precision_but_an_f1_of_0():
    confusion = np.array([[3, 0], [2, 0]])
    assert metrics.precision(confusion) == [0.6, None]
    assert metrics.recall(confusion) == [1.0, 0.0]
    assert metrics.f1(confusion) == [0.75, 0.0]


@given(scored_rows())
def test_roc_auc_is_the_share_of_pairs_in_the_right_order(rows):
    positive, scores = rows
    pairs = [(above, below) for above in scores[positive] for below in scores[~positive]]
    if pairs:
        right = sum(Fraction(2 * (a > b) + (a == b), 2) for a, b in pairs)
        for few in (0, metrics.FEW_HITS):
            with patch.object(metrics, "FEW_HITS", few):
                assert metrics.roc_auc(positive, scores) == float(right / len(pairs))
        assert metrics.roc_auc(positive, scores) == pytest.approx(
            oracle.roc_auc_score(positive, scores)
        )
    else:
        assert metrics.roc_auc(positive, scores) is None


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("rows", [1, 2, 200])
def test_log_loss_and_brier_score_agree_with_scikit_learn(rows, classes):
    probabilities, labels = random_probabilities(rows, classes, seed=rows + classes)
    every = np.arange(classes)
    assert metrics.log_loss(np.log(probabilities), labels) == pytest.approx(
        oracle.log_loss(labels, probabilities, labels=every), rel=1e-12
    )
    assert metrics.brier_score(probabilities, labels) == pytest.approx(
        oracle.brier_score_loss(labels, probabilities, labels=every), rel=1e-12
    )


def test_log_loss_is_not_clipped():
    certain_and_wrong = np.array([[0.0, -1e9], [0.0, -1e9]])
    assert metrics.log_loss(certain_and_wrong, np.array([0, 1])) == 5e8
    impossible = np.array([[0.0, -np.inf]])
    assert metrics.log_loss(impossible, np.array([0])) == 0.0
    assert metrics.log_loss(impossible, np.array([1])) == np.inf
