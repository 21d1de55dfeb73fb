"""The rows of a batch, cut once for all the products that a training needs of them."""

import numpy as np

from nn.arithmetic.elementary import Array
from nn.arithmetic.exact import cut, cut_twice, power_above, transposed
from nn.arithmetic.sums import total

SLICES = {"single": 1, "double": 2}
"""How many slices each factor is cut into, by the precision that this gives."""


class CutRows:
    """A matrix of few columns k and many rows, as slices (..., k, rows).

    Each column has a power of two above its largest magnitude, its ceiling, and its numbers become
    multiples of a unit, `step` times that: so a column of large numbers takes no digits from the
    others, and in a product the other factor makes up for the difference.
    """

    ceilings: Array
    """Of each column, (..., k, 1)."""
    step: Array
    """The unit of a column whose ceiling is 1: a power of two, (..., 1, 1)."""

    def __init__(self, networks: tuple[int, ...], columns: int, rows: int, precision: str) -> None:
        slices = SLICES[precision]
        self.rows = rows
        self.slices = np.zeros((*networks, slices, columns, rows))
        self.side_by_side = self.slices.reshape(*networks, slices * columns, rows)
        self.high = self.slices[..., 0, :, :]
        self.low = self.slices[..., 1, :, :] if slices == 2 else None

    def cut(self, values: Array, step: Array) -> None:
        """Cut values (..., k, rows)."""
        highest = values.max(axis=-1, keepdims=True, initial=0.0)
        lowest = values.min(axis=-1, keepdims=True, initial=0.0)
        self.step, self.ceilings = step, power_above(np.maximum(highest, -lowest))
        self.unit = self.ceilings * step
        if self.low is None:
            cut(values, self.unit, out=self.high)
        else:
            cut_twice(values, self.unit, self.unit * (2.0 * step), self.high, self.low)

    def times(self, matrix: Array, out: Array, room: Array) -> Array:
        """Multiply the rows by a matrix (..., k, m), into the array `out`, (..., m, rows).

        Column j of the matrix weighs the ceilings: s_j = sum of ceiling_k |w_kj| bounds all sums of
        magnitudes. So w_kj becomes a multiple of 2**-52 s_j / unit_k, and all products are multiples
        of 2**-52 s_j, whatever the ceilings.
        """
        scales = power_above(total(np.abs(matrix) * self.ceilings, axis=-2))[..., None, :]
        units = scales / (self.ceilings * (self.step * 2.0**52))
        if self.low is None:
            high = cut(matrix, units, out=np.empty_like(matrix))
            return np.matmul(transposed(high), self.high, out=out)
        *networks, columns, outputs = matrix.shape
        crossed = np.empty((*networks, 2 * columns, outputs))
        low, high = crossed[..., :columns, :], crossed[..., columns:, :]
        cut_twice(matrix, units, units * (2.0 * self.step), high, low)
        np.matmul(transposed(high), self.high, out=out)
        np.matmul(transposed(crossed), self.side_by_side, out=room)
        out += room
        return out

    def finest_step(self, limit: float) -> Array:
        """Find the step for another matrix of these rows, so that `summed` with it is exact.

        The sum of a column's magnitudes, in its units, is a sum of few whole numbers, and so exact.
        That many multiples of the other's unit, ceiling / step at most each, must not exceed 2**53.
        """
        magnitudes = np.abs(self.high).sum(axis=-1, keepdims=True) / self.unit
        most = magnitudes.max(axis=-2, keepdims=True)
        # So that the low slice, which has a bit less than the high one, needs no more room.
        return np.maximum(power_above(np.maximum(most, self.rows / (4.0 * self.step))) * 2.0**-53, limit)

    def summed(self, other: "CutRows") -> Array:
        """Sum the products of two matrices' columns over the rows: (..., k, k of the other)."""
        sums = np.matmul(self.high, transposed(other.high))
        if self.low is not None and other.low is not None:
            cross = np.matmul(self.high, transposed(other.low))
            cross += np.matmul(self.low, transposed(other.high))
            sums += cross
        return sums


def coarsest_step(terms: int) -> float:
    """Find the step with which products of rows of so many terms leave both factors as many bits."""
    return 2.0 ** -min((54 - terms.bit_length()) // 2, 23)
