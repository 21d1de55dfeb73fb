"""The number that a network predicts: a curve along its only feature, or colours of a plane."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from stages.figures.bands import bands_of
from stages.figures.plane import FEW_ROWS, Array, Plane, evenly_spaced, extent, grid_points
from stages.figures.style import CLASS_COLORS, INK, tint


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
    values: Array,
    labels: Array,
    tested: NDArray[np.bool_],
    feature: str,
    target: str,
    resolution: int,
) -> ResponseDrawing:
    """Draw a curve along the only feature; values, labels and which are test rows are (rows,)."""
    x = evenly_spaced(extent(values), resolution)

    def rows(axes: Axes) -> None:
        size = 36 if len(values) <= FEW_ROWS else 12
        for chosen, rim in ((~tested, 0.0), (tested, 0.9)):
            axes.scatter(
                values[chosen],
                labels[chosen],
                s=size + 8 * rim,
                color=tint(CLASS_COLORS[0], 0.6),
                edgecolors=INK,
                linewidths=rim,
                zorder=2,
            )
        axes.set(xlabel=feature, ylabel=target, ylim=extent(labels))
        axes.grid()

    def answers(axes: Axes, numbers: Array) -> Sequence[Artist]:
        return axes.plot(x, numbers, color=CLASS_COLORS[1], zorder=3)

    def legend(figure: Figure, axes: Axes) -> None:
        entries = [Line2D([], [], color=CLASS_COLORS[1], label="predicted")]
        if tested.any():
            entries.append(_test_row(tint(CLASS_COLORS[0], 0.6)))
        figure.legend(handles=entries, loc="outside lower center", ncols=2)

    return ResponseDrawing(x[:, None], rows, answers, legend)


def over_plane(plane: Plane, target: str, resolution: int) -> ResponseDrawing:
    """Colour a plane by what is predicted, and its rows by their own numbers.

    A row whose colour stands out from what is round it is predicted badly.
    """
    x, y = (evenly_spaced(limits, resolution) for limits in plane.limits)
    levels, colors = bands_of(plane.labels)
    shades = ListedColormap(colors)
    norm = BoundaryNorm(levels, shades.N, extend="both")

    def rows(axes: Axes) -> None:
        few = len(plane.points) <= FEW_ROWS
        for tested in (False, True):
            chosen = plane.tested == tested
            across, up = plane.points[chosen].T
            axes.scatter(
                across,
                up,
                c=plane.labels[chosen],
                cmap=shades,
                norm=norm,
                s=(60 if few else 26) if tested else (44 if few else 18),
                edgecolors=INK if tested else "white",
                linewidths=0.9 if tested else 0.4,
                zorder=3 if tested else 2,
            )
        axes.set(xlabel=plane.axis_labels[0], ylabel=plane.axis_labels[1])

    def answers(axes: Axes, numbers: Array) -> Sequence[ContourSet]:
        grid = numbers.reshape(len(y), len(x))
        return [axes.contourf(x, y, grid, levels, colors=colors, extend="both", zorder=0)]

    def legend(figure: Figure, axes: Axes) -> None:
        bar = figure.colorbar(ScalarMappable(norm, shades), ax=axes, pad=0.02, aspect=30)
        bar.set_label(target)
        bar.outline.set_visible(False)
        if plane.tested.any():
            figure.legend(handles=[_test_row("white")], loc="outside lower center")

    return ResponseDrawing(grid_points(x, y), rows, answers, legend)


def _test_row(color: str | tuple[float, float, float]) -> Line2D:
    entry = Line2D([], [], linestyle="", label="test row", marker="o", markersize=8)
    entry.set(markerfacecolor=color, markeredgecolor=INK)
    return entry
