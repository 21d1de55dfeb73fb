"""A decision threshold chosen on validation rows, where params.yaml has a rule for it."""

from nn.errors import InputError
from nn.judging.curves import Array, Labels
from nn.judging.decisions import Cost, cheapest_threshold, youden_threshold

Rule = str | Cost
"""The word that params.yaml has, youden, or what mistakes cost."""


def chosen_threshold(rule: Rule, labels: Labels, probabilities: Array) -> float:
    """Choose the probability of class 1 from which on a row is decided to be of it.

    `labels`, (rows,), and `probabilities`, (rows, classes), are those of the validation rows.

    Raises InputError where these rows have no best threshold, and for more than two classes, of
    which the most probable is decided for.
    """
    key = "cost" if isinstance(rule, Cost) else f"threshold: {rule}"
    classes = probabilities.shape[1]
    if classes != 2:
        raise InputError(
            f"evaluate.{key} is for two classes, and there are {classes}, of which the most "
            "probable is decided for; give a threshold"
        )
    positive, scores = labels == 1, probabilities[:, 1]
    if isinstance(rule, Cost):
        return cheapest_threshold(positive, scores, rule)
    chosen = youden_threshold(positive, scores)
    if chosen is None:
        raise InputError(
            f"evaluate.{key} needs validation rows of both classes with different probabilities, "
            f"and of the {len(labels)} there are none; give a number"
        )
    return chosen
