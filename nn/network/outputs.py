"""Outputs of a network, each with the loss that belongs to it, computed from logits.

Of classes the loss is a cross-entropy: from logits, not from probabilities, which round to 0 or 1
long before their logarithm is lost. Of numbers it is half the squared error, or Huber's. The
gradient of each with respect to the logits is `response - targets`, which Huber's cuts off.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, exp, log1p, sigmoid, softplus, total, within
from nn.errors import InputError

Mask = NDArray[np.bool_]
Labels = NDArray[np.int64]
AnyLabels = NDArray[Any]  # class numbers, or the numbers to predict

CLASSIFICATION, REGRESSION = "classification", "regression"
DEFAULT_THRESHOLD = 0.5  # of two classes, the probability of the second that decides for it
LARGEST = 1e100  # of a predicted number: the squares of larger ones could add up to infinity
HUBER_LIMIT = 1.0  # the error from which on Huber's loss grows as the error, not as its square


class Output(NamedTuple):
    """What the last layer means. Logits and targets have shape (..., rows, units)."""

    task: str
    """What is predicted: CLASSIFICATION, a class of each row; REGRESSION, a number."""
    units: Callable[[int], int]
    """Number of output units for a number of classes, which is 0 in a regression."""
    targets: Callable[[AnyLabels, int], Array]
    """Labels (..., rows) and number of classes to the targets of each unit (..., rows, units).

    Labels are class numbers or, in a regression, the numbers to predict.
    """
    response: Callable[[Array], Array]
    """Logits to what the units answer, of the same shape."""
    losses: Callable[[Array, Array], Array]
    """Logits and targets to the loss of each row (..., rows), summed over the units."""
    log_probabilities: Callable[[Array], Array]
    """Logits to the logarithm of each class's probability (..., rows, classes)."""
    probabilities: Callable[[Array], Array]
    """Logits to each class's probability (..., rows, classes)."""
    decisions: Callable[[Array], Labels]
    """Logits to the likeliest class of each row (..., rows)."""
    average: Callable[[Array, Mask], Array]
    """Logits of several networks (networks, rows, units) to those of their mean answer.

    The answer is a number, or the probability of each class; its logits are (rows, units). Of a row
    those networks have a part that are marked, (networks, rows).
    """
    largest_error: float | None = None
    """Where the gradient is cut off, to both sides; None where it is not."""

    def error(self, logits: Array, targets: Array) -> Array:
        """Find the gradient of the losses with respect to the logits, of the same shape."""
        error = self.response(logits) - targets
        if self.largest_error is None:
            return error
        return np.clip(error, -self.largest_error, self.largest_error)


def one_hot(labels: AnyLabels, classes: int) -> Array:
    """Mark each row's class with a 1: shape (..., rows) to (..., rows, classes)."""
    return np.asarray(labels[..., None] == np.arange(classes), dtype=np.float64)


def binary_cross_entropy(logits: Array, targets: Array) -> Array:
    """Sum -ln p over the units: p is s(z) where the target is 1, 1 - s(z) = s(-z) where it is 0.

    (Bishop, Pattern Recognition and Machine Learning, equation 4.90.)
    """
    return total(softplus((1.0 - 2.0 * targets) * logits), axis=-1)


def row_losses(log_probabilities: Array, labels: Labels) -> Array:
    """Compute -ln p of each row, p being the probability given to the row's own class.

    Log probabilities (rows, classes) and labels (rows,) to (rows,).
    """
    return -np.take_along_axis(log_probabilities, labels[:, None], axis=1)[:, 0]


def half_squared_error(logits: Array, targets: Array) -> Array:
    """Sum (z - t)^2 / 2 over the units: the half makes the gradient z - t."""
    error = logits - targets
    return total(0.5 * (error * error), axis=-1)


def huber(logits: Array, targets: Array) -> Array:
    """Sum over the units e^2 / 2 of errors e up to d = HUBER_LIMIT, and d (|e| - d/2) beyond.

    An outlier pulls no harder than a row that is off by d (Huber 1964).
    """
    size = np.abs(logits - targets)
    near = np.minimum(size, HUBER_LIMIT)
    return total(near * (size - 0.5 * near), axis=-1)


def log_softmax(logits: Array) -> Array:
    """Find z - ln(sum of e**z) along the last axis, from differences to the largest z."""
    likeliest = np.argmax(logits, axis=-1, keepdims=True)
    relative = logits - np.take_along_axis(logits, likeliest, axis=-1)
    others = exp(relative)
    np.put_along_axis(others, likeliest, 0.0, axis=-1)
    return np.asarray(relative - log1p(total(others, axis=-1))[..., None])


def softmax(logits: Array) -> Array:
    """Find e**z / sum of e**z along the last axis, from differences to the largest z."""
    powers = exp(logits - np.max(logits, axis=-1, keepdims=True))
    return np.asarray(powers / total(powers, axis=-1)[..., None])


def log_mean(logs: Array, marked: Mask) -> Array:
    """Find ln(mean of e**x) over the first axis, from differences to the largest x.

    Shape (networks, rows, classes) to (rows, classes); `marked`, (networks, rows), have a part.
    """
    marks = marked[..., None]
    largest = np.argmax(np.where(marks, logs, -np.inf), axis=0, keepdims=True)
    top = np.take_along_axis(logs, largest, axis=0)
    others = np.where(marks, exp(np.minimum(logs - top, 0.0)), 0.0)
    np.put_along_axis(others, largest, 0.0, axis=0)
    count = np.count_nonzero(marks, axis=0)
    return np.asarray(top[0] + (log1p(total(others, axis=0)) - log1p(count - 1.0)))


def log_odds(log_probabilities: Array) -> Array:
    """Find ln(p / (1 - p)) of each class from ln p, both (rows, classes).

    1 - p is the sum over the other classes.
    """
    columns = []
    for label in range(log_probabilities.shape[-1]):
        others = np.delete(log_probabilities, label, axis=-1)
        relative = log_probabilities[:, label] - np.max(others, axis=-1)
        columns.append(relative + np.max(log_softmax(others), axis=-1))
    return np.stack(columns, axis=-1)


def _mean_number(logits: Array, marked: Mask) -> Array:
    marks = marked[..., None]
    sums = total(np.where(marks, logits, 0.0), axis=0)
    return np.asarray(sums / np.count_nonzero(marks, axis=0))


def _both_signs(logits: Array) -> Array:
    """Set z beside -z: class 0 has probability s(-z), class 1 has s(z)."""
    return np.concatenate([logits, -logits], axis=-1)


def _argmax(logits: Array) -> Labels:
    return np.asarray(np.argmax(logits, axis=-1), dtype=np.int64)


def _one_number(labels: AnyLabels, classes: int) -> Array:
    return labels[..., None].astype(np.float64)


def _no_classes(logits: Array) -> NoReturn:
    raise InputError("the network predicts a number: it has no classes and no probabilities")


# With a sigmoid per class the probabilities need not add up to 1: each class gets its share of
# their sum, which is the softmax of their logarithms, ln s(z) = -softplus(-z).
OUTPUTS = {
    "sigmoid": Output(
        task=CLASSIFICATION,
        units=lambda classes: 1,
        targets=_one_number,
        response=sigmoid,
        losses=binary_cross_entropy,
        log_probabilities=lambda logits: -softplus(_both_signs(logits)),
        probabilities=lambda logits: sigmoid(-_both_signs(logits)),
        decisions=lambda logits: (logits[..., 0] >= 0.0).astype(np.int64),
        average=lambda logits, marked: log_odds(log_mean(-softplus(_both_signs(logits)), marked))[
            :, 1:
        ],
    ),
    "sigmoid_per_class": Output(
        task=CLASSIFICATION,
        units=lambda classes: classes,
        targets=one_hot,
        response=sigmoid,
        losses=binary_cross_entropy,
        log_probabilities=lambda logits: log_softmax(-softplus(-logits)),
        probabilities=lambda logits: softmax(-softplus(-logits)),
        decisions=_argmax,
        average=lambda logits, marked: log_odds(log_mean(log_softmax(-softplus(-logits)), marked)),
    ),
    "softmax": Output(
        task=CLASSIFICATION,
        units=lambda classes: classes,
        targets=one_hot,
        response=softmax,
        losses=lambda logits, targets: -total(targets * log_softmax(logits), axis=-1),
        log_probabilities=log_softmax,
        probabilities=softmax,
        decisions=_argmax,
        average=lambda logits, marked: log_mean(log_softmax(logits), marked),
    ),
    "linear": Output(
        task=REGRESSION,
        units=lambda classes: 1,
        targets=_one_number,
        response=lambda logits: within(logits, -LARGEST, LARGEST),
        losses=half_squared_error,
        log_probabilities=_no_classes,
        probabilities=_no_classes,
        decisions=_no_classes,
        average=_mean_number,
    ),
}
OUTPUTS["huber"] = OUTPUTS["linear"]._replace(losses=huber, largest_error=HUBER_LIMIT)


def outputs_for(task: str) -> list[str]:
    """Name the outputs that a task may have."""
    return [name for name, output in OUTPUTS.items() if output.task == task]
