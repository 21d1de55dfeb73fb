"""What a network says over a plane, as it stands without JavaScript, and in print: the final one.

Of classes it is the decision boundary, of numbers a surface in bands of colour.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.judging.decisions import predicted_classes
from nn.network.network import Network
from nn.preparing.scaling import Scaling
from stages.figures.bands import Bands
from stages.figures.plane import BANDS, FEW_ROWS, Array, Plane, grid_points
from stages.reporting.frame import Area, Frame
from stages.reporting.markers import class_color, marker_path

AREA = Area(left=52, top=10, width=458, height=366, full_width=520, full_height=426)
COLUMNS, ROWS = 110, 88  # cells of the field


class Shade(NamedTuple):
    """The cells that lean towards one class about equally strongly, or that are of one band."""

    color: str
    """As CSS has it."""
    band: int | None
    """How strongly; None where the colour says it all."""
    path: str


class Markers(NamedTuple):
    """The rows of one colour that are, or are not, test rows."""

    color: str
    tested: bool
    path: str


class PlaneDrawing(NamedTuple):
    """What a network says of a plane, with a table's rows on it, in the drawing's coordinates."""

    frame: Frame
    axis_labels: tuple[str, str]
    cells: tuple[int, int]
    """How many columns and rows of cells the field has."""
    shades: Sequence[Shade]
    border: str
    """Where the decision changes, in cells; empty where a number is predicted."""
    markers: Sequence[Markers]
    bands: Bands | None = None
    """Of numbers, what the colours mean."""


def draw_boundary(network: Network, plane: Plane, threshold: float) -> PlaneDrawing:
    """Draw which class the network decides for at every cell's centre, and all rows."""
    probabilities = plane.over(network).probabilities(plane.inputs(cell_centres(plane)))
    decided = predicted_classes(probabilities, threshold).reshape(ROWS, COLUMNS)
    classes = range(probabilities.shape[1])
    frame = Frame(AREA, *plane.limits)
    return PlaneDrawing(
        frame,
        plane.axis_labels,
        (COLUMNS, ROWS),
        field_shades(probabilities),
        border_of(decided),
        row_markers(plane, frame, [(plane.labels == n, n, class_color(n)) for n in classes]),
    )


def draw_surface(network: Network, scaling: Scaling, plane: Plane, bands: Bands) -> PlaneDrawing:
    """Draw the number that is predicted at every cell's centre, and all rows by their own.

    `scaling` is that of the target.
    """
    logits = plane.over(network).logits(plane.inputs(cell_centres(plane)))
    codes = bands.places(scaling.undo(logits[:, 0])).reshape(ROWS, COLUMNS)
    own, frame = bands.places(plane.labels), Frame(AREA, *plane.limits)
    return PlaneDrawing(
        frame,
        plane.axis_labels,
        (COLUMNS, ROWS),
        [Shade(bands.colors[code], None, path) for code, path in cells_by_code(codes)],
        "",
        row_markers(
            plane, frame, [(own == band, 0, color) for band, color in enumerate(bands.colors)]
        ),
        bands,
    )


def cell_centres(plane: Plane) -> Array:
    """List the centres of all cells: (ROWS * COLUMNS, 2)."""
    (left, right), (bottom, top) = plane.limits
    x = left + (right - left) * (np.arange(COLUMNS) + 0.5) / COLUMNS
    y = top + (bottom - top) * (np.arange(ROWS) + 0.5) / ROWS
    return grid_points(x, y)


def field_shades(probabilities: Array) -> list[Shade]:
    """Shade cells (ROWS * COLUMNS, classes) by the class that leads, and by how far it does."""
    ordered = np.sort(probabilities, axis=1)
    bands = np.minimum(((ordered[:, -1] - ordered[:, -2]) * BANDS).astype(np.int64), BANDS - 1)
    codes = (np.argmax(probabilities, axis=1) * BANDS + bands).reshape(ROWS, COLUMNS)
    return [
        Shade(class_color(code // BANDS), code % BANDS, path) for code, path in cells_by_code(codes)
    ]


def cells_by_code(codes: NDArray[np.int64]) -> list[tuple[int, str]]:
    """Trace the cells of each code, in ascending order; `codes` are (rows, columns)."""
    paths: dict[int, list[str]] = {}
    for row, line in enumerate(codes):
        starts = [0, *(np.flatnonzero(np.diff(line)) + 1).tolist(), len(line)]
        for start, end in pairwise(starts):
            path = f"M{start} {row}h{end - start}v1h{start - end}z"
            paths.setdefault(int(line[start]), []).append(path)
    return [(code, "".join(path)) for code, path in sorted(paths.items())]


def border_of(decided: NDArray[np.int64]) -> str:
    """Trace the edges between neighbouring cells that are decided differently."""
    upright = np.argwhere(decided[:, 1:] != decided[:, :-1]).tolist()
    level = np.argwhere(decided[1:] != decided[:-1]).tolist()
    return "".join(
        [f"M{column + 1} {row}v1" for row, column in upright]
        + [f"M{column} {row + 1}h1" for row, column in level]
    )


def row_markers(
    plane: Plane, frame: Frame, groups: Sequence[tuple[NDArray[np.bool_], int, str]]
) -> list[Markers]:
    """Mark the rows: training rows first, test rows above them and larger.

    A group of rows says which they are, (rows,), the number of their shape and their colour.
    """
    few = len(plane.labels) <= FEW_ROWS
    drawn = []
    for is_tested in (False, True):
        radius = (5.5 if few else 3.2) if is_tested else (4.8 if few else 2.2)
        for belongs, shape, color in groups:
            chosen = plane.points[belongs & (plane.tested == is_tested)].tolist()
            path = "".join(
                marker_path(shape, frame.place_x(x), frame.place_y(y), radius) for x, y in chosen
            )
            if path:
                drawn.append(Markers(color, is_tested, path))
    return drawn
