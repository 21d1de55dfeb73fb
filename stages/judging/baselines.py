"""The simpler predictors that a network is set against: the most frequent class, a linear model."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nn.arithmetic import log
from nn.errors import TrainingDiverged
from nn.judging.metrics import log_loss
from nn.training.loop import train
from nn.training.settings import Settings
from stages.judging.parts import judge_parts
from stages.judging.scores import Scores, scores_of
from stages.running.artifacts import Rows

LINEAR_METRICS = ("accuracy", "log_loss", "roc_auc")


def majority_scores(parts: Mapping[str, Rows], classes: Sequence[str]) -> dict[str, Scores]:
    """Score, by part, the predictor that always decides for training's most frequent class.

    Its probabilities are the shares of the classes in the training rows. Its log loss is None where
    a part has a class that training has not: it would be infinite.
    """
    trained_on = parts["train"].labels
    counts = np.bincount(trained_on, minlength=len(classes))
    log_shares = np.full(len(classes), -np.inf)
    log_shares[counts > 0] = log(counts[counts > 0] / len(trained_on))
    scores = {}
    for part, (_, labels) in parts.items():
        loss = log_loss(np.tile(log_shares, (len(labels), 1)), labels)
        scores[part] = {
            "accuracy": np.count_nonzero(labels == np.argmax(counts)) / len(labels),
            "log_loss": loss if np.isfinite(loss) else None,
        }
    return scores


def linear_settings(classes: Sequence[str], baseline: Mapping[str, Any]) -> Settings:
    """Describe a logistic regression: a network without hidden layers.

    `baseline` is the section evaluate.baseline of params.yaml: the optimizer and its settings.
    """
    return Settings(
        hidden=(),
        activation=(),
        output="sigmoid" if len(classes) == 2 else "softmax",
        initializer="glorot",
        seed=0,  # its loss is convex: the start does not decide where it ends
        **baseline,
    )


def linear_scores(
    parts: Mapping[str, Rows],
    classes: Sequence[str],
    baseline: Mapping[str, Any],
    threshold: float | str,
) -> dict[str, Scores]:
    """Score, by part, a logistic regression, trained like the network.

    Raises InputError when it diverges.
    """
    settings = linear_settings(classes, baseline)
    try:
        network = train(*parts["train"], len(classes), settings).network
    except TrainingDiverged as error:
        raise linear_model_diverged(error) from error
    scores = {}
    for part, judged in judge_parts(network, parts, threshold).parts.items():
        every = scores_of(judged, classes)
        scores[part] = {name: every[name] for name in LINEAR_METRICS}
    return scores


def linear_model_diverged(error: TrainingDiverged) -> TrainingDiverged:
    """Say of a training that diverged that it was the linear model's."""
    return TrainingDiverged(f"the linear model of evaluate.baseline: {error}")
