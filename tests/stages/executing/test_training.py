"""Networks trained in this process, in others and with deaths: the same outcomes, bit for bit."""

import itertools
import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from nn.errors import InputError, TrainingDiverged
from nn.training.loop import ROWS_IN_STEP, networks_in_step, shape_of, train
from nn.training.problem import Problem
from nn.training.settings import Settings
from stages.executing import training
from stages.executing.processes import Processes
from stages.executing.progress import Progress
from stages.executing.training import dealt, work_of

SETTINGS = Settings(
    hidden=(4,),
    activation=("tanh",),
    output="sigmoid",
    initializer="glorot",
    seed=0,
    optimizer="gradient_descent",
    learning_rate=0.3,
    epochs=6,
)


def problem(seed, rows=30, **settings):
    draws = np.random.default_rng(seed)
    features = draws.normal(size=(rows, 3))
    labels = (features[:, 0] > 0).astype(np.int64)
    return Problem(features, labels, 2, SETTINGS.model_copy(update={"seed": seed, **settings}))


def problems():
    """Two shapes, mixed, of which one network diverges."""
    wild = problem(8, learning_rate=1e300, activation=("relu",))
    return [*map(problem, range(4)), wild, *(problem(n, hidden=(2, 2)) for n in range(5, 8))]


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def train_everywhere(given):
    return training.train_everywhere(given, Path("checkpoints"), Progress("test", "epochs"))


def told(outcome):
    if isinstance(outcome, TrainingDiverged):
        return str(outcome)
    return outcome.network.parameters.tobytes(), outcome.history, outcome.warnings


def alone(each):
    try:
        return told(train(*each))
    except TrainingDiverged as error:
        return told(error)


@pytest.fixture
def in_processes(monkeypatch):
    """Use processes for the least work, two of them."""
    monkeypatch.setattr(training, "SHORT", 0)
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    monkeypatch.setattr("stages.executing.workers.cores", lambda: 2)


def test_outcomes_of_processes_are_those_of_each_alone_in_order(in_processes):
    found = [*map(told, train_everywhere(problems()))]
    assert found == [*map(alone, problems())]
    assert sum(isinstance(each, str) for each in found) == 1


def test_what_is_done_in_a_moment_starts_no_process(monkeypatch):
    monkeypatch.setattr("stages.executing.training.workers_for", pytest.fail)
    assert [*map(told, train_everywhere(problems()))] == [*map(alone, problems())]
    assert train_everywhere([]) == []


def test_rows_that_cannot_be_computed_with_are_one_line_from_a_process_too(in_processes):
    odd = problem(1)
    odd.features[2, 1] = np.inf
    with pytest.raises(InputError, match="cannot be computed with") as raised:
        train_everywhere([problem(0), odd])
    assert len(str(raised.value).splitlines()) == 1


@pytest.fixture
def kill(in_processes, monkeypatch):
    """Give a function that has all processes killed at certain submissions of a batch."""
    submit = Processes.submit
    submissions = itertools.count(1)

    def kill_at(is_deadly):
        def submit_and_kill(workers, batch):
            future = submit(workers, batch)
            if is_deadly(next(submissions)):
                for process in multiprocessing.active_children():
                    process.kill()
            return future

        monkeypatch.setattr(Processes, "submit", submit_and_kill)
        return submissions

    return kill_at


def test_a_process_that_dies_costs_no_result(kill):
    expected = [*map(alone, problems())]
    submissions = kill(lambda number: number == 2)  # there are two processes then
    assert [*map(told, train_everywhere(problems()))] == expected
    assert next(submissions) > 6  # the four batches, and some of their networks alone


def test_a_training_that_always_kills_its_process_is_one_line(kill):
    kill(lambda number: number >= 2)
    with pytest.raises(InputError, match=r"^training \d: the process that ran it died"):
        train_everywhere(problems()[:2])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is forked")
def test_what_has_ended_is_kept_when_all_processes_are_killed(in_processes, monkeypatch):
    given = [problem(1, epochs=100_000), problem(2, hidden=(2, 2))]
    parent = os.fork()
    if not parent:
        try:
            train_everywhere(given)
        finally:
            os._exit(0)
    until = time.monotonic() + 60
    while not any(Path("checkpoints").glob("*.outcomes")) and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    given[0] = problem(1)
    left = []
    with monkeypatch.context() as patch:
        patch.setattr(training, "run_batches", lambda batches, *_: left.extend(batches))
        with pytest.raises(KeyError):  # outcome 0, which nothing was run for
            train_everywhere(given)
    assert [[number for number, _ in batch] for batch in left] == [[0]]
    assert [*map(told, train_everywhere(given))] == [*map(alone, given)]


@pytest.mark.parametrize("workers", [1, 2, 3, 8, 100])
def test_every_problem_is_dealt_once_in_batches_that_go_in_step(workers):
    rows = ROWS_IN_STEP // 5  # five in step
    of_one_kind = [problem(n, rows=rows) for n in range(12)]
    of_another = [problem(n, hidden=(40,)) for n in range(7)]
    given = [*of_one_kind, *of_another]
    batches = dealt(given, workers)
    assert sorted(number for batch in batches for number, _ in batch) == [*range(19)]
    for batch in batches:
        assert all(each is given[number] for number, each in batch)
        assert len({shape_of(each) for _, each in batch}) == 1
        assert 1 <= len(batch) <= networks_in_step(batch[0][1])
    sizes = [[len(b) for b in batches if (b[0][0] < 12) == is_first] for is_first in (True, False)]
    assert all(max(kind) - min(kind) <= 1 for kind in sizes)
    work = [sum(work_of(each) for _, each in batch) for batch in batches]
    assert work == sorted(work, reverse=True)


def test_no_more_batches_than_workers_where_all_can_go_in_step():
    assert [len(batch) for batch in dealt([problem(n) for n in range(30)], 2)] == [15, 15]
    assert len(dealt([problem(n) for n in range(30)], 8)) == 8
