"""ROC curves: what share of a class is caught, at what share of false alarms."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from nn.judging.metrics import RocCurve
from stages.figures.style import FAINT, class_color, new_axes, percent


def draw_roc(curves: Mapping[str, RocCurve], title: str, subtitle: str) -> Figure:
    """Draw a curve under each name, which may be without points where the rows define none."""
    figure, axes = new_axes(5.6, 5.8, title, subtitle)
    axes.set_aspect("equal")
    for number, (name, curve) in enumerate(curves.items()):
        axes.plot(
            curve.false_positive_rate,
            curve.true_positive_rate,
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
    axes.legend(loc="lower right")
    return figure
