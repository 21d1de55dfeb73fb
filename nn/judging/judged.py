"""Rows whose class or number is known, beside what a network says of them."""

from typing import NamedTuple

from nn.judging.curves import Array, Labels
from nn.judging.decisions import predicted_classes
from nn.judging.metrics import confusion_matrix


class Judged(NamedTuple):
    """All that a metric of classes may be computed from, each computed once."""

    labels: Labels
    """The class of each row, (rows,)."""
    probabilities: Array
    """(rows, classes)."""
    log_probabilities: Array
    """Their logarithms, (rows, classes), which a probability rounded to 0 or 1 has lost."""
    predicted: Labels
    """The class that each row is decided to have, (rows,)."""
    confusion: Labels
    """Counts by actual class (rows) and predicted class (columns), (classes, classes)."""


class JudgedNumbers(NamedTuple):
    """All that a metric of numbers may be computed from, in the target's own units."""

    labels: Array
    """The actual number of each row, (rows,)."""
    predicted: Array
    """The predicted number of each row, (rows,)."""

    @property
    def residuals(self) -> Array:
        """What each row has more than was predicted, (rows,)."""
        return self.labels - self.predicted


def judge(
    labels: Labels, probabilities: Array, log_probabilities: Array, threshold: float
) -> Judged:
    """Decide for a class in each row, and count which classes are taken for which.

    Shapes are as in `Judged`; `threshold` is as in `predicted_classes`.
    """
    predicted = predicted_classes(probabilities, threshold)
    confusion = confusion_matrix(labels, predicted, probabilities.shape[1])
    return Judged(labels, probabilities, log_probabilities, predicted, confusion)
