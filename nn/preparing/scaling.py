"""Bringing features onto a common scale, fitted on some rows and applied to any."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import mean
from nn.errors import InputError

Array = NDArray[np.float64]


class Scaling(NamedTuple):
    """What is subtracted from each feature and what it is then divided by, both (features,)."""

    center: Array
    scale: Array

    def apply(self, features: Array) -> Array:
        """Scale the rows of a table: (rows, features) to the same shape."""
        return (features - self.center) / self.scale


def fit_scaling(features: Array, method: str, epsilon: float = 0.0) -> Scaling:
    """Find the scaling that suits the rows of a table, shape (rows, features), at least one row.

    - ``zscore``: mean 0 and standard deviation 1, ``(x - mean) / (std + epsilon)`` with the
      population's standard deviation, ``sqrt(mean((x - mean)**2))``.
    - ``minmax``: from 0 to 1, ``(x - min) / (max - min)``.
    - ``none``: as it is.

    A feature with one value only becomes 0 by the first two, its scale being `epsilon`, or 1 where
    that is 0. Raises InputError for any other method.
    """
    low, high = features.min(axis=0), features.max(axis=0)
    match method:
        case "zscore":
            # The mean of equal numbers may be a rounding error away from them, and a deviation of
            # that size would be scaled up to 1.
            center = np.where(low == high, low, mean(features, axis=0))
            deviations = features - center
            scale = np.sqrt(mean(deviations * deviations, axis=0)) + epsilon
        case "minmax":
            center, scale = low, high - low
        case "none":
            center, scale = np.zeros_like(low), np.ones_like(low)
        case _:
            raise InputError(f"{method!r} is no way to scale: use zscore, minmax or none")
    return Scaling(center, np.where(scale == 0.0, 1.0, scale))
