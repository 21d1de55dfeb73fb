"""From probabilities to a decided class, and the threshold that decides between two.

Probabilities are (rows, classes), for one row or more.
"""

import numpy as np

from nn.judging.curves import Array, Labels, Mask, counts_by_threshold


def predicted_classes(probabilities: Array, threshold: float = 0.5) -> Labels:
    """Decide for a class in each row.

    Of two classes it is class 1 from a probability of `threshold` on; of more, the most probable
    one, the first of them where several are equal.
    """
    if probabilities.shape[1] == 2:
        return np.asarray(probabilities[:, 1] >= threshold, dtype=np.int64)
    return np.asarray(np.argmax(probabilities, axis=1), dtype=np.int64)


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
    halfway = distinct[best + 1] + (distinct[best] - distinct[best + 1]) / 2
    thresholds = np.where(halfway > distinct[best + 1], halfway, distinct[best])
    return float(thresholds[np.argmin(np.abs(thresholds - 0.5))])
