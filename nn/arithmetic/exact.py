"""Exact sums of products: BLAS may add in any order, because nothing is ever rounded.

A float64 holds whole numbers up to 2**53 exactly, and so multiples of any unit up to 2**53 times
it. So both factors of a product are cut to so few bits that all terms are multiples of one unit,
and that their magnitudes add up to at most 2**53 of it. Then every partial sum is exact, whatever
the order, the number of threads, or the fusing of operations (Ozaki, Ogita, Oishi, Rump, Numer.
Algorithms 59, 2012; docs/exact-sums.md has an example by hand).

What was cut off is cut again: a second slice. One slice a factor, high · high, is about as accurate
as single precision. With two, high · high + (high · low + low · high), it is nearly double.
"""

import numpy as np

from nn.arithmetic.elementary import Array

EXPONENT = np.int64(0x7FF << 52)  # the bits of a float64 that hold its exponent
SMALLEST = 2.0**-300  # what is below it is nothing beside other numbers: units stay normal numbers


def power_above(magnitudes: Array) -> Array:
    """Find the smallest power of two above each magnitude, but none below `SMALLEST`."""
    magnitudes = np.maximum(magnitudes, SMALLEST)
    return (magnitudes.view(np.int64) & EXPONENT).view(np.float64) * 2.0


def cut(values: Array, unit: Array | np.float64, out: Array) -> Array:
    """Round values to the nearest multiples of units, powers of two, of which they are few.

    Beside c, 1.5 * 2**52 units, a float64 has no room for smaller digits: x + c loses them, and
    taking c away again is exact as long as |x| <= 2**51 units. Zeros come out positive.
    """
    c = unit * (1.5 * 2.0**52)
    np.add(values, c, out=out)
    return np.subtract(out, c, out=out)


def cut_twice(values: Array, unit: Array, low_unit: Array, high: Array, low: Array) -> None:
    """Cut values into the arrays `high`, multiples of `unit`, and `low`, of `low_unit`."""
    cut(values, unit, out=high)
    np.subtract(values, high, out=low)
    cut(low, low_unit, out=low)


def transposed(matrices: Array) -> Array:
    """View matrices (..., n, m) as (..., m, n)."""
    return matrices.swapaxes(-1, -2)
