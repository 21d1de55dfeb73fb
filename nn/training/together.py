"""Training many networks at once: those of one shape share each pass of NumPy.

For a small table it is the number of NumPy's calls that costs, not their work: thirty networks in
step take little longer than one. Each comes out with the same bits as from `train` alone
(native arithmetic excepted, which promises no bits).
"""

from collections.abc import Hashable, Sequence

from nn.training.loop import train_in_step
from nn.training.outcome import Outcome
from nn.training.problem import Problem

ROWS_IN_STEP = 8192  # of all networks' batches: with more, what they compute falls out of the cache


def train_together(problems: Sequence[Problem]) -> list[Outcome]:
    """Train all; outcome i is what `train(*problems[i])` returns or the TrainingDiverged it raises.

    Raises InputError, as it does, for rows that cannot be computed with.
    """
    groups: dict[Hashable, list[int]] = {}
    for number, problem in enumerate(problems):
        groups.setdefault(shape_of(problem), []).append(number)
    outcomes: dict[int, Outcome] = {}
    for numbers in groups.values():
        at_a_time = networks_in_step(problems[numbers[0]])
        for start in range(0, len(numbers), at_a_time):
            part = numbers[start : start + at_a_time]
            trained = train_in_step([problems[number] for number in part])
            outcomes |= zip(part, trained, strict=True)
    return [outcomes[number] for number in range(len(problems))]


def shape_of(problem: Problem) -> Hashable:
    """Find what trainings must have in common to go in step."""
    return (
        problem.features.shape,
        problem.validation and problem.validation[0].shape,
        problem.classes,
        problem.settings.shared(),
    )


def networks_in_step(problem: Problem) -> int:
    """Find how many such networks to train at a time."""
    rows = max(len(problem.features), 1)
    batch_size = min(problem.settings.batch_size or rows, rows)
    return max(ROWS_IN_STEP // batch_size, 1)
