"""How good probabilities are, in numbers and as curves.

Throughout, `labels` are class numbers, shape (rows,); `probabilities` are (rows, classes), for one
row or more; a curve or an area is of one class against the rest: `positive`, (rows,), tells which
rows are of the class, `scores`, (rows,), how strongly each is held to be. What the rows do not
define, as the precision of a class that was never predicted, is None and not 0.
"""

from collections.abc import Sequence
from typing import NamedTuple, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import mean, total

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]

CALIBRATION_BINS = 10
Z_95 = 1.959963984540054  # the standard normal lies within +- this in 95 % of cases


class RocCurve(NamedTuple):
    """A point for each threshold, descending: rows are called positive from that score on."""

    threshold: Array
    false_positive_rate: Array
    true_positive_rate: Array


class PrecisionRecallCurve(NamedTuple):
    """A point for each threshold, descending: rows are called positive from that score on."""

    threshold: Array
    precision: Array
    recall: Array


class CalibrationCurve(NamedTuple):
    """For each bin of probabilities that has rows: their average, how often it came true, rows."""

    probability: Array
    frequency: Array
    rows: Labels


def predicted_classes(probabilities: Array, threshold: float = 0.5) -> Labels:
    """Decide for a class in each row.

    Of two classes it is class 1 from a probability of `threshold` on; of more, the most probable
    one, the first of them where several are equal.
    """
    if probabilities.shape[1] == 2:
        return np.asarray(probabilities[:, 1] >= threshold, dtype=np.int64)
    return np.asarray(np.argmax(probabilities, axis=1), dtype=np.int64)


def confusion_matrix(labels: Labels, predicted: Labels, classes: int) -> Labels:
    """Count the rows by actual class (rows of the matrix) and predicted class (its columns)."""
    cells: Labels = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes)


def accuracy(confusion: Labels) -> float | None:
    """Find the share of all rows that were predicted right."""
    return _ratio(np.trace(confusion), _sums(confusion.reshape(1, -1))[0])


def precision(confusion: Labels) -> list[float | None]:
    """Find, for each class, the share of the rows predicted so that are so."""
    return [_ratio(*counts) for counts in zip(np.diag(confusion), _sums(confusion.T), strict=True)]


def recall(confusion: Labels) -> list[float | None]:
    """Find, for each class, the share of its rows that were predicted so."""
    return [_ratio(*counts) for counts in zip(np.diag(confusion), _sums(confusion), strict=True)]


def f1(confusion: Labels) -> list[float | None]:
    """Find, for each class, the harmonic mean of precision and recall.

    Written as ``2 right / (actual + predicted)`` it is 0, and defined, for a class that has rows
    and was never predicted.
    """
    actual_and_predicted = _sums(confusion) + _sums(confusion.T)
    doubled = 2 * np.diag(confusion)
    return [_ratio(*counts) for counts in zip(doubled, actual_and_predicted, strict=True)]


def headline(per_class: Sequence[float | None]) -> float | None:
    """Sum a metric up in one number: of two classes it is class 1's, of more their average.

    The average (macro: each class counts the same) is None where a class has no value: an average
    over the others would look better than what is known.
    """
    if len(per_class) == 2:
        return per_class[1]
    known = [value for value in per_class if value is not None]
    return float(mean(np.array(known))) if len(known) == len(per_class) else None


def youden_threshold(positive: Mask, scores: Array) -> float | None:
    """Find the threshold with the largest sum of true positive and true negative rate.

    (Youden's J, 1950.) It lies halfway between two scores; of several that are equally good it is
    the one nearest to 1/2, or else the higher. None where all rows are of one kind or score alike.
    """
    distinct, hits, false_alarms = _counts_from(positive, scores)
    if len(distinct) < 2 or hits[-1] == 0 or false_alarms[-1] == 0:
        return None
    gain = hits * false_alarms[-1] - false_alarms * hits[-1]  # J, times both counts of rows
    best = np.flatnonzero(gain[:-1] == gain[:-1].max())
    halfway = distinct[best + 1] + (distinct[best] - distinct[best + 1]) / 2
    thresholds = np.where(halfway > distinct[best + 1], halfway, distinct[best])
    return float(thresholds[np.argmin(np.abs(thresholds - 0.5))])


def log_loss(log_probabilities: Array, labels: Labels) -> float:
    """Average -ln p over the rows, p being the probability given to the row's own class.

    It is taken from logarithms, shape (rows, classes), as a network computes them from its logits:
    a probability rounded to 0 or 1 has lost what the logarithm needs. Nothing is clipped, so the
    value is infinite where a row's class was held impossible.
    """
    return float(mean(row_losses(log_probabilities, labels)))


def row_losses(log_probabilities: Array, labels: Labels) -> Array:
    """Find -ln p of each row, p being the probability given to the row's own class."""
    return -np.take_along_axis(log_probabilities, labels[:, None], axis=1)[:, 0]


def brier_score(probabilities: Array, labels: Labels) -> float:
    """Average the squared distance between probabilities and outcomes (Brier, 1950).

    Of two classes, ``(p1 - label)**2``, from 0 to 1; of more, the sum over the classes, from 0
    to 2, as Brier wrote it.
    """
    distance = probabilities - (np.arange(probabilities.shape[1]) == labels[:, None])
    if probabilities.shape[1] == 2:
        distance = distance[:, 1:]
    return float(mean(total(distance * distance, axis=1)))


def roc_auc(positive: Mask, scores: Array) -> float | None:
    """Find how often a positive row scores above a negative one, equal scores counting half.

    This is the area under the ROC curve (Hanley and McNeil, 1982). It is counted in whole numbers,
    so only the last division rounds. None where all rows are of one kind.
    """
    _, hits, false_alarms = _counts_from(positive, scores)
    pairs_doubled = np.diff(false_alarms, prepend=0) * (hits + np.append(0, hits[:-1]))
    return _ratio(total(pairs_doubled.astype(np.float64)), 2 * hits[-1] * false_alarms[-1])


def roc_curve(positive: Mask, scores: Array) -> RocCurve:
    """Trace the share of positive rows caught against that of false alarms.

    The first point is (0, 0), at an infinite threshold. No points where all rows are of one kind.
    """
    thresholds, hits, false_alarms = _counts_from(positive, scores)
    if hits[-1] == 0 or false_alarms[-1] == 0:
        return RocCurve(np.empty(0), np.empty(0), np.empty(0))
    return RocCurve(
        np.append(np.inf, thresholds),
        np.append(0, false_alarms) / false_alarms[-1],
        np.append(0, hits) / hits[-1],
    )


def precision_recall_curve(positive: Mask, scores: Array) -> PrecisionRecallCurve:
    """Trace precision against recall; no points where no row is positive.

    The curve begins at the highest score: where nothing is called positive there is no precision.
    """
    thresholds, hits, false_alarms = _counts_from(positive, scores)
    if hits[-1] == 0:
        return PrecisionRecallCurve(np.empty(0), np.empty(0), np.empty(0))
    return PrecisionRecallCurve(thresholds, hits / (hits + false_alarms), hits / hits[-1])


def calibration_curve(
    probabilities: Array, labels: Labels, bins: int = CALIBRATION_BINS
) -> CalibrationCurve:
    """Compare what was promised with what happened, in equally wide bins of probability.

    Of two classes it is about class 1; of more, about the most probable one, whichever it is (Guo,
    Pleiss, Sun and Weinberger, 2017). A bin holds its lower edge, the last one 1 too.
    """
    judged_class = 1 if probabilities.shape[1] == 2 else np.argmax(probabilities, axis=1)
    promised = probabilities[np.arange(len(labels)), judged_class]
    came_true = labels == judged_class
    bin_of_row = np.minimum((promised * bins).astype(np.int64), bins - 1)
    members = [np.flatnonzero(bin_of_row == number) for number in np.unique(bin_of_row)]
    return CalibrationCurve(
        np.array([mean(promised[rows]) for rows in members]),
        np.array([np.count_nonzero(came_true[rows]) / len(rows) for rows in members]),
        np.array([len(rows) for rows in members]),
    )


def calibration_error(curve: CalibrationCurve) -> float:
    """Average the distance between promised and seen over all rows.

    The expected calibration error of Naeini, Cooper and Hauskrecht (2015), bins as in the curve.
    """
    distance = np.abs(curve.probability - curve.frequency)
    weights = curve.rows.astype(np.float64)
    return float(total(weights * distance) / total(weights))


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Find the 95 % interval of a rate that was seen in `trials` trials, at least one.

    Wilson's score interval (1927): it stays within 0 and 1, and keeps what it promises for few
    trials and rates near the ends.
    """
    rate, spread = successes / trials, Z_95 * Z_95 / trials
    center = rate + spread / 2
    half_width = float(np.sqrt(spread * (rate * (1 - rate) + spread / 4)))
    low, high = (center - half_width) / (1 + spread), (center + half_width) / (1 + spread)
    # Rounding must not move the two ends that are known.
    return (low if successes > 0 else 0.0), (high if successes < trials else 1.0)


def _counts_from(positive: Mask, scores: Array) -> tuple[Array, Labels, Labels]:
    """Count, from each distinct score on, descending, the positive and the negative rows."""
    distinct, group = np.unique(scores, return_inverse=True)
    hits = np.bincount(group[positive], minlength=len(distinct))
    false_alarms = np.bincount(group[~positive], minlength=len(distinct))
    return distinct[::-1], np.cumsum(hits[::-1]), np.cumsum(false_alarms[::-1])


def _sums(counts: Labels) -> Labels:
    """Add up each row of a matrix of counts."""
    return np.cumsum(counts, axis=1)[:, -1]


def _ratio(part: SupportsFloat, whole: SupportsFloat) -> float | None:
    return float(part) / float(whole) if float(whole) > 0 else None
