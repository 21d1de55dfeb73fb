"""A network judged on the parts of a table, each of them run forward once."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from nn.arithmetic import Array, stored
from nn.judging.judged import JudgedNumbers, judge
from nn.network.network import Network
from nn.network.outputs import OUTPUTS, Mask, Output
from nn.preparing.scaling import Scaling
from stages.judging.thresholds import Rule, chosen_threshold
from stages.running.artifacts import Rows


class JudgedParts(NamedTuple):
    """The parts with the network's predictions, and what it decided by."""

    parts: dict[str, Any]
    """Each is Judged or, of numbers, JudgedNumbers."""
    threshold: float | None
    """The probability of class 1 from which on a row is decided to be of it; None of numbers."""


def judged_in_turn(
    network: Network,
    parts: Mapping[str, Rows],
    threshold: float | Rule | None,
    target: Scaling | None = None,
    held_out: Mask | None = None,
) -> Iterator[tuple[str, Any, float | None]]:
    """Judge part by part, so that memory need not hold the predictions of all.

    Gives each one's name, what is in `JudgedParts.parts`, and the threshold. Where that is to be
    chosen, `validation` comes first. Arguments are as of `judge_parts`.
    """
    chosen_on = "validation" if isinstance(threshold, Rule) else None
    for part in sorted(parts, key=lambda name: name != chosen_on):
        judged, threshold = judge_parts(network, {part: parts[part]}, threshold, target, held_out)
        yield part, judged.pop(part), threshold


def judge_parts(
    network: Network,
    parts: Mapping[str, Rows],
    threshold: float | Rule | None,
    target: Scaling | None = None,
    held_out: Mask | None = None,
) -> JudgedParts:
    """Run a network over parts by name, and decide for a class or a number in each row.

    Where `threshold` is a rule, one is chosen on the part `validation`; raises InputError where
    that part does not allow to choose. `target` is how numbers to predict were scaled; `held_out`
    is as in `Training`.
    """
    logits = {
        part: iter([network.held_out_logits(rows.features, held_out)])
        if part == "validation" and held_out is not None
        else network.logits_by_blocks(rows.features)
        for part, rows in parts.items()
    }
    if target is not None:
        numbers = {
            part: JudgedNumbers(
                rows.labels, np.concatenate([target.undo(each[:, 0]) for each in logits[part]])
            )
            for part, rows in parts.items()
        }
        return JudgedParts(numbers, None)
    output = OUTPUTS[network.output]
    predictions = {
        part: (rows.labels, *_probabilities(output, logits[part])) for part, rows in parts.items()
    }
    if isinstance(threshold, Rule):
        labels, probabilities, _ = predictions["validation"]
        threshold = chosen_threshold(threshold, labels, probabilities)
    assert threshold is not None  # params.yaml must have one for classes
    judged = {part: judge(*each, threshold) for part, each in predictions.items()}
    return JudgedParts(judged, threshold)


def _probabilities(output: Output, logits: Iterator[Array]) -> tuple[Array, Array]:
    """Find the probabilities and their logarithms, (rows, classes), in a file where they are many.

    Logits come in blocks, (rows, outputs).
    """
    both = stored(
        np.concatenate([output.probabilities(each), output.log_probabilities(each)], axis=-1)
        for each in logits
    )
    classes = both.shape[1] // 2
    return both[:, :classes], both[:, classes:]
