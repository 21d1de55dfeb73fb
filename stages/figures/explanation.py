"""What answers rest on: which columns matter, and how the answer moves with each of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from stages.figures.explained import AVERAGE, Importances, Movements, abbreviated
from stages.figures.style import CLASS_COLORS, FAINT, INK, class_color

MOST_BARS = 20


def draw_importance(found: Importances, title: str, subtitle: str) -> Figure:
    """Draw by how much the loss grows without each column, the largest on top."""
    names, increases = found.names[:MOST_BARS], found.increases[:MOST_BARS]
    intervals = found.intervals[:MOST_BARS]
    figure = _figure(8.4, max(2.8, 1.4 + 0.32 * len(names)), title, subtitle)
    axes = figure.add_subplot()
    places = np.arange(len(names))
    axes.barh(places, increases, height=0.6, color=CLASS_COLORS[0], zorder=2)
    axes.hlines(places, intervals[:, 0], intervals[:, 1], color=INK, linewidth=1.4, zorder=3)
    axes.axvline(0.0, color=FAINT, linewidth=1.0)
    axes.set_yticks(places, [abbreviated(name) for name in names])
    axes.invert_yaxis()
    axes.grid(axis="x")
    return figure


def draw_dependence(columns: Mapping[str, Movements], title: str, subtitle: str) -> Figure:
    """Draw of each column how answers move with its values: some rows thin, the average thick."""
    across = max(1, min(len(columns), 3))
    down = max(1, -(-len(columns) // across))
    figure = _figure(3.2 * across + 0.8, 2.7 * down + 1.0, title, subtitle)
    panels = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
    for axes, (name, moving) in zip(panels, columns.items(), strict=False):
        for color, (told, rows) in enumerate(moving.answers.items()):
            for row, answers in rows.items():
                wide = {"linewidth": 2.4, "zorder": 3, "label": told}
                thin = {"linewidth": 0.7, "zorder": 2, "alpha": 0.35}
                style: dict[str, Any] = wide if row == AVERAGE else thin
                axes.plot(moving.places, answers, color=class_color(color), **style)
        if not moving.are_numbers:
            axes.set_xticks(moving.places, [abbreviated(each, 12) for each in moving.values])
        axes.set_xlabel(abbreviated(name, 28))
        axes.grid()
    for axes in panels[len(columns) :]:
        axes.set_axis_off()
    if any(len(moving.answers) > 1 for moving in columns.values()):
        panels[0].legend(fontsize=9)
    return figure


def _figure(width: float, height: float, title: str, subtitle: str) -> Figure:
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(f"{title}: {subtitle}", x=0.02, ha="left", fontsize=13, fontweight="bold")
    return figure
