"""The plane that a decision boundary is drawn over, in a picture and on the page.

Of two features it is theirs, in the table's own units; of more it goes through their first two
principal components.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import even_places
from nn.network.network import Network
from nn.preparing.scaling import Scaling
from nn.projection import Projection, principal_components
from stages.running.artifacts import Rows

Array = NDArray[np.float64]
Limits = tuple[float, float]

MARGIN = 0.06  # of the rows' extent, beyond the outermost of them
BANDS = 5  # shades for each class, from undecided to certain
FEW_ROWS = 100  # are drawn larger
PROJECTED_ROWS = 256  # of a wide table, by which its principal components are found


class Plane(NamedTuple):
    """Rows of a table as points of a plane."""

    points: Array
    """Of all rows, part by part, (rows, 2)."""
    labels: NDArray[np.int64]
    parts: NDArray[np.str_]
    """The part that each row belongs to, (rows,)."""
    axis_labels: tuple[str, str]
    scaling: Scaling
    projection: Projection | None
    """None where the axes are the two features."""

    @property
    def tested(self) -> NDArray[np.bool_]:
        """Whether a row is a test row, (rows,)."""
        return np.asarray(self.parts == "test")

    @property
    def limits(self) -> tuple[Limits, Limits]:
        """Where a drawing begins and ends, along x and along y."""
        first, second = (extent(values) for values in self.points.T)
        return first, second

    def inputs(self, points: Array) -> Array:
        """Find what a network `over` the plane takes at points (n, 2): of the same shape."""
        return self.scaling.apply(points) if self.projection is None else points

    def over(self, network: Network) -> Network:
        """Make a network answer to the two `inputs` of a point.

        Between principal components, a point stands for a row whose other components are 0, which
        is their mean.
        """
        if self.projection is None:
            return network
        return network.fed_by(self.projection.composed(network.layers[0]))


def plane_of(names: Sequence[str], scaling: Scaling, parts: Mapping[str, Rows]) -> Plane:
    """Lay out the rows of a table of two features or more: their names, their scaling, the parts.

    Principal components are those of the scaled training rows that are given, as the network sees
    them; of many columns, of PROJECTED_ROWS of them, as the time grows with the cube of the smaller
    number.
    """
    features, labels = zip(*parts.values(), strict=True)
    rows = np.concatenate(features)
    if len(names) == 2:
        projection, (first, second) = None, names
        points = scaling.undo(rows)
    else:
        projection = principal_components(_few(parts["train"].features), 2)
        first, second = (
            f"principal component {number} ({share:.0%} of the variance)"
            for number, share in enumerate(projection.shares, start=1)
        )
        points = projection.coordinates(rows)
    part_of_row = np.repeat([*parts], [len(each) for each in labels])
    return Plane(points, np.concatenate(labels), part_of_row, (first, second), scaling, projection)


def _few(features: Array) -> Array:
    """Take rows from all over a table where it has many rows and many columns."""
    rows, columns = features.shape
    if min(rows, columns) <= PROJECTED_ROWS:
        return features
    return np.asarray(features[even_places(rows, PROJECTED_ROWS)])


def extent(values: Array) -> Limits:
    """Cover values (rows,) and a margin on both sides."""
    low, high = float(values.min()), float(values.max())
    margin = MARGIN * (high - low) if high > low else 1.0
    return low - margin, high + margin


def evenly_spaced(limits: Limits, count: int) -> Array:
    """Place `count` values, two or more, at equal steps from one limit to the other."""
    low, high = limits
    return np.asarray(low + (high - low) * (np.arange(count) / (count - 1)))


def grid_points(x: Array, y: Array) -> Array:
    """List the points of a grid, (len(y) * len(x), 2), x running fastest."""
    return np.stack([np.tile(x, len(y)), np.repeat(y, len(x))], axis=1)


def class_names(target: str, classes: Sequence[str]) -> list[str]:
    """Call each class by the table's own words: `label = 1`."""
    return [f"{target} = {name}" for name in classes]
