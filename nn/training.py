"""Training from beginning to end: epochs, early stopping, the history, and what went wrong."""

from typing import NamedTuple

import numpy as np

from nn.arithmetic import Array, within
from nn.early_stopping import Best
from nn.errors import InputError, TrainingDiverged
from nn.history import Recorder
from nn.initializers import initial_weights
from nn.learner import Learner, Settings
from nn.losses import OUTPUTS, Labels
from nn.network import Network, parameter_count

__all__ = ["Settings", "Snapshots", "Training", "initial_network", "train"]


class Snapshots(NamedTuple):
    """Parameters along the way: `epochs` (frames,) and `parameters` (frames, P)."""

    epochs: Labels
    parameters: Array


class Training(NamedTuple):
    """A trained network and how it came about.

    Row e of each list in `history` is the state before epoch e, the last row the state at the end.
    (With mini-batches an epoch's training loss and accuracy are those of its batches, each before
    its own step.) The network has the parameters of row `best_epoch`.
    """

    network: Network
    history: dict[str, list[float]]
    best_epoch: int
    snapshots: Snapshots
    warnings: list[str]


def train(
    features: Array,
    labels: Labels,
    classes: int,
    settings: Settings,
    validation: tuple[Array, Labels] | None = None,
    snapshots: int = 0,
) -> Training:
    """Train a network on scaled features (rows, k) and class numbers (rows,).

    `validation` is such a pair of other rows, watched but not learnt from; `snapshots` is how many
    states to keep, closer together at the beginning. Raises TrainingDiverged when a number grows
    too large to be computed with, and InputError for early stopping without validation rows.
    """
    if settings.early_stopping and validation is None:
        raise InputError(
            "early_stopping watches the validation loss, but there are no validation rows"
        )
    features = within(features)
    output = OUTPUTS[settings.output]
    network = initial_network(features.shape[1], classes, settings)
    weights = row_weights(labels, classes, settings.class_weights)
    seen = Recorder(output, labels, classes, weights / len(labels))
    learner = Learner(network, features, seen.targets, weights, settings)
    best = Best(settings.early_stopping) if settings.early_stopping else None
    frames = snapshot_epochs(settings.epochs, snapshots)
    kept: dict[int, Array] = {}
    others, other_labels = validation or (features[:0], labels[:0])
    even = np.full((len(other_labels), 1), 1.0 / max(len(other_labels), 1))
    unseen = Recorder(output, other_labels, classes, even)

    epoch = 0
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            for epoch in range(settings.epochs + 1):
                if epoch in frames:
                    kept[epoch] = network.parameters.copy()
                if validation:
                    unseen.add(network.logits(others))
                if best and best.is_final(epoch, unseen.losses()[-1], network.parameters):
                    break
                if epoch < settings.epochs:
                    seen.add(learner.run_epoch(epoch))
            seen.add(network.logits(features))
    except InputError as error:
        raise TrainingDiverged(
            f"training diverged in epoch {epoch}: {error} "
            f"Try a learning_rate well below {settings.learning_rate:g}."
        ) from error

    if best and best.parameters is not None:
        network.parameters[...] = best.parameters
    history = {"loss": seen.losses(), "accuracy": seen.accuracies()}
    if validation:
        history |= {"validation_loss": unseen.losses(), "validation_accuracy": unseen.accuracies()}
    return Training(
        network,
        history,
        best.epoch if best else epoch,
        Snapshots(np.array(list(kept), dtype=np.int64), np.array(list(kept.values()))),
        alarms(network, features, labels),
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


def alarms(network: Network, features: Array, labels: Labels) -> list[str]:
    """Say what is wrong with a trained network although nothing raised an error."""
    given = network.activate(features)
    found = []
    decided = np.unique(OUTPUTS[network.output].decisions(given[-1]))
    if len(decided) == 1 and len(np.unique(labels)) > 1:
        found.append(
            f"the network has collapsed: it predicts class number {decided[0]} for every "
            "training row; another seed, initializer or learning_rate may help"
        )
    for layer, activations in enumerate(given[1:-1], start=1):
        if not np.any(activations):
            found.append(
                f"all {activations.shape[1]} units of hidden layer {layer} are dead: they give 0 "
                "for every training row and learn no more; a smaller learning_rate or leaky_relu "
                "may help"
            )
    return found
