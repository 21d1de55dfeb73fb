"""What a pool of processes says when it cannot take a batch."""

import errno
from concurrent.futures.process import BrokenProcessPool

import pytest

from nn.training.loop import train_together
from stages.executing.processes import Processes


@pytest.mark.parametrize(
    ("error", "is_death"),
    [
        (BrokenProcessPool("a process was terminated abruptly"), True),
        (OSError("handle is closed"), True),  # of a pool that is about to say the former
        (BlockingIOError(errno.EAGAIN, "no more processes"), False),
    ],
)
def test_a_pool_that_breaks_is_told_apart_from_a_machine_that_cannot(monkeypatch, error, is_death):
    def fail(*arguments):
        raise error

    workers = Processes(train_together, 1)
    monkeypatch.setattr(workers.pool, "submit", fail)
    with pytest.raises(Exception) as raised:
        workers.submit([])
    assert workers.is_death(raised.value) == is_death
    workers.pool.shutdown()
