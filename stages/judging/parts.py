"""A network judged on the parts of a table, each of them run forward once."""

from collections.abc import Mapping
from typing import NamedTuple

from nn.judging.judged import Judged, judge
from nn.network.network import Network
from nn.network.outputs import OUTPUTS
from stages.judging.thresholds import chosen_threshold
from stages.running.artifacts import Rows


class JudgedParts(NamedTuple):
    """The parts with the network's probabilities and decisions, and what it decided by."""

    parts: dict[str, Judged]
    threshold: float
    """The probability of class 1 from which on a row is decided to be of it."""


def judge_parts(network: Network, parts: Mapping[str, Rows], threshold: float | str) -> JudgedParts:
    """Run a network over parts by name, and decide for a class in each row.

    A `threshold` that is the word of a rule is chosen on the part `validation`. Raises InputError
    where that part does not allow to choose one.
    """
    output = OUTPUTS[network.output]
    predictions = {}
    for part, (features, labels) in parts.items():
        logits = network.logits(features)
        predictions[part] = labels, output.probabilities(logits), output.log_probabilities(logits)
    if isinstance(threshold, str):
        labels, probabilities, _ = predictions["validation"]
        threshold = chosen_threshold(threshold, labels, probabilities)
    judged = {part: judge(*each, threshold) for part, each in predictions.items()}
    return JudgedParts(judged, threshold)
