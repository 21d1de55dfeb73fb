"""The progress of a sweep, with its best score so far."""

from collections.abc import Sequence

import numpy as np

from commands.sweeping.trial import TrialOutcome
from nn.arithmetic import mean
from nn.judging.registry import METRICS
from stages.executing.progress import Progress
from stages.figures.numbers import short


class SweepProgress(Progress):
    """How many trials have ended, and the best score of the present round."""

    def __init__(self, name: str, trials: int, metric: str) -> None:
        """Begin at 0 of so many trials."""
        super().__init__(f"sweep {name}", "trials", trials)
        self.metric = metric
        self.best: float | None = None

    def next_round(self, known: Sequence[TrialOutcome]) -> None:
        """Begin a round, of which some trials are known; the best score is counted from here."""
        self.best = None
        self.judge(known)
        self.skip(len(known))

    def add(self, outcomes: Sequence[TrialOutcome]) -> None:
        """Count trials that have just ended."""
        self.judge(outcomes)
        told = "" if self.best is None else f"best {self.metric} {short(self.best)}"
        self.advance(len(outcomes), lambda: told)

    def judge(self, outcomes: Sequence[TrialOutcome]) -> None:
        """See whether one of them is the best so far."""
        scores = [float(mean(np.array(each.scores))) for each in outcomes if each.scores]
        if self.best is not None:
            scores.append(self.best)
        if scores:
            self.best = (max if METRICS[self.metric].higher_is_better else min)(scores)
