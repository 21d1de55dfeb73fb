"""A decision threshold chosen on validation rows, where params.yaml names a rule for it."""

from nn.errors import InputError
from nn.judging.curves import Array, Labels
from nn.judging.decisions import youden_threshold


def chosen_threshold(rule: str, labels: Labels, probabilities: Array) -> float:
    """Choose the probability of class 1 from which on a row is decided to be of it.

    `rule` is the word that params.yaml has, youden; `labels`, (rows,), and `probabilities`,
    (rows, classes), are those of the validation rows.

    Raises InputError where these rows have no best threshold, and for more than two classes, of
    which the most probable is decided for.
    """
    classes = probabilities.shape[1]
    if classes != 2:
        raise InputError(
            f"evaluate.threshold: {rule} is for two classes, and there are {classes}, of which "
            "the most probable is decided for; give a number"
        )
    chosen = youden_threshold(labels == 1, probabilities[:, 1])
    if chosen is None:
        raise InputError(
            f"evaluate.threshold: {rule} needs validation rows of both classes with different "
            f"probabilities, and of the {len(labels)} there are none; give a number"
        )
    return chosen
