"""The decision boundary: what a network would say of every point in a plane."""

import io
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from stages.figures.style import INK, class_color, class_marker, new_axes, tint

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Probabilities = Callable[[Array], Array]

BANDS = 5  # shades from undecided to certain, of each class
SHADES = [0.08 + 0.44 * band / (BANDS - 1) for band in range(BANDS)]


class Plane(NamedTuple):
    """Rows of a table as points of a plane, and the way back from its points to features."""

    points: Array
    """(rows, 2)."""
    labels: Labels
    is_test: NDArray[np.bool_]
    """Whether a row is a test row: (rows,), as `labels`."""
    to_features: Callable[[Array], Array]
    """Points (n, 2) to what the network takes, (n, features)."""
    axis_labels: tuple[str, str]
    class_labels: Sequence[str]


class Grid(NamedTuple):
    """Points that cover a plane's rows with a margin: coordinates along each side."""

    x: Array
    y: Array

    def points(self) -> Array:
        """All points, (len(y) * len(x), 2), x running fastest."""
        return np.stack([np.tile(self.x, len(self.y)), np.repeat(self.y, len(self.x))], axis=1)


def cover(plane: Plane, resolution: int) -> Grid:
    """Lay `resolution` points along each side, 6 % beyond the outermost rows."""
    lowest, highest = plane.points.min(axis=0), plane.points.max(axis=0)
    margin = np.where(highest > lowest, 0.06 * (highest - lowest), 1.0)
    steps = np.arange(resolution) / (resolution - 1)
    return Grid(*(low + steps * (high - low) for low, high in zip(lowest - margin, highest + margin, strict=True)))
