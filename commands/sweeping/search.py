"""The course of a sweep: which settings get how many epochs, and in what order they come out."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from commands.sweeping.identity import code_hash, hash_of, rows_hash
from commands.sweeping.space import Candidate
from commands.sweeping.trial import Outcome, SweepData, Trial
from nn.arithmetic import mean, total
from nn.judging.registry import METRICS
from stages.parameters.sections import SweepParams

SEEDS = 2**32


class Row(NamedTuple):
    """A line of the table: a setting, how long it was trained, and what came of it."""

    candidate: Candidate
    rung: int
    epochs: int
    outcome: Outcome

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
    """So many settings, each trained for so many epochs."""

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
    run: Callable[[Sequence[Trial]], dict[str, Outcome]],
) -> list[Row]:
    """Run a sweep; `run` is to give the outcomes of trials by key.

    The first setting, which is the present one, takes part in every round: so the best stands
    beside it at the end, trained as long.
    """
    present, *others = settings
    rows: list[Row] = []
    for number, rung in enumerate(plan, start=1):
        taking_part = [present, *others[: rung.settings]]
        trials = [trial_of(each, rung.epochs, sweep.replicates, data) for each in taking_part]
        outcomes = run(trials)
        round_ = [
            Row(each, number, rung.epochs, outcomes[trial.key])
            for each, trial in zip(taking_part, trials, strict=True)
        ]
        rows += round_
        others = [row.candidate for row in ranked(round_, sweep.metric) if row.candidate != present]
    return rows


def best_of(rows: Sequence[Row], metric: str) -> Row | None:
    """Find the best of the last round, whose settings were trained in full."""
    return next(iter(ranked((row for row in rows if row.rung == rows[-1].rung), metric)), None)


def trial_of(candidate: Candidate, epochs: int, replicates: int, data: SweepData) -> Trial:
    """Say what is to be trained, and what makes it the trial that it is.

    Replicate r has the seed of the training section plus r, for each setting alike: seeds that
    favour none, and a replicate that anyone can train again.
    """
    settings = candidate.train.model_copy(update={"epochs": epochs})
    seeds = [(settings.seed + replicate) % SEEDS for replicate in range(replicates)]
    trial = tuple(settings.model_copy(update={"seed": seed}) for seed in seeds)
    return Trial(hash_of([code_hash(), data_hash(data), [repr(each) for each in trial]]), trial)


def data_hash(data: SweepData) -> str:
    """Hash what the trials of a sweep have in common."""
    arrays = (array for split in data.splits for rows in split for array in rows)
    return hash_of([rows_hash(arrays), data.classes, data.metric, data.threshold])


def ranked(rows: Iterable[Row], metric: str) -> list[Row]:
    """Sort the rows that have a score, the best first; of equals the one that comes first."""
    sign = -1.0 if METRICS[metric].higher_is_better else 1.0
    known = [(row.mean, row) for row in rows]
    scored = [(sign * score, row) for score, row in known if score is not None]
    return [row for _, row in sorted(scored, key=lambda each: (each[0], each[1].candidate.number))]
