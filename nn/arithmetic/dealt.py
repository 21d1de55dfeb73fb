"""What was computed batch by batch, put back into the order of a table's rows."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic.blocks import blocks_of
from nn.arithmetic.elementary import Array
from nn.arithmetic.mapped import row_blocks, stored

NUMBERS_AT_A_TIME = 1 << 15  # of small batches taken together, or of a large one
STRETCH = 1 << 20  # rows


class Part(NamedTuple):
    """Some rows of one or several networks, and what was computed of them."""

    places: NDArray[Any] | None
    """Which rows, (networks, count); None: those that follow the rows of the part before."""
    values: Array
    """(networks, count, n)."""


def in_table_order(parts: Iterable[Part]) -> Array:
    """Put the values of all rows together: (networks, rows, n)."""
    each = list(parts)
    values = [part.values for part in each]
    dealt = np.concatenate(values, axis=-2) if len(values) > 1 else values[0]
    places = [part.places for part in each if part.places is not None]
    if not places:
        return dealt
    ordered = np.empty_like(dealt)
    ordered[np.arange(len(dealt))[:, None], np.concatenate(places, axis=-1)] = dealt
    return ordered


def evenly(parts: Iterable[Part]) -> Iterator[Part]:
    """Take small parts together, and cut large ones: to about NUMBERS_AT_A_TIME each."""
    waiting: list[Part] = []
    count = 0
    for part in parts:
        networks, rows, outputs = part.values.shape
        at_a_time = max(NUMBERS_AT_A_TIME // (networks * outputs), 1)
        if part.places is None:
            for block in blocks_of(rows, at_a_time):
                yield Part(None, part.values[..., block, :])
            continue
        waiting.append(part)
        count += rows
        if count >= at_a_time:
            yield _together(waiting)
            waiting, count = [], 0
    if waiting:
        yield _together(waiting)


def stored_in_table_order(parts: Iterable[Part]) -> Array:
    """Put one value of each row together: (rows, networks), in a file where they are many.

    Those of rows in another order are written as they come, each with its place, and looked through
    for one stretch of the table after the other.
    """
    following = iter(parts)
    first = next(following)
    written = stored(_by_rows(part) for part in chain([first], following))
    return written[..., 0] if first.places is None else stored(_stretches(written))


def _together(parts: list[Part]) -> Part:
    places, values = zip(*parts, strict=True)
    return Part(np.concatenate(places, axis=-1), np.concatenate(values, axis=-2))


def _by_rows(part: Part) -> Array:
    """Lay a part out by rows: (count, networks, 1), the place in front if there is one."""
    values = part.values.swapaxes(0, 1)
    if part.places is None:
        return values
    return np.concatenate([part.places.T[..., None], values], axis=-1)


def _stretches(written: Array) -> Iterator[Array]:
    """Give stretches of the table, (rows, networks), of values that stand with their places."""
    rows, networks, _ = written.shape
    for stretch in blocks_of(rows, STRETCH):
        found = np.empty((stretch.stop - stretch.start, networks))
        for block in row_blocks(written, 2 * networks):
            places = block[..., 0]
            here, network = np.nonzero((places >= stretch.start) & (places < stretch.stop))
            row = places[here, network].astype(np.int64) - stretch.start
            found[row, network] = block[here, network, 1]
        yield found
