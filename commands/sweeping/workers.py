"""Where trials run: processes on this machine, or the workers of a Dask cluster.

Both are an Executor of concurrent.futures to whoever uses them (running.py).
"""

import importlib
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
from commands.sweeping.trial import Report, SweepData, Trial, keep_data, run_batch
from nn.errors import InputError

# NumPy's BLAS reads one of these when it is loaded. More threads than one would fight for cores.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
SECONDS_TO_CONNECT = 30


class Workers(Protocol):
    """Some processes that run batches."""

    def count(self) -> int:
        """Say how many there are now, at least 1."""

    def submit(self, batch: list[Trial]) -> Future[Report]:
        """Have a batch run, some time."""

    def is_death(self, error: BaseException) -> bool:
        """Tell whether an error of a batch says that the process died which it ran in."""

    def renew(self) -> None:
        """Replace what died."""


class Processes:
    """Processes on this machine, with one BLAS thread each."""

    def __init__(self, data: SweepData, number: int) -> None:
        self.data, self.number = data, number
        """Start them when there is work."""
        self.renew()

    def renew(self) -> None:
        """Start them anew: when one dies, the others are stopped."""
        self.pool: Executor = ProcessPoolExecutor(
            self.number,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self.data,),
        )

    def count(self) -> int:
        """Say how many there are."""
        return self.number

    def submit(self, batch: list[Trial]) -> Future[Report]:
        """Put a batch into the queue."""
        return self.pool.submit(run_batch, code_hash(), None, batch)

    def is_death(self, error: BaseException) -> bool:
        """Recognise the death of any of them."""
        return isinstance(error, BrokenProcessPool)


class Cluster:
    """The workers of a Dask cluster, however many there are at a time."""

    def __init__(self, client: Any, data: SweepData) -> None:
        """Hand in the rows, once for all batches."""
        self.client = client
        self.pool: Executor = client.get_executor(pure=False)
        # The result of a task, which the scheduler can have made anew if the worker that holds it
        # dies. Each other worker fetches it once, and a call gets it in place of its future.
        self.data = client.submit(_same, data, pure=False)

    def renew(self) -> None:
        """Do nothing: it is for whoever runs the cluster, and others do the work meanwhile."""

    def count(self) -> int:
        """Ask how many threads it has now; raises InputError if it answers no more."""
        try:
            return max(1, int(sum(self.client.nthreads().values())))
        except OSError as error:
            raise InputError("the scheduler is gone; started again, the command goes on") from error

    def submit(self, batch: list[Trial]) -> Future[Report]:
        """Put a batch into the scheduler's queue."""
        return self.pool.submit(run_batch, code_hash(), self.data, batch)

    def is_death(self, error: BaseException) -> bool:
        """Recognise that every worker died which a batch was given to: three, as Dask is set."""
        return type(error).__name__ == "KilledWorker"


@contextmanager
def processes(data: SweepData, number: int) -> Iterator[Processes]:
    """Start processes; in the end stop them, at once if it is not by their own end."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))  # handed down to the processes
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
    """Connect to a scheduler; in the end leave it, with nothing of ours waiting there.

    Raises InputError where there is none, or Dask is not installed.
    """
    try:
        dask: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise InputError("--scheduler needs Dask: pip install '.[cluster]'") from error
    try:
        client = dask.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
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
    """Prepare a process: it keeps the rows, and ends with the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for that one, which then stops this
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    keep_data(data)


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
