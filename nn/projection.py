"""Principal components: the directions in which a table's rows lie furthest apart."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import matmul, mean, total

Array = NDArray[np.float64]

SQUARINGS = 40  # powers the covariance to 2**40: a variance smaller by 1e-10 of itself is gone
NOISE = 1e-12  # a share of the variance that rounding may have made


class Projection(NamedTuple):
    """A plane, or another flat, through the average of a table's rows."""

    center: Array
    """The average row, (features,)."""
    components: Array
    """Directions of length 1 at right angles to each other, (count, features)."""
    shares: Array
    """The share of the table's variance that lies along each, (count,), descending."""

    def coordinates(self, features: Array) -> Array:
        """Project rows onto the components: (rows, features) to (rows, count)."""
        return matmul(features - self.center, self.components.T)

    def features(self, coordinates: Array) -> Array:
        """Find the rows that lie in the plane: (rows, count) to (rows, features)."""
        return self.center + matmul(coordinates, self.components)


def principal_components(features: Array, count: int) -> Projection:
    """Find the `count` principal components of a table (rows, features), count <= features.

    They are the eigenvectors of its covariance matrix with the largest eigenvalues, each turned so
    that its entry of largest size is positive. A direction without variance is any that is at
    right angles to the others.

    Each is found by power iteration, squaring the matrix instead of multiplying vectors by it, then
    taken out of the matrix (Golub and Van Loan, Matrix Computations, 4th ed., section 8.2).
    """
    center = mean(features, axis=0)
    centered = features - center
    covariance = matmul(centered.T, centered) / len(features)
    variance = total(np.diag(covariance))
    remaining, others = covariance, np.eye(features.shape[1])
    components: list[Array] = []
    variances: list[Array] = []
    for _ in range(count):
        has_variance = total(np.diag(remaining)) > NOISE * variance
        component = _dominant_direction(remaining if has_variance else others)
        components.append(component)
        variances.append(total(component * matmul(covariance, component[:, None])[:, 0]))
        # `others` takes what lies along the components found so far out of a vector.
        others = others - component[:, None] * component
        remaining = matmul(matmul(others, covariance), others)
    shares = np.stack(variances) / variance if variance > 0 else np.zeros(count)
    return Projection(center, np.stack(components), shares)


def _dominant_direction(matrix: Array) -> Array:
    """Find the eigenvector of the largest eigenvalue of a symmetric matrix with a trace above 0."""
    for _ in range(SQUARINGS):
        matrix = matrix / total(np.diag(matrix))
        matrix = matmul(matrix, matrix)
    # Now it is a multiple of v v^T, and so every column one of v; the largest has the best digits,
    # and at its own place a square, which settles the sign.
    column = matrix[:, np.argmax(np.diag(matrix))]
    return np.asarray(column / np.sqrt(total(column * column)))
