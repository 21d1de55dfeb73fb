"""Several trainings at once."""

from collections.abc import Sequence
from typing import NamedTuple

from nn.arithmetic import Array
from nn.errors import TrainingDiverged
from nn.losses import Labels
from nn.training import Settings, Training, train


class Problem(NamedTuple):
    """One training: what `train` takes."""

    features: Array
    labels: Labels
    classes: int
    settings: Settings
    validation: tuple[Array, Labels] | None = None


def train_together(problems: Sequence[Problem]) -> list[Training | TrainingDiverged]:
    """Train each; a training that diverged is returned as its exception."""
    results: list[Training | TrainingDiverged] = []
    for problem in problems:
        try:
            results.append(train(*problem))
        except TrainingDiverged as error:
            results.append(error)
    return results
