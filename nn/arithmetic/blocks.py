"""Rows taken in blocks that fit into the processor's cache.

Nothing here changes a number: each row is computed as if it were alone, and gradients of blocks are
added in a fixed order.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic.buffers import by_column
from nn.arithmetic.elementary import Array
from nn.arithmetic.mapped import release
from nn.arithmetic.sums import total

ROWS_AT_A_TIME = 8192  # fewer would cost more in calls of NumPy than in arithmetic
FEWEST_AT_A_TIME = 256  # with fewer, a product costs more in reading weights than in arithmetic
NUMBERS_AT_A_TIME = 1 << 17  # of the widest layer
ROWS_TO_LEARN_FROM = 2048  # a pass back holds more arrays than one forward
NUMBERS_AT_ONCE = 1 << 16
LARGE = 1 << 27  # bytes of a table in a file of which not all rows stay in memory
NUMBERS_TOGETHER = 1 << 21  # of the rows that are taken from such a table at a time
ROWS_IN_MEMORY = 1024  # around each the system keeps up to half a megabyte of the file

Places = NDArray[np.integer[Any]]


def blocks_of(rows: int, at_a_time: int) -> Iterator[slice]:
    """Cut rows into blocks: at least one, which is empty where there are no rows."""
    for start in range(0, max(rows, 1), at_a_time):
        yield slice(start, min(start + at_a_time, rows))


def by_blocks(function: Callable[[Array], Array], features: Array, widest: int) -> Iterator[Array]:
    """Apply a function that keeps rows apart to features (..., rows, k), block by block.

    `widest` is how many numbers it makes of a row at once, at most.
    """
    at_a_time = max(min(ROWS_AT_A_TIME, NUMBERS_AT_A_TIME // widest), FEWEST_AT_A_TIME)
    for block in blocks_of(features.shape[-2], at_a_time):
        yield function(by_column(features[..., block, :]))
        release(features)


def learn_by_blocks(
    function: Callable[..., tuple[Array, Array]], *rows: Array
) -> tuple[Array, Array]:
    """Call a function with arrays (..., rows, columns), block by block of their rows.

    It gives something of each row, (..., rows, n), and something summed over the rows, (..., P): so
    does this.
    """
    count = rows[0].shape[-2]
    if count <= ROWS_TO_LEARN_FROM:
        return function(*rows)
    parts, sums = [], []
    for block in blocks_of(count, ROWS_TO_LEARN_FROM):
        of_block, summed = function(*(array[..., block, :] for array in rows))
        parts.append(of_block.copy())  # the next block may be written over this one
        sums.append(summed.copy())
    return np.concatenate(parts, axis=-2), total(np.stack(sums), axis=0)


def without_axis(array: Array) -> Array:
    """Leave out the leading axis of a single network, which would cost time."""
    return array[0] if len(array) == 1 else array


def rows_at(array: Array, places: Places | None) -> Array:
    """Take rows from an array (networks, rows, n): each network its own, (networks, count).

    Without places, all rows in their order: the array itself. It may be `without_axis`.
    """
    if places is None:
        return array
    if array.ndim == 2:
        return np.asarray(array[places[0]])
    networks, rows, columns = array.shape
    flat = places + rows * np.arange(networks)[:, None]
    return np.asarray(array.reshape(-1, columns)[flat])


def rows_in_turn(array: Array, batches: Iterable[Places | None]) -> Iterator[Array]:
    """Take the rows of one batch after the other, each as `rows_at` does.

    Of a large table in a file those of many batches are taken together, in the file's order: the
    system reads much more around each, which would have to be read again for the next batch.
    """
    if array.ndim > 2 or array.nbytes <= LARGE:
        yield from (rows_at(array, places) for places in batches)
        return
    waiting: list[Places] = []
    rows = 0
    for places in batches:
        if places is None:
            yield array
            continue
        waiting.append(places[0])
        rows += places.shape[1]
        if rows * array.shape[1] >= NUMBERS_TOGETHER:
            yield from _taken_together(array, waiting)
            waiting, rows = [], 0
    yield from _taken_together(array, waiting)


def _taken_together(array: Array, batches: Sequence[Places]) -> Iterator[Array]:
    if not batches:
        return
    places = np.concatenate(batches)
    order = np.argsort(places)
    rows = np.empty((len(places), array.shape[1]), array.dtype)
    for block in blocks_of(len(order), ROWS_IN_MEMORY):
        rows[order[block]] = array[places[order[block]]]
        release(array)
    start = 0
    for batch in batches:
        yield rows[start : start + len(batch)]
        start += len(batch)


class ManyAtOnce:
    """Collects arrays of one shape, to call a function with many, stacked along a new first axis.

    For small arrays that costs little more than a call with one.
    """

    def __init__(self, function: Callable[[Array], None]) -> None:
        self.function = function
        self.collected: list[Array] = []

    def add(self, array: Array) -> None:
        """Take an array, which must not change afterwards."""
        self.collected.append(array)
        if len(self.collected) * array.size >= NUMBERS_AT_ONCE:
            self.finish()

    def finish(self) -> None:
        """Call the function with what has been collected, if anything has."""
        if self.collected:
            stacked, self.collected = np.stack(self.collected), []
            self.function(stacked)
