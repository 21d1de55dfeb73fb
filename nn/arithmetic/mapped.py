"""Arrays that lie in a file and are read where they are needed: a table larger than the memory.

NumPy takes a mapped file (`np.load(path, mmap_mode="r")`) for an array like any other. The system
reads what is looked at and counts it as memory of this process until it is short of it; `release`
gives it back before.
"""

import mmap
from collections.abc import Iterable, Iterator
from itertools import chain
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

SMALL = 1 << 24  # bytes that an array in a file may have and stay in memory
NUMBERS_IN_A_BLOCK = 1 << 21
COLUMNS_AT_A_TIME = 64  # of many, which a file has side by side


def release(array: NDArray[Any]) -> None:
    """Let go of what was read of the file that an array lies in; it is read again where needed.

    Does nothing to an array in memory, to one of a small file, and where the system cannot.
    """
    owner: Any = array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    if isinstance(owner, mmap.mmap) and len(owner) > SMALL and hasattr(owner, "madvise"):
        owner.madvise(mmap.MADV_DONTNEED)


def row_blocks(array: NDArray[Any], width: int) -> Iterator[NDArray[Any]]:
    """Cut an array, which may lie in a file, into blocks of rows, at least one.

    `width` is how many numbers are made of a row, at most.
    """
    at_a_time = max(NUMBERS_IN_A_BLOCK // max(width, 1), 1)
    for start in range(0, max(len(array), 1), at_a_time):
        yield array[start : start + at_a_time]
        release(array)


def stored(blocks: Iterable[NDArray[Any]]) -> NDArray[Any]:
    """Put blocks of rows, at least one, into one array: a large one lies in a file.

    The file has no name, and is gone with the array.
    """
    following, kept, size = iter(blocks), [], 0
    for block in following:
        kept.append(block)
        size += block.nbytes
        if size > SMALL:
            break
    else:
        return np.concatenate(kept)
    rows = 0
    with TemporaryFile(dir=".") as file:
        for block in chain(kept, following):
            block.tofile(file)
            rows += len(block)
        file.flush()
        return np.asarray(np.memmap(file, kept[0].dtype, "r", shape=(rows, *kept[0].shape[1:])))


def even_places(rows: int, most: int) -> NDArray[np.int64]:
    """Choose places at even distances in a table, ascending: so many, or all of fewer rows."""
    count = min(rows, most)
    return np.arange(count) * rows // max(count, 1)


def places_of(marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """List the places of what is marked, (rows,), ascending."""

    def by_blocks() -> Iterator[NDArray[np.int64]]:
        start = 0
        for block in row_blocks(marked, 1):
            yield start + np.flatnonzero(block)
            start += len(block)

    return stored(by_blocks())


def counts_of(numbers: NDArray[Any], kinds: int) -> NDArray[np.int64]:
    """Count each of 0 ... kinds - 1 among whole numbers (rows,), which may lie in a file."""
    counts = np.zeros(kinds, dtype=np.int64)
    for block in row_blocks(numbers, 1):
        counts += np.bincount(block.astype(np.int64), minlength=kinds)
    return counts


def one_column(array: NDArray[Any], place: int) -> NDArray[Any]:
    """Copy a column of an array (rows, columns), which may lie in a file: (rows,)."""
    return stored(block[:, place].copy() for block in row_blocks(array, array.shape[1]))


def columns_of(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Give each column, (rows,), of an array (rows, columns) that may lie in a file.

    Of many columns some are copied at a time: to look for one would read nearly the whole file.
    """
    columns = array.shape[1]
    for start in range(0, columns, COLUMNS_AT_A_TIME):
        some = slice(start, start + COLUMNS_AT_A_TIME)
        copied = (block[:, some].copy() for block in row_blocks(array, columns))
        yield from (stored(copied) if columns > COLUMNS_AT_A_TIME else array).T


def rows_in_order(array: NDArray[Any], places: NDArray[np.int64]) -> NDArray[Any]:
    """Copy the rows at ascending places of an array (rows, ...), which may lie in a file.

    To take them all at once would read most of the file: the system reads around each.
    """

    def by_blocks() -> Iterator[NDArray[Any]]:
        start = 0
        for block in row_blocks(array, array[:1].size):
            first, after = np.searchsorted(places, [start, start + len(block)])
            yield block[places[first:after] - start]
            start += len(block)

    return stored(by_blocks())
