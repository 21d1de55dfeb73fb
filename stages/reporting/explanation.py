"""Why the network says what it says: which columns matter, how answers move, what it got wrong."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from nn.model_file import Model
from nn.network.outputs import row_losses
from stages.figures.explained import (
    AVERAGE,
    Importances,
    Movements,
    looked_at_words,
    loss_words,
    read_importances,
    read_movements,
)
from stages.figures.names import abbreviated
from stages.figures.plane import class_names, extent
from stages.reporting.charts import SHARES
from stages.reporting.frame import Frame
from stages.reporting.line_chart import AREA, Chart, Series
from stages.reporting.numbers import short

MOST_BARS = 12
THIN_LINES = 8
WORST = 10
NAMED = 4  # categories that the axis names


class Bar(NamedTuple):
    """By how much the loss grows without a column, in parts of the largest that is drawn."""

    name: str
    short_name: str
    increase: float
    length: float
    interval: tuple[float, float] | None


class WorstRow(NamedTuple):
    """A row that the network got wrong, by its number among those that the page carries."""

    number: int
    actual: str
    told: str


class Explanation(NamedTuple):
    """What `templates/explanation.html.j2` writes down."""

    loss: str
    looked_at: str
    """How many columns were shuffled, where not all were."""
    bars: list[Bar]
    charts: list[Chart]
    worst: list[WorstRow]
    """The worst first."""


def explanation_of(key: str, model: Model, live: Mapping[str, Any]) -> Explanation:
    """Read what `explain` found, and judge the rows that the page carries (`live_model`)."""
    movements = read_movements(key, model)
    charts = [chart_of(name, moving, model) for name, moving in movements.items()]
    found = read_importances(key)
    return Explanation(
        loss_words(model),
        looked_at_words(model, found),
        bars_of(found),
        charts,
        worst_rows(model, live["rows"]),
    )


def bars_of(found: Importances) -> list[Bar]:
    """Lay the largest increases out beside each other."""
    intervals = found.intervals[:MOST_BARS]
    widest = max([*found.increases[:1], *intervals[~np.isnan(intervals)]], default=0.0)
    unit = 1.0 / widest if widest > 0 else 0.0
    return [
        Bar(
            name,
            abbreviated(name),
            increase,
            max(increase, 0.0) * unit,
            None if np.isnan(low) else (max(low, 0.0) * unit, max(high, 0.0) * unit),
        )
        for name, increase, (low, high) in zip(
            found.names[:MOST_BARS], found.increases.tolist(), intervals.tolist(), strict=False
        )
    ]


def chart_of(column: str, moving: Movements, model: Model) -> Chart:
    """Draw how answers move with one column: the average, and thin lines of some rows."""
    answer = f"predicted {model.target}" if model.quantity else "probability"
    titles = dict(zip(model.classes, class_names(model.target, model.classes), strict=True))
    places, series, shown = moving.places, [], []
    for color, (told, rows) in enumerate(moving.answers.items()):
        name = titles.get(told, told)
        lines = [answers for row, answers in rows.items() if row != AVERAGE][:THIN_LINES]
        for answers in lines:
            series.append(Series("", {column: places, answer: answers}, color=color, thin=True))
        average = Series(f"average, {name}", {column: places, answer: rows[AVERAGE]}, color=color)
        series.append(average)
        shown += [rows[AVERAGE], *lines]
    y = extent(np.concatenate(shown)) if model.quantity else SHARES
    label = column
    if not moving.are_numbers:
        named = [f"{place} = {value}" for place, value in enumerate(moving.values[:NAMED])]
        label += f": {', '.join(named)}{', …' if len(moving.values) > NAMED else ''}"
    frame = Frame(AREA, extent(np.array(places)), y)
    return Chart("dependence", column, label, answer, frame, series)


def worst_rows(model: Model, rows: Mapping[str, Any]) -> list[WorstRow]:
    """Find the rows with the largest loss, and say what was told of them."""
    features, labels = np.array(rows["features"]), np.array(rows["labels"])
    scaled = model.scaling.apply(features)
    if model.quantity:
        predicted = model.quantity.scaling.undo(model.network.logits(scaled)[:, 0])
        losses = np.abs(predicted - labels)
        actual = [short(label) for label in labels.tolist()]
        told = [short(number) for number in predicted.tolist()]
    else:
        losses = row_losses(model.network.log_probabilities(scaled), labels)
        probabilities = model.network.probabilities(scaled)
        own = np.take_along_axis(probabilities, labels[:, None], axis=1)[:, 0]
        actual = [model.classes[label] for label in labels.tolist()]
        told = [f"{100 * share:.3g} % for it" for share in own.tolist()]
    order = np.argsort(-losses, kind="stable")[:WORST].tolist()
    return [WorstRow(number, actual[number], told[number]) for number in order]
