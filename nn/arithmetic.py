"""Arithmetic with the same bits on every machine.

IEEE 754 fixes the result of one ``+ - * /`` or ``sqrt`` to the last bit, and NumPy does one
operation a call, so elementwise work is portable as it is. Two things are not: a *sum* depends on
the order of its terms, which BLAS picks by processor, threads and version; and the *transcendental
functions* differ between libraries. This file replaces the first and `nn/elementary.py` the
second; nowhere else do NumPy's own appear.
"""

import numpy as np
from numpy.typing import NDArray

from nn.elementary import Array, exp, log, log1p, sigmoid, softplus, tanh, within

__all__ = ["Array", "exp", "log", "log1p", "sigmoid", "softplus", "tanh", "within"]
__all__ += ["by_column", "column_buffer", "magnitude", "matmul", "mean", "product", "total"]

SMALL = 64  # a matrix of so few weights is multiplied term by term: a call of BLAS would not pay
LONGEST_SUM = 512  # terms in one call of BLAS: with more, too many sums lie near a border
SMALLEST_LENGTH = 1e-140  # that is told from squares: of much smaller numbers they underflow
MIDDLING = 900  # an exponent of no more is that of a normal number, and so is its inverse
SMALLEST_EXPONENT = -900  # of a product's unit: far below it, numbers lose bits to underflow


def total(terms: Array, axis: int | None = None) -> Array:
    """Add the terms in one fixed order: the second half onto the first, until one is left.

    Shape (..., n, ...) to the same without `axis` (None: over all elements); of no terms, 0. In
    error by at most 2 floor(log2 n) half-units in the last place of the added magnitudes (pairwise
    summation: Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 4.2).
    """
    axes = list(range(terms.ndim))
    terms = terms.ravel() if axis is None else terms.transpose(axes.pop(axis), *axes)
    if len(terms) == 0:
        return np.zeros(terms.shape[1:])
    room = None  # the first halving makes it, and the others go on in it
    while (count := len(terms)) > 1:
        half = count // 2
        sums = np.add(terms[:half], terms[half : 2 * half], out=room)
        if count % 2:
            sums[0] += terms[-1]
        terms, room = sums, sums[: half // 2]
    return np.asarray(terms[0])


def mean(terms: Array, axis: int | None = None) -> Array:
    """Average the terms: their `total` divided by their number, which must not be 0."""
    return np.asarray(total(terms, axis) / (terms.size if axis is None else terms.shape[axis]))


def matmul(a: Array, b: Array) -> Array:
    """Multiply two matrices; each element depends on its own row and column alone.

    Shapes (..., n, t) and (..., t, m), leading axes alike, to (..., n, m). In error by at most
    1e-12 times the row's length (the root of its sum of squares) times the column's, for every
    1024 terms begun. Raises InputError where an operand or the product is not finite.
    """
    a, b = within(a), within(b)
    rows, columns = _exponents_of_lengths(a, -1), _exponents_of_lengths(b, -2)
    a, b = _times_power(a, -rows), _times_power(b, -columns)
    if b.shape[-1] * b.shape[-2] <= SMALL:
        scaled = _sum_terms(a, b)
    else:
        scaled = _product_on_grid(a, b, np.full((*a.shape[:-2], 1, 1), 2.0**-42), 1.0)
    with np.errstate(over="ignore"):
        if max(_largest(rows), _largest(columns)) > MIDDLING // 2:
            return within(np.ldexp(scaled, rows + columns))
        return within(_times_power(_times_power(scaled, rows), columns))


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


def product(a: Array, b: Array, largest: Array | None = None) -> Array:
    """Multiply finite matrices faster than `matmul`, on one scale for the whole of each matrix.

    Shapes as in `matmul`; `largest` is the `magnitude` of a, where it is known. In error by at most
    1e-12 * t * max|a| * max|b|, for every 512 terms begun.
    """
    if b.shape[-1] * b.shape[-2] <= SMALL:
        return _sum_terms(a, b)
    largest = magnitude(a) if largest is None else largest
    exponent = np.frexp(a.shape[-1] * largest * magnitude(b))[1] - 40
    unit = np.ldexp(1.0, np.maximum(exponent, SMALLEST_EXPONENT))
    # |a||b| of an element is at most the length of its row times that of its column.
    row_squares = np.einsum("...nt,...nt->...n", a, a).max(axis=-1, initial=0.0)[..., None, None]
    column_squares = np.einsum("...tm,...tm->...m", b, b)[..., None]
    longest_row, columns = np.sqrt(row_squares), np.sqrt(column_squares)
    bound = np.maximum(longest_row, SMALLEST_LENGTH) * np.maximum(columns, SMALLEST_LENGTH)
    return _product_on_grid(a, b, unit, bound)


def magnitude(matrix: Array) -> Array:
    """Find the largest magnitude in each matrix: shape (..., n, m) to (..., 1, 1); of none, 0."""
    lowest = matrix.min(axis=(-2, -1), keepdims=True, initial=0.0)
    return np.asarray(np.maximum(matrix.max(axis=(-2, -1), keepdims=True, initial=0.0), -lowest))


def column_buffer(*shape: int) -> Array:
    """Make an array (..., rows, columns) with contiguous columns: one operation runs along rows."""
    return np.empty((*shape[:-2], shape[-1], shape[-2])).swapaxes(-1, -2)


def by_column(matrices: Array) -> Array:
    """Lay matrices (..., rows, columns) out with contiguous columns, as in a `column_buffer`."""
    return np.ascontiguousarray(matrices.swapaxes(-1, -2)).swapaxes(-1, -2)


def _sum_terms(a: Array, b: Array) -> Array:
    terms = a.swapaxes(-1, -2)[..., :, None, :] * b[..., :, :, None]  # along many rows at a time
    return total(terms, axis=-3).swapaxes(-1, -2)


def _product_on_grid(a: Array, b: Array, unit: Array, magnitudes: Array | float) -> Array:
    """Multiply in BLAS; round to multiples of `unit`, too coarse for the order of adding to show.

    What is rounded is the sum of the terms one after the other. BLAS's sum differs from it by less
    than `doubt`, whatever its order: (2 t + 1) * 2**-53 * |a||b|, where `magnitudes` is a bound of
    |a||b|, shape (..., m or 1, 1) (Higham, section 3.1). So both round alike, unless a border
    between two multiples is that near: those elements alone are added again in fixed order (Ziv's
    rounding test, ACM TOMS 17, 1991, for sums; `accumulate` is defined by its order). Rounding is
    ``(x + c) - c``, c so large that its last place is the unit.
    """
    shift = 1.5 * 2.0**52 * unit
    parts = []
    for start in range(0, a.shape[-1], LONGEST_SUM):
        rows = a[..., start : start + LONGEST_SUM]
        columns = b[..., start : start + LONGEST_SUM, :].swapaxes(-1, -2)
        doubt = (2 * rows.shape[-1] + 1) * 2.0**-53 * magnitudes
        sums = np.matmul(columns, rows.swapaxes(-1, -2))  # transposed: to go along many rows
        rounded = sums + shift
        rounded -= shift
        distance = np.abs(np.subtract(sums, rounded, out=sums), out=sums)
        near_border = np.flatnonzero(distance > 0.5 * unit - doubt)
        if near_border.size:
            *matrix, column, row = np.unravel_index(near_border, rounded.shape)
            factors = rows[(*matrix, row)] * columns[(*matrix, column)]
            c = shift[(*matrix, 0, 0)]
            rounded[(*matrix, column, row)] = (np.add.accumulate(factors, axis=-1)[:, -1] + c) - c
        parts.append(rounded)
    return (parts[0] if len(parts) == 1 else total(np.stack(parts), axis=0)).swapaxes(-1, -2)
