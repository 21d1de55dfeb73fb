"""Where trials run: processes on this machine, or the workers of a Dask cluster.

Both are an Executor of concurrent.futures to whoever uses them (running.py).
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Protocol

from commands.sweeping.identity import code_hash
from commands.sweeping.trial import BatchReport, SweepData, Trial, keep_data, run_batch
from nn.errors import InputError, PackageMissing

# NumPy's BLAS reads one of these when it is loaded. More threads than one would fight for cores.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
SECONDS_TO_CONNECT = 30
SCHEDULER_GONE = "the scheduler is gone; once it is back, the same command continues"


class Workers(Protocol):
    """Processes that run batches of trials."""

    def count(self) -> int:
        """Count the processes there are now, at least 1."""

    def submit(self, batch: list[Trial]) -> Future[BatchReport]:
        """Queue a batch, and return its future report."""

    def is_death(self, error: BaseException) -> bool:
        """Tell whether an error of a batch means that its process died."""

    def renew(self) -> None:
        """Replace the processes that died."""


class Processes:
    """Processes on this machine, with one BLAS thread each.

    The pool starts a process when a batch is submitted and none is idle, up to their `number`.
    """

    def __init__(self, data: SweepData, number: int) -> None:
        self.data, self.number = data, number
        self.renew()

    def renew(self) -> None:
        """Make a new pool: when a process dies, Python stops the others of its pool."""
        self.pool: Executor = ProcessPoolExecutor(
            self.number,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self.data,),
        )

    def count(self) -> int:
        """Count the processes."""
        return self.number

    def submit(self, batch: list[Trial]) -> Future[BatchReport]:
        """Queue a batch."""
        return self.pool.submit(run_batch, code_hash(), None, batch)

    def is_death(self, error: BaseException) -> bool:
        """Recognise the error of a pool that lost a process."""
        return isinstance(error, BrokenProcessPool)


class Cluster:
    """The workers of a Dask cluster, however many there are at a time."""

    def __init__(self, client: Any, data: SweepData) -> None:
        """Send the rows, once for all batches."""
        self.client = client
        self.pool: Executor = client.get_executor(pure=False)
        # The result of a task, which the scheduler has computed again if the worker that holds it
        # dies. Each other worker fetches it once; a call gets the result in place of its future.
        self.data = client.submit(_same, data, pure=False)

    def renew(self) -> None:
        """Do nothing: whoever runs the cluster replaces workers, and the others work meanwhile."""

    def count(self) -> int:
        """Count the cluster's threads; raises InputError if the scheduler is gone."""
        try:
            return max(1, int(sum(self.client.nthreads().values())))
        except OSError as error:
            raise InputError(SCHEDULER_GONE) from error

    def submit(self, batch: list[Trial]) -> Future[BatchReport]:
        """Queue a batch at the scheduler."""
        return self.pool.submit(run_batch, code_hash(), self.data, batch)

    def is_death(self, error: BaseException) -> bool:
        """Recognise the error of a batch whose workers all died: three, by Dask's default."""
        return type(error).__name__ == "KilledWorker"


@contextmanager
def processes(data: SweepData, number: int) -> Iterator[Processes]:
    """Provide processes, and stop them at the end; at once if an error ends the work."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))  # which the processes inherit
    workers = Processes(data, number)
    try:
        yield workers
        workers.pool.shutdown()
    except BaseException:
        workers.pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@contextmanager
def cluster(data: SweepData, address: str) -> Iterator[Cluster]:
    """Connect to a scheduler; at the end, cancel what is not done and disconnect.

    Raises InputError where there is none, or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise PackageMissing("--scheduler", "Dask", "cluster") from error
    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"--scheduler {address}: no scheduler answers there ({reason})") from error
    with client:
        workers = Cluster(client, data)
        try:
            yield workers
        finally:
            workers.pool.shutdown(wait=False)  # cancels what is not done


def _same(data: SweepData) -> SweepData:
    return data


def _begin(data: SweepData) -> None:
    """Prepare a process: it keeps the rows, and ends when the process that started it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which stops this one
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    keep_data(data)


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
