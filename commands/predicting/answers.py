"""What is asked of a model for each row: a class or a number, and what is told beside it."""

import argparse
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from commands.predicting.formats import Array, Beside
from nn.errors import InputError
from nn.judging.decisions import predicted_classes
from nn.model_file import Model

Computation = Callable[[Array, Array], Array]
"""Coded values, and probabilities or numbers, to what is told besides, (rows, numbers)."""


class Answers:
    """What `commands.predict` was asked for, by its options."""

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        """Check that the options go with the model; raises InputError where one does not."""
        self.model = model
        self.threshold = model.threshold if options.threshold is None else options.threshold
        self.told: list[tuple[Beside, Computation]] = []
        self._refuse_for_the_other_task(options)
        if options.proba:
            headings = [f"probability of {name}" for name in model.classes]
            self._tell(Beside("probabilities", headings, model.classes), lambda _, known: known)
        if options.interval is not None and model.quantity:
            reach = model.quantity.half_width(options.interval)
            ends = ("low", "high")
            self._tell(
                Beside("interval", ends, ends),
                lambda _, number: np.stack([number - reach, number + reach], axis=1),
            )
        if options.disagreement:
            if len(model.network.members) == 1:
                raise InputError(
                    f"--disagreement is of an ensemble, and {options.model} is a single network: "
                    "set train.ensemble"
                )
            self._tell(
                Beside("disagreement", ["disagreement"]),
                lambda values, _: model.disagreement(values)[:, None],
            )

    @property
    def beside(self) -> list[Beside]:
        """Name what is told beside a prediction."""
        return [beside for beside, _ in self.told]

    def of(self, values: Array) -> tuple[NDArray[np.generic], Array]:
        """Find predictions (rows,) and what is told beside them (rows, numbers)."""
        if self.model.quantity:
            predicted: Array = self.model.numbers(values)
            decided: NDArray[np.generic] = predicted
        else:
            predicted = self.model.probabilities(values)
            decided = predicted_classes(predicted, self.threshold)
        none = np.empty((len(values), 0))
        beside = [compute(values, predicted) for _, compute in self.told]
        return decided, np.concatenate([none, *beside], axis=1)

    def _tell(self, beside: Beside, compute: Computation) -> None:
        self.told.append((beside, compute))

    def _refuse_for_the_other_task(self, options: argparse.Namespace) -> None:
        if self.model.quantity is None:
            if options.interval is not None:
                raise InputError(
                    f"--interval is for numbers, and {options.model} predicts classes: --proba"
                )
            return
        for option, given in (("--proba", options.proba), ("--threshold", options.threshold)):
            if given:
                raise InputError(f"{option} is for classes, and {options.model} predicts numbers")
