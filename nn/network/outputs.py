"""Outputs of a network, each with the cross-entropy that belongs to it, computed from logits.

From logits, not from probabilities, which round to 0 or 1 long before their logarithm is lost. For
every output the gradient of the loss with respect to the logits is `response - targets`.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, exp, log1p, sigmoid, softplus, total

Labels = NDArray[np.int64]


class Output(NamedTuple):
    """What the last layer means. Logits and targets have shape (..., rows, units)."""

    units: Callable[[int], int]
    """Number of output units for a number of classes."""
    targets: Callable[[Labels, int], Array]
    """Labels (..., rows) and number of classes to the targets of each unit (..., rows, units)."""
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


def one_hot(labels: Labels, classes: int) -> Array:
    """Mark each row's class with a 1: shape (..., rows) to (..., rows, classes)."""
    return np.asarray(labels[..., None] == np.arange(classes), dtype=np.float64)


def binary_cross_entropy(logits: Array, targets: Array) -> Array:
    """Sum -ln p over the units: p is s(z) where the target is 1, 1 - s(z) = s(-z) where it is 0.

    (Bishop, Pattern Recognition and Machine Learning, equation 4.90.)
    """
    return total(softplus((1.0 - 2.0 * targets) * logits), axis=-1)


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


def _both_signs(logits: Array) -> Array:
    """Set z beside -z: class 0 has probability s(-z), class 1 has s(z)."""
    return np.concatenate([logits, -logits], axis=-1)


def _argmax(logits: Array) -> Labels:
    return np.asarray(np.argmax(logits, axis=-1), dtype=np.int64)


# With a sigmoid per class the probabilities need not add up to 1: each class gets its share of
# their sum, which is the softmax of their logarithms, ln s(z) = -softplus(-z).
OUTPUTS = {
    "sigmoid": Output(
        units=lambda classes: 1,
        targets=lambda labels, classes: labels[..., None].astype(np.float64),
        response=sigmoid,
        losses=binary_cross_entropy,
        log_probabilities=lambda logits: -softplus(_both_signs(logits)),
        probabilities=lambda logits: sigmoid(-_both_signs(logits)),
        decisions=lambda logits: (logits[..., 0] >= 0.0).astype(np.int64),
    ),
    "sigmoid_per_class": Output(
        units=lambda classes: classes,
        targets=one_hot,
        response=sigmoid,
        losses=binary_cross_entropy,
        log_probabilities=lambda logits: log_softmax(-softplus(-logits)),
        probabilities=lambda logits: softmax(-softplus(-logits)),
        decisions=_argmax,
    ),
    "softmax": Output(
        units=lambda classes: classes,
        targets=one_hot,
        response=softmax,
        losses=lambda logits, targets: -total(targets * log_softmax(logits), axis=-1),
        log_probabilities=log_softmax,
        probabilities=softmax,
        decisions=_argmax,
    ),
}
