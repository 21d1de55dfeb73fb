"""What a training begins with: rows, settings, and a network with its initial weights."""

from typing import NamedTuple

import numpy as np

from nn.arithmetic import Array
from nn.errors import InputError
from nn.network.network import Network, parameter_count
from nn.network.outputs import OUTPUTS, Labels
from nn.training.initializers import initial_weights
from nn.training.settings import Settings


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
    network = Network(
        sizes,
        settings.activations,
        settings.output,
        np.zeros(parameter_count(sizes)),
        settings.negative_slope or 0.0,
    )
    drawn = initial_weights(settings.initializer, sizes, settings.seed)
    for weights, values in zip(network.weights, drawn, strict=True):
        weights[...] = values
    return network
