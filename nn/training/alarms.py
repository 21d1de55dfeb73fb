"""What is wrong with a trained network although nothing raised an error."""

import re
from collections.abc import Sequence

import numpy as np

from nn.arithmetic import Array, blocks_of, release
from nn.arithmetic.blocks import ROWS_AT_A_TIME
from nn.network.network import Network
from nn.network.outputs import CLASSIFICATION, OUTPUTS, AnyLabels

COLLAPSED = "the network has collapsed"  # how the alarm begins
NUMBER_OF_CLASS = "class number "  # in it, for whoever knows the names


def with_class_name(warning: str, classes: Sequence[object]) -> str:
    """Put the name of a class in place of its number."""

    def name(found: re.Match[str]) -> str:
        return f"class {classes[int(found[1])]!r}"

    return re.sub(rf"{NUMBER_OF_CLASS}(\d+)", name, warning)


def alarms(network: Network, features: Array, labels: AnyLabels) -> list[list[str]]:
    """Say of each network whether it has collapsed or died on its training rows.

    Features (networks, rows, k) and labels (networks, rows).
    """
    output = OUTPUTS[network.output]
    is_of_classes = output.task == CLASSIFICATION
    ends, alive = [], []
    for block in blocks_of(features.shape[-2], ROWS_AT_A_TIME):
        _, *hidden, logits = network.activate(features[..., block, :])
        decided = output.decisions(logits) if is_of_classes else logits[..., 0]
        ends.append((decided.min(axis=-1), decided.max(axis=-1)))
        alive.append([activations.any(axis=(-2, -1)) for activations in hidden])
        release(features)
        decisions = np.concatenate(ends).T  # (networks, 2 for each block)
        is_alive = np.any(alive, axis=0)  # (hidden layers, networks)
        if is_alive.all() and (decisions.min(axis=1) < decisions.max(axis=1)).all():
            break  # no further row can give cause for alarm
    found: list[list[str]] = []
    for place, (of_network, truth) in enumerate(zip(decisions, labels, strict=True)):
        found.append([])
        lowest, highest = of_network.min(), of_network.max()
        if lowest == highest and truth.min() < truth.max():
            constant = f"{NUMBER_OF_CLASS}{lowest}" if is_of_classes else "the same number"
            found[-1].append(
                f"{COLLAPSED}: it predicts {constant} for every "
                "training row; another seed, initializer or learning_rate may help"
            )
        for layer, units in enumerate(network.sizes[1:-1]):
            if not is_alive[layer, place]:
                found[-1].append(
                    f"all {units} units of hidden layer {layer + 1} are dead: they "
                    "give 0 for every training row and learn no more; a smaller learning_rate or "
                    "leaky_relu may help"
                )
    return found
