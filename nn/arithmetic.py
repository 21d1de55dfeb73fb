"""Arithmetic with the same bits on every machine.

IEEE 754 fixes the result of one ``+ - * /`` or ``sqrt`` to the last bit, and NumPy does one operation
a call, so elementwise work is portable as it is. Two things are not: a *sum* depends on the order of
its terms, which BLAS picks by processor, threads and version; and the *transcendental functions*
differ between libraries. This file replaces both; nowhere else do NumPy's versions appear.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nn.errors import InputError

Array = NDArray[np.float64]

SMALL = 64  # a matrix of so few weights is multiplied term by term: a call of BLAS would not pay
LONGEST_SUM = 512  # terms in one call of BLAS: with more, too many sums lie near a border
BLOCK = 8192  # elements that a chain of operations takes at a time, so that they stay in the cache
LARGEST = float(np.finfo(np.float64).max)

LN2, SQRT_HALF = 0.6931471805599453, 0.7071067811865476
# ln 2 in two parts: the first ends in 32 zero bits, so a whole number of 11 bits times it is exact.
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
# Coefficients, lowest first: Sun's fdlibm (e_exp.c, s_log1p.c) and Moshier's Cephes (tanh.c).
EXP = (1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05)
EXP += (-1.65339022054652515390e-06, 4.13813679705723846039e-08)
LOG = (6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01)
LOG += (2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01)
LOG += (1.479819860511658591e-01,)
TANH_TOP = (-1.61468768441708447952e3, -9.92877231001918586564e1, -9.64399179425052238628e-1)
TANH_BOTTOM = (4.84406305325125486048e3, 2.23548839060100448583e3, 1.12811678491632931402e2, 1.0)


def total(terms: Array, axis: int | None = None) -> Array:
    """Add the terms in one fixed order: the second half onto the first, until one is left.

    Shape (..., n, ...) to the same without `axis` (None: over all elements); of no terms, 0. In error
    by at most ceil(log2 n) + 1 half-units in the last place of the added magnitudes (pairwise
    summation: Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 4.2).
    """
    axes = list(range(terms.ndim))
    terms = terms.ravel() if axis is None else terms.transpose(axes.pop(axis), *axes)
    if len(terms) == 0:
        return np.zeros(terms.shape[1:])
    while (count := len(terms)) > 1:
        half = count // 2
        sums = terms[:half] + terms[half : 2 * half]
        if count % 2:
            sums[0] += terms[-1]
        terms = sums
    return np.asarray(terms[0])


def mean(terms: Array, axis: int | None = None) -> Array:
    """Average the terms: their `total` divided by their number, which must not be 0."""
    return np.asarray(total(terms, axis) / (terms.size if axis is None else terms.shape[axis]))


def matmul(a: Array, b: Array) -> Array:
    """Multiply two matrices; each element depends on its own row and column alone.

    Shapes (..., n, t) and (..., t, m) to (..., n, m). In error by at most 1e-12 times the length of
    the row times that of the column. Raises InputError where an operand or the product is not finite.
    """
    a, b = within(a), within(b)
    rows, columns = _exponents_of_lengths(a, -1), _exponents_of_lengths(b, -2)
    a, b = np.ldexp(a, -rows), np.ldexp(b, -columns)
    scaled = _sum_terms(a, b) if _is_small(b) else _product_on_grid(a, b, 2.0**-42, 1.0)
    with np.errstate(over="ignore"):
        return within(np.ldexp(scaled, rows + columns))


def _exponents_of_lengths(vectors: Array, axis: int) -> NDArray[np.int32]:
    """Find powers of two above the vectors' Euclidean lengths; `axis` is kept with length 1."""
    largest = np.frexp(np.max(np.abs(vectors), axis=axis, keepdims=True, initial=0.0))[1]
    scaled = np.ldexp(vectors, -largest)
    return largest + np.frexp(np.sqrt(np.expand_dims(total(scaled * scaled, axis), axis)))[1]


def product(a: Array, b: Array, largest: Array | None = None) -> Array:
    """Multiply finite matrices faster than `matmul`, on one scale for the whole of each matrix.

    Shapes as in `matmul`; `largest` is the `magnitude` of a, where it is known. In error by at most
    1e-12 * t * max|a| * max|b|.
    """
    if _is_small(b):
        return _sum_terms(a, b)
    largest = magnitude(a) if largest is None else largest
    unit = np.ldexp(1.0, np.frexp(a.shape[-1] * largest * magnitude(b))[1] - 40)
    longest_column = np.abs(b).sum(axis=-2, keepdims=True).max(axis=-1, keepdims=True)
    return _product_on_grid(a, b, unit, largest * longest_column)


def magnitude(matrix: Array) -> Array:
    """Find the largest magnitude in each matrix: shape (..., n, m) to (..., 1, 1); of none, 0."""
    lowest = matrix.min(axis=(-2, -1), keepdims=True, initial=0.0)
    return np.maximum(matrix.max(axis=(-2, -1), keepdims=True, initial=0.0), -lowest)


def _is_small(weights: Array) -> bool:
    return weights.shape[-1] * weights.shape[-2] <= SMALL


def _sum_terms(a: Array, b: Array) -> Array:
    return total(a[..., :, :, None] * b[..., None, :, :], axis=-2)


def _product_on_grid(a: Array, b: Array, unit: Array | float, magnitudes: Array | float) -> Array:
    """Multiply in BLAS; round to multiples of `unit`, too coarse for the order of adding to show.

    What is rounded is the sum in fixed order, `total`. BLAS's sum differs from it by less than
    `doubt`, whatever its order: (t + log2 t + 1) * 2**-53 * |a||b|, of which `magnitudes` is a bound
    (Higham, section 3.1). So both round alike, unless a border between two multiples is that near:
    those elements alone are added again in fixed order (Ziv's rounding test, ACM TOMS 17, 1991, for
    sums). Rounding is ``(x + c) - c``, with c so large that its last place is the unit.
    """
    shift = 1.5 * 2.0**52 * unit
    parts = []
    for start in range(0, a.shape[-1], LONGEST_SUM):
        a_part, b_part = a[..., start : start + LONGEST_SUM], b[..., start : start + LONGEST_SUM, :]
        doubt = (a_part.shape[-1] + 64) * 2.0**-53 * magnitudes
        sums = np.matmul(a_part, b_part)
        rounded = sums + shift
        rounded -= shift
        distance = np.abs(np.subtract(sums, rounded, out=sums), out=sums)
        near_border = _indices(distance > unit / 2 - doubt)
        if near_border[0].size:
            *matrix, row, column = near_border
            a_rows = np.broadcast_to(a_part, (*sums.shape[:-1], a_part.shape[-1]))[(*matrix, row)]
            b_columns = np.broadcast_to(b_part, (*sums.shape[:-2], *b_part.shape[-2:]))
            again = total(a_rows * b_columns.swapaxes(-1, -2)[(*matrix, column)], axis=-1)
            shifts = np.broadcast_to(shift, sums.shape)[near_border]
            rounded[near_border] = (again + shifts) - shifts
        parts.append(rounded)
    return parts[0] if len(parts) == 1 else total(np.stack(parts), axis=0)


def _indices(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], ...]:
    """Find where a mask is true, along its memory: `np.nonzero` is slow across it."""
    if mask.flags.f_contiguous:
        return np.unravel_index(np.flatnonzero(mask.T), mask.shape[::-1])[::-1]
    return np.unravel_index(np.flatnonzero(mask), mask.shape)


def within(values: Array, lowest: float = -LARGEST, highest: float = LARGEST) -> Array:
    """Return the values as float64; raise InputError where one is no number or out of bounds."""
    values = np.asarray(values, dtype=np.float64)
    if values.size and not (values.min() >= lowest and values.max() <= highest):
        index = np.argwhere(~((values >= lowest) & (values <= highest)))[0]
        raise InputError(
            f"{values[tuple(index)]} at index {index.tolist()}: only numbers from {lowest:g} to "
            f"{highest:g} can be computed with; is a value missing, or has one grown too large?"
        )
    return values


def _blockwise(kernel: Callable[[Array], Array], x: Array) -> Array:
    if x.size <= BLOCK:
        return kernel(x)
    result = np.empty_like(x)
    flat, flat_result = x.ravel(order="K"), result.ravel(order="K")
    for start in range(0, flat.size, BLOCK):
        flat_result[start : start + BLOCK] = kernel(flat[start : start + BLOCK])
    return result


def _polynomial(x: Array, coefficients: tuple[float, ...]) -> Array:
    value = x * coefficients[-1]
    for coefficient in coefficients[-2:0:-1]:
        value += coefficient
        value *= x
    value += coefficients[0]
    return value


def exp(x: Array) -> Array:
    """Raise e to x <= 709.78: x = k ln 2 + r with |r| <= ln(2) / 2, 2**k e**r. Within 1 ulp."""
    return _blockwise(_exp, within(x, highest=709.782712893384))


def _exp(x: Array) -> Array:
    x = np.maximum(x, -1100.0)  # e**x is 0 below, and k fits into 32 bits
    k = np.rint(x * (1.0 / LN2))
    high, low = x - k * LN2_HIGH, k * LN2_LOW
    r = high - low
    square = r * r
    c = r - square * _polynomial(square, EXP)
    return np.ldexp(1.0 - ((low - r * c / (2.0 - c)) - high), k.astype(np.int32))


def log(x: Array) -> Array:
    """Find ln x for x > 0: x = 2**k (1 + f), k ln 2 + ln(1 + f). Within 1 ulp."""
    return _blockwise(lambda values: _log(values, 0.0), within(x, lowest=5e-324))


def log1p(x: Array) -> Array:
    """Find ln(1 + x) for x > -1, for tiny x too: what rounding took from 1 + x is made good. 1 ulp."""
    return _blockwise(_log1p, within(x, lowest=-1.0 + 2.0**-53))


def _log1p(x: Array) -> Array:
    one_plus_x = 1.0 + x
    return _log(one_plus_x, np.minimum(x, 1.0) - (one_plus_x - np.maximum(x, 1.0)))


def _log(one_plus_x: Array, lost: Array | float) -> Array:
    mantissa, exponent = np.frexp(one_plus_x)
    low_half = mantissa < SQRT_HALF
    f = np.where(low_half, 2.0 * mantissa, mantissa) - 1.0
    k = (exponent - low_half).astype(np.float64)
    half_square = 0.5 * f * f
    s = f / (2.0 + f)
    square = s * s
    tail = s * (half_square + square * _polynomial(square, LOG)) + k * LN2_LOW + lost / one_plus_x
    return np.asarray(k * LN2_HIGH - ((half_square - tail) - f))


def sigmoid(x: Array) -> Array:
    """Find 1 / (1 + e**-x) from e**-|x|, which cannot overflow. Within 2 ulp."""
    return _blockwise(_sigmoid, within(x))


def _sigmoid(x: Array) -> Array:
    small = _exp(-np.abs(x))
    return np.where(x < 0.0, small, 1.0) / (1.0 + small)


def softplus(x: Array) -> Array:
    """Find ln(1 + e**x) as max(x, 0) + ln(1 + e**-|x|), which cannot overflow. Within 2 ulp."""
    return _blockwise(lambda v: np.maximum(v, 0.0) + _log1p(_exp(-np.abs(v))), within(x))


def tanh(x: Array) -> Array:
    """Find tanh x: a rational function near 0, elsewhere 1 - 2 / (e**(2|x|) + 1). Within 2 ulp."""
    return _blockwise(_tanh, within(x))


def _tanh(x: Array) -> Array:
    size = np.minimum(np.abs(x), 30.0)
    square = np.minimum(size * size, 0.625**2)
    near = x + x * square * (_polynomial(square, TANH_TOP) / _polynomial(square, TANH_BOTTOM))
    return np.where(size < 0.625, near, np.copysign(1.0 - 2.0 / (_exp(2.0 * size) + 1.0), x))
