"""Training a network: `train`, from rows and settings to weights and history."""

from nn.arithmetic import Array
from nn.errors import TrainingDiverged
from nn.network.outputs import Labels
from nn.training.in_step import Snapshots, Training, train_in_step
from nn.training.learner import Settings
from nn.training.problem import Problem

__all__ = ["Settings", "Snapshots", "Training", "train"]


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
