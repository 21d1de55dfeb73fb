"""Sums in one fixed order, so that they have the same bits on every machine.

IEEE 754 fixes the result of one ``+ - * /`` or ``sqrt`` to the last bit, and NumPy does one
operation a call, so elementwise work is portable as it is. A *sum* is not: NumPy and BLAS pick the
order of its terms by processor, threads and version.
"""

from collections.abc import Iterator

import numpy as np

from nn.arithmetic.elementary import Array
from nn.arithmetic.mapped import NUMBERS_IN_A_BLOCK, release, stored

# Terms of a sum. While so few are neighbours in memory, NumPy would take one sum after the other;
# where those of other sums are, it goes along all of them.
SHORT = range(5, 65)


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
    while (count := len(terms)) > 1:
        if count in SHORT and terms.strides[0] == terms.itemsize:
            terms = np.ascontiguousarray(terms)
        half = count // 2
        if terms.size > 2 * NUMBERS_IN_A_BLOCK:  # such sums may be too many for the memory
            terms = stored(_halved(terms, half))
            continue
        sums = terms[:half] + terms[half : 2 * half]
        if count % 2:
            sums[0] += terms[-1]
        terms = sums
    return np.asarray(terms[0])


def _halved(terms: Array, half: int) -> Iterator[Array]:
    """Add the second half of the terms onto the first, block by block."""
    at_a_time = max(NUMBERS_IN_A_BLOCK * len(terms) // terms.size, 1)
    for start in range(0, half, at_a_time):
        stop = min(start + at_a_time, half)
        sums = terms[start:stop] + terms[half + start : half + stop]
        if start == 0 and len(terms) % 2:
            sums[0] += terms[-1]
        release(terms)
        yield sums


def mean(terms: Array, axis: int | None = None) -> Array:
    """Average the terms: their `total` divided by their number, which must not be 0."""
    return np.asarray(total(terms, axis) / (terms.size if axis is None else terms.shape[axis]))
