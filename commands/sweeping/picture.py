"""The picture of a sweep: the metric against each parameter that was tried."""

import io
import json
from collections.abc import Sequence
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter

from commands.sweeping.search import Evaluation
from commands.sweeping.space import plain
from stages.figures.numbers import short
from stages.figures.style import CLASS_COLORS, FAINT, INK, STYLE, set_titles
from stages.running.files import write_bytes
from stages.running.parameters.sections import SweepParams

BLUE, ORANGE = CLASS_COLORS[:2]


class _Powers(LogFormatter):
    """Writes those ticks of a logarithmic axis that find room, as plain numbers."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return short(x) if super().__call__(x, pos) else ""


def draw_sweep(
    key: str, evaluations: Sequence[Evaluation], best: Evaluation, sweep: SweepParams
) -> Figure:
    """Draw a panel for each parameter, with a point and its standard deviation for each trial."""
    across = 2 if len(sweep.space) == 4 else min(len(sweep.space), 3)
    down = -(-len(sweep.space) // across)
    figure = Figure(figsize=(4.4 * across + 0.6, 3.8 * down + 0.8), layout="constrained")
    panels = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
    last = {each.candidate.number: each for each in evaluations if each.mean is not None}
    for axes, parameter in zip(panels, sweep.space, strict=False):
        _draw_panel(axes, parameter, list(last.values()), best, sweep)
    for axes in panels[len(sweep.space) :]:
        axes.set_visible(False)
    for axes in panels[::across]:
        axes.set_ylabel(sweep.metric)
    shown = f"{sweep.metric} of validation rows, {len(last)} settings"
    set_titles(panels[0], key, shown)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def _draw_panel(
    axes: Axes,
    parameter: str,
    evaluations: Sequence[Evaluation],
    best: Evaluation,
    sweep: SweepParams,
) -> None:
    values = [plain(evaluation.candidate.train)[parameter] for evaluation in evaluations]
    dimension = sweep.space[parameter]
    if dimension.ends:
        places = {
            evaluation.candidate.number: value
            for evaluation, value in zip(evaluations, values, strict=True)
        }
        axes.set_xscale("log" if dimension.log_range else "linear")
        if dimension.log_range:  # whose ticks would be formulas, which no picture has
            axes.xaxis.set_major_formatter(_Powers())
            axes.xaxis.set_minor_formatter(_Powers(labelOnlyBase=False))
    else:
        names = list(dict.fromkeys(map(_name, sorted(values, key=_order))))
        places = {
            evaluation.candidate.number: names.index(_name(value))
            for evaluation, value in zip(evaluations, values, strict=True)
        }
        axes.set_xticks(range(len(names)), names)
        axes.margins(x=0.15)
    longest = max(evaluation.epochs for evaluation in evaluations)
    for evaluation in evaluations:
        is_best, is_present = evaluation is best, evaluation.candidate.number == 0
        axes.errorbar(
            places[evaluation.candidate.number],
            evaluation.mean or 0.0,
            evaluation.deviation or 0.0,
            fmt="D" if is_present else "o",
            markersize=9 if is_best or is_present else 6,
            color=ORANGE if is_best else INK if is_present else BLUE,
            ecolor=FAINT,
            elinewidth=0.8,
            alpha=0.9 if is_best or is_present else 0.6 * evaluation.epochs / longest,
            zorder=4 if is_best else 3 if is_present else 2,
            label="best" if is_best else "as it is" if is_present else None,
        )
    axes.set_xlabel(parameter)
    axes.grid(axis="y")


def _name(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _order(value: Any) -> tuple[int, Any]:
    """Sort numbers by size, lists by length and then content, all else as text, in this order."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 0, value
    if isinstance(value, list) and all(isinstance(each, int | float) for each in value):
        return 1, (len(value), value)
    return 2, _name(value)


def write_picture(
    path: str, key: str, evaluations: Sequence[Evaluation], best: Evaluation, sweep: SweepParams
) -> None:
    """Write a PNG without its program and date, so that every run writes the same bytes."""
    content = io.BytesIO()
    # A person's own settings of matplotlib must not show.
    with matplotlib.style.context(["default", STYLE]):
        draw_sweep(key, evaluations, best, sweep).savefig(content, metadata={"Software": None})
    write_bytes(path, content.getvalue())
