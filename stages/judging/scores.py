"""What `results/KEY.json` says of a network's predictions for one part of a table."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from nn.judging.bootstrap import mean_interval, roc_auc_interval
from nn.judging.curves import Labels, of_class
from nn.judging.intervals import wilson_interval
from nn.judging.judged import Judged
from nn.judging.metrics import losses_of_rows
from nn.judging.registry import METRICS, headline, metrics_for
from nn.network.outputs import CLASSIFICATION

Scores = dict[str, Any]

LISTED_ROWS = 20  # a part with no more rows than this can be read row by row


def scores_of(judged: Judged, classes: Sequence[str]) -> Scores:
    """Compute every metric of one part, beside its number of rows and its confusion matrix.

    A metric of each class is class 1's where there are two, and the average where there are more,
    each class's own standing under `per_class`. Of a few rows, the probabilities are listed too:
    class 1's, or all of them.
    """
    values = {name: metric.function(judged) for name, metric in metrics_for(CLASSIFICATION).items()}
    scores: Scores = {
        "rows": len(judged.labels),
        "confusion": judged.confusion.tolist(),
        **{name: headline(value) for name, value in values.items()},
    }
    if len(classes) > 2:
        by_class = {name: value for name, value in values.items() if isinstance(value, list)}
        scores["per_class"] = {
            name: {metric: value[number] for metric, value in by_class.items()}
            for number, name in enumerate(classes)
        }
    if len(judged.labels) <= LISTED_ROWS:
        listed = judged.probabilities[:, 1] if len(classes) == 2 else judged.probabilities
        scores["probabilities"] = listed.tolist()
    return scores


def headline_figures(report: Scores, part: str) -> Scores:
    """Pick the few figures that `dvc metrics show` sets side by side: those of the judged part.

    They stand under the metrics' own names, so that experiments with and without a test part share
    their columns; `part` says which it is.
    """
    judged, linear = report[part], report["baseline"]["linear"][part]
    return {
        "part": part,
        **{name: judged[name] for name in (*METRICS, "cost") if name in judged},
        "linear": linear,
    }


class Intervals(NamedTuple):
    """The 95 % intervals of metrics, and how many rows each metric is computed from."""

    intervals: dict[str, tuple[float, float]]
    interval_rows: dict[str, int]


def intervals_of(judged: Judged) -> Intervals:
    """Compute the intervals of those metrics that have one, where there are enough rows.

    They are Wilson's for rates; for log loss and, of two classes, ROC AUC the bootstrap's.
    """
    rates = counted_rates(judged.confusion)
    found: dict[str, tuple[float, float] | None] = {
        name: wilson_interval(*rate) for name, rate in rates.items()
    }
    found["log_loss"] = mean_interval(losses_of_rows(judged.log_probabilities, judged.labels))
    if len(judged.confusion) == 2:
        found["roc_auc"] = roc_auc_interval(of_class(judged.labels, 1), judged.probabilities[:, 1])
    intervals = {name: interval for name, interval in found.items() if interval}
    trials = {name: count for name, (_, count) in rates.items()}
    return Intervals(intervals, {name: trials.get(name, len(judged.labels)) for name in intervals})


def counted_rates(confusion: Labels) -> dict[str, tuple[int, int]]:
    """Count successes and trials of accuracy and, of two classes, of precision and recall.

    A rate without trials is left out.
    """
    counts: list[list[int]] = confusion.tolist()
    right = sum(row[number] for number, row in enumerate(counts))
    rates = {"accuracy": (right, sum(map(sum, counts)))}
    if len(counts) == 2:
        (_, false_alarms), (misses, hits) = counts
        rates |= {"precision": (hits, hits + false_alarms), "recall": (hits, hits + misses)}
    return {name: rate for name, rate in rates.items() if rate[1] > 0}
