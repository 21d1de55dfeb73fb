"""What answers rest on: which columns matter, and how the answer moves with each of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from stages.figures.explained import AVERAGE, Importances, Movements
from stages.figures.names import abbreviated
from stages.figures.style import (
    CLASS_COLORS,
    FAINT,
    INK,
    class_color,
    legend_below,
    new_axes,
    percent,
    set_titles,
)

MOST_BARS = 20
LEVEL_LETTERS = 24  # of categories' names that fit beneath a panel side by side


def draw_importance(found: Importances, title: str, loss: str, looked_at: str) -> Figure:
    """Draw by how much the loss grows as each column is shuffled, the largest on top.

    `looked_at` says which columns were, where not all.
    """
    names, increases = found.names[:MOST_BARS], found.increases[:MOST_BARS]
    intervals = found.intervals[:MOST_BARS]
    subtitle = f"{looked_at or 'each column'} shuffled in turn; 95 % intervals"
    figure, axes = new_axes(8.4, max(2.8, 1.7 + 0.32 * len(names)), title, subtitle)
    places = np.arange(len(names))
    axes.barh(places, increases, height=0.6, color=CLASS_COLORS[0], zorder=2)
    axes.hlines(places, intervals[:, 0], intervals[:, 1], color=INK, linewidth=1.4, zorder=3)
    axes.axvline(0.0, color=FAINT, linewidth=1.0)
    axes.set_yticks(places, [abbreviated(name) for name in names])
    axes.margins(y=0.02)
    axes.invert_yaxis()
    axes.set_xlabel(f"growth of the {loss}", loc="right")  # beneath long names there is room
    axes.grid(axis="x")
    return figure


def draw_dependence(
    columns: Mapping[str, Movements], title: str, answer: str, are_shares: bool
) -> Figure:
    """Draw of each column how answers move with its values: some rows thin, the average thick.

    `answer` says what they are, which may be shares, from 0 to 1.
    """
    across = max(1, min(len(columns), 3))
    down = max(1, -(-len(columns) // across))
    figure = Figure(figsize=(max(5.6, 3.4 * across), 3.0 * down + 1.0), layout="constrained")
    panels = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
    told = f"{answer}: the average thick, single rows thin"
    set_titles(panels[0], title, told if len(columns) > 1 else answer)  # alone, it decides all rows
    for axes, (name, moving) in zip(panels, columns.items(), strict=False):
        for color, (told, rows) in enumerate(moving.answers.items()):
            for row, answers in rows.items():
                wide = {"linewidth": 2.4, "zorder": 3, "label": told}
                thin = {"linewidth": 0.7, "zorder": 2, "alpha": 0.35}
                style: dict[str, Any] = wide if row == AVERAGE else thin
                axes.plot(moving.places, answers, color=class_color(color), **style)
        if moving.are_numbers:
            axes.locator_params(axis="x", nbins=4)
        else:
            names = [abbreviated(each, 12) for each in moving.values]
            upright = len("".join(names)) > LEVEL_LETTERS
            axes.set_xticks(moving.places, names, rotation=90 if upright else 0)
        axes.set_xlabel(abbreviated(name, 28))
        if are_shares:
            axes.set_ylim(-0.02, 1.02)
            axes.yaxis.set_major_formatter(percent)
        axes.grid()
    for axes in panels[len(columns) :]:
        axes.set_axis_off()
    if any(len(moving.answers) > 1 for moving in columns.values()):
        legend_below(figure, panels[0].get_legend_handles_labels()[0])
    return figure
