"""Products of matrices with the same bits on every machine.

Each element of a product is a sum, whose order BLAS picks. So a small product is added up in a
fixed order, and a large one is rounded so coarsely that no order shows.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic.elementary import Array, within
from nn.arithmetic.sums import total

Numbers = Array | np.float64  # one for each of several matrices, or that of the only one

SMALL = 64  # a matrix of so few weights is multiplied term by term: a call of BLAS would not pay
LONGEST_SUM = 512  # terms that are added before their sum is rounded
UNIT = 2.0**-42  # of the grid for rows and columns of lengths up to 1
MIDDLING = 900  # an exponent of no more is that of a normal number, and so is its inverse


def matmul(a: Array, b: Array) -> Array:
    """Multiply two matrices; each element depends on its own row and column alone.

    Shapes (..., n, t) and (..., t, m), leading axes alike, to (..., n, m). In error by at most
    1e-12 times the row's length (the root of its sum of squares) times the column's, for every
    1024 terms begun, and t times the smallest number there is. Raises InputError where an operand
    is not finite, or a sum grows too large.
    """
    a, b = within(a), within(b)
    with np.errstate(over="ignore", invalid="ignore"):
        if b.shape[-1] * b.shape[-2] <= SMALL:
            return within(sum_terms(a, b))
        rows, columns = _exponents_of_lengths(a, -1), _exponents_of_lengths(b, -2)
        a, b = _times_power(a, -rows), _times_power(b, -columns)
        unit, bound = np.float64(UNIT), np.float64(1.0)
        scaled = in_parts(a, b, LONGEST_SUM, lambda a, b: on_grid(a, b, unit, bound))
        if max(_largest(rows), _largest(columns)) > MIDDLING // 2:
            return within(np.ldexp(scaled, rows + columns))
        return within(_times_power(_times_power(scaled, rows), columns))


def native_matmul(a: Array, b: Array, out: Array | None = None) -> Array:
    """Multiply as NumPy does: faster than what is portable, the last digits of this machine alone.

    Only for a training that its settings excuse from being the same everywhere.
    """
    return np.matmul(a, b, out=out)


def _exponents_of_lengths(vectors: Array, axis: int) -> NDArray[np.int32]:
    """Find powers of two above the vectors' Euclidean lengths; `axis` is kept with length 1."""
    largest = np.frexp(np.max(np.abs(vectors), axis=axis, keepdims=True, initial=0.0))[1]
    scaled = _times_power(vectors, -largest)
    lengths = np.sqrt(np.expand_dims(total(scaled * scaled, axis), axis))
    return np.asarray(largest + np.frexp(lengths)[1])


def _times_power(values: Array, exponents: NDArray[np.int32]) -> Array:
    """Multiply by powers of two, exactly as ldexp does, and faster where the powers are normal."""
    if _largest(exponents) > MIDDLING:
        return np.ldexp(values, exponents)
    return np.asarray(values * np.ldexp(1.0, exponents))


def _largest(exponents: NDArray[np.int32]) -> int:
    return int(np.max(np.abs(exponents), initial=0))


def sum_terms(a: Array, b: Array) -> Array:
    """Multiply matrices (..., n, t) and (..., t, m) by adding up their terms in `total`'s order."""
    terms = a.swapaxes(-1, -2)[..., :, None, :] * b[..., :, :, None]  # along many rows at a time
    return total(terms, axis=-3).swapaxes(-1, -2)


def in_parts(a: Array, b: Array, length: int, multiply: Callable[[Array, Array], Array]) -> Array:
    """Multiply parts of so many terms, all at once along a new first axis, then what is left over.

    Shapes (..., n, t) and (..., t, m) to (..., n, m), for matrices and for their parts.
    """
    terms = a.shape[-1]
    if terms <= length:
        return multiply(a, b)
    whole = terms - terms % length

    def cut(vectors: Array) -> Array:
        parts = vectors[..., :whole].reshape(*vectors.shape[:-1], -1, length)
        return parts.transpose(parts.ndim - 2, *range(parts.ndim - 2), parts.ndim - 1)

    parts = multiply(cut(a), cut(b.swapaxes(-1, -2)).swapaxes(-1, -2))
    sums = total(parts, axis=0)
    if whole < terms:
        sums += multiply(a[..., whole:], b[..., whole:, :])
    return sums


def on_grid(a: Array, b: Array, unit: Numbers, bound: Numbers, room: Array | None = None) -> Array:
    """Multiply in BLAS; round to multiples of `unit`, too coarse for the order of adding to show.

    Shapes (..., n, t) and (..., t, m) to (..., n, m), in the `column_buffer` `room` where there is
    one; `unit` and `bound` are (...), or both numbers. What is rounded is the sum of the terms one
    after the other. BLAS's sum differs from it by less than `doubt`, whatever its order:
    (2 t + 1) * 2**-53 * |a||b|, where `bound` is one of |a||b| (Higham, section 3.1). So both round
    alike, unless a border between two multiples is that near: those elements alone are added again
    in fixed order (Ziv's rounding test, ACM TOMS 17, 1991, for sums; `accumulate` is defined by its
    order). Rounding is ``(x + c) - c``, c so large that its last place is the unit.
    """
    columns = b.swapaxes(-1, -2)
    doubt = (2 * a.shape[-1] + 1) * 2.0**-53 * bound
    border = np.asarray(0.5 * unit - doubt)[..., None, None]
    shift = np.asarray(1.5 * 2.0**52 * unit)[..., None, None]
    sums = np.matmul(columns, a.swapaxes(-1, -2))  # transposed: to go along many rows
    rounded = np.add(sums, shift, out=None if room is None else room.swapaxes(-1, -2))
    rounded -= shift
    distance = np.abs(np.subtract(sums, rounded, out=sums), out=sums)
    (near_border,) = (distance > border).reshape(-1).nonzero()
    if near_border.size:
        *matrix, column, row = np.unravel_index(near_border, rounded.shape)
        factors = a[(*matrix, row)] * columns[(*matrix, column)]
        c = shift[(*matrix[len(matrix) - unit.ndim :], 0, 0)]
        rounded[(*matrix, column, row)] = (np.add.accumulate(factors, axis=-1)[:, -1] + c) - c
    return rounded.swapaxes(-1, -2)
