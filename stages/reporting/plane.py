"""The plane that a boundary is drawn over: two features, or two principal components of more."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.projection import Projection, principal_components
from stages.running.trained import Trained

Array = NDArray[np.float64]

MARGIN = 0.06  # of the rows' extent, beyond the outermost of them


class Plane(NamedTuple):
    """A plane in the space of the features; `templates/boundary.html.j2` draws it."""

    points: Array
    """Of all rows, (rows, 2)."""
    axis_labels: tuple[str, str]
    projection: Projection | None
    """None where the plane's axes are the two features, in the table's own units."""

    def inputs(self, trained: Trained, points: Array) -> Array:
        """Find what the network takes at points (n, 2)."""
        if self.projection is None:
            return trained.model.scaling.apply(points)
        return self.projection.features(points)

    @property
    def limits(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Where the drawing begins and ends, along x and along y."""
        first, second = (extent(values) for values in self.points.T)
        return first, second


def plane_of(trained: Trained, raw: Array) -> Plane:
    """Lay out rows: `raw` are all of them, (rows, k), k > 1, in the table's own units."""
    names = trained.model.features
    if len(names) == 2:
        return Plane(raw, (names[0], names[1]), None)
    # As the network sees them: a unit of each feature is its standard deviation.
    projection = principal_components(trained.parts["train"].features, 2)
    first, second = (
        f"principal component {number} ({share:.0%} of the variance)"
        for number, share in enumerate(projection.shares, start=1)
    )
    features = np.concatenate([rows.features for rows in trained.parts.values()])
    return Plane(projection.coordinates(features), (first, second), projection)


def extent(values: Array) -> tuple[float, float]:
    """Cover values (rows,) and a margin on both sides."""
    low, high = float(values.min()), float(values.max())
    margin = MARGIN * (high - low) if high > low else 1.0
    return low - margin, high + margin
