"""What a trial is judged by: a number of validation rows, from nn/judging/metrics.py."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nn.judging import metrics
from nn.network.network import Network
from stages.running.trained import Rows


class Score(NamedTuple):
    """How a network is scored, and whether more is better."""

    of: Callable[[Network, Rows, float], float | None]
    """Takes the rows, at least one, and the threshold of class 1; None: they do not define it."""
    more_is_better: bool


def log_loss(network: Network, rows: Rows, threshold: float) -> float:
    """Average -ln of the probability given to each row's own class."""
    return metrics.log_loss(network.log_probabilities(rows.features), rows.labels)


def brier(network: Network, rows: Rows, threshold: float) -> float:
    """Average the squared distance between probabilities and outcomes."""
    return metrics.brier_score(network.probabilities(rows.features), rows.labels)


def accuracy(network: Network, rows: Rows, threshold: float) -> float:
    """Find the share of rows decided rightly."""
    predicted = metrics.predicted_classes(network.probabilities(rows.features), threshold)
    return np.count_nonzero(predicted == rows.labels) / len(rows.labels)


def roc_auc(network: Network, rows: Rows, threshold: float) -> float | None:
    """Find the area under the ROC curve: of two classes class 1's, of more their average."""
    probabilities = network.probabilities(rows.features)
    return metrics.headline(
        [
            metrics.roc_auc(rows.labels == number, probabilities[:, number])
            for number in range(probabilities.shape[1])
        ]
    )


SCORES = {
    "log_loss": Score(log_loss, more_is_better=False),
    "brier": Score(brier, more_is_better=False),
    "accuracy": Score(accuracy, more_is_better=True),
    "roc_auc": Score(roc_auc, more_is_better=True),
}
