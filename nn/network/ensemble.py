"""An ensemble: networks of one shape that answer together, with the mean of their answers.

Each was trained from other initial weights, and errs elsewhere: the mean of their probabilities, or
numbers, is off by less than one of them is on average (Hansen and Salamon, Neural Network
Ensembles, 1990).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from nn.arithmetic import Array, total
from nn.network.network import Network
from nn.network.outputs import OUTPUTS, REGRESSION, Mask


class Ensemble(Network):
    """A network whose parameters (members, P) are those of several.

    Its logits are such that the probabilities, or the number, that they stand for are the members'
    mean. So it takes the place of a single network wherever something is predicted.
    """

    def logits_by_blocks(self, features: ArrayLike) -> Iterator[Array]:
        """Compute logits (rows, outputs) of some rows of features (rows, k) after the others.

        Raises InputError for features of another shape.
        """
        everyone = np.ones((len(self.parameters), 1), dtype=np.bool_)
        for logits in super().logits_by_blocks(features):
            yield self._average(logits, np.broadcast_to(everyone, logits.shape[:2]))

    def held_out_logits(self, features: Array, held_out: Mask | None) -> Array:
        """Compute such logits of validation rows, each by the members that did not learn from it.

        They are marked in `held_out` (members, rows), one at least for each row.
        """
        if held_out is None:
            return self.logits(features)
        return self._average(self._logits_of_members(features), held_out)

    def _logits_of_members(self, features: Array) -> Array:
        return np.concatenate([*super().logits_by_blocks(features)], axis=-2)

    def deviations(self, features: Array) -> Array:
        """Tell how far the members disagree: the standard deviation of what they answer.

        Features (rows, k) to (rows, classes), or (rows, 1) of numbers, as they are scaled.
        """
        logits, output = self._logits_of_members(features), OUTPUTS[self.output]
        answers = logits if output.task == REGRESSION else output.probabilities(logits)
        count = len(answers)
        off = answers - total(answers, axis=0) / count
        return np.sqrt(total(off * off, axis=0) / count)

    @property
    def members(self) -> list[Network]:
        """The networks whose answers are averaged."""
        made_of = self.sizes, self.activations, self.output
        return [Network(*made_of, own, self.negative_slope) for own in self.parameters]

    @property
    def architecture(self) -> str:
        """The number of members and their sizes: `8 × 2-16-1`."""
        return f"{len(self.parameters)} × {super().architecture}"

    @property
    def described(self) -> str:
        """The layers in words, and how many members there are of each."""
        return f"{len(self.parameters)} members, each {super().described}"

    def _average(self, logits: Array, marked: Mask) -> Array:
        return OUTPUTS[self.output].average(logits, marked)
