"""Running trials until each has an outcome, also when workers die."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait

from commands.sweeping.trial import BatchReport, OtherCode, SweepData, Trial, TrialOutcome
from commands.sweeping.trial_batches import sorted_by_shape, take_batch
from commands.sweeping.workers import SCHEDULER_GONE, Workers
from nn.errors import InputError

IN_FLIGHT = 2  # batches for each worker: one that runs, and the next
DIED = "the process that ran it died: it may need more memory than there is"


def run_trials(
    trials: Sequence[Trial],
    data: SweepData,
    workers: Workers,
    done: Callable[[BatchReport], None],
) -> None:
    """Run all trials, in whatever order, and call `done` with the report of each batch.

    When a process dies, every trial that it may have run is run again, alone. A trial that kills
    its process then, too, has failed. Raises InputError where no worker can do the work.
    """
    waiting = sorted_by_shape(trials)
    suspects: list[Trial] = []
    flying: dict[Future[BatchReport], list[Trial]] = {}
    is_alone = has_died = False
    while waiting or flying or suspects:
        if not flying:
            if has_died:
                workers.renew()
            has_died, is_alone = False, bool(suspects)
        while (waiting or is_alone) and len(flying) < IN_FLIGHT * workers.count():
            if has_died or (flying and (is_alone or suspects)):
                break
            batch = [suspects.pop()] if is_alone else take_batch(waiting, data, workers.count())
            try:
                flying[workers.submit(batch)] = batch
            except Exception as error:
                _raise_unless_death(error, workers)
                suspects += batch
                has_died = True
        for future in wait(flying, return_when=FIRST_COMPLETED).done:
            batch = flying.pop(future)
            if future.cancelled():  # by the cluster: nobody here does that
                raise InputError(SCHEDULER_GONE)
            problem = future.exception()
            if problem is None:
                done(future.result())
                continue
            _raise_unless_death(problem, workers)
            has_died = True
            if is_alone:
                done(
                    BatchReport([TrialOutcome(batch[0].key, "failed", reason=DIED)], "nobody", 0.0)
                )
            else:
                suspects += batch


def _raise_unless_death(error: BaseException, workers: Workers) -> None:
    if workers.is_death(error):
        return
    what = " ".join(str(error).split())
    if isinstance(error, OtherCode):
        raise InputError(f"{what}: bring both to the same commit") from error
    if isinstance(error, ModuleNotFoundError):
        raise InputError(
            f"a worker cannot import the project ({what}): start scheduler and workers in a clone"
        ) from error
    raise InputError(f"the workers cannot go on ({type(error).__name__}: {what})") from error
