"""The workers of a Dask cluster, on any number of machines."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from nn.errors import InputError, PackageMissing
from stages.executing.project_code import call_if_same, code_of

ADDRESS = "DASK_SCHEDULER_ADDRESS"
"""The environment variable that names a scheduler, by Dask's own convention."""
SECONDS_TO_CONNECT = 30
SCHEDULER_GONE = "the scheduler is gone; once it is back, the same command continues"

Item = TypeVar("Item")
Result = TypeVar("Result")


class Cluster(Generic[Item, Result]):
    """The workers of a Dask cluster, however many there are at a time."""

    def __init__(self, client: Any, work: Callable[[list[Item]], Result]) -> None:
        """Send the work, with the data that it may hold, once for all batches."""
        self.client, self.code = client, code_of(work)
        self.pool: Executor = client.get_executor(pure=False)
        # The result of a task, which the scheduler has computed again if the worker that holds it
        # dies. Each other worker fetches it once; a call gets the result in place of its future.
        self.work = client.submit(_same, work, pure=False)

    def renew(self) -> None:
        """Do nothing: whoever runs the cluster replaces workers, and the others work meanwhile."""

    def count(self) -> int:
        """Count the cluster's threads; raises InputError if the scheduler is gone."""
        try:
            return max(1, int(sum(self.client.nthreads().values())))
        except OSError as error:
            raise InputError(SCHEDULER_GONE) from error

    def submit(self, batch: list[Item]) -> Future[Result]:
        """Queue a batch at the scheduler."""
        return self.pool.submit(call_if_same, self.code, self.work, batch)

    def is_death(self, error: BaseException) -> bool:
        """Recognise the error of a batch whose workers all died: three, by Dask's default."""
        return type(error).__name__ == "KilledWorker"


@contextmanager
def cluster(work: Callable[[list[Item]], Result], address: str) -> Iterator[Cluster[Item, Result]]:
    """Connect to a scheduler; at the end, cancel what is not done and disconnect.

    Raises InputError where there is none, or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise PackageMissing(ADDRESS, "Dask", "cluster") from error
    try:
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{ADDRESS}={address}: no scheduler answers there ({reason})") from error
    with client:
        workers = Cluster(client, work)
        try:
            yield workers
        finally:
            workers.pool.shutdown(wait=False)  # cancels what is not done


def _same(work: Any) -> Any:
    return work
