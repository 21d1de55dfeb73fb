"""The record of a training: mean loss and, of classes, accuracy, epoch by epoch."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import (
    Array,
    ManyAtOnce,
    Part,
    evenly,
    in_table_order,
    stored_in_table_order,
    total,
)
from nn.network.outputs import CLASSIFICATION, AnyLabels, Output

MOST_AT_ONCE = 1 << 19  # logits; more are judged part by part


class Recorder:
    """Turns logits of the same rows, one epoch after the other, into means over the rows."""

    def __init__(self, output: Output, labels: AnyLabels, classes: int, row_weights: Array) -> None:
        """Take labels (networks, rows), and what each row counts, 1 on average.

        The latter is (networks, rows, 1).
        """
        self.output, self.classes = output, classes
        self.labels, self.row_weights = labels, row_weights
        self.judging = ManyAtOnce(self._judge)
        self.records: dict[str, list[list[float]]] = {"loss": [[] for _ in labels]}
        if output.task == CLASSIFICATION:
            self.records["accuracy"] = [[] for _ in labels]

    def add(self, parts: Iterable[Part]) -> None:
        """Take the next epoch's logits, of all rows."""
        if self.labels.size * self.output.units(self.classes) > MOST_AT_ONCE:
            self._judge_by_parts(parts)
        else:
            self.judging.add(in_table_order(parts))

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
        losses, right = self._judged(logits, self.labels, self.row_weights)
        self._note(total(losses, axis=-1), right)

    def _judge_by_parts(self, parts: Iterable[Part]) -> None:
        """Judge the logits of an epoch without ever holding those of all rows."""
        networks = len(self.labels)
        right, start = np.zeros(networks, dtype=np.int64), 0

        def losses_of_parts() -> Iterator[Part]:
            nonlocal start
            for part in evenly(parts):
                stop = start + part.values.shape[-2]
                labels, weights = (
                    each[:, start:stop]
                    if part.places is None
                    else each[np.arange(networks)[:, None], part.places]
                    for each in (self.labels, self.row_weights)
                )
                losses, right_here = self._judged(part.values, labels, weights)
                right[:] += right_here
                start = stop
                yield Part(part.places, losses[..., None])

        losses = stored_in_table_order(losses_of_parts())
        self._note(total(losses, axis=0)[None], right[None])

    def _judged(
        self, logits: Array, labels: AnyLabels, weights: Array
    ) -> tuple[Array, NDArray[Any]]:
        """Find what each row adds to the mean loss, and how many are decided rightly.

        Shapes are (..., networks, rows) and (..., networks).
        """
        losses = self.output.losses(logits, self.output.targets(labels, self.classes))
        losses = losses * (weights / self.labels.shape[-1])[..., 0]
        if self.output.task != CLASSIFICATION:
            return losses, np.zeros(losses.shape[:-1], dtype=np.int64)
        return losses, np.count_nonzero(self.output.decisions(logits) == labels, axis=-1)

    def _note(self, losses: Array, right: NDArray[Any]) -> None:
        """Take the figures of some epochs down, (epochs, networks)."""
        figures = {"loss": losses, "accuracy": right / self.labels.shape[-1]}
        for name, record in self.records.items():
            for of_network, new in zip(record, figures[name].T.tolist(), strict=True):
                of_network += new
