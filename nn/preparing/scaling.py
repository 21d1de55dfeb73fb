"""Bringing features onto a common scale, fitted on some rows and applied to any."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import mean, row_blocks, stored
from nn.errors import InputError, nearest

Array = NDArray[np.float64]

FARTHEST = 1e100  # the square of a scaled number beyond it could be infinite


class Scaling(NamedTuple):
    """What is subtracted from each feature and what it is then divided by, both (features,)."""

    center: Array
    scale: Array
    clip: float | None = None
    """What no scaled number reaches; None: they are not clipped."""

    def apply(self, features: Array) -> Array:
        """Scale the rows of a table: (rows, features) to the same shape."""
        with np.errstate(over="ignore"):  # who multiplies by infinity is told
            scaled = (features - self.center) / self.scale
        if self.clip is None:
            return scaled
        scaled = np.clip(scaled, -FARTHEST, FARTHEST)
        ratio = scaled / self.clip
        return np.asarray(scaled / np.sqrt(1.0 + ratio * ratio))

    def undo(self, scaled: Array) -> Array:
        """Put scaled rows back into their own units, of the same shape.

        Clipped ones lose digits the nearer they are to the clip; it and what lies beyond are taken
        for a number close to it.
        """
        if self.clip is not None:
            ratio = scaled / self.clip
            scaled = scaled / np.sqrt(np.maximum(1.0 - ratio * ratio, np.finfo(np.float64).eps))
        return np.asarray(self.center + scaled * self.scale)


def zscore(features: Array, epsilon: float = 0.0) -> Scaling:
    """Scale to mean 0 and standard deviation 1: (x - mean) / (std + epsilon).

    The deviation is the population's, sqrt(mean((x - mean)^2)).
    """
    low, high = extent(features)
    # The mean of equal numbers may be a rounding error away from them, and a deviation of that size
    # would be scaled up to 1.
    center = np.where(low == high, low, mean(features, axis=0))
    deviations = (block - center for block in row_blocks(features, features.shape[1]))
    squares = stored(each * each for each in deviations)
    return Scaling(center, np.sqrt(mean(squares, axis=0)) + epsilon)


def smooth_clip(features: Array, clip: float) -> Scaling:
    """Scale as `zscore` does, to z, and bend far-off numbers: z / sqrt(1 + (z / clip)^2).

    Numbers near the mean hardly change, and none gets beyond `clip`, so that one row with an
    enormous value does not pull answers along. The 0 and 1 of categories are bent as well. As in
    RealMLP (Holzmüller, Grinsztajn and Steinwart, Better by Default: Strong Pre-Tuned MLPs and
    Boosted Trees on Tabular Data, 2024), which divides by quantiles, though.
    """
    return zscore(features)._replace(clip=clip)


def minmax(features: Array) -> Scaling:
    """Scale to the range from 0 to 1: (x - min) / (max - min)."""
    low, high = extent(features)
    return Scaling(low, high - low)


def extent(features: Array) -> tuple[Array, Array]:
    """Find the smallest and the largest number of each feature, both (features,)."""
    blocks = row_blocks(features, features.shape[1])
    lows, highs = zip(*((block.min(axis=0), block.max(axis=0)) for block in blocks), strict=True)
    return np.min(lows, axis=0), np.max(highs, axis=0)


def none(features: Array) -> Scaling:
    """Leave features as they are."""
    return Scaling(np.zeros(features.shape[1]), np.ones(features.shape[1]))


SCALINGS: dict[str, Callable[..., Scaling]] = {
    "zscore": zscore,
    "smooth_clip": smooth_clip,
    "minmax": minmax,
    "none": none,
}
"""By the name in params.yaml; further parameters of a function are settings of the same name."""


def fit_scaling(features: Array, method: str, **settings: float) -> Scaling:
    """Find the scaling that suits the rows of a table, shape (rows, features), at least one row.

    A feature with one value only becomes 0 by all but `none`, its scale being the epsilon of
    `zscore`, or 1 where that is 0. Raises InputError for an unknown method.
    """
    if method not in SCALINGS:
        raise InputError(f"{method!r} is no way to scale{nearest(method, SCALINGS)}")
    scaling = SCALINGS[method](features, **settings)
    return scaling._replace(scale=np.where(scaling.scale == 0.0, 1.0, scaling.scale))
