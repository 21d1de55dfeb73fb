"""The record of a training: mean loss and accuracy, epoch by epoch."""

import numpy as np

from nn.arithmetic import Array, total
from nn.network.outputs import Labels, Output

LOGITS_AT_A_TIME = 1 << 16


class Recorder:
    """Turns logits of the same rows, one epoch after the other, into mean losses and accuracies.

    Many epochs' logits are turned at once: for a small table that costs little more than one. A
    leading axis holds several networks, each with rows of its own.
    """

    def __init__(self, output: Output, labels: Labels, classes: int, row_weights: Array) -> None:
        """Take the labels (..., rows), and what each row counts in the mean loss (..., rows, 1)."""
        self.output, self.classes = output, classes
        self.labels, self.row_weights = labels, row_weights
        self.targets = output.targets(labels, classes)
        networks = len(labels) if labels.ndim > 1 else 1
        self._losses: list[list[float]] = [[] for _ in range(networks)]
        self._accuracies: list[list[float]] = [[] for _ in range(networks)]
        self._waiting: list[Array] = []

    def add(self, logits: Array) -> None:
        """Take the next epoch's logits (..., rows, outputs), which must not change afterwards."""
        self._waiting.append(logits)
        if len(self._waiting) * logits.size >= LOGITS_AT_A_TIME:
            self._turn()

    def losses(self) -> list[list[float]]:
        """Each network's mean losses, epoch by epoch so far, the L2 penalty left out."""
        self._turn()
        return self._losses

    def accuracies(self) -> list[list[float]]:
        """Each network's shares of rows decided rightly, epoch by epoch so far."""
        self._turn()
        return self._accuracies

    def only(self, which: int | list[int]) -> "Recorder":
        """Go on with the networks at these places, or with one, without a leading axis."""
        self._turn()
        some = Recorder(self.output, self.labels[which], self.classes, self.row_weights[which])
        places = [which] if isinstance(which, int) else which
        some._losses = [self._losses[place].copy() for place in places]
        some._accuracies = [self._accuracies[place].copy() for place in places]
        return some

    def _turn(self) -> None:
        if not self._waiting:
            return
        logits = np.stack(self._waiting)
        losses = self.output.losses(logits, self.targets)
        means = total(losses * self.row_weights[..., 0], axis=-1)
        right = np.count_nonzero(self.output.decisions(logits) == self.labels, axis=-1)
        for columns, values in (
            (self._losses, means),
            (self._accuracies, right / self.labels.shape[-1]),
        ):
            for column, new in zip(columns, values.reshape(len(logits), -1).T, strict=True):
                column += new.tolist()
        self._waiting = []
