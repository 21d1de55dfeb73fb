"""The simpler predictors that a network is set against: the most frequent class, a linear model."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nn.arithmetic import counts_of, even_places, log, mean, rows_in_order
from nn.errors import TrainingDiverged
from nn.judging.decisions import Cost, mean_cost
from nn.judging.metrics import confusion_matrix, log_loss
from nn.judging.registry import METRICS
from nn.network.network import Network
from nn.network.outputs import CLASSIFICATION, OUTPUTS, REGRESSION
from nn.preparing.scaling import Scaling
from nn.preparing.target import fit_target, scaled_target
from nn.training.loop import train
from nn.training.settings import Settings
from nn.training.watching import Watcher
from stages.judging.parts import judge_parts, judged_in_turn
from stages.judging.scores import Scores
from stages.judging.thresholds import Rule
from stages.running.artifacts import Rows

ENOUGH_ROWS, ROWS_A_FEATURE = 100_000, 1000
MOST_NUMBERS = 300_000_000  # features and outputs of a linear model's rows, in all its steps
FEWEST_IN_A_STEP = 1000  # rows

LINEAR_METRICS = {
    CLASSIFICATION: ("accuracy", "log_loss", "roc_auc"),
    REGRESSION: ("rmse", "mae", "r2"),
}
"""What is said of the linear model, by what is predicted."""


class LinearModel(NamedTuple):
    """A linear model that is still to be trained."""

    rows: Rows
    """Those that it learns from."""
    settings: Settings


def majority_scores(parts: Mapping[str, Rows], classes: Sequence[str]) -> dict[str, Scores]:
    """Score, by part, the predictor that always decides for training's most frequent class.

    Its probabilities are the shares of the classes in the training rows. Its log loss is None where
    a part has a class that training has not: it would be infinite.
    """
    trained_on = parts["train"].labels
    counts = counts_of(trained_on, len(classes))
    log_shares = np.full(len(classes), -np.inf)
    log_shares[counts > 0] = log(counts[counts > 0] / len(trained_on))
    scores = {}
    for part, (_, labels) in parts.items():
        loss = log_loss(np.broadcast_to(log_shares, (len(labels), len(classes))), labels)
        scores[part] = {
            "accuracy": int(counts_of(labels, len(classes))[np.argmax(counts)]) / len(labels),
            "log_loss": loss if np.isfinite(loss) else None,
        }
    return scores


def linear_settings(
    classes: Sequence[str], baseline: Mapping[str, Any], learnt_from: Rows
) -> Settings:
    """Describe a linear model, a network without hidden layers: a logistic or a ridge regression.

    `baseline` is the section evaluate.baseline of params.yaml: the optimizer and its settings. Each
    epoch is a step; where that is much work, as many steps are taken, each by a part of the rows.
    """
    by_classes = {0: "linear", 2: "sigmoid"}
    settings = Settings(
        hidden=(),
        activation=(),
        output=by_classes.get(len(classes), "softmax"),
        initializer="glorot",
        seed=0,  # its loss is convex: the start does not decide where it ends
        **baseline,
    )
    rows, features = learnt_from.features.shape
    numbers = features + OUTPUTS[settings.output].units(len(classes))
    in_a_step = max(MOST_NUMBERS // (numbers * settings.epochs), FEWEST_IN_A_STEP)
    if in_a_step >= rows:
        return settings
    steps = math.ceil(rows / in_a_step)  # of an epoch
    changed = {"batch_size": in_a_step, "epochs": math.ceil(settings.epochs / steps)}
    return settings.model_copy(update=changed)


def enough_rows(train: Rows) -> Rows:
    """Take training rows for a linear model: all, or of very many those at even distances.

    By chance its log loss is about features / (2 rows) above the lowest there is (Akaike 1974):
    with as many rows as here, by 0.0005 at most.
    """
    count, features = train.features.shape
    most = max(ENOUGH_ROWS, ROWS_A_FEATURE * features)
    if count <= most:
        return train
    places = even_places(count, most)
    return Rows(*(rows_in_order(each, places) for each in train))


def linear_model(train: Rows, classes: Sequence[str], baseline: Mapping[str, Any]) -> LinearModel:
    """Set a linear model up, to learn from training rows, of very many a part."""
    rows = enough_rows(train)
    return LinearModel(rows, linear_settings(classes, baseline, rows))


def linear_scores(
    parts: Mapping[str, Rows],
    classes: Sequence[str],
    linear: LinearModel,
    threshold: float | Rule | None,
    watchers: Sequence[Watcher] = (),
) -> dict[str, Scores]:
    """Score, by part, a linear model, trained like the network.

    `watchers` are told of each epoch. Raises InputError when it diverges.
    """
    target = fit_target(parts["train"].labels)
    (features, labels), settings = linear
    try:
        training = train(
            features, scaled_target(labels, target), len(classes), settings, watchers=watchers
        )
    except TrainingDiverged as error:
        raise linear_model_diverged(error) from error
    names = LINEAR_METRICS[OUTPUTS[settings.output].task]
    return {
        part: {name: METRICS[name].value(each) for name in names} | cost_of(each, threshold)
        for part, each, _ in judged_in_turn(training.network, parts, threshold, target)
    }


def cost_of(judged: Any, threshold: float | Rule | None) -> Scores:
    """Say what the mistakes cost a row on average, where it was said what each costs."""
    return {"cost": mean_cost(judged.confusion, threshold)} if isinstance(threshold, Cost) else {}


def constant_costs(parts: Mapping[str, Rows], cost: Cost) -> dict[str, Scores]:
    """Say, by part, what it costs to decide always for one class: the cheaper in training rows."""
    positive = np.count_nonzero(parts["train"].labels)
    negative = len(parts["train"].labels) - positive
    always = int(negative * cost.false_positive < positive * cost.false_negative)
    costs = {}
    for part, (_, labels) in parts.items():
        confusion = confusion_matrix(labels, np.full(len(labels), always), 2)
        costs[part] = {"cost": mean_cost(confusion, cost)}
    return costs


def member_scores(
    network: Network,
    rows: Rows,
    threshold: float | None,
    target: Scaling | None,
) -> Scores:
    """Score the members of an ensemble alone, and average: what is gained by having several."""
    names = LINEAR_METRICS[OUTPUTS[network.output].task]
    judged = [
        judge_parts(member, {"rows": rows}, threshold, target).parts["rows"]
        for member in network.members
    ]
    scores: Scores = {}
    for name in names:
        values = [METRICS[name].value(each) for each in judged]
        known = [value for value in values if value is not None]
        scores[name] = float(mean(np.array(known))) if known == values else None
    return scores


def linear_model_diverged(error: TrainingDiverged) -> TrainingDiverged:
    """Say of a training that diverged that it was the linear model's."""
    return TrainingDiverged(f"the linear model of evaluate.baseline: {error}")
