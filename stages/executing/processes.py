"""Processes on this machine as workers."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from stages import BLAS_THREADS
from stages.executing.project_code import call_if_same, code_of

MOST_ON_WINDOWS = 61  # it waits for no more processes at a time

Item = TypeVar("Item")
Result = TypeVar("Result")


class Processes(Generic[Item, Result]):
    """Processes with one BLAS thread each.

    The pool starts a process when a batch is submitted and none is idle, up to their `number`.
    """

    def __init__(self, work: Callable[[list[Item]], Result], number: int) -> None:
        self.work, self.code = work, code_of(work)
        self.number = min(number, MOST_ON_WINDOWS) if sys.platform == "win32" else number
        self.renew()

    def renew(self) -> None:
        """Make a new pool: when a process dies, its pool takes no more work."""
        _stop_all()
        self.pool: Executor = ProcessPoolExecutor(
            self.number,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self.work,),
        )

    def count(self) -> int:
        """Count the processes."""
        return self.number

    def submit(self, batch: list[Item]) -> Future[Result]:
        """Queue a batch."""
        try:
            with _deaf_to_interruptions():
                return self.pool.submit(_work_on, self.code, batch)
        except OSError as error:
            if error.errno is None:  # the pool's own pipe is closed: a process has just died
                raise BrokenProcessPool(str(error)) from error
            raise

    def is_death(self, error: BaseException) -> bool:
        """Recognise the error of a pool that lost a process."""
        return isinstance(error, BrokenProcessPool)


@contextmanager
def processes(
    work: Callable[[list[Item]], Result], number: int
) -> Iterator[Processes[Item, Result]]:
    """Provide processes, and stop them at the end; at once if an error ends the work."""
    before = {name: os.environ.get(name) for name in BLAS_THREADS}
    os.environ.update(dict.fromkeys(BLAS_THREADS, "1"))  # which the processes inherit
    workers = Processes(work, number)
    try:
        yield workers
        workers.pool.shutdown()
    except BaseException:
        workers.pool.shutdown(wait=False, cancel_futures=True)
        _stop_all()
        raise
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def _deaf_to_interruptions() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: it is for this one, which stops them.

    They inherit that from their first moment, before they have imported anything. Here an
    interruption that comes meanwhile is heard afterwards.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stop_all() -> None:
    for process in multiprocessing.active_children():
        process.terminate()


_kept: Callable[[Any], Any]


def _begin(work: Callable[[Any], Any]) -> None:
    """Prepare a process: it keeps the work, and ends when the process that started it ends."""
    global _kept
    _kept = work
    if sys.platform == "win32":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _work_on(code: str, batch: Any) -> Any:
    return call_if_same(code, _kept, batch)


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
