"""From probabilities to a decided class, and the threshold that decides between two.

Probabilities are (rows, classes), for one row or more.
"""

from typing import NamedTuple

import numpy as np

from nn.arithmetic import row_blocks, stored, total
from nn.judging.curves import Array, Labels, Mask, counts_by_threshold
from nn.network.outputs import DEFAULT_THRESHOLD


class Cost(NamedTuple):
    """What it costs, in any unit, to take class 0 for class 1, and class 1 for class 0."""

    false_positive: float
    false_negative: float


def mean_cost(confusion: Labels, cost: Cost) -> float:
    """Average what mistakes cost over rows, from counts by actual and predicted class, (2, 2)."""
    paid = confusion[0, 1] * cost.false_positive + confusion[1, 0] * cost.false_negative
    return float(paid / total(confusion.astype(np.float64)))


def predicted_classes(probabilities: Array, threshold: float = DEFAULT_THRESHOLD) -> Labels:
    """Decide for a class in each row.

    Of two classes it is class 1 from a probability of `threshold` on; of more, the most probable
    one, the first of them where several are equal.
    """

    def decided(block: Array) -> Labels:
        if block.shape[1] == 2:
            return np.asarray(block[:, 1] >= threshold, dtype=np.int64)
        return np.asarray(np.argmax(block, axis=1), dtype=np.int64)

    return stored(decided(block) for block in row_blocks(probabilities, probabilities.shape[1]))


def cheapest_threshold(positive: Mask, scores: Array, cost: Cost) -> float:
    """Choose the threshold with which the mistakes cost least.

    Shapes are as in `youden_threshold`. It lies halfway between two scores, or between the last of
    them and 0 or 1; of several that cost as little it is the one nearest to 1/2, or else the
    higher.
    """
    distinct, hits, false_alarms = counts_by_threshold(positive, scores)
    none = np.zeros(1, dtype=np.int64)  # if every score is below
    missed = hits[-1] - np.concatenate([none, hits])
    wrong = np.concatenate([none, false_alarms])
    costs = wrong * cost.false_positive + missed * cost.false_negative
    above, below = np.append(1.0, distinct), np.append(distinct, 0.0)
    thresholds = _halfway(above, below)
    possible = (thresholds > 0.0) & (thresholds < 1.0)
    thresholds, costs = thresholds[possible], costs[possible]
    best = thresholds[costs == costs.min()]
    return float(best[np.argmin(np.abs(best - 0.5))])


def youden_threshold(positive: Mask, scores: Array) -> float | None:
    """Choose the threshold with the largest sum of true positive and true negative rate.

    (Youden's J, 1950.) `positive`, (rows,), tells which rows are of class 1, and `scores`, (rows,),
    are their probabilities of it. The threshold lies halfway between two scores; of several that
    are equally good it is the one nearest to 1/2, or else the higher. None where all rows are of
    one class or score alike.
    """
    distinct, hits, false_alarms = counts_by_threshold(positive, scores)
    if len(distinct) < 2 or hits[-1] == 0 or false_alarms[-1] == 0:
        return None
    gain = hits * false_alarms[-1] - false_alarms * hits[-1]  # J, times both counts of rows
    best = np.flatnonzero(gain[:-1] == gain[:-1].max())
    thresholds = _halfway(distinct[best], distinct[best + 1])
    return float(thresholds[np.argmin(np.abs(thresholds - 0.5))])


def _halfway(above: Array, below: Array) -> Array:
    """Find thresholds that scores `above` reach and scores `below` do not."""
    halfway = below + (above - below) / 2
    return np.where(halfway > below, halfway, above)
