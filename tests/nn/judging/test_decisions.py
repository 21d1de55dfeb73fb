"""Decided classes by hand, and the chosen threshold against all others."""

import numpy as np
import pytest

from nn.judging.decisions import (
    Cost,
    cheapest_threshold,
    mean_cost,
    predicted_classes,
    youden_threshold,
)
from nn.judging.metrics import confusion_matrix


def test_of_two_classes_the_threshold_decides_and_of_more_the_most_probable():
    two = np.array([[0.71, 0.29], [0.7, 0.3], [0.2, 0.8]])
    assert predicted_classes(two, threshold=0.3).tolist() == [0, 1, 1]
    three = np.array([[0.4, 0.2, 0.4], [0.1, 0.45, 0.45], [0.0, 0.1, 0.9]])
    assert predicted_classes(three, threshold=0.3).tolist() == [0, 1, 2]


@pytest.mark.parametrize("steps", [None, 3])
@pytest.mark.parametrize("seed", range(8))
def test_youden_s_threshold_against_all_others(seed, steps):
    source = np.random.default_rng(seed)
    positive = source.random(40) < 0.3
    scores = np.clip(0.3 + 0.3 * positive + 0.3 * source.standard_normal(40), 0, 1)
    scores = np.round(scores * steps) / steps if steps else scores

    def j(threshold):
        return np.mean(scores[positive] >= threshold) + np.mean(scores[~positive] < threshold) - 1

    found = youden_threshold(positive, scores)
    assert found is not None
    distinct = np.unique(scores)
    halfway = (distinct[1:] + distinct[:-1]) / 2
    best = max(j(threshold) for threshold in halfway)
    assert j(found) == pytest.approx(best)
    good = [threshold for threshold in halfway if j(threshold) == pytest.approx(best)]
    assert abs(found - 0.5) == pytest.approx(min(abs(threshold - 0.5) for threshold in good))


@pytest.mark.parametrize("steps", [None, 3])
@pytest.mark.parametrize("cost", [Cost(1.0, 1.0), Cost(1.0, 5.0), Cost(3.0, 0.5), Cost(1.0, 1e6)])
@pytest.mark.parametrize("seed", range(4))
def test_the_cheapest_threshold_against_all_others(seed, cost, steps):
    source = np.random.default_rng(seed)
    positive = source.random(40) < 0.3
    scores = np.clip(0.3 + 0.3 * positive + 0.3 * source.standard_normal(40), 0.01, 0.99)
    scores = np.round(scores * steps) / steps if steps else scores

    def paid(threshold):
        decided = scores >= threshold
        wrong, missed = (decided & ~positive).sum(), (~decided & positive).sum()
        return mean_cost(confusion_matrix(positive * 1, decided * 1, 2), cost), (
            wrong * cost.false_positive + missed * cost.false_negative
        ) / 40

    found = cheapest_threshold(positive, scores, cost)
    assert 0 < found < 1
    borders = np.array([0.0, *np.unique(scores), 1.0])
    halfway = [each for each in (borders[1:] + borders[:-1]) / 2 if 0 < each < 1]
    for threshold in (found, *halfway):
        assert paid(threshold)[0] == pytest.approx(paid(threshold)[1])
    best = min(paid(threshold)[1] for threshold in halfway)
    assert paid(found)[1] == pytest.approx(best)
    good = [threshold for threshold in halfway if paid(threshold)[1] == pytest.approx(best)]
    assert abs(found - 0.5) == pytest.approx(min(abs(threshold - 0.5) for threshold in good))


def test_the_cheapest_threshold_worked_by_hand():
    positive, scores = np.array([False, True, False, True]), np.array([0.2, 0.4, 0.6, 0.8])
    # From 0.4 on, one false alarm; from 0.8 on, one missed.
    assert cheapest_threshold(positive, scores, Cost(1.0, 5.0)) == pytest.approx(0.3)
    assert cheapest_threshold(positive, scores, Cost(5.0, 1.0)) == pytest.approx(0.7)
    # A false alarm that costs far more than all that could be missed: nobody is of class 1.
    assert cheapest_threshold(np.array([True, False]), np.array([0.3, 0.6]), Cost(9.0, 1.0)) == 0.8
    assert cheapest_threshold(np.array([True, False]), np.array([0.3, 0.6]), Cost(1.0, 9.0)) == 0.15


def test_youden_s_threshold_worked_by_hand():
    positive = np.array([False, False, True, False, True, True])
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.9])
    # From 0.6 on: 2 of 3 caught, no false alarm; from 0.3 on: 3 of 3 and 1 of 3. Both are 2/3; the
    # borders lie at 0.5 and 0.25.
    assert youden_threshold(positive, scores) == 0.5
    neighbours = np.array([0.5, np.nextafter(0.5, 1)])
    assert youden_threshold(np.array([False, True]), neighbours) == neighbours[1]
    assert youden_threshold(np.array([True, True]), np.array([0.1, 0.2])) is None
    assert youden_threshold(np.array([True, False]), np.array([0.2, 0.2])) is None
