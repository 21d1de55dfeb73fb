"""ROC curves: the share of a class that is found against the share of false alarms."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from stages.figures.plane import Array
from stages.figures.style import FAINT, class_color, legend_below, new_axes, percent


def draw_roc(curves: Mapping[str, Sequence[Array]], title: str, subtitle: str) -> Figure:
    """Draw a curve under each name: its false and its true positive rates, (points,) both.

    It has no points where the rows do not define it.
    """
    figure, axes = new_axes(5.6, 5.8, title, subtitle)
    axes.set_aspect("equal")
    for number, (name, (false_positive_rate, true_positive_rate)) in enumerate(curves.items()):
        axes.plot(
            false_positive_rate,
            true_positive_rate,
            color=class_color(number),
            label=name,
            clip_on=False,
            zorder=3,
        )
    axes.plot([0, 1], [0, 1], ":", color=FAINT, linewidth=1.5, label="guessing: area 0.5")
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="false positive rate", ylabel="true positive rate")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(percent)
    axes.grid()
    legend_below(figure, axes.get_legend_handles_labels()[0])
    return figure
