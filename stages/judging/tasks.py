"""How networks are judged, by what they predict: classes, or numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from nn.network.outputs import CLASSIFICATION, REGRESSION
from stages.judging.baselines import LINEAR_METRICS, majority_scores
from stages.judging.cautions import cautions
from stages.judging.curves import Columns, class_curves, number_curves
from stages.judging.number_cautions import number_cautions
from stages.judging.numbers import mean_scores, number_intervals, number_scores
from stages.judging.scores import Intervals, Scores, intervals_of, scores_of
from stages.running.artifacts import Rows


class Task(NamedTuple):
    """What is said of a network's predictions. What is judged is Judged or JudgedNumbers."""

    scores: Callable[[Any, Sequence[str]], Scores]
    """Of one part, by the classes' names."""
    intervals: Callable[[Any], Intervals]
    simple: str
    """What the simplest predictor is called in results/KEY.json."""
    simple_scores: Callable[[Mapping[str, Rows], Sequence[str]], dict[str, Scores]]
    """Its scores, by part."""
    linear_metrics: tuple[str, ...]
    """What is said of the linear model."""
    cautions: Callable[[dict[str, Any], str, Sequence[str], Rows, Any], list[str]]
    """By the report, the judged part, the features' names, training rows and predictions."""
    curves: Callable[[str, Any, Sequence[str]], dict[str, Columns]]


TASKS = {
    CLASSIFICATION: Task(
        scores_of,
        intervals_of,
        "majority",
        majority_scores,
        LINEAR_METRICS[CLASSIFICATION],
        lambda report, part, names, rows, judged: cautions(report, part, names, *rows),
        class_curves,
    ),
    REGRESSION: Task(
        number_scores,
        number_intervals,
        "mean",
        mean_scores,
        LINEAR_METRICS[REGRESSION],
        lambda report, part, names, rows, judged: number_cautions(
            report, part, names, *rows, judged
        ),
        number_curves,
    ),
}
