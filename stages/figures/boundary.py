"""The decision boundary: what a network says of every point of a plane."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from stages.figures.style import INK, class_color, class_marker, new_axes, tint

Array = NDArray[np.float64]

MARGIN = 0.06  # of the rows' extent, beyond the outermost of them
BANDS = 5  # shades for each class, from undecided to certain
FEW_ROWS = 100  # are drawn larger
LEGEND_LETTERS = 56  # that fit beneath a picture side by side
SHADES = [0.06 + 0.34 * band / (BANDS - 1) for band in range(BANDS)]


class Plane(NamedTuple):
    """Rows of a table as points of a plane."""

    points: Array
    """Of all rows, (rows, 2)."""
    labels: NDArray[np.int64]
    tested: NDArray[np.bool_]
    """Whether a row is a test row, (rows,)."""
    wrong: NDArray[np.bool_]
    """Whether a row is to be marked as predicted wrongly, (rows,)."""
    classes: Sequence[str]
    """How the legend calls each class."""
    axis_labels: tuple[str, str]
    to_features: Callable[[Array], Array]
    """From points (n, 2) to what the network takes, (n, features)."""


class Grid(NamedTuple):
    """Points that cover a plane: their coordinates along each side."""

    x: Array
    y: Array

    @property
    def points(self) -> Array:
        """Every point, (len(y) * len(x), 2), x running fastest."""
        return np.stack([np.tile(self.x, len(self.y)), np.repeat(self.y, len(self.x))], axis=1)


def grid_over(points: Array, resolution: int) -> Grid:
    """Cover points (rows, 2), and a margin round them, with `resolution` points along each side."""
    x, y = (span(coordinates, resolution) for coordinates in points.T)
    return Grid(x, y)


def span(values: Array, resolution: int) -> Array:
    """Cover values (rows,), and a margin on both sides, with `resolution` equal steps."""
    low, high = values.min(), values.max()
    margin = MARGIN * (high - low) if high > low else 1.0
    steps = np.arange(resolution) / (resolution - 1)
    return np.asarray((low - margin) + steps * (high - low + 2 * margin))


def draw_boundary(
    plane: Plane, grid: Grid, probabilities: Array, threshold: float, title: str, subtitle: str
) -> Figure:
    """Draw the rows over the probabilities of the grid's points, (points, classes)."""
    figure, axes = new_axes(7.2, 5.8, title, subtitle)
    draw_field(axes, grid, probabilities, threshold)
    draw_rows(axes, plane)
    _draw_legend(figure, axes, plane)
    return figure


def draw_field(axes: Axes, grid: Grid, probabilities: Array, threshold: float) -> list[ContourSet]:
    """Shade where each class leads, darker the further; draw lines where the decision changes."""
    field = probabilities.reshape(len(grid.y), len(grid.x), -1)
    classes = field.shape[2]
    contours: list[ContourSet] = []
    for number in range(classes):
        lead = field[:, :, number] - np.delete(field, number, axis=2).max(axis=2)
        colors = [tint(class_color(number), shade) for shade in SHADES]
        edges = [band / BANDS for band in range(BANDS)] + [1.01]
        contours.append(axes.contourf(grid.x, grid.y, lead, edges, colors=colors, zorder=0))
        # Of two classes the second decides, by its threshold; of more, each has a border.
        decisive = field[:, :, 1] - threshold if classes == 2 else lead
        if decisive.min() < 0.0 < decisive.max() and (classes > 2 or number == 1):
            contours.append(
                axes.contour(grid.x, grid.y, decisive, [0.0], colors=INK, linewidths=1.6, zorder=1)
            )
    return contours


def draw_rows(axes: Axes, plane: Plane) -> None:
    """Draw training rows small and pale, test rows above them with a dark rim."""
    few = len(plane.points) <= FEW_ROWS
    for number in range(len(plane.classes)):
        for tested in (False, True):
            x, y = plane.points[(plane.labels == number) & (plane.tested == tested)].T
            axes.scatter(
                x,
                y,
                s=(60 if few else 26) if tested else (44 if few else 12),
                color=class_color(number),
                marker=class_marker(number),
                alpha=None if tested or few else 0.55,
                edgecolors=INK if tested else "white",
                linewidths=0.9 if tested else 0.3,
                zorder=3 if tested else 2,
            )
    x, y = plane.points[plane.wrong].T
    axes.scatter(x, y, s=130, color="none", edgecolors=INK, zorder=4)
    axes.set_xlabel(plane.axis_labels[0])
    axes.set_ylabel(plane.axis_labels[1])


def _draw_legend(figure: Figure, axes: Axes, plane: Plane) -> None:
    """Explain markers beneath the picture and, of two classes, the shades beside it."""
    entries = [
        _entry(name, class_marker(number), class_color(number), "white", 8)
        for number, name in enumerate(plane.classes)
    ]
    if plane.tested.any():
        entries.append(_entry("test row", "o", "white", INK, 8))
    if plane.wrong.any():
        entries.append(_entry("predicted wrongly", "o", "none", INK, 12))
    figure.legend(handles=entries, loc="outside lower center", ncols=_legend_columns(entries))
    if len(plane.classes) == 2:
        tints = [tint(class_color(0), shade) for shade in reversed(SHADES)]
        tints += [tint(class_color(1), shade) for shade in SHADES]
        edges = [edge / (2 * BANDS) for edge in range(2 * BANDS + 1)]
        shades = ScalarMappable(BoundaryNorm(edges, 2 * BANDS), ListedColormap(tints))
        bar = figure.colorbar(shades, ax=axes, ticks=edges[::2], pad=0.02, aspect=30)
        bar.set_label(f"probability of {plane.classes[1]}")
        bar.outline.set_visible(False)


def _legend_columns(entries: Sequence[Line2D]) -> int:
    """Find how many columns of a legend fit beneath the picture, four at most."""
    names = [str(entry.get_label()) for entry in entries]
    for count in range(min(len(names), 4), 1, -1):
        columns = np.array_split([len(name) for name in names], count)
        if sum(max(lengths) for lengths in columns) <= LEGEND_LETTERS:
            return count
    return 1


def _entry(label: str, marker: str, face: str, edge: str, size: float) -> Line2D:
    marked = Line2D([], [], linestyle="", label=label, marker=marker, markersize=size)
    marked.set(markerfacecolor=face, markeredgecolor=edge)
    return marked
