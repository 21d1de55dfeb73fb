"""Synthetic tables of one or two features, each drawn from a random source.

All of them return features of shape (rows, k) and targets of shape (rows,), in random order, for
two rows or more. Targets are labels, 0 or 1, or the numbers to predict.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float64]
Labels = NDArray[np.int64]
Numbers = NDArray[np.float64]


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


def wave(rows: int, noise: float, source: np.random.Generator) -> tuple[Features, Numbers]:
    """Follow the wave ``y = 16 x**5 - 20 x**3 + 5 x``, x drawn uniformly from [-1, 1].

    It is the Chebyshev polynomial of degree five: from -1 to 1 it rises and falls between -1 and 1,
    five times in all, and no straight line explains more than a fiftieth of it. What is added to y
    is drawn uniformly from [-noise, noise].

    Uniform draws and + - * only: the table is the same on every machine.
    """
    x = 2.0 * source.random(rows) - 1.0
    square = x * x
    y = x * (5.0 + square * (16.0 * square - 20.0))
    return x[:, None], y + noise * (2.0 * source.random(rows) - 1.0)


DATASETS: dict[str, Callable[..., tuple[Features, Labels | Numbers]]] = {
    "circles": circles,
    "clusters": clusters,
    "curve": curve,
    "wave": wave,
}
