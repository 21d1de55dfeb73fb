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

    def composed(self, layer: Array) -> Array:
        """Let a network's first layer take coordinates in place of the rows that they stand for.

        Weights with the biases as their last row, (..., features + 1, units) to (..., count + 1,
        units): a row in the plane is the center and so much of each component, and so are the
        layer's sums.
        """
        rows = np.concatenate([self.components, self.center[None]])
        rows = np.broadcast_to(rows, (*layer.shape[:-2], *rows.shape))
        sums = matmul(rows, layer[..., :-1, :])
        sums[..., -1, :] += layer[..., -1, :]
        return sums


def principal_components(features: Array, count: int) -> Projection:
    """Find the `count` principal components of a table (rows, features), count <= features.

    They are the eigenvectors of its covariance matrix with the largest eigenvalues, each turned so
    that its entry of largest size is positive. A direction without variance is any that is at
    right angles to the others.

    Each is found by power iteration, squaring the matrix instead of multiplying vectors by it, then
    taken out of the matrix (Golub and Van Loan, Matrix Computations, 4th ed., section 8.2). Of more
    columns than rows it is the smaller matrix of the rows' products that is squared: its
    eigenvectors are the rows' coordinates along the components.
    """
    center = mean(features, axis=0)
    centered = features - center
    if len(features) < features.shape[1]:
        return Projection(center, *_from_products_of_rows(centered, count))
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


def _from_products_of_rows(centered: Array, count: int) -> tuple[Array, Array]:
    """Find components (count, features) and their shares from rows fewer than features."""
    remaining = centered
    squares = total(centered * centered)
    components: list[Array] = []
    shares: list[Array] = []
    for _ in range(count):
        left = total(remaining * remaining)
        if left > NOISE * squares:
            products = matmul(remaining, remaining.T)
            direction = matmul(_dominant_direction(products)[None], remaining)[0]
            component = direction / np.sqrt(total(direction * direction))
        else:
            component = _at_right_angles(components, centered.shape[1])
        component = component * (1.0 if component[np.argmax(np.abs(component))] > 0 else -1.0)
        along = matmul(remaining, component[:, None])
        components.append(component)
        shares.append(total(along * along) / squares if squares > 0 else np.zeros(()))
        remaining = remaining - along * component
    return np.stack(components), np.stack(shares)


def _at_right_angles(directions: list[Array], size: int) -> Array:
    """Find a direction at right angles to others, which are fewer than `size`."""
    taken = np.zeros(size)  # of each axis, the share that lies along the directions
    for direction in directions:
        taken = taken + direction * direction
    axis = (np.arange(size) == np.argmin(taken)).astype(np.float64)
    for direction in directions:
        axis = axis - total(axis * direction) * direction
    return np.asarray(axis / np.sqrt(total(axis * axis)))


def _dominant_direction(matrix: Array) -> Array:
    """Find the eigenvector of the largest eigenvalue of a symmetric matrix with a trace above 0."""
    for _ in range(SQUARINGS):
        matrix = matrix / total(np.diag(matrix))
        matrix = matmul(matrix, matrix)
    # Now it is a multiple of v v^T, and so every column one of v; the largest has the best digits,
    # and at its own place a square, which settles the sign.
    column = matrix[:, np.argmax(np.diag(matrix))]
    return np.asarray(column / np.sqrt(total(column * column)))
