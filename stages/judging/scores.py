"""What `metrics/KEY.json` says of a predictor: the network, and the simpler ones beside it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nn.arithmetic import log
from nn.errors import TrainingDiverged
from nn.judging import metrics
from nn.judging.bootstrap import mean_interval, roc_auc_interval
from nn.network.network import Network
from nn.training.loop import train
from nn.training.settings import Settings
from stages.judging.thresholds import decision_threshold
from stages.parameters.sections import EvaluateParams
from stages.running.trained import Rows

Scores = dict[str, Any]

TRAINING_ROWS_ONLY = "no test part: all figures are of the rows that the network was trained on"
LINEAR = "the linear model of evaluate.baseline"
LINEAR_METRICS = ("accuracy", "log_loss", "roc_auc")
LISTED_ROWS = 20  # a part with no more rows than this can be read row by row


def network_scores(
    network: Network, rows: Rows, classes: Sequence[str], threshold: float
) -> Scores:
    """Score a network on the rows of one part.

    Precision, recall, F1 and ROC AUC are class 1's where there are two classes, and averages where
    there are more, each class's own standing under `per_class`. Of a few rows, the probabilities
    are listed too: class 1's, or all of them.
    """
    probabilities, labels = network.probabilities(rows.features), rows.labels
    predicted = metrics.predicted_classes(probabilities, threshold)
    confusion = metrics.confusion_matrix(labels, predicted, len(classes))
    by_class = {
        "precision": metrics.precision(confusion),
        "recall": metrics.recall(confusion),
        "f1": metrics.f1(confusion),
        "roc_auc": [
            metrics.roc_auc(labels == number, probabilities[:, number])
            for number in range(len(classes))
        ],
    }
    scores: Scores = {
        "rows": len(labels),
        "accuracy": metrics.accuracy(confusion),
        **{name: metrics.headline(values) for name, values in by_class.items()},
        "log_loss": metrics.log_loss(network.log_probabilities(rows.features), labels),
        "brier": metrics.brier_score(probabilities, labels),
        "calibration_error": metrics.calibration_error(
            metrics.calibration_curve(probabilities, labels)
        ),
        "confusion": confusion.tolist(),
    }
    if len(classes) > 2:
        scores["per_class"] = {
            name: {metric: values[number] for metric, values in by_class.items()}
            for number, name in enumerate(classes)
        }
    if len(labels) <= LISTED_ROWS:
        listed = probabilities[:, 1] if len(classes) == 2 else probabilities
        scores["probabilities"] = listed.tolist()
    return scores


class Intervals(NamedTuple):
    """The 95 % intervals of figures, and how many rows each figure is of."""

    intervals: dict[str, tuple[float, float]]
    interval_rows: dict[str, int]


def intervals_of(network: Network, rows: Rows, confusion: list[list[int]]) -> Intervals:
    """Find the intervals of what is measured on test rows, where these are enough.

    Wilson's for rates; for log loss and, of two classes, ROC AUC by the bootstrap.
    """
    rates = counted_rates(confusion)
    found: dict[str, tuple[float, float] | None] = {
        name: metrics.wilson_interval(*rate) for name, rate in rates.items()
    }
    counts = {name: trials for name, (_, trials) in rates.items()}
    features, labels = rows
    losses = metrics.row_losses(network.log_probabilities(features), labels)
    found["log_loss"] = mean_interval(losses)
    if len(confusion) == 2:
        scores = network.probabilities(features)[:, 1]
        found["roc_auc"] = roc_auc_interval(labels == 1, scores)
    intervals = {name: interval for name, interval in found.items() if interval}
    return Intervals(intervals, {name: counts.get(name, len(labels)) for name in intervals})


def counted_rates(confusion: list[list[int]]) -> dict[str, tuple[int, int]]:
    """Count successes and trials of accuracy and, of two classes, of precision and recall."""
    right = sum(counts[number] for number, counts in enumerate(confusion))
    rates = {"accuracy": (right, sum(map(sum, confusion)))}
    if len(confusion) == 2:
        (_, false_alarms), (misses, hits) = confusion
        rates |= {"precision": (hits, hits + false_alarms), "recall": (hits, hits + misses)}
    return {name: rate for name, rate in rates.items() if rate[1] > 0}


def majority_scores(parts: Mapping[str, Rows], classes: Sequence[str]) -> dict[str, Scores]:
    """Score, by part, the predictor that knows only how frequent each class is in training.

    It always decides for the most frequent class. Its log loss is None where a part has a class
    that training has not: it would be infinite.
    """
    trained_on = parts["train"].labels
    counts = np.bincount(trained_on, minlength=len(classes))
    log_shares = np.full(len(classes), -np.inf)
    log_shares[counts > 0] = log(counts[counts > 0] / len(trained_on))
    scores = {}
    for part, (_, labels) in parts.items():
        loss = metrics.log_loss(np.tile(log_shares, (len(labels), 1)), labels)
        scores[part] = {
            "accuracy": np.count_nonzero(labels == np.argmax(counts)) / len(labels),
            "log_loss": loss if np.isfinite(loss) else None,
        }
    return scores


def linear_settings(classes: Sequence[str], params: EvaluateParams) -> Settings:
    """Describe a logistic regression: a network without hidden layers."""
    return Settings(
        hidden=(),
        activation=(),
        output="sigmoid" if len(classes) == 2 else "softmax",
        initializer="glorot",
        seed=0,  # its loss is convex: the start does not decide where it ends
        **dict(params.baseline),
    )


def linear_scores(
    parts: Mapping[str, Rows], classes: Sequence[str], params: EvaluateParams
) -> dict[str, Scores]:
    """Score, by part, a logistic regression, trained like the network.

    Raises InputError when it diverges.
    """
    settings = linear_settings(classes, params)
    try:
        network = train(*parts["train"], len(classes), settings).network
    except TrainingDiverged as error:
        raise TrainingDiverged(f"{LINEAR}: {error}") from error
    threshold = decision_threshold(params.threshold, network, parts)
    scores = {}
    for part, rows in parts.items():
        every = network_scores(network, rows, classes, threshold)
        scores[part] = {name: every[name] for name in LINEAR_METRICS}
    return scores
