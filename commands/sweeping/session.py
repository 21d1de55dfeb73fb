"""Running a sweep, or what is left of it, and keeping each outcome in `sweeps/`."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path

from commands.sweeping.journal import Journal
from commands.sweeping.progress import SweepProgress
from commands.sweeping.search import Evaluation, rungs, search
from commands.sweeping.space import candidates
from commands.sweeping.trial import BatchReport, SweepData, Trial, TrialOutcome
from commands.sweeping.trial_batches import batches_of
from stages.executing.batches import DIED, run_batches
from stages.executing.workers import Workers
from stages.running.parameters.sections import Experiment, SweepParams

FOLDER = Path("sweeps")


def run_sweep(
    key: str,
    experiment: Experiment,
    sweep: SweepParams,
    data: SweepData,
    workers: AbstractContextManager[Workers[Trial, BatchReport]],
) -> list[Evaluation]:
    """Run the trials that are not in `KEY.trials.jsonl`, and add them; times go to `KEY.log`."""
    settings = candidates(key, experiment, sweep)
    plan = rungs(sweep, len(settings) - 1, experiment.train.epochs)
    journal = Journal(FOLDER / f"{key}.trials.jsonl")
    with ExitStack() as stack:
        progress = stack.enter_context(
            SweepProgress(key, sum(1 + rung.settings for rung in plan), sweep.metric)
        )
        started: list[Workers[Trial, BatchReport]] = []  # when the first trial needs one

        def done(_: Sequence[Trial], report: BatchReport) -> None:
            journal.add(report.outcomes)
            _log(key, report)
            progress.add(report.outcomes)

        def died(trial: Trial) -> None:
            outcome = TrialOutcome(trial.key, "failed", reason=DIED)
            done([trial], BatchReport([outcome], "nobody", 0.0))

        def run(trials: Sequence[Trial]) -> dict[str, TrialOutcome]:
            known = [trial for trial in trials if trial.key in journal.outcomes]
            progress.next_round([journal.outcomes[trial.key] for trial in known])
            missing = {trial.key: trial for trial in trials if trial.key not in journal.outcomes}
            if missing and not started:
                started.append(stack.enter_context(workers))
            if missing:
                batches = batches_of([*missing.values()], data, started[0].count)
                run_batches(batches, started[0], done, died)
            return journal.outcomes

        return search(settings, plan, sweep, data, run)


def _log(key: str, report: BatchReport) -> None:
    """Log when, where and for how long a batch ran, which the table must not show."""
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    with (FOLDER / f"{key}.log").open("a", encoding="utf-8") as file:
        count = len(report.outcomes)
        file.write(f"{now} {count} trials in {report.seconds:.3f} s by {report.worker}\n")
