"""The record of a training: mean loss and accuracy, epoch by epoch."""

import numpy as np

from nn.arithmetic import Array, ManyAtOnce, total
from nn.network.outputs import Labels, Output


class Recorder:
    """Turns logits of the same rows, one epoch after the other, into mean losses and accuracies."""

    def __init__(self, output: Output, labels: Labels, classes: int, row_weights: Array) -> None:
        """Take labels (networks, rows), what each row counts in the mean (networks, rows, 1)."""
        self.output, self.classes = output, classes
        self.labels, self.row_weights = labels, row_weights
        self.targets = output.targets(labels, classes)
        self.judging = ManyAtOnce(self._judge)
        self._losses: list[list[float]] = [[] for _ in labels]
        self._accuracies: list[list[float]] = [[] for _ in labels]

    def add(self, logits: Array) -> None:
        """Take the next epoch's logits (networks, rows, outputs)."""
        self.judging.add(logits)

    def losses(self) -> list[list[float]]:
        """Give each network's mean losses, epoch by epoch so far, without the L2 penalty."""
        self.judging.finish()
        return self._losses

    def accuracies(self) -> list[list[float]]:
        """Give each network's shares of rows decided rightly, epoch by epoch so far."""
        self.judging.finish()
        return self._accuracies

    def _judge(self, logits: Array) -> None:
        """Judge the logits of some epochs, (epochs, networks, rows, outputs)."""
        losses = self.output.losses(logits, self.targets)
        means = total(losses * self.row_weights[..., 0], axis=-1)
        right = np.count_nonzero(self.output.decisions(logits) == self.labels, axis=-1)
        accuracies = right / self.labels.shape[-1]
        for lists, values in ((self._losses, means), (self._accuracies, accuracies)):
            for of_network, new in zip(lists, values.T.tolist(), strict=True):
                of_network += new
