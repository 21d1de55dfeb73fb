"""ROC curves: what share of a class is caught, at what share of false alarms."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from stages.figures.style import FAINT, class_color, new_axes

Points = tuple[NDArray[np.float64], NDArray[np.float64]]


def draw_roc(curves: Mapping[str, Points], areas: Mapping[str, float], title: str) -> Figure:
    """Draw a curve for each class by name, false and true positive rates, and say its area."""
    figure, axes = new_axes(5.6, 5.6, title)
    axes.set_aspect("equal")
    axes.plot([0, 1], [0, 1], ":", color=FAINT, linewidth=1.5, label="guessing (area 0.5)")
    for number, (name, (false_positives, true_positives)) in enumerate(curves.items()):
        color = class_color(number)
        axes.plot(
            false_positives,
            true_positives,
            color=color,
            label=f"{name} (area {areas[name]:.3f})",
            clip_on=False,
            drawstyle="default",
        )
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="false positive rate", ylabel="true positive rate")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    axes.grid()
    axes.legend(loc="lower right")
    return figure
