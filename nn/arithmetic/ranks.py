"""Rank correlation, from ranks that are whole numbers, so that their sums are exact."""

import numpy as np

from nn.arithmetic.elementary import Array
from nn.arithmetic.matmul import matmul
from nn.arithmetic.sums import total


def rank_correlations(columns: Array) -> Array:
    """Compute Spearman's rank correlation of each two columns: (rows, k) to (k, k).

    Equal values share the mean of their ranks. A column of one value correlates with none.
    """
    ranks = np.stack([_centered_ranks(column) for column in columns.T], axis=1)
    products = matmul(ranks.T, ranks)
    lengths = np.sqrt(total(ranks * ranks, axis=0))
    lengths = lengths[:, None] * lengths
    defined = lengths > 0.0
    return np.where(defined, products / np.where(defined, lengths, 1.0), 0.0)


def _centered_ranks(values: Array) -> Array:
    """Find twice the difference of each value's rank to the mean rank, a whole number."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    twice = 2 * np.cumsum(counts) - counts  # the ranks' sum of first and last, but for 1
    return np.asarray(twice[place] - len(values), dtype=np.float64)
