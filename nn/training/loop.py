"""Training a network: `train`, from rows and settings to weights and history."""

from collections.abc import Sequence

import numpy as np

from nn.arithmetic import Array
from nn.errors import TrainingDiverged
from nn.network.outputs import Labels
from nn.training.outcome import Outcome, Training
from nn.training.problem import Problem
from nn.training.settings import Settings
from nn.training.stack import Stack


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
    problem = Problem(features, labels, classes, settings, validation)
    (outcome,) = train_in_step([problem], snapshots)
    if isinstance(outcome, TrainingDiverged):
        raise outcome
    return outcome


def train_in_step(problems: Sequence[Problem], snapshots: int = 0) -> list[Outcome]:
    """Train networks of one shape, each epoch of all of them in one pass of NumPy.

    The problems agree in their arrays' shapes and in `Settings.shared`. Each comes out as from
    `train`, bit for bit; one that diverges, as the error. None, diverged or stopped early, changes
    the others.
    """
    stack = Stack(problems, snapshots)
    epochs = problems[0].settings.epochs
    with np.errstate(over="ignore", invalid="ignore"):  # the arithmetic refuses what comes of it
        for epoch in range(epochs):
            stack.validate(epoch)
            stack.learn(epoch)
        stack.validate(epochs)
        stack.finish(epochs)
    return stack.outcomes()
