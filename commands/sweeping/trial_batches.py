"""Which trials go to a worker together."""

from collections.abc import Callable, Iterator, Sequence

from commands.sweeping.trial import SweepData, Trial, problem_of
from stages.executing.training import work_of

TOGETHER = 64  # trainings: more in one pass of NumPy gain little
FEW = 8  # trainings that together take little longer than one
WORK = 2e10  # multiplications in a batch, ten seconds or so, which a killed worker loses


def batches_of(
    trials: Sequence[Trial], data: SweepData, workers: Callable[[], int]
) -> Iterator[list[Trial]]:
    """Deal trials out to as many workers as there are when each batch is taken."""
    waiting = sorted_by_shape(trials)
    while waiting:
        yield take_batch(waiting, data, workers())


def shape_of(trial: Trial) -> str:
    """Name what trainings must have in common to share a pass of NumPy."""
    first = trial.replicates[0]
    return repr((first.hidden, first.activation, first.output, first.optimizer, first.batch_size))


def take_batch(waiting: list[Trial], data: SweepData, workers: int) -> list[Trial]:
    """Take trials of one shape from the end of a list that is sorted by it.

    As many as train well together, but so few that every worker gets some: towards the end, batches
    get smaller. The score of a trial does not depend on its batch.
    """
    shape = shape_of(waiting[-1])
    alike = next(
        (place for place, trial in enumerate(reversed(waiting)) if shape_of(trial) != shape),
        len(waiting),
    )
    replicates = len(waiting[-1].replicates)
    work = work_of(problem_of(data, 0, waiting[-1].replicates[0]))
    most = min(
        TOGETHER // replicates,
        int(WORK / (replicates * work)),
        max(-(-len(waiting) // (2 * workers)), min(FEW // replicates, -(-len(waiting) // workers))),
        alike,
    )
    count = max(most, 1)
    batch = waiting[-count:]
    del waiting[-count:]
    return batch


def sorted_by_shape(trials: Sequence[Trial]) -> list[Trial]:
    """Sort trials for `take_batch`, which takes from the end: most epochs last, shapes together."""
    return sorted(trials, key=lambda trial: (trial.replicates[0].epochs, shape_of(trial)))
