"""What each row counts in the loss."""

from collections.abc import Callable

import numpy as np

from nn.arithmetic import Array
from nn.network.outputs import Labels


def balanced(labels: Labels, classes: int) -> Array:
    """Give every class the same weight in all: rows / (classes * rows of the class), (rows,)."""
    counts = np.bincount(labels, minlength=classes)
    return np.asarray(len(labels) / (np.count_nonzero(counts) * counts[labels]))


CLASS_WEIGHTS: dict[str, Callable[[Labels, int], Array]] = {"balanced": balanced}


def row_weights(labels: Labels, classes: int, class_weights: str | None) -> Array:
    """Find what each row counts, 1 on average: labels (rows,) to (rows, 1)."""
    if class_weights is None:
        return np.broadcast_to(1.0, (len(labels), 1))  # which takes no memory
    return CLASS_WEIGHTS[class_weights](labels, classes)[:, None]
