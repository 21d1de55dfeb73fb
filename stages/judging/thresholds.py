"""The probability of the second class from which on a row is held to be of it."""

from collections.abc import Mapping

from nn.errors import InputError
from nn.judging.metrics import youden_threshold
from nn.network.network import Network
from stages.running.trained import Rows


def decision_threshold(given: float | str, network: Network, parts: Mapping[str, Rows]) -> float:
    """Return the number that params.yaml gives; for its word, choose one on validation rows.

    Raises InputError where these have no best one, and for more than two classes, which have no
    threshold.
    """
    if not isinstance(given, str):
        return given
    features, labels = parts["validation"]
    probabilities = network.probabilities(features)
    if probabilities.shape[1] != 2:
        raise InputError(
            f"evaluate.threshold: {given} is for two classes, and there are "
            f"{probabilities.shape[1]}, of which the most probable is decided for; give a number"
        )
    chosen = youden_threshold(labels == 1, probabilities[:, 1])
    if chosen is None:
        raise InputError(
            f"evaluate.threshold: {given} needs validation rows of both classes with different "
            f"probabilities, and of the {len(labels)} there are none; give a number"
        )
    return chosen
