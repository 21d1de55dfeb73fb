"""The decision boundary as it stands without JavaScript, and in print: the final network's."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.judging.decisions import predicted_classes
from nn.network.network import Network
from stages.figures.plane import BANDS, FEW_ROWS, Array, Plane, grid_points
from stages.reporting.frame import Area, Frame
from stages.reporting.markers import color_number, marker_path

AREA = Area(left=52, top=10, width=458, height=366, full_width=520, full_height=426)
COLUMNS, ROWS = 110, 88  # cells of the field


class Shade(NamedTuple):
    """The cells that lean towards one class about equally strongly."""

    color: int
    band: int
    path: str


class Markers(NamedTuple):
    """The rows of one class that are, or are not, test rows."""

    color: int
    tested: bool
    path: str


class BoundaryDrawing(NamedTuple):
    """A field of probabilities with the rows of the table on it, in the drawing's coordinates."""

    frame: Frame
    axis_labels: tuple[str, str]
    cells: tuple[int, int]
    """How many columns and rows of cells the field has."""
    shades: Sequence[Shade]
    border: str
    """Where the decision changes, in cells."""
    markers: Sequence[Markers]


def draw_boundary(network: Network, plane: Plane, threshold: float) -> BoundaryDrawing:
    """Draw what the network says of every cell's centre, and all rows."""
    frame = Frame(AREA, *plane.limits)
    (left, right), (bottom, top) = plane.limits
    x = left + (right - left) * (np.arange(COLUMNS) + 0.5) / COLUMNS
    y = top + (bottom - top) * (np.arange(ROWS) + 0.5) / ROWS
    probabilities = network.probabilities(plane.features(grid_points(x, y)))
    decided = predicted_classes(probabilities, threshold).reshape(ROWS, COLUMNS)
    return BoundaryDrawing(
        frame,
        plane.axis_labels,
        (COLUMNS, ROWS),
        field_shades(probabilities),
        border_of(decided),
        row_markers(plane, frame),
    )


def field_shades(probabilities: Array) -> list[Shade]:
    """Shade cells (ROWS * COLUMNS, classes) by the class that leads, and by how far it does."""
    ordered = np.sort(probabilities, axis=1)
    bands = np.minimum(((ordered[:, -1] - ordered[:, -2]) * BANDS).astype(np.int64), BANDS - 1)
    codes = (np.argmax(probabilities, axis=1) * BANDS + bands).reshape(ROWS, COLUMNS)
    paths: dict[int, list[str]] = {}
    for row, line in enumerate(codes):
        starts = [0, *(np.flatnonzero(np.diff(line)) + 1).tolist(), COLUMNS]
        for start, end in pairwise(starts):
            path = f"M{start} {row}h{end - start}v1h{start - end}z"
            paths.setdefault(int(line[start]), []).append(path)
    return [
        Shade(color_number(code // BANDS), code % BANDS, "".join(path))
        for code, path in sorted(paths.items())
    ]


def border_of(decided: NDArray[np.int64]) -> str:
    """Trace the edges between neighbouring cells that are decided differently."""
    upright = np.argwhere(decided[:, 1:] != decided[:, :-1]).tolist()
    level = np.argwhere(decided[1:] != decided[:-1]).tolist()
    return "".join(
        [f"M{column + 1} {row}v1" for row, column in upright]
        + [f"M{column} {row + 1}h1" for row, column in level]
    )


def row_markers(plane: Plane, frame: Frame) -> list[Markers]:
    """Mark the rows: training rows first, test rows above them and larger."""
    few = len(plane.labels) <= FEW_ROWS
    drawn = []
    for is_tested in (False, True):
        radius = (5.5 if few else 3.2) if is_tested else (4.8 if few else 2.2)
        for number in range(plane.labels.max() + 1):
            chosen = plane.points[(plane.labels == number) & (plane.tested == is_tested)].tolist()
            path = "".join(
                marker_path(number, frame.place_x(x), frame.place_y(y), radius) for x, y in chosen
            )
            if path:
                drawn.append(Markers(color_number(number), is_tested, path))
    return drawn
