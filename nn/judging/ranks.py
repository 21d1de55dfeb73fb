"""Rank correlation: how nearly one quantity rises whenever another does."""

import numpy as np

from nn.arithmetic import mean, total
from nn.judging.curves import Array


def rank_correlation(ones: Array, others: Array) -> float | None:
    """Compute Spearman's rho of pairs, both (rows,): from -1 to 1, equal values sharing their rank.

    It is the correlation of the ranks (Spearman, 1904). None where one of them does not vary.
    """
    deviations = [ranks - mean(ranks) for ranks in (_ranks(ones), _ranks(others))]
    both, first, second = (
        float(total(x * y)) for x, y in (deviations, (deviations[0],) * 2, (deviations[1],) * 2)
    )
    spread = float(np.sqrt(first * second))
    return both / spread if spread > 0.0 else None


def _ranks(values: Array) -> Array:
    """Rank values from the lowest, which has 1; equal ones get the average of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place])
