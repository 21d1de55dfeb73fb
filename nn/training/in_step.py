"""Trainings that go in step, from beginning to end: one, or several with a leading axis."""

import copy
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, within
from nn.errors import InputError, TrainingDiverged
from nn.network.network import Network
from nn.network.outputs import OUTPUTS, Labels
from nn.training.alarms import alarms
from nn.training.early_stopping import Best
from nn.training.history import Recorder
from nn.training.learner import Learner
from nn.training.problem import Problem, initial_network, row_weights, snapshot_epochs

Element = TypeVar("Element", bound=np.generic)


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


Outcome = Training | TrainingDiverged


def train_in_step(problems: Sequence[Problem], snapshots: int = 0) -> list[Outcome]:
    """Train networks of one shape, each epoch of all of them in one pass of NumPy.

    The problems agree in everything but rows, labels, class weights and the settings that are
    numbers in an optimizer's formula or seeds. Each comes out as from `train`, bit for bit; one
    that diverges, as the error. None, diverged or stopped early, changes the others.
    """
    runs = [Run(problem, snapshots) for problem in problems]
    trainings: Trainings | None = Trainings(runs)
    epochs = problems[0].settings.epochs
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(epochs + 1):
            trainings = trainings and trainings.watch(epoch)
            if trainings and epoch < epochs:
                trainings = trainings.attempt(epoch, Trainings.learn)
        if trainings:
            trainings.finish(epochs)
    return [run.outcome for run in runs if run.outcome]


class Run:
    """What each of several trainings keeps for itself."""

    def __init__(self, problem: Problem, snapshots: int) -> None:
        """Begin with nothing."""
        settings = problem.settings
        if settings.early_stopping and problem.validation is None:
            raise InputError(
                "early_stopping watches the validation loss, but there are no validation rows"
            )
        self.problem = problem
        self.best = Best(settings.early_stopping) if settings.early_stopping else None
        self.frames = snapshot_epochs(settings.epochs, snapshots)
        self.kept: dict[int, Array] = {}
        self.outcome: Outcome | None = None


class Trainings:
    """Trainings that go in step: arrays with a leading axis, without one where there is but one."""

    def __init__(self, runs: list[Run]) -> None:
        """Set all up: rows, networks with their initial weights, records of nothing yet."""
        self.runs = runs
        problems = [run.problem for run in runs]
        _, _, classes, settings, validation = problems[0]
        self.features = stack([within(problem.features) for problem in problems])
        self.labels = stack([problem.labels for problem in problems])
        networks = [
            initial_network(problem.features.shape[1], classes, problem.settings)
            for problem in problems
        ]
        self.network = networks[0].over(stack([network.parameters for network in networks]))
        weights = stack(
            [row_weights(p.labels, classes, p.settings.class_weights) for p in problems]
        )
        output, rows = OUTPUTS[settings.output], self.labels.shape[-1]
        self.seen = Recorder(output, self.labels, classes, weights / rows)
        self.learner = Learner(
            self.network, self.features, self.seen.targets, weights, [p.settings for p in problems]
        )
        self.unseen: Recorder | None = None
        if validation:
            pairs = [problem.validation for problem in problems if problem.validation]
            self.others = stack([features for features, _ in pairs])
            labels = stack([labels for _, labels in pairs])
            even = np.full((*labels.shape, 1), 1.0 / max(labels.shape[-1], 1))
            self.unseen = Recorder(output, labels, classes, even)

    def only(self, which: int | list[int]) -> "Trainings":
        """Go on with those at these places, or with one, without a leading axis."""
        some = copy.copy(self)
        some.runs = [self.runs[which]] if isinstance(which, int) else [self.runs[i] for i in which]
        some.features, some.labels = self.features[which], self.labels[which]
        some.learner = self.learner.only(which)
        some.network = some.learner.network
        some.seen = self.seen.only(which)
        if self.unseen:
            some.others, some.unseen = self.others[which], self.unseen.only(which)
        return some

    def without(self, places: Collection[int]) -> "Trainings | None":
        """Go on with those at all other places, if there are any."""
        left = [place for place in range(len(self.runs)) if place not in places]
        return self.only(left) if left else None

    def learn(self, epoch: int) -> None:
        """Learn from every row once."""
        self.seen.add(self.learner.run_epoch(epoch))

    def validate(self, epoch: int) -> None:
        """Judge the validation rows."""
        if self.unseen:
            self.unseen.add(self.network.logits(self.others))

    def judge_end(self, epoch: int) -> None:
        """Judge the training rows by the weights at the end."""
        self.seen.add(self.network.logits(self.features))

    def attempt(self, epoch: int, act: Callable[["Trainings", int], None]) -> "Trainings | None":
        """Let all act; go on without those whose numbers have grown too large."""
        try:
            act(self, epoch)
            return self
        except InputError as error:
            is_one = self.network.parameters.ndim == 1
            errors = {0: error} if is_one else self._errors(epoch, act)
            if not errors:
                raise
        for place, reason in errors.items():
            run = self.runs[place]
            run.outcome = TrainingDiverged(
                f"training diverged in epoch {epoch}: {reason} "
                f"Try a learning_rate well below {run.problem.settings.learning_rate:g}."
            )
            run.outcome.__cause__ = reason
        rest = self.without(errors)
        return rest.attempt(epoch, act) if rest else None

    def _errors(self, epoch: int, act: Callable[["Trainings", int], None]) -> dict[int, InputError]:
        """Find for which of several it is too much, by letting each try alone."""
        errors = {}
        for place in range(len(self.runs)):
            try:
                act(self.only(place), epoch)
            except InputError as error:
                errors[place] = error
        return errors

    def watch(self, epoch: int) -> "Trainings | None":
        """Look at the networks before an epoch; go on with those that are not to stop there."""
        for run, parameters in zip(self.runs, self._parameters(), strict=True):
            if epoch in run.frames:
                run.kept[epoch] = parameters.copy()
        remaining = self.attempt(epoch, Trainings.validate)
        return remaining.stop_early(epoch) if remaining else None

    def stop_early(self, epoch: int) -> "Trainings | None":
        """Finish those whose validation loss has not fallen for long; go on with the others."""
        if not self.unseen or not any(run.best for run in self.runs):
            return self
        losses = [column[-1] for column in self.unseen.losses()]
        stopped = [
            place
            for place, (run, loss, parameters) in enumerate(
                zip(self.runs, losses, self._parameters(), strict=True)
            )
            if run.best and run.best.is_final(epoch, loss, parameters)
        ]
        if not stopped:
            return self
        whole = len(stopped) == len(self.runs)
        (self if whole else self.only(stopped)).finish(epoch)
        return None if whole else self.without(stopped)

    def finish(self, epoch: int) -> None:
        """Give each its outcome: the last row of its history, the best of its weights."""
        remaining = self.attempt(epoch, Trainings.judge_end)
        if remaining:
            remaining.conclude(epoch)

    def conclude(self, epoch: int) -> None:
        """Put together what each has come to."""
        for run, parameters in zip(self.runs, self._parameters(), strict=True):
            if run.best and run.best.parameters is not None:
                parameters[...] = run.best.parameters
        columns = {"loss": self.seen.losses(), "accuracy": self.seen.accuracies()}
        if self.unseen:
            columns["validation_loss"] = self.unseen.losses()
            columns["validation_accuracy"] = self.unseen.accuracies()
        warnings = alarms(self.network, self.features, self.labels)
        for place, (run, parameters) in enumerate(zip(self.runs, self._parameters(), strict=True)):
            run.outcome = Training(
                self.network.over(parameters.copy()),
                {name: column[place] for name, column in columns.items()},
                run.best.epoch if run.best else epoch,
                Snapshots(np.array(list(run.kept), dtype=np.int64), np.array([*run.kept.values()])),
                warnings[place],
            )

    def _parameters(self) -> Array:
        """View the networks' parameters as rows: (networks, P)."""
        return self.network.parameters.reshape(len(self.runs), -1)


def stack(arrays: Sequence[NDArray[Element]]) -> NDArray[Element]:
    """Set arrays of one shape abreast, along a leading axis, or give the only one as it is."""
    return arrays[0] if len(arrays) == 1 else np.stack(arrays)
