"""Metrics: how good probabilities and decisions are, in numbers.

Throughout, `labels` are class numbers, shape (rows,); `probabilities` are (rows, classes), for one
row or more; `confusion` is what `confusion_matrix` counts, (classes, classes). What the rows do not
define, as the precision of a class that was never predicted, is None and not 0.
"""

from collections.abc import Iterator
from typing import SupportsFloat

import numpy as np

from nn.arithmetic import mean, row_blocks, stored, total
from nn.judging.curves import Array, CalibrationCurve, Labels, Mask, counts_by_score
from nn.network.outputs import row_losses

FEW_HITS = 10_000  # positive rows: of one class of many, the others take no sorting


def confusion_matrix(labels: Labels, predicted: Labels, classes: int) -> Labels:
    """Count the rows by actual class (rows of the matrix) and predicted class (its columns)."""
    cells = np.zeros(classes * classes, dtype=np.int64)
    for actual, decided in zip(row_blocks(labels, 1), row_blocks(predicted, 1), strict=True):
        cells += np.bincount(actual.astype(np.int64) * classes + decided, minlength=len(cells))
    return cells.reshape(classes, classes)


def accuracy(confusion: Labels) -> float | None:
    """Compute the share of the rows whose predicted class is the actual one."""
    return _ratio(np.trace(confusion), _sums(confusion.reshape(1, -1))[0])


def precision(confusion: Labels) -> list[float | None]:
    """Compute, for each class, the share of the rows predicted to be of it that are."""
    return [_ratio(*counts) for counts in zip(np.diag(confusion), _sums(confusion.T), strict=True)]


def recall(confusion: Labels) -> list[float | None]:
    """Compute, for each class, the share of its rows that are predicted to be of it."""
    return [_ratio(*counts) for counts in zip(np.diag(confusion), _sums(confusion), strict=True)]


def f1(confusion: Labels) -> list[float | None]:
    """Compute, for each class, the harmonic mean of precision and recall.

    Written as ``2 right / (actual + predicted)`` it is 0, and defined, for a class that has rows
    and was never predicted.
    """
    actual_and_predicted = _sums(confusion) + _sums(confusion.T)
    doubled = 2 * np.diag(confusion)
    return [_ratio(*counts) for counts in zip(doubled, actual_and_predicted, strict=True)]


def log_loss(log_probabilities: Array, labels: Labels) -> float:
    """Average -ln p over the rows, p being the probability given to the row's own class.

    It is taken from logarithms, shape (rows, classes), as a network computes them from its logits:
    a probability rounded to 0 or 1 has lost what the logarithm needs. Nothing is clipped, so the
    value is infinite where a row's class was held impossible.
    """
    return float(mean(losses_of_rows(log_probabilities, labels)))


def losses_of_rows(log_probabilities: Array, labels: Labels) -> Array:
    """Find -ln p of each row as in `row_losses`, of arrays that may lie in files: (rows,)."""
    return stored(row_losses(*each) for each in _beside(log_probabilities, labels))


def brier_score(probabilities: Array, labels: Labels) -> float:
    """Average the squared distance between probabilities and outcomes (Brier, 1950).

    Of two classes, ``(p1 - label)**2``, from 0 to 1; of more, the sum over the classes, from 0
    to 2, as Brier wrote it.
    """

    def squares(some: Array, of_rows: Labels) -> Array:
        distance = some - (np.arange(some.shape[1]) == of_rows[:, None])
        if some.shape[1] == 2:
            distance = distance[:, 1:]
        return total(distance * distance, axis=1)

    return float(mean(stored(squares(*each) for each in _beside(probabilities, labels))))


def roc_auc(positive: Mask, scores: Array) -> float | None:
    """Compute how often a positive row scores above a negative one; equal scores count half.

    `positive`, (rows,), tells which rows are of a class, `scores`, (rows,), how strongly each is
    held to be.

    This is the area under the ROC curve (Hanley and McNeil, 1982). It is counted in whole numbers,
    so only the last division rounds. None where all rows are positive or none is.
    """
    hits = int(np.count_nonzero(positive))
    pairs = hits * (len(positive) - hits)
    won_doubled = (_won_by_few if hits <= FEW_HITS else _won)(positive, scores, hits)
    return _ratio(won_doubled, 2 * pairs)


def _won(positive: Mask, scores: Array, hits: int) -> float:
    """Count twice how often a positive row scores above a negative one, equal scores half."""
    above, won_doubled = hits, 0.0
    for _, counts in counts_by_score(positive, scores):
        own, negative = counts.T.astype(np.int64)
        higher = above - np.cumsum(own)
        won_doubled += float(total((negative * (2 * higher + own)).astype(np.float64)))
        above = int(higher[-1])
    return won_doubled


def _won_by_few(positive: Mask, scores: Array, hits: int) -> float:
    """Count the same where few rows are positive: only these are sorted."""
    blocks = [*zip(row_blocks(positive, 2), row_blocks(scores, 2), strict=True)]
    own = np.sort(np.concatenate([block[marked] for marked, block in blocks]))
    negative = np.zeros(hits + 1, dtype=np.int64)  # by how many of these are below, or not above
    for marked, block in blocks:
        for side in ("left", "right"):
            below = np.searchsorted(own, block[~marked], side=side)
            negative += np.bincount(below, minlength=hits + 1)
    return float(total((negative * np.arange(hits, -1, -1)).astype(np.float64)))


def calibration_error(curve: CalibrationCurve) -> float:
    """Average over the rows how far predicted probability and observed frequency lie apart.

    The expected calibration error of Naeini, Cooper and Hauskrecht (2015), bins as in the curve.
    """
    distance = np.abs(curve.probability - curve.frequency)
    weights = curve.rows.astype(np.float64)
    return float(total(weights * distance) / total(weights))


def _beside(values: Array, labels: Labels) -> Iterator[tuple[Array, Labels]]:
    """Walk through values (rows, classes) and labels (rows,) in blocks of the same rows."""
    width = values.shape[1]
    return zip(row_blocks(values, width), row_blocks(labels, width), strict=True)


def _sums(counts: Labels) -> Labels:
    """Add up each row of a matrix of counts."""
    return np.cumsum(counts, axis=1)[:, -1]


def _ratio(part: SupportsFloat, whole: SupportsFloat) -> float | None:
    return float(part) / float(whole) if float(whole) > 0 else None
