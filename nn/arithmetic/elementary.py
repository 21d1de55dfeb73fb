"""Elementary functions with the same bits on every machine: exp, log and what is made of them.

Each is a polynomial or a rational function in fixed order, of nothing but ``+ - * /`` and scaling
by powers of two, which IEEE 754 rounds alike everywhere, and of a table that whole numbers make.
NumPy does one operation a call, so that none are fused. All take and give arrays of any shape, of
finite numbers only. "ulp" is a unit in the last place of the result.
"""

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic.mapped import SMALL, row_blocks
from nn.errors import OutOfRange

Array = NDArray[np.float64]

BLOCK = 8192  # elements that a chain of operations takes at a time, so that they stay in the cache
LARGEST = float(np.finfo(np.float64).max)
LN2, SQRT_HALF = 0.6931471805599453, 0.7071067811865476
# ln 2 in two parts: the first has 30 bits, so that its product with a factor of up to 23 is exact.
LN2_HIGH, LN2_LOW = 0.6931471796706319, 8.893134238886677e-10
# Coefficients, lowest first, of Sun's fdlibm (s_log1p.c) and Moshier's Cephes (tanh.c).
# fmt: off
LOG = [6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01,
       2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01,
       1.479819860511658591e-01]
TANH_TOP = [-1.61468768441708447952e3, -9.92877231001918586564e1, -9.64399179425052238628e-1]
TANH_BOTTOM = [4.84406305325125486048e3, 2.23548839060100448583e3, 1.12811678491632931402e2, 1.0]
# fmt: on
LOWEST = -745.1332191019412  # e**x below it is nearer to 0 than to the smallest number there is
STEPS = 2048  # of the table below, from one power of two to the next
TABLE_BITS = 120  # of the fractions that it is made from


def within(values: Array, lowest: float = -LARGEST, highest: float = LARGEST) -> Array:
    """Return the values as float64; raise OutOfRange where one is no number or out of bounds."""
    values = np.asarray(values, dtype=np.float64)
    if values.size and not all(
        block.min() >= lowest and block.max() <= highest for block in _blocks(values)
    ):
        index = tuple(np.argwhere(~((values >= lowest) & (values <= highest)))[0].tolist())
        raise OutOfRange(values[index], index, lowest, highest)
    return values


def _blocks(values: Array) -> Iterable[Array]:
    """Cut numbers that may lie in a file; few ones stay together."""
    return row_blocks(values, values[:1].size) if values.nbytes > SMALL else (values,)


def _roots_of_two() -> tuple[Array, Array]:
    """Tabulate 2**(i / STEPS), i = 0 ... STEPS - 1, rounded, and what the rounding took away."""
    one = 1 << TABLE_BITS  # whole numbers of Python, which are as long as need be, as fractions
    root, powers = 2 * one, [one]
    for _ in range(STEPS.bit_length() - 1):
        root = math.isqrt(root * one)
    while len(powers) < STEPS:
        powers.append(powers[-1] * root // one)
    rounded = [power / one for power in powers]
    lost = [
        (p - int(math.ldexp(r, TABLE_BITS))) / one for p, r in zip(powers, rounded, strict=True)
    ]
    return np.array(rounded), np.array(lost)


ROOTS_OF_TWO, LOST_OF_ROOTS = _roots_of_two()
# 2**k for k = 0 ... 1023, then for k = -1075 ... -1, where a negative index finds them.
POWERS_OF_TWO = np.array([math.ldexp(1.0, k) for k in (*range(1024), *range(-1075, 0))])


def positive_part(x: Array, room: Array | None = None) -> Array:
    """Find max(x, 0), exactly; in the array `room` where there is one."""
    return np.maximum(x, 0.0, out=room)


def exp(x: Array) -> Array:
    """Raise e to x <= 709.7825 = k ln(2) / 2048 + r: 2**(k // 2048) table[k % 2048] e**r.

    So small an r, |r| <= 0.00017, needs three terms of the series (Tang, ACM TOMS 15, 1989). Within
    1 ulp.
    """
    return _blockwise(_exp, within(x, highest=709.7825))


def log(x: Array) -> Array:
    """Find ln x for x > 0: x = 2**k (1 + f), k ln 2 + ln(1 + f). Within 1 ulp."""
    return _blockwise(lambda values: _log(values, 0.0), within(x, lowest=5e-324))


def log1p(x: Array) -> Array:
    """Find ln(1 + x) for x > -1: as `log`, and what rounding took from 1 + x made good. 1 ulp."""
    return _blockwise(_log1p, within(x, lowest=-1.0 + 2.0**-53))


def sigmoid(x: Array) -> Array:
    """Find 1 / (1 + e**-x) from e**-|x|, which cannot overflow. Within 2 ulp."""
    return _blockwise(_sigmoid, within(x))


def softplus(x: Array) -> Array:
    """Find ln(1 + e**x) as max(x, 0) + ln(1 + e**-|x|), which cannot overflow. Within 2 ulp."""
    return _blockwise(lambda v: np.maximum(v, 0.0) + _log1p(_exp(-np.abs(v))), within(x))


def tanh(x: Array) -> Array:
    """Find tanh x: a rational function near 0, elsewhere 1 - 2 / (e**(2|x|) + 1). Within 2 ulp."""
    return _blockwise(_tanh, within(x))


def _blockwise(kernel: Callable[[Array], Array], x: Array) -> Array:
    if x.size <= BLOCK:
        return kernel(x)
    result = np.empty_like(x)
    flat, flat_result = x.ravel(order="K"), result.ravel(order="K")
    for start in range(0, flat.size, BLOCK):
        flat_result[start : start + BLOCK] = kernel(flat[start : start + BLOCK])
    return result


def _polynomial(x: Array, coefficients: Sequence[float]) -> Array:
    value = x * coefficients[-1]
    for coefficient in coefficients[-2:0:-1]:
        value += coefficient
        value *= x
    value += coefficients[0]
    return value


def _exp(x: Array) -> Array:
    x = np.maximum(x, LOWEST)
    nearest = np.rint(x * (STEPS / LN2))
    r = x - nearest * (LN2_HIGH / STEPS)
    r -= nearest * (LN2_LOW / STEPS)
    k = nearest.astype(np.int64)
    step = k & (STEPS - 1)
    k >>= STEPS.bit_length() - 1
    root = ROOTS_OF_TWO[step]
    series = r * (1.0 / 6.0)
    series += 0.5
    series *= r
    series *= r
    series += r
    series *= root
    series += LOST_OF_ROOTS[step]
    series += root
    series *= POWERS_OF_TWO[k]
    return series


def _log1p(x: Array) -> Array:
    one_plus_x = 1.0 + x
    return _log(one_plus_x, np.minimum(x, 1.0) - (one_plus_x - np.maximum(x, 1.0)))


def _log(one_plus_x: Array, lost: Array | float) -> Array:
    mantissa, exponent = np.frexp(one_plus_x)
    low_half = mantissa < SQRT_HALF
    f = mantissa * (1.0 + low_half) - 1.0
    k = np.subtract(exponent, low_half, dtype=np.float64)
    half_square = 0.5 * f * f
    s = f / (2.0 + f)
    square = s * s
    tail = s * (half_square + square * _polynomial(square, LOG)) + k * LN2_LOW + lost / one_plus_x
    return np.asarray(k * LN2_HIGH - ((half_square - tail) - f))


def _sigmoid(x: Array) -> Array:
    small = _exp(-np.abs(x))
    below = 1.0 + small
    lost = small - (below - 1.0)  # by rounding
    ratio = np.maximum(small, x >= 0.0) / below  # small or 1; `where` would take longer
    lost *= ratio
    ratio -= lost
    return ratio


def _tanh(x: Array) -> Array:
    size = np.minimum(np.abs(x), 30.0)
    square = np.minimum(size * size, 0.625**2)
    near = x + x * square * (_polynomial(square, TANH_TOP) / _polynomial(square, TANH_BOTTOM))
    return np.where(size < 0.625, near, np.copysign(1.0 - 2.0 / (_exp(2.0 * size) + 1.0), x))
