"""Metrics against scikit-learn's, scipy's and counting by hand."""

from fractions import Fraction

import numpy as np
import pytest
import sklearn.metrics as oracle
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve as oracle_calibration_curve

from nn.judging import metrics

# Few distinct values, so that ties are the rule.
SCORES = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])


@st.composite
def scored_rows(draw):
    """Rows that are positive or not, and their scores; one row and one kind only are among them."""
    rows = draw(st.lists(st.tuples(st.booleans(), SCORES), min_size=1, max_size=30))
    positive, scores = zip(*rows, strict=True)
    return np.array(positive), np.array(scores)


@st.composite
def predictions(draw):
    """Actual classes, predicted ones and the number of classes, not all of which need occur."""
    classes = draw(st.integers(2, 5))
    label = st.integers(0, classes - 1)
    rows = draw(st.lists(st.tuples(label, label), min_size=1, max_size=30))
    labels, predicted = np.array(rows, dtype=np.int64).T
    return labels, predicted, classes


def random_probabilities(rows, classes, seed):
    source = np.random.default_rng(seed)
    probabilities = source.dirichlet(np.full(classes, 0.5), size=rows)
    return probabilities, source.integers(0, classes, rows)


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


@pytest.mark.parametrize(
    ("per_class", "expected"),
    [
        ([0.25, 0.75], 0.75),
        ([0.25, None], None),
        ([None, 0.75], 0.75),
        ([0.25, 0.75, 0.5], 0.5),
        ([0.25, 0.75, None], None),
    ],
)
def test_headline_is_class_1_of_two_and_the_average_of_more(per_class, expected):
    assert metrics.headline(per_class) == expected


def test_of_two_classes_the_threshold_decides_and_of_more_the_most_probable():
    two = np.array([[0.71, 0.29], [0.7, 0.3], [0.2, 0.8]])
    assert metrics.predicted_classes(two, threshold=0.3).tolist() == [0, 1, 1]
    three = np.array([[0.4, 0.2, 0.4], [0.1, 0.45, 0.45], [0.0, 0.1, 0.9]])
    assert metrics.predicted_classes(three, threshold=0.3).tolist() == [0, 1, 2]


@given(scored_rows())
def test_roc_auc_is_the_share_of_pairs_in_the_right_order(rows):
    positive, scores = rows
    pairs = [(above, below) for above in scores[positive] for below in scores[~positive]]
    if pairs:
        right = sum(Fraction(2 * (a > b) + (a == b), 2) for a, b in pairs)
        assert metrics.roc_auc(positive, scores) == float(right / len(pairs))
        assert metrics.roc_auc(positive, scores) == pytest.approx(
            oracle.roc_auc_score(positive, scores)
        )
    else:
        assert metrics.roc_auc(positive, scores) is None


@given(scored_rows())
def test_roc_curve_agrees_with_scikit_learn(rows):
    positive, scores = rows
    curve = metrics.roc_curve(positive, scores)
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
    curve = metrics.precision_recall_curve(positive, scores)
    if not positive.any():
        assert [len(column) for column in curve] == [0, 0, 0]
    else:
        precision, recall, threshold = oracle.precision_recall_curve(positive, scores)
        # Theirs is the other way round and ends in a point (precision 1) that no row stands for.
        np.testing.assert_allclose(curve.precision, precision[-2::-1])
        np.testing.assert_allclose(curve.recall, recall[-2::-1])
        np.testing.assert_array_equal(curve.threshold, threshold[::-1])


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


@given(st.integers(1, 300), st.sampled_from([2, 3, 7]), st.integers(0, 2**32 - 1))
def test_calibration_curve_agrees_with_scikit_learn(rows, classes, seed):
    probabilities, labels = random_probabilities(rows, classes, seed)
    if classes == 2:
        came_true, promised = labels == 1, probabilities[:, 1]
    else:
        came_true, promised = labels == probabilities.argmax(axis=1), probabilities.max(axis=1)
    assume(0 < came_true.sum() < rows)
    curve = metrics.calibration_curve(probabilities, labels)
    frequency, probability = oracle_calibration_curve(came_true, promised, n_bins=10)
    np.testing.assert_allclose(curve.frequency, frequency)
    np.testing.assert_allclose(curve.probability, probability)
    assert curve.rows.sum() == rows


def two_classes(of_class_1):
    return np.stack([1.0 - np.array(of_class_1), of_class_1], axis=1)


def test_calibration_by_hand():
    # Bins [0, .5) and [.5, 1]: an edge belongs above, and 1 to the last bin.
    probabilities = two_classes([0.25, 0.0, 0.5, 1.0, 0.75])
    curve = metrics.calibration_curve(probabilities, np.array([1, 0, 0, 1, 1]), bins=2)
    assert curve.rows.tolist() == [2, 3]
    assert curve.probability.tolist() == [0.125, 0.75]
    assert curve.frequency.tolist() == [0.5, 2 / 3]
    expected = 2 / 5 * (0.5 - 0.125) + 3 / 5 * (0.75 - 2 / 3)
    assert metrics.calibration_error(curve) == pytest.approx(expected, rel=1e-15)


def test_bins_without_rows_are_left_out():
    curve = metrics.calibration_curve(two_classes([1.0]), np.array([1]))
    assert [column.tolist() for column in curve] == [[1.0], [1.0], [1]]
    assert metrics.calibration_error(curve) == 0.0


@given(st.data(), st.integers(1, 1000))
def test_wilson_interval_agrees_with_scipy(data, trials):
    successes = data.draw(st.integers(0, trials))
    expected = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    low, high = metrics.wilson_interval(successes, trials)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0.0 <= low <= successes / trials <= high <= 1.0


@pytest.mark.parametrize("steps", [None, 3])
@pytest.mark.parametrize("seed", range(8))
def test_youden_s_threshold_against_all_others(seed, steps):
    source = np.random.default_rng(seed)
    positive = source.random(40) < 0.3
    scores = np.clip(0.3 + 0.3 * positive + 0.3 * source.standard_normal(40), 0, 1)
    scores = np.round(scores * steps) / steps if steps else scores

    def j(threshold):
        return np.mean(scores[positive] >= threshold) + np.mean(scores[~positive] < threshold) - 1

    found = metrics.youden_threshold(positive, scores)
    assert found is not None
    distinct = np.unique(scores)
    halfway = (distinct[1:] + distinct[:-1]) / 2
    best = max(j(threshold) for threshold in halfway)
    assert j(found) == pytest.approx(best)
    good = [threshold for threshold in halfway if j(threshold) == pytest.approx(best)]
    assert abs(found - 0.5) == pytest.approx(min(abs(threshold - 0.5) for threshold in good))


def test_youden_s_threshold_worked_by_hand():
    positive = np.array([False, False, True, False, True, True])
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.9])
    # From 0.6 on: 2 of 3 caught, no false alarm; from 0.3 on: 3 of 3 and 1 of 3. Both are 2/3; the
    # borders lie at 0.5 and 0.25.
    assert metrics.youden_threshold(positive, scores) == 0.5
    neighbours = np.array([0.5, np.nextafter(0.5, 1)])
    assert metrics.youden_threshold(np.array([False, True]), neighbours) == neighbours[1]
    assert metrics.youden_threshold(np.array([True, True]), np.array([0.1, 0.2])) is None
    assert metrics.youden_threshold(np.array([True, False]), np.array([0.2, 0.2])) is None
