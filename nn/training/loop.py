"""Training a network: `train`, from rows and settings to weights and history; or many at once."""

from collections.abc import Hashable, Sequence
from itertools import islice

import numpy as np

from nn.arithmetic import Array, tuned_numpy
from nn.errors import InputError, TrainingDiverged
from nn.network.network import as_numbers
from nn.network.outputs import AnyLabels
from nn.training.ensemble import ensemble_of, members_of, train_in_members
from nn.training.outcome import Outcome, Training
from nn.training.problem import Problem, check_rows
from nn.training.settings import Settings
from nn.training.stack import Stack
from nn.training.watching import Watcher

NUMBERS_IN_STEP = 1 << 24  # of all networks' rows, 128 MB: each may have rows of its own
ROWS_IN_STEP = 8192  # of all networks' batches: with more, what they compute falls out of the cache


def train(
    features: Array,
    labels: AnyLabels,
    classes: int,
    settings: Settings,
    validation: tuple[Array, AnyLabels] | None = None,
    snapshots: int = 0,
    watchers: Sequence[Watcher] = (),
    is_drawn: bool = True,
) -> Training:
    """Train a network, or an ensemble, on scaled features (rows, k) and class numbers (rows,).

    Where the output predicts numbers, `labels` are these, scaled as well, and `classes` is 0.
    `validation` is such a pair of other rows, watched but not learnt from; `snapshots` is how many
    states to keep, closer together at the beginning; `watchers` are told of each epoch. The members
    of an ensemble watch rows of their own where `is_drawn` says that chance chose those given.
    Raises TrainingDiverged when a number grows too large to be computed with, and InputError for
    rows of the wrong shape or kind, and for early stopping without validation rows.
    """
    if validation is not None:
        if len(validation) != 2:
            raise InputError("validation is a pair of other rows: (features, labels)")
        validation = as_numbers(validation[0]), np.asanyarray(validation[1])
    labels = np.asanyarray(labels)
    problem = Problem(as_numbers(features), labels, classes, settings, validation, is_drawn)
    check_rows(problem)
    members, outcomes = members_of(problem), list[Outcome]()
    while some := [*islice(members, networks_in_step(problem))]:
        outcomes += train_in_step(some, snapshots, watchers)
    outcome = ensemble_of(problem, outcomes)
    if isinstance(outcome, TrainingDiverged):
        raise outcome
    return outcome


def train_in_step(
    problems: Sequence[Problem], snapshots: int = 0, watchers: Sequence[Watcher] = ()
) -> list[Outcome]:
    """Train networks of one shape, each epoch of all of them in one pass of NumPy.

    The problems agree in their arrays' shapes and in `Settings.shared`. Each comes out as from
    `train`, bit for bit; one that diverges, as the error. None, diverged or stopped early, changes
    the others.
    """
    stack = Stack(problems, snapshots)
    epochs = problems[0].settings.epochs

    def watch(share: float) -> None:
        for watcher in watchers:
            watcher.within_epoch(stack, share)

    with tuned_numpy():
        for watcher in watchers:
            watcher.begin(stack)
        for epoch in range(stack.epoch, epochs):
            stack.validate(epoch)
            stack.learn(epoch, watch)
            for watcher in watchers:
                watcher.after_epoch(stack)
        stack.validate(epochs)
        stack.finish(epochs)
    return stack.outcomes()


def train_together(problems: Sequence[Problem], watchers: Sequence[Watcher] = ()) -> list[Outcome]:
    """Train all; outcome i is what `train(*problems[i])` returns or the TrainingDiverged it raises.

    Those of one shape go in step. For a small table it is the number of NumPy's calls that costs,
    not their work: thirty networks in step take little longer than one. Raises InputError, as
    `train` does, for rows that cannot be computed with.
    """
    return train_in_members(problems, lambda members: _train_in_groups(members, watchers))


def _train_in_groups(problems: Sequence[Problem], watchers: Sequence[Watcher]) -> list[Outcome]:
    groups: dict[Hashable, list[int]] = {}
    for number, problem in enumerate(problems):
        groups.setdefault(shape_of(problem), []).append(number)
    outcomes: dict[int, Outcome] = {}
    for numbers in groups.values():
        at_a_time = networks_in_step(problems[numbers[0]])
        for start in range(0, len(numbers), at_a_time):
            part = numbers[start : start + at_a_time]
            trained = train_in_step([problems[number] for number in part], 0, watchers)
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
    fit_in_memory = NUMBERS_IN_STEP // max(problem.features.size, 1)
    return max(min(ROWS_IN_STEP // batch_size, fit_in_memory), 1)
