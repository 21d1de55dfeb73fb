"""The confusion matrix: how many rows of each class were taken for which."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.figures.style import CLASS_COLORS, INK, new_axes

SHADES = LinearSegmentedColormap.from_list("shades", ["#FFFFFF", CLASS_COLORS[0]])


def draw_confusion(
    confusion: NDArray[np.int64], classes: list[str], target: str, title: str
) -> Figure:
    """Draw counts (classes, classes), rows actual and columns predicted, shaded by share of row."""
    size = 2.4 + max(2.6, 0.7 * len(classes))
    figure, axes = new_axes(size, size, title)
    actual = np.maximum(np.cumsum(confusion, axis=1)[:, -1:], 1)
    shares = confusion / actual
    axes.imshow(shares, cmap=SHADES, vmin=0.0, vmax=1.0)
    for (row, column), count in np.ndenumerate(confusion):
        share = shares[row, column]
        axes.text(
            column,
            row,
            f"{count}\n{share:.0%}",
            ha="center",
            va="center",
            color="white" if share > 0.55 else INK,
        )
    places = range(len(classes))
    axes.set_xticks(places, classes)
    axes.set_yticks(places, classes)
    axes.set(xlabel=f"predicted {target}", ylabel=f"actual {target}")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure
