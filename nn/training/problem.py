"""What a training begins with: rows, settings, and a network with its initial weights."""

from typing import NamedTuple

import numpy as np

from nn.arithmetic import Array, within
from nn.errors import InputError
from nn.network.network import Network, parameter_count
from nn.network.outputs import OUTPUTS, REGRESSION, AnyLabels
from nn.training.initializers import initial_weights
from nn.training.settings import Settings


class Problem(NamedTuple):
    """One training: what is to be learnt from, how, and what is watched meanwhile."""

    features: Array
    labels: AnyLabels
    """Class numbers, or the numbers to predict: of about the size of 1, as by `fit_target`."""
    classes: int
    """0 where numbers are predicted."""
    settings: Settings
    validation: tuple[Array, AnyLabels] | None = None
    is_drawn: bool = True
    """Whether the validation rows were drawn by chance, so that others would do as well."""


def check_rows(problem: Problem) -> None:
    """Raise InputError unless there are rows (rows, k), and for each what to predict, (rows,).

    Validation rows, too, and they have the same columns.
    """
    features, labels, classes, settings, validation = problem[:5]
    if features.ndim != 2 or not features.size:
        raise InputError(
            f"features have shape {features.shape}, not (rows, columns) with some of both"
        )
    if validation is not None:
        check_rows(Problem(*validation, classes, settings))
        if validation[0].shape[1] != features.shape[1]:
            raise InputError(
                f"validation rows have {validation[0].shape[1]} columns, and training rows "
                f"{features.shape[1]}"
            )
    if OUTPUTS[settings.output].task == REGRESSION:
        if labels.shape != features.shape[:1] or labels.dtype.kind != "f":
            raise InputError(
                f"targets are {labels.dtype} of shape {labels.shape}, not a float64 for each of "
                f"{len(features)} rows, which output {settings.output} predicts"
            )
        if classes:
            raise InputError(f"output {settings.output} predicts numbers: classes should be 0")
        if settings.class_weights:
            raise InputError(f"class_weights: output {settings.output} has no classes; take it out")
        within(labels)
        return
    if labels.shape != features.shape[:1] or labels.dtype.kind not in "iu":
        raise InputError(
            f"labels are {labels.dtype} of shape {labels.shape}, not a whole number for each of "
            f"{len(features)} rows"
        )
    if classes < 2 or labels.min() < 0 or labels.max() >= classes:
        raise InputError(
            f"labels go from {labels.min()} to {labels.max()}, and there are {classes} classes: "
            "number two classes or more from 0 on"
        )


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
        settings.negative_slope,
    )
    drawn = initial_weights(settings.initializer, sizes, settings.seed)
    for weights, values in zip(network.weights, drawn, strict=True):
        weights[...] = values
    return network
