"""A trial: one setting, trained with several seeds and scored.

That is done by a worker, a process on this machine or on another one. It gets the rows once, then
batches of trials, and returns their outcomes. It opens no file but the project's code.
"""

import time
from collections.abc import Sequence
from itertools import islice
from typing import Literal, NamedTuple

import numpy as np

from nn.errors import InputError, TrainingDiverged
from nn.judging.registry import METRICS
from nn.preparing.target import fit_target, scaled_target
from nn.training.loop import train_together
from nn.training.outcome import Training
from nn.training.problem import Problem
from nn.training.settings import Settings
from stages.executing.project_code import worker_name
from stages.judging.parts import judge_parts
from stages.judging.thresholds import Rule
from stages.running.artifacts import Rows


class SweepData(NamedTuple):
    """What all trials of a sweep share: rows to train on, rows to judge by, and the metric."""

    splits: tuple[tuple[Rows, Rows], ...]
    """Training and validation rows of each replicate; one pair, if it is the same for all."""
    classes: int
    metric: str
    """A name in `METRICS`."""
    threshold: float | Rule | None
    """Of class 1; a rule where it is chosen on the validation rows; None where there are none."""
    is_drawn: bool = True
    """Whether validation rows are drawn by chance, and not by a column."""


class Trial(NamedTuple):
    """What to train: the settings of each replicate, and a key that identifies the trial."""

    key: str
    replicates: tuple[Settings, ...]


class TrialOutcome(NamedTuple):
    """The end of a trial: a score for each replicate, or the reason why there is none."""

    key: str
    outcome: Literal["finished", "diverged", "undefined", "failed"]
    scores: tuple[float, ...] = ()
    reason: str = ""


class BatchReport(NamedTuple):
    """The outcomes of a batch, and where and how long it ran."""

    outcomes: list[TrialOutcome]
    worker: str
    seconds: float


def run_batch(data: SweepData, trials: Sequence[Trial]) -> BatchReport:
    """Run trials, all in step where they can be; one that crashes fails alone."""
    start = time.perf_counter()
    try:
        outcomes = _run_together(data, trials)
    except Exception:  # one of them failed the others, too
        outcomes = [_run_alone(data, trial) for trial in trials]
    return BatchReport(outcomes, worker_name(), time.perf_counter() - start)


def _run_alone(data: SweepData, trial: Trial) -> TrialOutcome:
    try:
        (outcome,) = _run_together(data, [trial])
    except Exception as error:  # whatever it is, the other trials go on
        message = " ".join(str(error).split())
        return TrialOutcome(trial.key, "failed", reason=f"{type(error).__name__}: {message}")
    return outcome


def _run_together(data: SweepData, trials: Sequence[Trial]) -> list[TrialOutcome]:
    problems = [
        problem_of(data, replicate, settings)
        for trial in trials
        for replicate, settings in enumerate(trial.replicates)
    ]
    trained = iter(train_together(problems))
    return [
        _judge(data, trial.key, list(islice(trained, len(trial.replicates)))) for trial in trials
    ]


def problem_of(data: SweepData, replicate: int, settings: Settings) -> Problem:
    """Describe a training. It watches the validation rows only where they can end it.

    Otherwise to watch them takes a third of a small network's time, and changes no weight.
    """
    training, validation = split_of(data, replicate)
    target = fit_target(training.labels)
    learnt, watched = (
        (features, scaled_target(labels, target)) for features, labels in (training, validation)
    )
    watched_rows = watched if settings.early_stopping else None
    return Problem(*learnt, data.classes, settings, watched_rows, data.is_drawn)


def split_of(data: SweepData, replicate: int) -> tuple[Rows, Rows]:
    """Find a replicate's training and validation rows."""
    return data.splits[replicate % len(data.splits)]


def _judge(
    data: SweepData, key: str, trained: Sequence[Training | TrainingDiverged]
) -> TrialOutcome:
    scores = []
    for replicate, result in enumerate(trained):
        if isinstance(result, TrainingDiverged):
            return TrialOutcome(key, "diverged", reason=_told(replicate, str(result), trained))
        training, rows = split_of(data, replicate)
        target = fit_target(training.labels)
        try:
            judged = judge_parts(
                result.network, {"validation": rows}, data.threshold, target, result.held_out
            ).parts
            score = METRICS[data.metric].value(judged["validation"])
        except InputError as error:  # a row so far out that its logits are beyond all numbers
            return TrialOutcome(key, "diverged", reason=_told(replicate, str(error), trained))
        if score is None or not np.isfinite(score):
            reason = f"{data.metric} of the {len(rows.labels)} validation rows has no value"
            return TrialOutcome(key, "undefined", reason=_told(replicate, reason, trained))
        scores.append(score)
    return TrialOutcome(key, "finished", tuple(scores))


def _told(replicate: int, reason: str, of: Sequence[object]) -> str:
    reason = " ".join(reason.split())
    return f"replicate {replicate + 1}: {reason}" if len(of) > 1 else reason
