"""Memory for matrices of many rows and few columns: column after column, made once, kept."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from nn.arithmetic.elementary import Array

# Of 32 MB that are never touched. The C library of Linux hands freed blocks of over 128 KB back to
# the kernel, and new pages for the next array cost more than the arithmetic in it; but it keeps
# blocks up to the largest that it has seen freed (mallopt(3), M_MMAP_THRESHOLD).
np.empty(4_000_000)
NUMPY_BUFFER = 256  # numbers; with fewer, it takes longer to convert some


@contextmanager
def tuned_numpy() -> Iterator[None]:
    """Let NumPy be silent about overflow, which `within` refuses, and copy no factors of columns.

    Of operands that it cannot go through in one stride, it copies as many numbers as its buffer
    holds, 8192, unless a column is longer. That takes as long as the arithmetic. No result changes.
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        np.setbufsize(NUMPY_BUFFER)  # which ends with errstate
        yield


def column_buffer(*shape: int) -> Array:
    """Make an array (..., rows, columns) with contiguous columns: one operation runs along rows."""
    return np.empty((*shape[:-2], shape[-1], shape[-2])).swapaxes(-1, -2)


def by_column(matrices: Array) -> Array:
    """Lay matrices (..., rows, columns) out with contiguous columns, as in a `column_buffer`."""
    return np.ascontiguousarray(matrices.swapaxes(-1, -2)).swapaxes(-1, -2)
