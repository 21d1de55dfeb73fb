"""The progress of trainings, in epochs."""

from nn.training.stack import Stack
from nn.training.watching import Watcher
from stages.executing.progress import Progress


class EpochsSeen(Watcher):
    """Tells a progress, in epochs of all networks together, how far they are, and their losses."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.whole = progress.done  # epochs that have ended

    def begin(self, stack: Stack) -> None:
        """Pass over the epochs of an earlier run."""
        self.progress.skip(stack.epoch * len(stack.runs))
        self.whole = self.progress.done

    def within_epoch(self, stack: Stack, share: float) -> None:
        """Count a part of an epoch of each network."""
        self.progress.reach(self.whole + share * len(stack.runs), lambda: losses_of(stack))

    def after_epoch(self, stack: Stack) -> None:
        """Count an epoch of each network."""
        self.whole += len(stack.runs)
        self.progress.reach(self.whole, lambda: losses_of(stack))


def losses_of(stack: Stack) -> str:
    """Tell the last losses of a network that learns alone."""
    if len(stack.running) != 1 or len(stack.runs) != 1:
        return ""
    (losses,) = stack.training_record.losses()
    if not losses:
        return ""
    told = f"loss {losses[-1]:.4g}"
    if stack.validation_record:
        told += f", validation loss {stack.validation_record.losses()[0][-1]:.4g}"
    return told
