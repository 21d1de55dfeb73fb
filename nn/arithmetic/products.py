"""Products of finite matrices for a training's many, by either of two arithmetics.

The portable one has the same bits on every machine. It is faster than `nn.arithmetic.matmul`, which
puts each row and each column on a scale of its own: here there is one for all elements, measured
once for a matrix that is multiplied often. The native one is NumPy's: faster still.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from nn.arithmetic.elementary import Array
from nn.arithmetic.matmul import SMALL, Numbers, in_parts, native_matmul, on_grid, sum_terms

LONGEST_SCALE = 512  # terms that the unit grows with
LONGEST_PART = 128  # terms that are added before their sum is rounded
SMALLEST_SCALE = 2.0**-860  # far below it, numbers lose bits to underflow
SMALLEST_LENGTH = 1e-140  # that is told from squares: of much smaller numbers they underflow
UNKNOWN = np.float64(math.inf)


class Scale(NamedTuple):
    """How large the numbers of matrices (..., n, m) are, each (...)."""

    largest: Numbers
    """The largest magnitude of an element."""
    longest: Numbers
    """A bound of the rows' lengths: a length is the root of the sum of squares."""

    @property
    def transposed(self) -> "Scale":
        """The scale of the matrices transposed, of whose rows no bound is known."""
        return Scale(self.largest, UNKNOWN)


def scale_of(matrices: Array) -> Scale:
    """Measure matrices (..., n, m)."""
    return Scale(_largest(matrices), _longest_row(matrices))


def _largest(matrices: Array) -> Numbers:
    lowest: Numbers = matrices.min(axis=(-2, -1), initial=0.0)
    highest: Numbers = matrices.max(axis=(-2, -1), initial=0.0)
    largest: Numbers = np.maximum(highest, -lowest)
    return largest


def _longest_row(matrices: Array) -> Numbers:
    squares = np.einsum("...nt,...nt->...n", matrices, matrices)
    length: Numbers = np.sqrt(squares.max(axis=-1, initial=0.0)) + SMALLEST_LENGTH
    return length


def product(
    a: Array,
    b: Array,
    scale_a: Scale | None = None,
    scale_b: Scale | None = None,
    room: Array | None = None,
) -> Array:
    """Multiply matrices (..., n, t) and (..., t, m), leading axes alike, to (..., n, m).

    `scale_a` and `scale_b` are the `scale_of` a and b where it is known; `room` is a
    `column_buffer` that the result may be put into. In error by at most
    1e-12 * t * max|a| * max|b| for up to 128 terms, 8e-12 of it for more.
    """
    terms = a.shape[-1]
    if b.shape[-1] * terms <= SMALL:
        return sum_terms(a, b)
    largest_a, longest_a = scale_a or scale_of(a)
    largest_b = scale_b.largest if scale_b else _largest(b)
    scale = min(terms, LONGEST_SCALE) * largest_a * largest_b
    unit = _power_of_two_below(2.0**-39 * (scale + SMALLEST_SCALE))
    length = _length_of_parts(terms)
    longest_part = np.minimum(longest_a, math.sqrt(length) * largest_a)

    def multiply(a: Array, b: Array) -> Array:
        # No sum of |terms| exceeds the length of its row times that of its column.
        bound = longest_part * _longest_row(b.swapaxes(-1, -2))
        return on_grid(a, b, unit, bound, room if length == terms else None)

    return in_parts(a, b, length, multiply)


def _power_of_two_below(x: Numbers) -> Numbers:
    """Find the largest power of two that is not above x > 0.

    (The unit in the first place: Rump, Ogita, Oishi, SIAM J. Sci. Comput. 31, 2008, algorithm 3.5.)
    """
    scaled = (2.0**52 + 1.0) * x
    return scaled - (1.0 - 2.0**-53) * scaled


@cache
def _length_of_parts(terms: int) -> int:
    """Choose how many terms to add before rounding: so that none are left over, or about as many.

    The longer the parts, the more sums lie near a border.
    """
    lengths = range(LONGEST_PART, LONGEST_PART // 2, -1)
    even = math.ceil(terms / math.ceil(terms / LONGEST_PART))
    return next((length for length in lengths if terms % length == 0), even)


def native_product(a: Array, b: Array, *_: Scale | None, room: Array | None = None) -> Array:
    """Multiply as `product` does but for the last digits, which are of this machine alone.

    It needs no scales.
    """
    turned = None if room is None else room.swapaxes(-1, -2)
    return native_matmul(b.swapaxes(-1, -2), a.swapaxes(-1, -2), turned).swapaxes(-1, -2)


class Arithmetic(NamedTuple):
    """How a training multiplies."""

    product: Callable[..., Array]
    """Two matrices, what is known of their scales, and room for the result."""
    scale_of: Callable[[Array], Scale | None]
    """What `product` should know of a matrix that is multiplied often."""
    small: int
    """Weights of a layer whose gradient is added up row by row."""


ARITHMETICS = {
    "portable": Arithmetic(product, scale_of, SMALL),
    "native": Arithmetic(native_product, lambda matrices: None, 0),
}
