"""Metrics of predicted numbers: how far they lie from the actual ones, in the target's own units.

Throughout, `residuals` are (rows,), for one row or more: actual less predicted.
"""

import numpy as np

from nn.arithmetic import mean, total
from nn.judging.curves import Array


def rmse(residuals: Array) -> float:
    """Compute the root of the mean squared residual."""
    return float(np.sqrt(mean(residuals * residuals)))


def mean_absolute_error(residuals: Array) -> float:
    """Average the sizes of the residuals."""
    return float(mean(np.abs(residuals)))


def median_absolute_error(residuals: Array) -> float:
    """Find the size that half of the residuals stay below; of an even number, halfway."""
    ascending = np.sort(np.abs(residuals))
    middle = (len(ascending) - 1) // 2
    lower, upper = ascending[middle], ascending[len(ascending) // 2]
    return float(lower + (upper - lower) / 2)


def r2(residuals: Array, actual: Array) -> float | None:
    """Compute the share of the variance that is explained: 1 - sum of e^2 / sum of (y - mean)^2.

    1 is perfect, 0 no better than the mean of these rows, which `actual`, (rows,), has; less than 0
    is worse. None where all rows have the same number.
    """
    deviations = actual - (actual[0] if actual.min() == actual.max() else mean(actual))
    spread = float(total(deviations * deviations))
    return 1.0 - float(total(residuals * residuals)) / spread if spread > 0.0 else None
