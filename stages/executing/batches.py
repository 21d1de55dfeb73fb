"""Running batches of work until each is done, also when workers die."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TypeVar

from nn.errors import InputError
from stages.executing.cluster import SCHEDULER_GONE
from stages.executing.project_code import OtherCode
from stages.executing.workers import Workers

IN_FLIGHT = 2  # batches for each worker: one that runs, and the next
DIED = "the process that ran it died: it may need more memory than there is"

PAUSE = 1.0  # seconds

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_batches(
    batches: Iterator[list[Item]],
    workers: Workers[Item, Result],
    done: Callable[[list[Item], Result], None],
    died: Callable[[Item], None],
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Run all batches, in whatever order they end, and call `done` with each and its result.

    `meanwhile` is called every second in which none ends. When a process dies, every item that it
    may have run is run again, alone. `died` is called with an item that kills its process then,
    too. Raises InputError where no worker can do the work.
    """
    waiting: list[Item] = next(batches, [])
    suspects: list[Item] = []
    flying: dict[Future[Result], list[Item]] = {}
    is_alone = has_died = False
    while waiting or flying or suspects:
        if not flying:
            if has_died:
                workers.renew()
            has_died, is_alone = False, bool(suspects)
        while (waiting or is_alone) and len(flying) < IN_FLIGHT * workers.count():
            if has_died or (flying and (is_alone or suspects)):
                break
            if is_alone:
                batch = [suspects.pop()]
            else:
                batch, waiting = waiting, next(batches, [])
            try:
                flying[workers.submit(batch)] = batch
            except Exception as error:
                _raise_unless_death(error, workers)
                suspects += batch
                has_died = True
        ended = wait(flying, PAUSE, FIRST_COMPLETED).done
        if not ended:
            meanwhile()
        for future in ended:
            batch = flying.pop(future)
            if future.cancelled():  # by the cluster: nobody here does that
                raise InputError(SCHEDULER_GONE)
            problem = future.exception()
            if problem is None:
                done(batch, future.result())
                continue
            _raise_unless_death(problem, workers)
            has_died = True
            if is_alone:
                died(batch[0])
            else:
                suspects += batch


def _raise_unless_death(error: BaseException, workers: Workers[Item, Result]) -> None:
    if workers.is_death(error):
        return
    if isinstance(error, InputError):
        raise error
    what = " ".join(str(error).split())
    if isinstance(error, OtherCode):
        raise InputError(f"{what}: bring both to the same commit") from error
    if isinstance(error, ModuleNotFoundError):
        raise InputError(
            f"a worker cannot import the project ({what}): start scheduler and workers in a clone"
        ) from error
    raise InputError(f"the workers cannot go on ({type(error).__name__}: {what})") from error
