"""Trainings that go in step: one or several, with a leading axis, and who drops out of them.

Whoever is interested in one training only can read (networks, ...) as (1, ...), and pass over what
drops networks out.
"""

import copy
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, Part, row_blocks, within
from nn.errors import InputError, OutOfRange, TrainingDiverged
from nn.network.outputs import OUTPUTS, AnyLabels
from nn.training.alarms import alarms
from nn.training.class_weights import row_weights
from nn.training.dropping import learner_of, recorder_of
from nn.training.early_stopping import Best
from nn.training.history import Recorder
from nn.training.learner import Learner
from nn.training.outcome import Outcome, Snapshots, Training, snapshot_epochs
from nn.training.problem import Problem, check_rows, initial_network

Element = TypeVar("Element", bound=np.generic)


class Run:
    """What each of several trainings keeps for itself."""

    def __init__(self, problem: Problem, snapshots: int) -> None:
        settings = problem.settings
        if settings.early_stopping and problem.validation is None:
            raise InputError(
                "early_stopping watches the validation loss, but there are no validation rows"
            )
        self.settings = settings
        self.best = Best(settings.early_stopping) if settings.early_stopping else None
        self.frames = snapshot_epochs(settings.epochs, snapshots)
        self.kept: dict[int, Array] = {}
        self.outcome: Outcome | None = None


class Stack:
    """Networks of one shape and all that is theirs, at the same place along the leading axis."""

    def __init__(self, problems: Sequence[Problem], snapshots: int) -> None:
        """Set all up: rows, networks with their initial weights, empty records."""
        _, _, classes, shared, validation, _ = problems[0]
        for problem in problems:
            check_rows(problem)
        self.problems, self.snapshots = tuple(problems), snapshots
        self.runs = [Run(problem, snapshots) for problem in problems]
        self.running = list(self.runs)
        self.epoch = 0  # the next to learn in
        features = stacked([within(problem.features) for problem in problems])
        labels = stacked([compact(problem.labels, classes) for problem in problems])
        networks = [
            initial_network(features.shape[-1], classes, problem.settings) for problem in problems
        ]
        weights = stacked(
            [row_weights(p.labels, classes, p.settings.class_weights) for p in problems]
        )
        output = OUTPUTS[shared.output]
        self.training_record = Recorder(output, labels, classes, weights)
        self.learner = Learner(
            networks[0].over(stacked([network.parameters for network in networks])),
            features,
            labels,
            weights,
            [problem.settings for problem in problems],
        )
        self.validation_record: Recorder | None = None
        if validation:
            pairs = [problem.validation for problem in problems if problem.validation]
            self.validation_features = stacked([within(features) for features, _ in pairs])
            labels = stacked([compact(labels, classes) for _, labels in pairs])
            even = np.broadcast_to(1.0, (*labels.shape, 1))
            self.validation_record = Recorder(output, labels, classes, even)

    def outcomes(self) -> list[Outcome]:
        """List what came of each, in the order of the problems."""
        outcomes = [run.outcome for run in self.runs if run.outcome]
        assert len(outcomes) == len(self.runs)
        return outcomes

    def learn(self, epoch: int, watch: Callable[[float], None]) -> None:
        """Learn from every row once; `watch` is told of the share of the rows after each batch."""
        self.learner.batches.shuffle()

        def watched() -> Iterator[Part]:
            rows = 0
            for part in self.learner.run_epoch(epoch):
                yield part
                rows += part.values.shape[-2]
                watch(rows / self.learner.batches.rows)

        self._attempt(epoch, lambda: self.training_record.add(watched()))
        self.epoch = epoch + 1

    def validate(self, epoch: int) -> None:
        """Keep what is wanted of the networks before an epoch; judge them, stop those that may."""
        if not self.running:
            return
        for run, parameters in zip(self.running, self.learner.network.parameters, strict=True):
            if epoch in run.frames:
                run.kept[epoch] = parameters.copy()
        self._attempt(epoch, self._judge_validation_rows)
        self._stop_early(epoch)

    def finish(self, epoch: int) -> None:
        """Give each its outcome: the last row of its history, the best of its weights."""
        self._attempt(epoch, self._judge_training_rows)
        if not self.running:
            return
        network, runs = self.learner.network, self.running
        for run, parameters in zip(runs, network.parameters, strict=True):
            if run.best and run.best.parameters is not None:
                parameters[...] = run.best.parameters
        columns = self.training_record.columns()
        if self.validation_record:
            columns |= self.validation_record.columns("validation_")
        warnings = alarms(network, self.learner.features, self.training_record.labels)
        for place, (run, parameters) in enumerate(zip(runs, network.parameters, strict=True)):
            run.outcome = Training(
                network.over(parameters.copy()),
                {name: column[place] for name, column in columns.items()},
                run.best.epoch if run.best else epoch,
                Snapshots(np.array(list(run.kept), dtype=np.int64), np.array([*run.kept.values()])),
                warnings[place],
            )

    def _judge_training_rows(self) -> None:
        self.training_record.add(self._parts(self.learner.features))

    def _judge_validation_rows(self) -> None:
        if self.validation_record:
            self.validation_record.add(self._parts(self.validation_features))

    def _parts(self, features: Array) -> Iterator[Part]:
        return (Part(None, each) for each in self.learner.network.logits_by_blocks(features))

    def _stop_early(self, epoch: int) -> None:
        if not self.validation_record or not any(run.best for run in self.running):
            return
        losses = [of_network[-1] for of_network in self.validation_record.losses()]
        parameters = self.learner.network.parameters
        stopped = [
            place
            for place, run in enumerate(self.running)
            if run.best and run.best.is_final(epoch, losses[place], parameters[place])
        ]
        if stopped:
            finished = copy.copy(self)
            finished.keep(stopped)
            finished.finish(epoch)
            self._drop(stopped)

    def _attempt(self, epoch: int, act: Callable[[], None]) -> None:
        """Let all act, again and again without the one whose numbers have grown too large."""
        while self.running:
            before = self.learner.network.parameters.copy(), self.learner.state
            try:
                return act()
            except OutOfRange as error:
                self.learner.network.parameters[...], self.learner.state = before
                place, reason = error.network, error.of_one_network()
                run = self.running[place]
                run.outcome = TrainingDiverged(
                    f"training diverged in epoch {epoch}: {reason} "
                    f"Try a learning_rate well below {run.settings.learning_rate:g}."
                )
                run.outcome.__cause__ = reason
                self._drop([place])

    def _drop(self, places: Collection[int]) -> None:
        """Go on without the networks at these places."""
        self.keep([place for place in range(len(self.running)) if place not in places])

    def keep(self, places: list[int]) -> None:
        """Go on with the networks at these places alone."""
        before = self.running
        self.running = [before[place] for place in places]
        if len(places) in (0, len(before)):  # nothing to be copied, which may be large
            return
        self.learner = learner_of(self.learner, places)
        self.training_record = recorder_of(self.training_record, places)
        if self.validation_record:
            self.validation_features = self.validation_features[places]
            self.validation_record = recorder_of(self.validation_record, places)


def compact(labels: AnyLabels, classes: int) -> AnyLabels:
    """Copy class numbers, which may lie in a file, in as few bytes as hold them; numbers stay."""
    if not classes:
        return labels
    kind = np.min_scalar_type(classes)
    return np.concatenate([block.astype(kind) for block in row_blocks(labels, 1)])


def stacked(arrays: Sequence[NDArray[Element]]) -> NDArray[Element]:
    """Stack arrays of one shape along a leading axis; the only one is not copied."""
    return arrays[0][None] if len(arrays) == 1 else np.stack(arrays)
