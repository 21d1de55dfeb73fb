"""The record of a training: mean loss and, of classes, accuracy, epoch by epoch."""

import numpy as np

from nn.arithmetic import Array, ManyAtOnce, total
from nn.network.outputs import CLASSIFICATION, AnyLabels, Output


class Recorder:
    """Turns logits of the same rows, one epoch after the other, into means over the rows."""

    def __init__(self, output: Output, labels: AnyLabels, classes: int, row_weights: Array) -> None:
        """Take labels (networks, rows), what each row counts in the mean (networks, rows, 1)."""
        self.output, self.classes = output, classes
        self.labels, self.row_weights = labels, row_weights
        self.targets = output.targets(labels, classes)
        self.judging = ManyAtOnce(self._judge)
        self.records: dict[str, list[list[float]]] = {"loss": [[] for _ in labels]}
        if output.task == CLASSIFICATION:
            self.records["accuracy"] = [[] for _ in labels]

    def add(self, logits: Array) -> None:
        """Take the next epoch's logits (networks, rows, outputs)."""
        self.judging.add(logits)

    def columns(self, prefix: str = "") -> dict[str, list[list[float]]]:
        """Give each network's mean loss, and share of rows decided rightly, epoch by epoch so far.

        The loss is without the L2 penalty. Only classes can be decided rightly.
        """
        self.judging.finish()
        return {prefix + name: record for name, record in self.records.items()}

    def losses(self) -> list[list[float]]:
        """Give each network's mean losses, epoch by epoch so far."""
        return self.columns()["loss"]

    def _judge(self, logits: Array) -> None:
        """Judge the logits of some epochs, (epochs, networks, rows, outputs)."""
        losses = self.output.losses(logits, self.targets)
        means = {"loss": total(losses * self.row_weights[..., 0], axis=-1)}
        if "accuracy" in self.records:
            right = np.count_nonzero(self.output.decisions(logits) == self.labels, axis=-1)
            means["accuracy"] = right / self.labels.shape[-1]
        for name, values in means.items():
            for of_network, new in zip(self.records[name], values.T.tolist(), strict=True):
                of_network += new
