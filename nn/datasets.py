"""Synthetic tables with two features and two classes, each drawn from a random source.

All of them return features of shape (rows, 2) and labels of shape (rows,), 0 or 1, in random
order, for two rows or more.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float64]
Labels = NDArray[np.int64]


def circles(
    rows: int, noise: float, factor: float, source: np.random.Generator
) -> tuple[Features, Labels]:
    """Put rows on two circles round the origin: label 0 at radius 1, label 1 at radius `factor`.

    The outer circle has ``rows // 2`` rows, the inner one the rest, equally spaced on each; `noise`
    is the standard deviation of what is added to each coordinate. The same table, except for the
    draws, as scikit-learn's `make_circles`.

    Its cos, sin and normal draws go through the machine's own mathematical library, which may
    differ in the last bits: whoever saves the table rounds it, to 6 decimals here.
    """
    outer = rows // 2
    labels = (np.arange(rows) >= outer).astype(np.int64)
    inner = rows - outer
    turns = np.concatenate([np.arange(outer) / outer, np.arange(inner) / inner])
    angle = 2 * np.pi * turns
    radius = np.where(labels == 1, factor, 1.0)
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points += noise * source.standard_normal((rows, 2))
    order = source.permutation(rows)
    return points[order], labels[order]


def clusters(rows: int, spread: float, source: np.random.Generator) -> tuple[Features, Labels]:
    """Scatter two clusters: label 0 round (-1, -1), label 1 round (1, 1).

    The first has ``rows // 2`` rows, the second the rest; `spread` is the standard deviation of
    each coordinate round its centre. Its normal draws need the same rounding as those of `circles`.
    """
    labels = (np.arange(rows) >= rows // 2).astype(np.int64)
    points = 2.0 * labels[:, None] - 1.0 + spread * source.standard_normal((rows, 2))
    order = source.permutation(rows)
    return points[order], labels[order]


def curve(rows: int, noise: float, source: np.random.Generator) -> tuple[Features, Labels]:
    """Fill the unit square, label 1 above the parabola ``x2 = 0.28 + 2 (x1 - 0.3)**2``.

    The height above the parabola is judged with an error drawn uniformly from [-noise, noise], so
    labels are random near the boundary and certain further away. With noise 0.3 about 0.49 of the
    rows are positive, the best line is right for 0.83 of them and the parabola itself for 0.865.

    Uniform draws and + - * only: the labels are the same on every machine.
    """
    points = source.random((rows, 2))
    x1, x2 = points.T
    offset = x1 - 0.3
    height = x2 - (0.28 + 2.0 * (offset * offset))
    error = noise * (2.0 * source.random(rows) - 1.0)
    return points, (height > error).astype(np.int64)


DATASETS: dict[str, Callable[..., tuple[Features, Labels]]] = {
    "circles": circles,
    "clusters": clusters,
    "curve": curve,
}
