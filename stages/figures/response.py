"""The probability of each class along the only feature of a network."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.figures.style import (
    class_color,
    class_marker,
    legend_below,
    new_axes,
    of_most_frequent,
    percent,
)

Array = NDArray[np.float64]


class Response(NamedTuple):
    """Probabilities (points, classes) at the points `x`, beside the rows of a table."""

    x: Array
    probabilities: Array
    values: Array
    """The feature, of all rows, (rows,)."""
    labels: NDArray[np.int64]
    classes: Mapping[int, str]
    """How the legend calls the classes that it names, by number."""


def draw_response(response: Response, x_label: str, title: str, subtitle: str) -> Figure:
    """Draw a curve for each class, and beneath it the class's rows, in a line of their own."""
    figure, axes = new_axes(7.2, 4.8, title, subtitle)
    count = response.probabilities.shape[1]
    for number in range(count):
        name = response.classes.get(number, "")
        color, marker = class_color(number), class_marker(number)
        axes.plot(response.x, response.probabilities[:, number], color=color, label=name)
        values = response.values[response.labels == number]
        depth = np.full(len(values), -0.07 * (number + 1))
        axes.plot(values, depth, marker, color=color, alpha=0.6, markeredgewidth=0)
    axes.set(xlabel=x_label, ylabel="probability")
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    axes.yaxis.set_major_formatter(percent)
    axes.grid()
    entries, _ = axes.get_legend_handles_labels()
    legend_below(figure, entries, of_most_frequent(len(entries), count))
    return figure
