"""What a training begins with: rows, settings, and what is made of them before it."""

from typing import NamedTuple

import numpy as np

from nn.arithmetic import Array
from nn.errors import InputError
from nn.network.network import Network, parameter_count
from nn.network.outputs import OUTPUTS, Labels
from nn.training.initializers import initial_weights
from nn.training.learner import Settings


class Problem(NamedTuple):
    """One training: what is to be learnt from, how, and what is watched meanwhile."""

    features: Array
    labels: Labels
    classes: int
    settings: Settings
    validation: tuple[Array, Labels] | None = None


def initial_network(features: int, classes: int, settings: Settings) -> Network:
    """Make the untrained network that the settings describe: drawn weights, biases of 0.

    Raises InputError where its output is for two classes and there are more.
    """
    if settings.output == "sigmoid" and classes > 2:
        raise InputError(
            f"output sigmoid tells two classes apart, and there are {classes}: use softmax"
        )
    sizes = (features, *settings.hidden, OUTPUTS[settings.output].units(classes))
    activations = settings.activation
    if isinstance(activations, str):
        activations = (activations,) * len(settings.hidden)
    parameters = np.zeros(parameter_count(sizes))
    network = Network(
        sizes, activations, settings.output, parameters, settings.negative_slope or 0.0
    )
    drawn = initial_weights(settings.initializer, sizes, settings.seed)
    for weights, values in zip(network.weights, drawn, strict=True):
        weights[...] = values
    return network


def row_weights(labels: Labels, classes: int, class_weights: str | None) -> Array:
    """Find what each row counts, 1 on average: (rows, 1).

    `balanced` gives every class the same weight in all: rows / (classes * rows of the class).
    """
    if class_weights is None:
        return np.ones((len(labels), 1))
    counts = np.bincount(labels, minlength=classes)
    return (len(labels) / (np.count_nonzero(counts) * counts[labels]))[:, None]


def snapshot_epochs(epochs: int, frames: int) -> set[int]:
    """Choose the epochs to keep, from 0 to the last, closer together at the beginning."""
    steps = max(frames - 1, 1)
    return {min(max(i, epochs * i * i // (steps * steps)), epochs) for i in range(frames)}
