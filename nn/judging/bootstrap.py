"""95 % intervals of log loss and ROC AUC by drawing the rows again and again.

The percentile bootstrap (Efron 1979; Efron & Tibshirani, An Introduction to the Bootstrap, chapter
13): as many rows are drawn as there are, with replacement, and of the figure's values in all draws
the middle 95 % are kept. It says what other rows of the same kind would change, with the network as
it is. Of few rows it says too much: where there are fewer than ten, it says nothing.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, total
from nn.arithmetic.randomness import random_source

DRAWS = 2000
FEWEST_ROWS = 10  # and, for ROC AUC, of each of the two kinds
NUMBERS_AT_A_TIME = 1 << 20
Interval = tuple[float, float]


def mean_interval(values: Array) -> Interval | None:
    """Find the interval of the mean of what each row has, shape (rows,), as its own log loss."""
    if len(values) < FEWEST_ROWS:
        return None
    means = [total(counts * values, axis=-1) / len(values) for counts in _draws(len(values))]
    return _middle(np.concatenate(means))


def roc_auc_interval(positive: NDArray[np.bool_], scores: Array) -> Interval | None:
    """Find the interval of the area under the ROC curve: `positive` and `scores` are (rows,).

    A draw with rows of one kind alone has no such area and is passed over.
    """
    if min(np.count_nonzero(positive), np.count_nonzero(~positive)) < FEWEST_ROWS:
        return None
    ascending = np.argsort(scores, kind="stable")
    positive, scores = positive[ascending], scores[ascending]
    first, after = (np.searchsorted(scores, scores[positive], side=s) for s in ("left", "right"))
    areas = []
    for counts in _draws(len(scores)):
        hits = counts[:, positive]
        # How many negative rows lie before each place; whole numbers, so that no sum rounds.
        negatives = np.zeros((len(counts), len(scores) + 1), dtype=np.int64)
        np.cumsum(np.where(positive, 0, counts), axis=1, out=negatives[:, 1:])
        pairs_doubled = hits * (negatives[:, first] + negatives[:, after])
        pairs = np.cumsum(hits, axis=1)[:, -1] * negatives[:, -1]
        defined = pairs > 0
        won = total(pairs_doubled.astype(np.float64), axis=-1)
        areas.append(won[defined] / (2 * pairs[defined]))
    return _middle(np.concatenate(areas))


def _draws(rows: int) -> Iterator[NDArray[np.int64]]:
    """Draw as many rows as there are, again and again: how often each was drawn, (draws, rows)."""
    source = random_source(0, "bootstrap")
    at_a_time = max(NUMBERS_AT_A_TIME // rows, 1)
    for start in range(0, DRAWS, at_a_time):
        draws = min(at_a_time, DRAWS - start)
        places = source.integers(rows, size=(draws, rows)) + rows * np.arange(draws)[:, None]
        yield np.bincount(places.ravel(), minlength=draws * rows).reshape(draws, rows)


def _middle(values: Array) -> Interval:
    """Find the ends of the middle 95 %."""
    ascending = np.sort(values)
    cut = len(values) // 40
    return float(ascending[cut]), float(ascending[-1 - cut])
