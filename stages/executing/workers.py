"""Workers, wherever they are: what they are asked for, and which ones there are."""

import os
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from stages.executing.cluster import ADDRESS, cluster
from stages.executing.cores import cores
from stages.executing.processes import processes

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers(Protocol[Item, Result]):
    """Processes that do one kind of work, on batches of items."""

    def count(self) -> int:
        """Count the processes there are now, at least 1."""

    def submit(self, batch: list[Item]) -> Future[Result]:
        """Queue a batch, and return its future result."""

    def is_death(self, error: BaseException) -> bool:
        """Tell whether an error of a batch means that its process died."""

    def renew(self) -> None:
        """Replace the processes that died."""


def workers_for(
    work: Callable[[list[Item]], Result], number: int | None = None
) -> AbstractContextManager[Workers[Item, Result]]:
    """Choose who does the work: a `number` of processes on this machine, where one is given.

    Else the cluster that DASK_SCHEDULER_ADDRESS names, and without one a process for each processor
    of this machine. `work` is a function of a module (not of `__main__`), or a partial one.
    """
    if is_on_cluster() and number is None:
        return cluster(work, os.environ[ADDRESS])
    return processes(work, number or cores())


def is_on_cluster() -> bool:
    """Tell whether a cluster is named."""
    return bool(os.environ.get(ADDRESS))
