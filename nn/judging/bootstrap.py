"""95 % intervals by the bootstrap: how much other rows would change a figure.

The percentile bootstrap (Efron 1979; Efron & Tibshirani, An Introduction to the Bootstrap, chapter
13): as many rows are drawn as there are, with replacement, and of the figure's values in all draws
the middle 95 % are kept. It tells how much other rows of the same kind would
change the figure, the network being as it is. Of few rows such an interval is too narrow; of fewer
than ten there is none. Of very many, the draws would take longer than the training and give what
the normal distribution gives at once: the figure ± 1.96 standard errors.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, mean, total
from nn.arithmetic.randomness import random_source

Z_95 = 1.959963984540054  # the standard normal lies within +- this in 95 % of cases
DRAWS = 2000
MOST_ROWS = 10_000  # that are drawn; of more, the distribution of a figure is the normal one
FEWEST_ROWS = 10  # for ROC AUC, of positive and of negative rows each
NUMBERS_AT_A_TIME = 1 << 20
Interval = tuple[float, float]


def mean_interval(values: Array) -> Interval | None:
    """Compute the interval of a mean over rows; `values`, (rows,), may be the log loss of each."""
    if len(values) < FEWEST_ROWS:
        return None
    if len(values) > MOST_ROWS:
        center = mean(values)
        return _normal(float(center), _variance(values, center) / len(values))
    means = [total(counts * values, axis=-1) / len(values) for counts in _draws(len(values))]
    return _middle(np.concatenate(means))


def r2_interval(residuals: Array, actual: Array) -> Interval | None:
    """Compute the interval of the explained share of the variance; both are (rows,).

    A draw in which all rows have the same number has no such share and is passed over.
    """
    rows = len(actual)
    if rows < FEWEST_ROWS or actual.min() == actual.max():
        return None
    centred = actual - mean(actual)  # small numbers: less is lost in the difference below
    if rows > MOST_ROWS:
        errors, squares = residuals * residuals, centred * centred
        unexplained = float(mean(errors)) / float(mean(squares))
        pulls = (errors - unexplained * squares) / mean(squares)  # of each row (the delta method)
        return _normal(1.0 - unexplained, _variance(pulls, mean(pulls)) / rows)
    values = []
    for counts in _draws(rows):
        average = total(counts * centred, axis=-1) / rows
        squares = total(counts * (centred * centred), axis=-1)
        spread = squares - rows * (average * average)
        errors = total(counts * (residuals * residuals), axis=-1)
        defined = spread > 1e-12 * squares  # else it is but what rounding has left
        values.append(1.0 - errors[defined] / spread[defined])
    return _middle(np.concatenate(values))


def median_interval(values: Array) -> Interval | None:
    """Compute the interval of a median; of an even number of rows it is taken as the lower one."""
    if len(values) < FEWEST_ROWS:
        return None
    ascending = np.sort(values)
    if len(values) > MOST_ROWS:  # the ranks between which half of the rows end, by chance
        middle, reach = len(values) / 2, Z_95 * math.sqrt(len(values)) / 2
        low, high = math.floor(middle - reach), math.ceil(middle + reach)
        return float(ascending[low]), float(ascending[high])
    medians = [
        ascending[np.argmax(2 * np.cumsum(counts, axis=1) >= len(values), axis=1)]
        for counts in _draws(len(values))
    ]
    return _middle(np.concatenate(medians))


def roc_auc_interval(positive: NDArray[np.bool_], scores: Array) -> Interval | None:
    """Compute the interval of the area under the ROC curve.

    `positive`, (rows,), tells which rows are of the class, `scores`, (rows,), how strongly each is
    held to be. A draw that has no positive or no negative row has no area and is passed over.
    """
    if min(np.count_nonzero(positive), np.count_nonzero(~positive)) < FEWEST_ROWS:
        return None
    if len(scores) > MOST_ROWS:
        low, high = _normal(*area_and_variance(positive, scores))
        return max(low, 0.0), min(high, 1.0)
    ascending = np.argsort(scores, kind="stable")
    positive, scores = positive[ascending], scores[ascending]
    first, after = (np.searchsorted(scores, scores[positive], side=s) for s in ("left", "right"))
    areas = []
    for counts in _draws(len(scores)):
        hits = counts[:, positive]
        # The negative rows before each place; counted in whole numbers, so that no sum rounds.
        negatives = np.cumsum(np.pad(np.where(positive, 0, counts), ((0, 0), (1, 0))), axis=1)
        pairs_doubled = hits * (negatives[:, first] + negatives[:, after])
        pairs = np.cumsum(hits, axis=1)[:, -1] * negatives[:, -1]
        defined = pairs > 0
        won = total(pairs_doubled.astype(np.float64), axis=-1)
        areas.append(won[defined] / (2 * pairs[defined]))
    return _middle(np.concatenate(areas))


def area_and_variance(positive: NDArray[np.bool_], scores: Array) -> tuple[float, float]:
    """Compute the area under the ROC curve and the variance that it has by other rows.

    Of each positive row the share of negative ones below it, of each negative row that of positive
    ones above it: the area is the mean of either, and the variances of both means add up (DeLong,
    DeLong and Clarke-Pearson, 1988). Equal scores count half.
    """
    hits, misses = np.sort(scores[positive]), np.sort(scores[~positive])
    below = _ranks(misses, hits) / len(misses)
    above = 1.0 - _ranks(hits, misses) / len(hits)
    area = mean(below)
    variance = _variance(below, area) / len(hits) + _variance(above, area) / len(misses)
    return float(area), variance


def _ranks(ascending: Array, values: Array) -> Array:
    """Count the entries below each value, equal ones half."""
    below, up_to = (np.searchsorted(ascending, values, side=s) for s in ("left", "right"))
    return np.asarray((below + up_to) / 2)


def _variance(values: Array, center: Array) -> float:
    deviations = values - center
    return float(total(deviations * deviations)) / (len(values) - 1)


def _normal(figure: float, variance: float) -> Interval:
    half = Z_95 * math.sqrt(variance)
    return figure - half, figure + half


def _draws(rows: int) -> Iterator[NDArray[np.int64]]:
    """Draw as many rows as there are, with replacement, DRAWS times.

    Gives how often each row was drawn, (draws, rows), some draws at a time.
    """
    source = random_source(0, "bootstrap")
    at_a_time = max(NUMBERS_AT_A_TIME // rows, 1)
    for start in range(0, DRAWS, at_a_time):
        draws = min(at_a_time, DRAWS - start)
        places = source.integers(rows, size=(draws, rows)) + rows * np.arange(draws)[:, None]
        yield np.bincount(places.ravel(), minlength=draws * rows).reshape(draws, rows)


def _middle(values: Array) -> Interval:
    """Return the ends of the middle 95 % of the values."""
    ascending = np.sort(values)
    cut = len(values) // 40
    return float(ascending[cut]), float(ascending[-1 - cut])
