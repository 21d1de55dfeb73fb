"""The progress of trainings, epoch by epoch."""

from nn.training.stack import Stack
from nn.training.watching import Watcher
from stages.executing.progress import Progress


class EpochsSeen(Watcher):
    """Tells a progress, in epochs of all networks together, of each epoch and its losses."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def begin(self, stack: Stack) -> None:
        """Pass over the epochs of an earlier run."""
        self.progress.skip(stack.epoch * len(stack.runs))

    def after_epoch(self, stack: Stack) -> None:
        """Count an epoch of each network."""
        self.progress.advance(len(stack.runs), lambda: losses_of(stack))


def losses_of(stack: Stack) -> str:
    """Tell the present losses of a network that learns alone."""
    if len(stack.running) != 1 or len(stack.runs) != 1:
        return ""
    told = f"loss {stack.training_record.losses()[0][-1]:.4g}"
    if stack.validation_record:
        told += f", validation loss {stack.validation_record.losses()[0][-1]:.4g}"
    return told
