"""Curves that say how good probabilities are: ROC, precision and recall, calibration.

A ROC or precision-recall curve is of one class against the rest: `positive`, (rows,), tells which
rows are of the class, `scores`, (rows,), how strongly each is held to be. For one row or more.
"""

import heapq
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Distinct, distinct, mean, row_blocks, stored

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]

CALIBRATION_BINS = 10
MOST_POINTS = 500  # of a curve: of more, those that nobody could see are left out
PIXEL = 1e-3  # of the side of a picture


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


def roc_curve(positive: Mask, scores: Array) -> RocCurve:
    """Trace the share of positive rows caught against that of false alarms.

    The first point is (0, 0), at an infinite threshold. No points where all rows are of one kind.
    """
    thresholds, hits, false_alarms = counts_by_threshold(positive, scores)
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
    thresholds, hits, false_alarms = counts_by_threshold(positive, scores)
    if hits[-1] == 0:
        return PrecisionRecallCurve(np.empty(0), np.empty(0), np.empty(0))
    return PrecisionRecallCurve(thresholds, hits / (hits + false_alarms), hits / hits[-1])


Curve = TypeVar("Curve", bound=RocCurve | PrecisionRecallCurve)


def thinned(curve: Curve) -> Curve:
    """Leave out points of a curve that has more than MOST_POINTS, where nobody can see it.

    The line through the points that are kept passes within a PIXEL of each that is not, unless
    that takes more than MOST_POINTS.
    """
    if len(curve.threshold) <= MOST_POINTS:
        return curve
    places = corners(curve[1], curve[2])
    return type(curve)(*(column[places] for column in curve))


def corners(x: Array, y: Array) -> Labels:
    """Choose the points of a line, (points,), without which it would be another: their places.

    From the two ends on, the point furthest from the line through those chosen so far is added
    (Douglas & Peucker, 1973), until none is further than a PIXEL or there are MOST_POINTS.
    """

    def furthest(start: int, end: int) -> tuple[float, int, int, int]:
        across, up = x[end] - x[start], y[end] - y[start]
        right, above = x[start : end + 1] - x[start], y[start : end + 1] - y[start]
        square = across * across + up * up
        if square > 0.0:  # from each point to the nearest one of the stretch
            share = np.clip((right * across + above * up) / square, 0.0, 1.0)
            right, above = right - share * across, above - share * up
        distances = np.sqrt(right * right + above * above)
        place = int(np.argmax(distances))
        return -float(distances[place]), start, start + place, end

    chosen = [0, len(x) - 1]
    stretches = [furthest(*chosen)]  # a heap, the furthest point first
    while stretches and len(chosen) < MOST_POINTS:
        distance, start, place, end = heapq.heappop(stretches)
        if -distance <= PIXEL:
            break
        chosen.append(place)
        heapq.heappush(stretches, furthest(start, place))
        heapq.heappush(stretches, furthest(place, end))
    return np.array(sorted(chosen))


def calibration_curve(
    probabilities: Array, labels: Labels, bins: int = CALIBRATION_BINS
) -> CalibrationCurve:
    """Compare what was promised with what happened, in equally wide bins of probability.

    Of two classes it is about class 1; of more, about the most probable one, whichever it is (Guo,
    Pleiss, Sun and Weinberger, 2017). A bin holds its lower edge, the last one 1 too.
    """
    width = probabilities.shape[1]
    blocks = zip(row_blocks(probabilities, width), row_blocks(labels, width), strict=True)
    promises = stored(_promised(*each) for each in blocks)

    def of_bin(number: int) -> Iterator[Array]:
        for block in row_blocks(promises, 2):
            yield block[np.minimum((block[:, 0] * bins).astype(np.int64), bins - 1) == number]

    members = [each for number in range(bins) if len(each := stored(of_bin(number)))]
    return CalibrationCurve(
        np.array([mean(each[:, 0]) for each in members]),
        np.array([np.count_nonzero(each[:, 1]) / len(each) for each in members]),
        np.array([len(each) for each in members]),
    )


def _promised(probabilities: Array, labels: Labels) -> Array:
    """Find how probable a row's judged class is held, and whether it came true: (rows, 2)."""
    judged_class = 1 if probabilities.shape[1] == 2 else np.argmax(probabilities, axis=1)
    promised = probabilities[np.arange(len(labels)), judged_class]
    return np.column_stack([promised, labels == judged_class])


def of_class(labels: Labels, number: int) -> Mask:
    """Mark the rows of a class, (rows,); the labels may lie in a file."""
    return np.concatenate([block == number for block in row_blocks(labels, 1)])


def counts_by_threshold(positive: Mask, scores: Array) -> tuple[Array, Labels, Labels]:
    """Count the positive and the negative rows from each distinct score on.

    Gives the scores, descending, then both counts: three arrays of one length.
    """
    values, counts = zip(*counts_by_score(positive, scores), strict=True)
    of_score = np.concatenate(counts)[::-1].astype(np.int64)
    hits, false_alarms = np.cumsum(of_score, axis=0).T
    return np.concatenate(values)[::-1], hits, false_alarms


def counts_by_score(positive: Mask, scores: Array) -> Iterator[Distinct]:
    """Count the positive and the negative rows of each distinct score: stretches, ascending."""
    blocks = zip(row_blocks(positive, 2), row_blocks(scores, 2), strict=True)
    return distinct((block, np.column_stack([marked, ~marked])) for marked, block in blocks)
