"""Batches are run until each has its result, whatever dies meanwhile."""

import threading
from concurrent.futures import Future

import pytest

from nn.errors import InputError
from stages.executing import batches as batches_module
from stages.executing.batches import run_batches
from stages.executing.project_code import OtherCode
from tests.stages.executing.fragile import Fragile


def never(*arguments):
    pytest.fail(f"called with {arguments}")


def doubled(batch):
    return [2 * item for item in batch]


@pytest.mark.parametrize("only_together", [False, True])
def test_an_item_that_kills_its_process_is_found_and_the_others_go_on(only_together):
    workers = Fragile(doubled, {3, 7}.__contains__, only_together)
    results, dead = {}, list[int]()
    batches = (list(range(start, min(start + 4, 18))) for start in range(0, 18, 4))
    run_batches(batches, workers, lambda b, r: results.update(zip(b, r, strict=True)), dead.append)
    assert sorted(dead) == ([] if only_together else [3, 7])
    assert results == {item: 2 * item for item in range(18) if item not in dead}
    assert workers.renewed > 0


def test_without_batches_nothing_happens():
    run_batches(iter([]), Fragile(doubled, bool), never, never)


def test_who_waits_for_a_long_batch_can_say_so_meanwhile(monkeypatch):
    monkeypatch.setattr(batches_module, "PAUSE", 0.001)
    waited, results = threading.Event(), []

    class Slow(Fragile):
        def submit(self, batch):
            future: Future = Future()
            threading.Thread(target=lambda: future.set_result(waited.wait(60))).start()
            return future

    run_batches(
        iter([[1]]), Slow(doubled, bool), lambda *done: results.append(done), never, waited.set
    )
    assert results == [([1], True)]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OtherCode("the worker x:1 has other code"), "bring both to the same commit"),
        (ModuleNotFoundError("No module named 'nn'"), "start scheduler and workers in a clone"),
        (OSError("no\nroute"), r"the workers cannot go on \(OSError: no route\)"),
        (InputError("row 3 is odd"), "^row 3 is odd$"),
    ],
)
def test_workers_that_cannot_do_it_are_one_line_with_the_remedy(error, told):
    class Useless(Fragile):
        def submit(self, batch):
            future: Future = Future()
            future.set_exception(error)
            return future

    with pytest.raises(InputError, match=told) as raised:
        run_batches(iter([[1]]), Useless(doubled, bool), never, never)
    assert len(str(raised.value).splitlines()) == 1
