"""Training an ensemble: one problem as several, each member with a seed of its own.

Where early stopping watches validation rows, each member watches rows of its own, too, and learns
from the others: together they miss nothing. The first member is what `train` makes without an
ensemble.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import mean, random_source
from nn.errors import TrainingDiverged
from nn.network.ensemble import Ensemble
from nn.network.outputs import AnyLabels, Mask
from nn.training.outcome import Outcome, Snapshots, Training
from nn.training.problem import Problem

Rows = NDArray[np.int64]


def members_of(problem: Problem) -> Iterator[Problem]:
    """Give the trainings that a problem asks for, one by one, each of a single network."""
    settings = problem.settings
    for number in range(settings.ensemble):
        source = random_source(settings.seed, f"member {number}")
        seed = int(source.integers(2**32)) if number else settings.seed
        own = settings.model_copy(update={"seed": seed, "ensemble": 1})
        yield _with_rows(problem, number)._replace(settings=own)


def train_in_members(
    problems: Sequence[Problem], train_all: Callable[[list[Problem]], list[Outcome]]
) -> list[Outcome]:
    """Train the members of all problems by a function, and put each ensemble together."""
    members = [member for problem in problems for member in members_of(problem)]
    outcomes = iter(train_all(members))
    return [
        ensemble_of(problem, [*islice(outcomes, problem.settings.ensemble)]) for problem in problems
    ]


def ensemble_of(problem: Problem, outcomes: Sequence[Outcome]) -> Outcome:
    """Put the members of a problem's ensemble together; where one has diverged, all have."""
    trained: list[Training] = []
    for number, outcome in enumerate(outcomes, 1):
        if isinstance(outcome, Training):
            trained.append(outcome)
        elif len(outcomes) == 1:
            return outcome
        else:
            diverged = TrainingDiverged(f"member {number} of {len(outcomes)}: {outcome}")
            diverged.__cause__ = outcome
            return diverged
    if len(trained) == 1:
        return trained[0]
    network = trained[0].network
    parameters = np.stack([training.network.parameters for training in trained])
    return Training(
        Ensemble(
            network.sizes, network.activations, network.output, parameters, network.negative_slope
        ),
        _history(trained),
        max(training.best_epoch for training in trained),
        _snapshots(trained),
        _warnings(trained),
        _held_out(problem),
    )


def _draws_rows(problem: Problem) -> bool:
    return bool(problem.settings.early_stopping and problem.validation and problem.is_drawn)


def _with_rows(problem: Problem, number: int) -> Problem:
    """Deal out anew which rows a member learns from, and which it watches."""
    if number == 0 or not problem.validation or not _draws_rows(problem):
        return problem
    features = np.concatenate([problem.features, problem.validation[0]])
    labels = _labels(problem)
    watched = _watched(problem, number)
    learnt = np.setdiff1d(np.arange(len(labels)), watched)
    return problem._replace(
        features=features[learnt],
        labels=labels[learnt],
        validation=(features[watched], labels[watched]),
    )


def _labels(problem: Problem) -> AnyLabels:
    assert problem.validation
    return np.concatenate([problem.labels, problem.validation[1]])


def _watched(problem: Problem, number: int) -> Rows:
    """Draw rows for a member to watch, of training and validation rows in this order.

    Sorted by what is to be predicted, each of equal stretches gives one: so all classes, and small
    and large numbers, have their share.
    """
    assert problem.validation
    labels, count = _labels(problem), len(problem.validation[1])
    source = random_source(problem.settings.seed, f"rows of member {number}")
    order = np.lexsort((source.permutation(len(labels)), labels))
    ends = np.arange(count + 1) * len(labels) // count
    return np.sort(order[source.integers(ends[:-1], ends[1:])])


def _held_out(problem: Problem) -> Mask | None:
    if not problem.validation or not _draws_rows(problem):
        return None
    rows = len(problem.labels) + np.arange(len(problem.validation[1]))
    others = range(1, problem.settings.ensemble)
    watched = [np.isin(rows, _watched(problem, number)) for number in others]
    return np.stack([np.ones(len(rows), dtype=np.bool_), *watched])


def _history(trained: Sequence[Training]) -> dict[str, list[float]]:
    epochs = max(len(training.history["loss"]) for training in trained)
    means: dict[str, list[float]] = {}
    each: dict[str, list[float]] = {}
    for name in trained[0].history:
        lasting = []
        for number, training in enumerate(trained, 1):
            own = training.history[name]
            after = epochs - len(own)
            each[f"member_{number}_{name}"] = [*own, *[np.nan] * after]
            lasting.append([*own, *[own[training.best_epoch]] * after])
        means[name] = mean(np.array(lasting), axis=0).tolist()
    return means | each


def _snapshots(trained: Sequence[Training]) -> Snapshots:
    """Put together the states of the members, which stay as they were kept from their best on."""
    epochs = max((training.snapshots.epochs for training in trained), key=len)
    frames = []
    for frame, epoch in enumerate(epochs):
        frames.append(
            [
                training.snapshots.parameters[frame]
                if epoch < training.best_epoch
                else training.network.parameters
                for training in trained
            ]
        )
    return Snapshots(epochs, np.array(frames))


def _warnings(trained: Sequence[Training]) -> list[str]:
    """Say what is wrong with members: as of one network where it is so of all."""
    members: dict[str, int] = {}
    for training in trained:
        for warning in training.warnings:
            members[warning] = members.get(warning, 0) + 1
    return [
        warning if count == len(trained) else f"in {count} of {len(trained)} members, {warning}"
        for warning, count in members.items()
    ]
