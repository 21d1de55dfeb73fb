"""Loss and, of classes, accuracy, epoch by epoch."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stages.figures.style import CLASS_COLORS, FAINT, percent, set_titles
from stages.running.artifacts import HISTORY_PREFIXES, of_members


def draw_loss(history: Mapping[str, NDArray[np.float64]], best_epoch: int, title: str) -> Figure:
    """Draw a history, its columns (epochs + 1,), and mark the epoch whose weights were kept.

    Of an ensemble each member is a thin line behind the mean.
    """
    members = len(of_members(history, "loss"))
    metrics = [metric for metric in ("loss", "accuracy") if metric in history]
    height = {1: 3.6, 2: 5.4}[len(metrics)]
    figure = Figure(figsize=(7.2, height), layout="constrained")
    panels = figure.subplots(len(metrics), 1, sharex=True, squeeze=False)[:, 0]
    for axes, metric in zip(panels, metrics, strict=True):
        for color, (part, prefix) in zip(CLASS_COLORS, HISTORY_PREFIXES.items(), strict=False):
            if prefix + metric in history:
                for of_member in of_members(history, prefix + metric):
                    axes.plot(history["epoch"], of_member, color=color, linewidth=0.6, alpha=0.4)
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
    subtitle = f"{' and '.join(metrics)} by epoch"
    if members:
        subtitle += f": each of {members} members, and their mean"
    set_titles(panels[0], title, subtitle)
    panels[0].set_ylim(bottom=0.0)
    if "accuracy" in metrics:
        panels[1].set_ylim(top=1.01)
        panels[1].yaxis.set_major_formatter(percent)
    panels[-1].set_xlabel("epoch")
    if best_epoch < history["epoch"][-1]:
        kept = f"{'last ' if members else ''}weights kept: epoch {best_epoch}"
        for axes in panels:
            axes.axvline(best_epoch, color=FAINT, linewidth=1.2, label=kept)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
