"""Predicted numbers against actual ones, and what is left: the residuals."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stages.figures.plane import FEW_ROWS, Array
from stages.figures.style import CLASS_COLORS, FAINT, INK, new_axes


def draw_predicted(
    actual: Array, predicted: Array, target: str, title: str, subtitle: str
) -> Figure:
    """Draw a point for each row, actual across and predicted up, beside the line of no error."""
    figure, axes = new_axes(5.6, 5.8, title, subtitle)
    low, high = min(actual.min(), predicted.min()), max(actual.max(), predicted.max())
    axes.plot([low, high], [low, high], ":", color=FAINT, linewidth=1.5, label="no error")
    _scatter(axes, actual, predicted)
    axes.set(xlabel=f"actual {target}", ylabel=f"predicted {target}")
    axes.set_aspect("equal", adjustable="datalim")
    axes.locator_params(nbins=5)  # of long numbers no more fit beside each other
    axes.grid()
    axes.legend(loc="upper left")
    return figure


def draw_residuals(
    predicted: Array,
    residuals: Array,
    half_width: tuple[float, str] | None,
    target: str,
    title: str,
    subtitle: str,
) -> Figure:
    """Draw what each row has more than was predicted, against what was predicted.

    Dashed lines show how far an interval reaches, and its name, where there is one.
    """
    figure, axes = new_axes(7.2, 4.8, title, subtitle)
    axes.axhline(0.0, color=FAINT, linestyle=":", linewidth=1.5)
    _scatter(axes, predicted, residuals)
    if half_width:
        reach, name = half_width
        for place, label in ((reach, name), (-reach, None)):
            axes.axhline(place, color=INK, linestyle="--", linewidth=1.2, label=label)
        axes.legend()
    axes.set(xlabel=f"predicted {target}", ylabel=f"actual − predicted {target}")
    axes.grid()
    return figure


def _scatter(axes: Axes, x: Array, y: Array) -> None:
    few = len(x) <= FEW_ROWS
    axes.scatter(
        x,
        y,
        s=44 if few else 18,
        color=CLASS_COLORS[0],
        alpha=None if few else 0.55,
        edgecolors="white",
        linewidths=0.3,
        zorder=2,
    )
