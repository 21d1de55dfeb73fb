"""The product that judges and predicts: each row's result is its own, in double precision."""

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic.buffers import tuned_numpy
from nn.arithmetic.elementary import Array, within
from nn.arithmetic.exact import cut_twice, power_above, transposed
from nn.arithmetic.sums import total
from nn.errors import OutOfRange

SMALL = 64  # a matrix of so few weights is multiplied term by term: a call of BLAS would not pay
LONGEST_PART = 128  # terms whose sum is exact
HIGH, LOW = 2.0**-26, 2.0**-49  # units of the slices of a vector that is shorter than 1
USUAL = 2.0**-200, 2.0**200  # lengths of vectors that need no scale of their own


def matmul(a: Array, b: Array) -> Array:
    """Multiply two matrices; each element depends on its own row and column alone.

    Shapes (..., n, t) and (..., t, m), leading axes alike, to (..., n, m). In error by at most
    1e-13 times the row's length (the root of its sum of squares) times the column's, and t times
    the smallest number there is. Raises InputError where an operand is not finite, or a sum grows
    too large.
    """
    with tuned_numpy():
        return Columns(b).after(a)


class Columns:
    """The right factor (..., t, m) of products, cut once for all of them.

    Terms are added in parts of up to 128. With the lengths |a| and |b| of a part of a row and of a
    column, both below a power of two, high slices are multiples of 2**-26 of these, so that the sum
    of their products, at most |a||b| (Cauchy and Schwarz), is below 2**52 units. The low slices are
    at most 2**-27, and their lengths root(128) times that. In multiples of 2**-49, both sums of
    high times low together are below root(128) * 2**(-26 + 26 + 49) < 2**53 units. Left out are
    low times low, 128 * 2**-54, and what is smaller than the low slices, 2 root(128) * 2**-50: of
    the powers of two, which are up to twice the lengths, so in all 7e-14 |a||b|.
    """

    def __init__(self, matrix: Array) -> None:
        self.matrix = matrix
        self.terms, outputs = matrix.shape[-2:]
        self.is_small = self.terms * outputs <= SMALL
        self.parts = max(math.ceil(self.terms / LONGEST_PART), 1)

    def after(self, rows: Array) -> Array:
        """Multiply rows (..., n, t) by the matrix: see `matmul`. For use within `tuned_numpy`."""
        product = sum_terms(rows, self.matrix) if self.is_small else self._exact(rows)
        try:
            return within(product)
        except OutOfRange:
            for operand in (rows, self.matrix):  # which is named rather than the product
                within(operand)
            raise

    def _exact(self, rows: Array) -> Array:
        high_b, crossed_b, exponents_b = self.cut
        slices, exponents = sliced(transposed(rows), self.parts)
        *leading, parts, _, length, n = slices.shape
        sums = np.matmul(high_b, slices[..., 0, :, :])
        sums += np.matmul(crossed_b, slices.reshape(*leading, parts, 2 * length, n))
        added = total(sums, axis=-3)
        if exponents is not None or exponents_b is not None:
            none = np.int32(0)
            by_row = none if exponents is None else exponents
            by_column = none if exponents_b is None else exponents_b.swapaxes(-1, -2)
            added = np.ldexp(added, by_row + by_column)
        return transposed(added + 0.0)

    @cached_property
    def cut(self) -> tuple[Array, Array, NDArray[np.int32] | None]:
        """The high slice, and low beside high, (..., parts, m, length or twice as much)."""
        slices, exponents = sliced(self.matrix, self.parts)
        high, low = transposed(slices[..., 0, :, :]), transposed(slices[..., 1, :, :])
        return high.copy(), np.concatenate([low, high], axis=-1), exponents


def sliced(vectors: Array, parts: int) -> tuple[Array, NDArray[np.int32] | None]:
    """Cut vectors (..., t, n), one in each column, into parts and each into two slices.

    To (..., parts, 2, length, n), the last part filled up with zeros; and the exponents of powers
    of two, (..., 1, n), that the vectors were divided by, where some are very long or short.
    """
    *leading, terms, n = vectors.shape
    length = math.ceil(terms / parts)
    if length * parts > terms:
        filled = np.zeros((*leading, length * parts, n))
        filled[..., :terms, :] = vectors
        vectors = filled
    exponents = None
    while True:
        in_parts = vectors.reshape(*leading, parts, length, n)
        lengths = np.sqrt(total(in_parts * in_parts, axis=-2))[..., None, :]
        longest = lengths.max(axis=-3)
        is_usual = (longest >= USUAL[0]) & (longest <= USUAL[1])
        if exponents is not None or is_usual.all():
            break
        largest = np.frexp(np.max(np.abs(vectors), axis=-2, keepdims=True, initial=0.0))[1]
        exponents = np.where(is_usual, 0, largest).astype(np.int32)
        vectors = np.ldexp(vectors, -exponents)
    powers = power_above(lengths)
    slices = np.empty((*leading, parts, 2, length, n))
    high, low = slices[..., 0, :, :], slices[..., 1, :, :]
    cut_twice(in_parts, powers * HIGH, powers * LOW, high, low)
    return slices, exponents


def sum_terms(a: Array, b: Array) -> Array:
    """Multiply matrices (..., n, t) and (..., t, m) by adding up their terms in `total`'s order."""
    terms = transposed(a)[..., :, None, :] * b[..., :, :, None]  # along many rows at a time
    return transposed(total(terms, axis=-3))
