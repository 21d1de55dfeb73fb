"""The decision boundary: what a network says of every point of a plane."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from stages.figures.plane import BANDS, FEW_ROWS, Array, Plane
from stages.figures.style import (
    INK,
    LOOKS,
    class_color,
    class_marker,
    legend_below,
    new_axes,
    of_most_frequent,
    tint,
)

SHADES = [0.06 + 0.34 * band / (BANDS - 1) for band in range(BANDS)]


class Field(NamedTuple):
    """What a network says of a grid of points, which covers a plane."""

    x: Array
    """The points' coordinates along each side."""
    y: Array
    probabilities: Array
    """Of each point, (len(y) * len(x), classes), x running fastest."""
    threshold: float
    """Of two classes, the probability of class 1 from which on it is decided for."""


def draw_boundary(
    plane: Plane,
    field: Field,
    wrong: NDArray[np.bool_],
    classes: Mapping[int, str],
    title: str,
    subtitle: str,
) -> Figure:
    """Draw the rows over the field, and a ring round those that are `wrong`, (rows,).

    `classes` is how the legend calls each class that it has, by number.
    """
    figure, axes = new_axes(7.2, 5.8, title, subtitle)
    draw_field(axes, field)
    draw_rows(axes, plane)
    x, y = plane.points[wrong].T
    axes.scatter(x, y, s=130, color="none", edgecolors=INK, zorder=4)
    entries = [
        _entry(name, class_marker(number), class_color(number), "white", 8)
        for number, name in classes.items()
    ]
    if plane.tested.any():
        entries.append(_entry("test row", "o", "white", INK, 8))
    if wrong.any():
        entries.append(_entry("predicted wrongly", "o", "none", INK, 12))
    count = field.probabilities.shape[1]
    legend_below(figure, entries, of_most_frequent(len(classes), count))
    if count == 2:
        _draw_shades_legend(figure, axes, classes[1])
    return figure


def draw_field(axes: Axes, field: Field) -> list[ContourSet]:
    """Shade where each class leads, darker the further; draw lines where the decision changes."""
    x, y = field.x, field.y
    probabilities = field.probabilities.reshape(len(y), len(x), -1)
    classes = probabilities.shape[2]
    second, highest = np.moveaxis(np.partition(probabilities, -2, axis=2)[:, :, -2:], 2, 0)
    leads = (probabilities == highest[:, :, None]).any(axis=(0, 1))
    contours: list[ContourSet] = []
    for number in np.flatnonzero(leads | (classes == 2)).tolist():
        own = probabilities[:, :, number]
        lead = own - np.where(own == highest, second, highest)
        colors = [tint(class_color(number), shade) for shade in SHADES]
        edges = [band / BANDS for band in range(BANDS)] + [1.01]
        contours.append(axes.contourf(x, y, lead, edges, colors=colors, zorder=0))
        # Of two classes the second decides, by its threshold; of more, each has a border.
        decisive = probabilities[:, :, 1] - field.threshold if classes == 2 else lead
        if decisive.min() < 0.0 < decisive.max() and (classes > 2 or number == 1):
            contours.append(
                axes.contour(x, y, decisive, [0.0], colors=INK, linewidths=1.6, zorder=1)
            )
    return contours


def draw_rows(axes: Axes, plane: Plane) -> None:
    """Draw training rows small and pale, test rows above them with a dark rim."""
    few = len(plane.points) <= FEW_ROWS
    looks = plane.labels % LOOKS  # of many classes, some look alike
    for number in np.unique(looks).tolist():
        for tested in (False, True):
            x, y = plane.points[(looks == number) & (plane.tested == tested)].T
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
    axes.set_xlabel(plane.axis_labels[0])
    axes.set_ylabel(plane.axis_labels[1])


def _draw_shades_legend(figure: Figure, axes: Axes, class_1: str) -> None:
    """Explain, beside the axes, the shades of two classes."""
    tints = [tint(class_color(0), shade) for shade in reversed(SHADES)]
    tints += [tint(class_color(1), shade) for shade in SHADES]
    edges = [edge / (2 * BANDS) for edge in range(2 * BANDS + 1)]
    shades = ScalarMappable(BoundaryNorm(edges, 2 * BANDS), ListedColormap(tints))
    bar = figure.colorbar(shades, ax=axes, ticks=edges[::2], pad=0.02, aspect=30)
    bar.set_label(f"probability of {class_1}")
    bar.outline.set_visible(False)


def _entry(label: str, marker: str, face: str, edge: str, size: float) -> Line2D:
    marked = Line2D([], [], linestyle="", label=label, marker=marker, markersize=size)
    marked.set(markerfacecolor=face, markeredgecolor=edge)
    return marked
