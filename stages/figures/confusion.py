"""The confusion matrix: how many rows of each class were predicted to be of which."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.figures.names import abbreviated
from stages.figures.style import CLASS_COLORS, INK, new_axes

FEW_CLASSES = 3  # get larger numbers
MANY_CLASSES = 30  # get none: they would not be legible
LARGEST = 22.0  # inches along a side
LETTERS = 9  # in an inch
LONGEST_NAME = 20
SHADES = LinearSegmentedColormap.from_list("shades", ["#FFFFFF", CLASS_COLORS[0]])


def draw_confusion(
    confusion: NDArray[np.int64], classes: Sequence[str], target: str, title: str, subtitle: str
) -> Figure:
    """Draw counts (classes, classes), rows actual and columns predicted, shaded by share of row."""
    names = [abbreviated(name, LONGEST_NAME) for name in classes]
    longest = max(map(len, names))
    beside = max(1.6, 1.2 + longest / LETTERS)
    size = min(beside + max(2.8, 0.7 * len(names)), LARGEST)
    figure, axes = new_axes(size, size + 0.3, title, subtitle)
    actual = np.maximum(np.cumsum(confusion, axis=1)[:, -1:], 1)
    shares = confusion / actual
    axes.imshow(shares, cmap=SHADES, vmin=0.0, vmax=1.0)
    written = confusion if len(classes) <= MANY_CLASSES else confusion[:0]
    for (row, column), count in np.ndenumerate(written):
        share = shares[row, column]
        axes.text(
            column,
            row,
            f"{count}\n{share:.0%}" if count else "0",
            ha="center",
            va="center",
            fontsize=15 if len(classes) <= FEW_CLASSES else None,
            color="white" if share > 0.55 else INK,
        )
    places = range(len(classes))
    is_crowded = longest * len(names) > LETTERS * (size - beside)
    axes.set_xticks(places, names, rotation=90 if is_crowded else 0)
    axes.set_yticks(places, names)
    axes.set_xlabel(f"predicted {target}", loc="right" if is_crowded else "center")
    axes.set_ylabel(f"actual {target}", loc="top" if is_crowded else "center")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure
