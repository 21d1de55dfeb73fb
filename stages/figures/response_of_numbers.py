"""The number that a network predicts: a curve along its only feature, or colours of a plane."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from stages.figures.plane import FEW_ROWS, Array, Plane, evenly_spaced, extent, grid_points
from stages.figures.style import CLASS_COLORS, INK

COLORS = "viridis"  # told apart by the colour-blind, and in grey
BANDS = 12  # of colour, about


class ResponseDrawing(NamedTuple):
    """What stands still in such a picture, and what follows the network."""

    points: Array
    """Where the network is asked: (points, 1), in the feature's own units, or (points, 2)."""
    rows: Callable[[Axes], None]
    """Draws the rows of the table."""
    answers: Callable[[Axes, Array], Sequence[Artist | ContourSet]]
    """Draws the predicted numbers, (points,); gives what can be removed again."""
    legend: Callable[[Figure, Axes], None]


def along_feature(
    values: Array, labels: Array, feature: str, target: str, resolution: int
) -> ResponseDrawing:
    """Draw a curve along the only feature, whose values of all rows are (rows,)."""
    x = evenly_spaced(extent(values), resolution)

    def rows(axes: Axes) -> None:
        size = 36 if len(values) <= FEW_ROWS else 12
        axes.scatter(values, labels, s=size, color=CLASS_COLORS[0], alpha=0.6, linewidths=0)
        axes.set(xlabel=feature, ylabel=target, ylim=extent(labels))
        axes.grid()

    def answers(axes: Axes, numbers: Array) -> Sequence[Artist]:
        return axes.plot(x, numbers, color=CLASS_COLORS[1], zorder=3, label="predicted")

    def legend(figure: Figure, axes: Axes) -> None:
        axes.legend()

    return ResponseDrawing(x[:, None], rows, answers, legend)


def over_plane(plane: Plane, target: str, resolution: int) -> ResponseDrawing:
    """Colour a plane by what is predicted, and its rows by their own numbers.

    A row whose colour stands out from what is round it is predicted badly.
    """
    x, y = (evenly_spaced(limits, resolution) for limits in plane.limits)
    levels = np.asarray(MaxNLocator(BANDS).tick_values(plane.labels.min(), plane.labels.max()))
    colors = colormaps[COLORS]
    norm = BoundaryNorm(levels, colors.N, extend="both")

    def rows(axes: Axes) -> None:
        few = len(plane.points) <= FEW_ROWS
        for tested in (False, True):
            chosen = plane.tested == tested
            across, up = plane.points[chosen].T
            axes.scatter(
                across,
                up,
                c=plane.labels[chosen],
                cmap=colors,
                norm=norm,
                s=(60 if few else 26) if tested else (44 if few else 18),
                edgecolors=INK if tested else "white",
                linewidths=0.9 if tested else 0.4,
                zorder=3 if tested else 2,
            )
        axes.set(xlabel=plane.axis_labels[0], ylabel=plane.axis_labels[1])

    def answers(axes: Axes, numbers: Array) -> Sequence[ContourSet]:
        grid = numbers.reshape(len(y), len(x))
        return [axes.contourf(x, y, grid, levels, cmap=colors, norm=norm, extend="both", zorder=0)]

    def legend(figure: Figure, axes: Axes) -> None:
        bar = figure.colorbar(ScalarMappable(norm, colors), ax=axes, pad=0.02, aspect=30)
        bar.set_label(target)
        bar.outline.set_visible(False)
        if plane.tested.any():
            entry = Line2D([], [], linestyle="", label="test row", marker="o", markersize=8)
            entry.set(markerfacecolor="white", markeredgecolor=INK)
            figure.legend(handles=[entry], loc="outside lower center")

    return ResponseDrawing(grid_points(x, y), rows, answers, legend)
