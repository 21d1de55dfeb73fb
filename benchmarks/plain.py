"""The rival: a training epoch in plain NumPy, written the straightforward way of a notebook."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def stable_sigmoid(x: Array) -> Array:
    """Compute 1 / (1 + exp(-x)) by the sign of x, so that nothing overflows."""
    positive = x >= 0
    result = np.empty_like(x)
    result[positive] = 1.0 / (1.0 + np.exp(-x[positive]))
    power = np.exp(x[~positive])
    result[~positive] = power / (1.0 + power)
    return result


def make_epoch(
    features: Array, targets: Array, weights: list[Array], biases: list[Array], batch_size: int
) -> Callable[[], None]:
    """Make a function that trains ReLU layers and a sigmoid output for one epoch."""
    rows = len(features)
    random = np.random.default_rng(0)

    def step(x: Array, y: Array) -> None:
        given, sums = [x], []
        for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
            sums.append(given[-1] @ w + b)
            if layer < len(weights) - 1:
                given.append(np.maximum(0, sums[-1]))
        z = sums[-1]
        np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))
        error = (stable_sigmoid(z) - y) / len(x)
        for layer in reversed(range(len(weights))):
            weight_gradient = given[layer].T @ error
            bias_gradient = np.sum(error, axis=0, keepdims=True)
            if layer > 0:
                error = (error @ weights[layer].T) * (sums[layer - 1] > 0)
            weights[layer] -= 0.01 * weight_gradient
            biases[layer] -= 0.01 * bias_gradient

    def epoch() -> None:
        if batch_size >= rows:
            step(features, targets)
            return
        order = random.permutation(rows)
        for start in range(0, rows, batch_size):
            batch = order[start : start + batch_size]
            step(features[batch], targets[batch])

    return epoch
