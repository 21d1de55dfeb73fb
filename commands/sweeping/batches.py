"""Which trials go to a worker together."""

from collections.abc import Sequence

import numpy as np

from commands.sweeping.trial import SweepData, Trial
from nn.training.settings import Settings

TOGETHER = 64  # trainings: more in one pass of NumPy gain little
FEW = 8  # trainings that take little longer together than one of them
WORK = 2e10  # multiplications in a batch, ten seconds or so: what is lost when its worker is killed


def shape_of(trial: Trial) -> str:
    """Name what trainings must have in common to share a pass; sorts alike ones together."""
    first = trial.replicates[0]
    return repr((first.hidden, first.activation, first.output, first.optimizer, first.batch_size))


def take_batch(waiting: list[Trial], data: SweepData, workers: int) -> list[Trial]:
    """Take trials of one shape from the end of a list that is sorted by it.

    As many as learn well together, but few enough that no worker is left without any: towards the
    end batches get smaller, down to a few. What a trial's score is does not depend on its batch.
    """
    shape = shape_of(waiting[-1])
    alike = next(
        (place for place, trial in enumerate(reversed(waiting)) if shape_of(trial) != shape),
        len(waiting),
    )
    replicates = len(waiting[-1].replicates)
    most = min(
        TOGETHER // replicates,
        int(WORK / (replicates * work(waiting[-1].replicates[0], data))),
        max(-(-len(waiting) // (2 * workers)), min(FEW // replicates, -(-len(waiting) // workers))),
        alike,
    )
    count = max(most, 1)
    batch = waiting[-count:]
    del waiting[-count:]
    return batch


def work(settings: Settings, data: SweepData) -> int:
    """Estimate the multiplications of a training, not counting what early stopping saves."""
    features, _ = data.splits[0][0]
    sizes = (features.shape[1], *settings.hidden, data.classes)
    weights = np.dot(sizes[:-1], sizes[1:])
    return int(settings.epochs * len(features) * weights * 3)


def sorted_by_shape(trials: Sequence[Trial]) -> list[Trial]:
    """Sort trials for `take_batch`: those that it takes first, with most work, come last."""
    return sorted(trials, key=lambda trial: (trial.replicates[0].epochs, shape_of(trial)))
