"""The progress of a sweep and its best score so far, in one line of the terminal."""

from collections.abc import Sequence
from types import TracebackType

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from commands.sweeping.trial import TrialOutcome
from nn.arithmetic import mean
from nn.judging.registry import METRICS


class ProgressBar:
    """A progress bar on stderr, where that is a terminal."""

    def __init__(self, name: str, trials: int, metric: str) -> None:
        """Begin at 0 of so many trials."""
        console = Console(stderr=True)
        columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        told = TextColumn("{task.fields[best]}")
        self.bar = Progress(*columns, told, console=console, disable=not console.is_terminal)
        self.task = self.bar.add_task(name, total=trials, best="")
        self.metric = metric
        self.best: float | None = None

    def __enter__(self) -> "ProgressBar":
        self.bar.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.bar.__exit__(kind, error, traceback)

    def next_round(self, known: Sequence[TrialOutcome]) -> None:
        """Begin a round, of which some trials are known; the best score is counted from here."""
        self.best = None
        self.add(known)

    def add(self, outcomes: Sequence[TrialOutcome]) -> None:
        """Advance by some trials."""
        scores = [float(mean(np.array(each.scores))) for each in outcomes if each.scores]
        if self.best is not None:
            scores.append(self.best)
        if scores:
            best_of = max if METRICS[self.metric].higher_is_better else min
            self.best = best_of(scores)
            self.bar.update(self.task, best=f"best {self.metric} {self.best:.4g}")
        self.bar.advance(self.task, len(outcomes))
