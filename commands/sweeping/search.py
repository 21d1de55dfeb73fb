"""The search of a sweep: which settings are trained for how many epochs, and their ranking."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from commands.sweeping.identity import rows_hash
from commands.sweeping.space import Candidate
from commands.sweeping.trial import SweepData, Trial, TrialOutcome, run_batch
from nn.arithmetic import mean, total
from nn.judging.registry import METRICS
from stages.executing.project_code import code_of, hash_of
from stages.running.parameters.sections import SweepParams

SEEDS = 2**32


class Evaluation(NamedTuple):
    """A row of the table: a setting, the round and epochs of its training, and the outcome."""

    candidate: Candidate
    rung: int
    epochs: int
    outcome: TrialOutcome

    @property
    def mean(self) -> float | None:
        """The average score of the replicates."""
        return float(mean(np.array(self.outcome.scores))) if self.outcome.scores else None

    @property
    def deviation(self) -> float | None:
        """The sample's standard deviation (n - 1); None of a single replicate."""
        scores = np.array(self.outcome.scores)
        if len(scores) < 2:
            return None
        distances = scores - mean(scores)
        return float(np.sqrt(total(distances * distances) / (len(scores) - 1)))


class Rung(NamedTuple):
    """A round: so many settings, each trained for so many epochs."""

    settings: int
    epochs: int


def rungs(sweep: SweepParams, settings: int, epochs: int) -> list[Rung]:
    """Plan the rounds of a sweep: one of all settings, unless by halving.

    By successive halving (Jamieson and Talwalkar, 2016; synchronous, each round from the start) the
    best of every `factor` settings go on, with `factor` times the epochs, until one is left, which
    gets them all. Then no round costs much more than another.
    """
    if sweep.factor is None:
        return [Rung(settings, epochs)]
    counts = [settings]
    while counts[-1] >= sweep.factor:
        counts.append(counts[-1] // sweep.factor)
    parts = [sweep.factor**above for above in reversed(range(len(counts)))]
    return [
        Rung(count, math.ceil(epochs / part)) for count, part in zip(counts, parts, strict=True)
    ]


def search(
    settings: Sequence[Candidate],
    plan: Sequence[Rung],
    sweep: SweepParams,
    data: SweepData,
    run: Callable[[Sequence[Trial]], dict[str, TrialOutcome]],
) -> list[Evaluation]:
    """Run a sweep; `run` takes trials and returns their outcomes by key.

    The first setting, which is the present one, takes part in every round, so that the best can be
    compared with it at the end, trained for as many epochs.
    """
    present, *others = settings
    evaluations: list[Evaluation] = []
    for number, rung in enumerate(plan, start=1):
        taking_part = [present, *others[: rung.settings]]
        trials = [trial_of(each, rung.epochs, sweep.replicates, data) for each in taking_part]
        outcomes = run(trials)
        round_ = [
            Evaluation(each, number, rung.epochs, outcomes[trial.key])
            for each, trial in zip(taking_part, trials, strict=True)
        ]
        evaluations += round_
        others = [
            each.candidate for each in ranked(round_, sweep.metric) if each.candidate != present
        ]
    return evaluations


def best_of(evaluations: Sequence[Evaluation], metric: str) -> Evaluation | None:
    """Find the best of the last round, whose settings were trained for all epochs."""
    last = [each for each in evaluations if each.rung == evaluations[-1].rung]
    return next(iter(ranked(last, metric)), None)


def trial_of(candidate: Candidate, epochs: int, replicates: int, data: SweepData) -> Trial:
    """Make the trial of a setting: the settings of each replicate, and a key that identifies them.

    Replicate r has the seed of the training section plus r, whatever the setting: no setting has
    luckier seeds than another, and anyone can train a replicate again.
    """
    settings = candidate.train.model_copy(update={"epochs": epochs})
    seeds = [(settings.seed + replicate) % SEEDS for replicate in range(replicates)]
    trial = tuple(settings.model_copy(update={"seed": seed}) for seed in seeds)
    return Trial(
        hash_of([code_of(run_batch), data_hash(data), [repr(each) for each in trial]]), trial
    )


def data_hash(data: SweepData) -> str:
    """Hash what the trials of a sweep have in common."""
    arrays = (array for split in data.splits for rows in split for array in rows)
    return hash_of([rows_hash(arrays), data.classes, data.metric, data.threshold])


def ranked(evaluations: Iterable[Evaluation], metric: str) -> list[Evaluation]:
    """Sort the evaluations that have a score, the best first; equal ones by their number."""
    sign = -1.0 if METRICS[metric].higher_is_better else 1.0
    scored = [(each.mean, each.candidate.number, each) for each in evaluations]
    known = [(sign * mean, number, each) for mean, number, each in scored if mean is not None]
    return [each for _, _, each in sorted(known, key=lambda triple: triple[:2])]
