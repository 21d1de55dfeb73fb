"""Who looks on while networks learn, and where a training stands, to go on from there later."""

from typing import Any, NamedTuple

from nn.arithmetic import Array
from nn.training.history import Recorder
from nn.training.stack import Run, Stack


class Watcher:
    """Looks on while networks learn, and changes nothing of what comes out.

    This one does nothing.
    """

    def begin(self, stack: Stack) -> None:
        """Come before the first epoch; may `resume` the stack where an earlier run stood."""

    def within_epoch(self, stack: Stack, share: float) -> None:
        """Come after each batch; so much of the rows has been learnt from, up to 1."""

    def after_epoch(self, stack: Stack) -> None:
        """Come after each epoch."""


class State(NamedTuple):
    """All of a `Stack` that changes from epoch to epoch; not what it began with, rows and settings.

    Its arrays and lists are the stack's own, which the next epoch may write over.
    """

    epoch: int
    """The next to learn in."""
    runs: list[Run]
    """Of each network the best so far, the snapshots and, where it has ended, the outcome."""
    running: list[int]
    """The places of the networks that still learn. What follows is theirs alone."""
    parameters: Array
    optimizer: Any
    random_sources: list[Any]
    """Of the order of each network's mini-batches."""
    records: list[dict[str, list[list[float]]]]


def state_of(stack: Stack) -> State:
    """Collect where a stack stands between two epochs."""
    learner = stack.learner
    return State(
        stack.epoch,
        stack.runs,
        [stack.runs.index(run) for run in stack.running],
        learner.network.parameters,
        learner.state,
        [source.bit_generator.state for source in learner.batches.sources],
        [record.columns() for record in _records(stack)],
    )


def resume(stack: Stack, state: State) -> None:
    """Let a new stack, of the same problems, go on from where another stood."""
    stack.epoch, stack.runs, stack.running = state.epoch, state.runs, [*state.runs]
    if len(state.running) < len(state.runs):
        stack.keep(state.running)
    if not stack.running:
        return
    learner = stack.learner
    learner.network.parameters[...] = state.parameters
    learner.state = state.optimizer
    for source, of_source in zip(learner.batches.sources, state.random_sources, strict=True):
        source.bit_generator.state = of_source
    for record, columns in zip(_records(stack), state.records, strict=True):
        record.records = columns


def _records(stack: Stack) -> list[Recorder]:
    return [r for r in (stack.training_record, stack.validation_record) if r]
