"""Loss and accuracy, epoch by epoch."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.figures.style import CLASS_COLORS, FAINT, percent, set_titles
from stages.running.artifacts import HISTORY_PREFIXES


def draw_loss(history: Mapping[str, NDArray[np.float64]], best_epoch: int, title: str) -> Figure:
    """Draw a history, its columns (epochs + 1,), and mark the epoch whose weights were kept."""
    figure = Figure(figsize=(7.2, 5.4), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    for axes, metric in ((above, "loss"), (below, "accuracy")):
        for color, (part, prefix) in zip(CLASS_COLORS, HISTORY_PREFIXES.items(), strict=False):
            if prefix + metric in history:
                axes.plot(
                    history["epoch"],
                    history[prefix + metric],
                    color=color,
                    linestyle="--" if prefix else "-",
                    label=part,
                )
        axes.set_ylabel(metric)
        axes.grid(axis="y")
        axes.margins(x=0.01)
    set_titles(above, title, "loss and accuracy by epoch")
    above.set_ylim(bottom=0.0)
    below.set_ylim(top=1.01)
    below.yaxis.set_major_formatter(percent)
    below.set_xlabel("epoch")
    if best_epoch < history["epoch"][-1]:
        for axes in (above, below):
            axes.axvline(
                best_epoch, color=FAINT, linewidth=1.2, label=f"weights kept: epoch {best_epoch}"
            )
    above.legend(loc="upper right")
    return figure
