"""The record of a training: mean loss and accuracy, epoch by epoch."""

import numpy as np

from nn.arithmetic import Array, total
from nn.losses import Labels, Output

LOGITS_AT_A_TIME = 1 << 16


class Recorder:
    """Turns logits of the same rows, one epoch after the other, into mean losses and accuracies.

    Many epochs' logits are turned at once: for a small table that costs little more than one.
    """

    def __init__(self, output: Output, labels: Labels, classes: int, row_weights: Array) -> None:
        """Take the rows' labels (rows,), and what each counts in the mean loss (rows, 1)."""
        self.output = output
        self.labels = labels
        self.targets = output.targets(labels, classes)
        self.row_weights = row_weights[:, 0]
        self._losses: list[float] = []
        self._accuracies: list[float] = []
        self._waiting: list[Array] = []

    def add(self, logits: Array) -> None:
        """Take the next epoch's logits (rows, outputs), which must not change afterwards."""
        self._waiting.append(logits)
        if len(self._waiting) * logits.size >= LOGITS_AT_A_TIME:
            self._turn()

    def losses(self) -> list[float]:
        """The mean loss of each epoch so far, the L2 penalty left out."""
        self._turn()
        return self._losses

    def accuracies(self) -> list[float]:
        """The share of rows decided rightly in each epoch so far."""
        self._turn()
        return self._accuracies

    def _turn(self) -> None:
        if self._waiting:
            logits = np.stack(self._waiting)
            losses = self.output.losses(logits, self.targets)
            self._losses += total(losses * self.row_weights, axis=-1).tolist()
            right = np.count_nonzero(self.output.decisions(logits) == self.labels, axis=-1)
            self._accuracies += (right / len(self.labels)).tolist()
            self._waiting = []
