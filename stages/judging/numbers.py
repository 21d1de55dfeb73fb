"""What `results/KEY.json` says of predicted numbers, and what the mean would have reached."""

from collections.abc import Mapping, Sequence

import numpy as np

from nn.arithmetic import mean
from nn.judging.bootstrap import mean_interval, median_interval, r2_interval
from nn.judging.judged import JudgedNumbers
from nn.judging.registry import METRICS, metrics_for
from nn.network.outputs import REGRESSION
from stages.judging.scores import Intervals, Scores
from stages.running.artifacts import Rows

MEAN_METRICS = ("rmse", "mae")


def number_scores(judged: JudgedNumbers, classes: Sequence[str]) -> Scores:
    """Compute every metric of one part, in the target's own units, beside its number of rows."""
    metrics = metrics_for(REGRESSION)
    return {
        "rows": len(judged.labels),
        **{name: metric.value(judged) for name, metric in metrics.items()},
    }


def number_intervals(judged: JudgedNumbers) -> Intervals:
    """Compute the bootstrap's intervals of the metrics, where there are enough rows."""
    sizes = np.abs(judged.residuals)
    squares = mean_interval(sizes * sizes)
    found = {
        "rmse": squares and (float(np.sqrt(max(squares[0], 0.0))), float(np.sqrt(squares[1]))),
        "mae": mean_interval(sizes),
        "median_error": median_interval(sizes),
        "r2": r2_interval(judged.residuals, judged.labels),
    }
    intervals = {name: interval for name, interval in found.items() if interval}
    return Intervals(intervals, dict.fromkeys(intervals, len(judged.labels)))


def mean_scores(parts: Mapping[str, Rows], classes: Sequence[str]) -> dict[str, Scores]:
    """Score, by part, the predictor that always says the mean of the training rows."""
    average = mean(parts["train"].labels)
    scores = {}
    for part, (_, labels) in parts.items():
        judged = JudgedNumbers(labels, np.full(len(labels), average))
        scores[part] = {name: METRICS[name].value(judged) for name in MEAN_METRICS}
    return scores
