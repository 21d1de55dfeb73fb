"""The registry of metrics: each is declared here, once, and whoever lists metrics lists these.

A metric that is added to `METRICS` is computed by `evaluate` and `replicate`, weighed by `compare`,
shown on the page and, where it says so, offered to sweeps.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nn.arithmetic import columns_of, mean
from nn.judging import metrics, number_metrics
from nn.judging.curves import calibration_curve, of_class
from nn.judging.judged import Judged, JudgedNumbers
from nn.network.outputs import CLASSIFICATION, REGRESSION

Value = float | None
"""None where the rows do not define it."""


class Metric(NamedTuple):
    """How one metric is computed, read and told."""

    title: str
    meaning: str
    """A phrase for people, as "share of the rows decided rightly"."""
    function: Callable[[Any], Value | list[Value]]
    """Of `Judged` or, in a regression, `JudgedNumbers`: one value, or one for each class."""
    higher_is_better: bool
    guides_sweeps: bool = False
    """Whether settings may be chosen by it; precision alone, say, favours never saying yes."""
    task: str = CLASSIFICATION
    """What is predicted where it is computed: classes, or numbers."""

    def value(self, judged: Judged | JudgedNumbers) -> Value:
        """Compute the metric in one number."""
        return headline(self.function(judged))


def headline(value: Value | list[Value]) -> Value:
    """Reduce a metric of each class to one number; one that is a number already stays as it is.

    Of two classes it is class 1's, of more their average (macro: each class counts the same). The
    average is None where a class has no value: one over the others would look better than what is
    known.
    """
    if not isinstance(value, list):
        return value
    if len(value) == 2:
        return value[1]
    known = [each for each in value if each is not None]
    return float(mean(np.array(known))) if len(known) == len(value) else None


def metrics_for(task: str) -> dict[str, Metric]:
    """Find the metrics of a task."""
    return {name: metric for name, metric in METRICS.items() if metric.task == task}


def sweep_metrics() -> list[str]:
    """Name the metrics that a sweep may choose settings by."""
    return [name for name, metric in METRICS.items() if metric.guides_sweeps]


def _areas(judged: Judged) -> list[Value]:
    return [
        metrics.roc_auc(of_class(judged.labels, number), scores)
        for number, scores in enumerate(columns_of(judged.probabilities))
    ]


METRICS = {
    "accuracy": Metric(
        "Accuracy",
        "share of the rows decided rightly",
        lambda judged: metrics.accuracy(judged.confusion),
        higher_is_better=True,
        guides_sweeps=True,
    ),
    "precision": Metric(
        "Precision",
        "share of the rows called positive that are",
        lambda judged: metrics.precision(judged.confusion),
        higher_is_better=True,
    ),
    "recall": Metric(
        "Recall",
        "share of the positive rows that were found",
        lambda judged: metrics.recall(judged.confusion),
        higher_is_better=True,
    ),
    "f1": Metric(
        "F1",
        "harmonic mean of precision and recall",
        lambda judged: metrics.f1(judged.confusion),
        higher_is_better=True,
    ),
    "roc_auc": Metric(
        "ROC AUC",
        "how often a positive row scores above a negative one",
        _areas,
        higher_is_better=True,
        guides_sweeps=True,
    ),
    "log_loss": Metric(
        "Log loss",
        "mean of −ln p of the right class",
        lambda judged: metrics.log_loss(judged.log_probabilities, judged.labels),
        higher_is_better=False,
        guides_sweeps=True,
    ),
    "brier": Metric(
        "Brier score",
        "mean squared distance of probability and outcome",
        lambda judged: metrics.brier_score(judged.probabilities, judged.labels),
        higher_is_better=False,
        guides_sweeps=True,
    ),
    "calibration_error": Metric(
        "Calibration error",
        "mean gap of promised and observed rate",
        lambda judged: metrics.calibration_error(
            calibration_curve(judged.probabilities, judged.labels)
        ),
        higher_is_better=False,
    ),
    "rmse": Metric(
        "RMSE",
        "root of the mean squared error",
        lambda judged: number_metrics.rmse(judged.residuals),
        higher_is_better=False,
        guides_sweeps=True,
        task=REGRESSION,
    ),
    "mae": Metric(
        "MAE",
        "mean size of the errors",
        lambda judged: number_metrics.mean_absolute_error(judged.residuals),
        higher_is_better=False,
        guides_sweeps=True,
        task=REGRESSION,
    ),
    "median_error": Metric(
        "Median error",
        "size that half of the errors stay below",
        lambda judged: number_metrics.median_absolute_error(judged.residuals),
        higher_is_better=False,
        guides_sweeps=True,
        task=REGRESSION,
    ),
    "r2": Metric(
        "R²",
        "share of the variance that is explained",
        lambda judged: number_metrics.r2(judged.residuals, judged.labels),
        higher_is_better=True,
        guides_sweeps=True,
        task=REGRESSION,
    ),
}
