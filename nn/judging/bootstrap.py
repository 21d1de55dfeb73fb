"""95 % intervals of log loss and ROC AUC by the bootstrap: drawing the rows again and again.

The percentile bootstrap (Efron 1979; Efron & Tibshirani, An Introduction to the Bootstrap, chapter
13): as many rows are drawn as there are, with replacement, and of the figure's values in all draws
the middle 95 % are kept. It tells how much other rows of the same kind would
change the figure, the network being as it is. Of few rows such an interval is too narrow; of fewer
than ten there is none.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, total
from nn.arithmetic.randomness import random_source

DRAWS = 2000
FEWEST_ROWS = 10  # for ROC AUC, of positive and of negative rows each
NUMBERS_AT_A_TIME = 1 << 20
Interval = tuple[float, float]


def mean_interval(values: Array) -> Interval | None:
    """Compute the interval of a mean over rows; `values`, (rows,), may be the log loss of each."""
    if len(values) < FEWEST_ROWS:
        return None
    means = [total(counts * values, axis=-1) / len(values) for counts in _draws(len(values))]
    return _middle(np.concatenate(means))


def roc_auc_interval(positive: NDArray[np.bool_], scores: Array) -> Interval | None:
    """Compute the interval of the area under the ROC curve.

    `positive`, (rows,), tells which rows are of the class, `scores`, (rows,), how strongly each is
    held to be. A draw that has no positive or no negative row has no area and is passed over.
    """
    if min(np.count_nonzero(positive), np.count_nonzero(~positive)) < FEWEST_ROWS:
        return None
    ascending = np.argsort(scores, kind="stable")
    positive, scores = positive[ascending], scores[ascending]
    first, after = (np.searchsorted(scores, scores[positive], side=s) for s in ("left", "right"))
    areas = []
    for counts in _draws(len(scores)):
        hits = counts[:, positive]
        # The negative rows before each place; counted in whole numbers, so that no sum rounds.
        negatives = np.zeros((len(counts), len(scores) + 1), dtype=np.int64)
        np.cumsum(np.where(positive, 0, counts), axis=1, out=negatives[:, 1:])
        pairs_doubled = hits * (negatives[:, first] + negatives[:, after])
        pairs = np.cumsum(hits, axis=1)[:, -1] * negatives[:, -1]
        defined = pairs > 0
        won = total(pairs_doubled.astype(np.float64), axis=-1)
        areas.append(won[defined] / (2 * pairs[defined]))
    return _middle(np.concatenate(areas))


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
