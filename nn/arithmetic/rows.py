"""The rows of a batch, cut once for all the products that a training needs of them."""

import math

import numpy as np

from nn.arithmetic.elementary import Array
from nn.arithmetic.exact import cut, cut_twice, power_above, transposed
from nn.arithmetic.sums import total

SLICES = {"single": 1, "double": 2}
"""How many slices each factor is cut into, by the precision that this gives."""
MOST_BITS = 23  # of what is learnt from: the others are for the errors that it is summed with
SLACK = 1.001  # for what lengths gain by rounding, which is far less


class CutRows:
    """A matrix of few columns k and many rows, as slices (..., k, rows).

    The numbers of a column become multiples of a unit of its own. So a column of large numbers
    takes no digits from the others; in a product with weights these make up for the difference.
    """

    ceilings: Array
    """A power of two above the largest magnitude of each column, (..., k, 1)."""
    units: Array
    """Of the high slice of each column, (..., k, 1)."""
    low_step: Array
    """How many units of the high slice a unit of the low one is, (..., 1, 1)."""

    def __init__(self, networks: tuple[int, ...], columns: int, rows: int, precision: str) -> None:
        """Make the buffers."""
        slices = SLICES[precision]
        self.rows, self.bits = rows, min(even_bits(columns), MOST_BITS)
        self.slices = np.zeros((*networks, slices, columns, rows))
        self.side_by_side = self.slices.reshape(*networks, slices * columns, rows)
        self.high = self.slices[..., 0, :, :]
        self.low = self.slices[..., 1, :, :] if slices == 2 else None

    def cut(self, values: Array, partner: "CutRows | None" = None) -> None:
        """Cut values (..., k, rows), for `times`; and for `summed` with a partner."""
        highest = values.max(axis=-1, keepdims=True, initial=0.0)
        lowest = values.min(axis=-1, keepdims=True, initial=0.0)
        self.ceilings = power_above(np.maximum(highest, -lowest))
        bits = even_bits(values.shape[-2]) if partner else self.bits
        self.units = self.ceilings * math.ldexp(1.0, -bits)
        if partner:
            # Of the partner's whole numbers and of these, the lengths bound the sum of magnitudes.
            units = power_above(lengths(values)) * (partner.longest * 2.0**-53)
            self.units = np.maximum(self.units, units)
        if self.low is None:
            cut(values, self.units, out=self.high)
            return
        steps = self.units / self.ceilings
        self.low_step = 2.0 * steps.max(axis=-2, keepdims=True)
        if partner:
            terms = total(1.0 / steps, axis=-2)[..., None, :]
            most = np.maximum(terms * 2.0**-53, partner.longest * (math.sqrt(self.rows) * 2.0**-54))
            self.low_step = np.maximum(self.low_step, power_above(most))
        cut_twice(values, self.units, self.units * self.low_step, self.high, self.low)

    def measure(self) -> None:
        """Find `longest`, which a partner needs: a bound of the columns' lengths in their units."""
        longest = (lengths(self.high) / self.units).max(axis=-2, keepdims=True)
        # The low slice is as long as this, at most, in units of its own.
        low = math.sqrt(self.rows) * math.ldexp(0.25, self.bits)
        self.longest = power_above(np.maximum(longest, low))

    def times(self, weights: Array, out: Array, room: Array) -> Array:
        """Multiply the rows by weights (..., k, m), into the array `out`, (..., m, rows).

        All sums of magnitudes are below s_j = 2**i > sum of ceiling_k |w_kj|. So w_kj becomes a
        multiple of 2**-52 s_j / unit_k, and each product is one of 2**-52 s_j.
        """
        scales = power_above(total(np.abs(weights) * self.ceilings, axis=-2))[..., None, :]
        units = scales / (self.units * 2.0**52)
        if self.low is None:
            high = cut(weights, units, out=np.empty_like(weights))
            np.matmul(transposed(high), self.high, out=out)
            return out
        *networks, columns, outputs = weights.shape
        crossed = np.empty((*networks, 2 * columns, outputs))
        low, high = crossed[..., :columns, :], crossed[..., columns:, :]
        cut_twice(weights, units, units * self.low_step, high, low)
        np.matmul(transposed(high), self.high, out=out)
        np.matmul(transposed(crossed), self.side_by_side, out=room)
        out += room
        return out

    def summed(self, other: "CutRows") -> Array:
        """Sum over the rows the products of each column with each of the other's: (..., k, m)."""
        sums: Array = np.matmul(self.high, transposed(other.high))
        if self.low is not None and other.low is not None:
            crossed = np.matmul(self.high, transposed(other.low))
            crossed += np.matmul(self.low, transposed(other.high))
            sums += crossed
        return sums


def even_bits(terms: int) -> int:
    """Find how many bits leave as many for weights, in sums of so many terms."""
    return (54 - terms.bit_length()) // 2


def lengths(columns: Array) -> Array:
    """Bound the Euclidean length of each column (..., k, rows): (..., k, 1)."""
    return np.sqrt(total(columns * columns, axis=-1))[..., None] * SLACK
