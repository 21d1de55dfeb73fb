"""The different numbers of a column, ascending, and how often each is there, in bounded memory.

Blocks of the column are sorted one by one and written down. Then stretch by stretch, each from one
number to another, what the sorted blocks have there is put together (external sorting: Knuth, The
Art of Computer Programming, volume 3, section 5.4).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nn.arithmetic.elementary import Array
from nn.arithmetic.mapped import release, row_blocks, stored

STRETCH = 1 << 19  # different numbers, about
PIECES = 32  # of a stretch, by which its ends are chosen


class Distinct(NamedTuple):
    """A stretch of different numbers, ascending; the next stretch begins above."""

    values: Array
    """(different,)."""
    counts: Array
    """Whole numbers, (different, kinds): how many rows of each kind have it."""


def distinct(blocks: Iterable[tuple[Array, Array | None]]) -> Iterator[Distinct]:
    """Count numbers: blocks of values (rows,), none of them NaN, and of counts (rows, kinds).

    The counts of a row may be 1 for its own kind and 0 for all others; None is 1 of a single kind.
    """
    ends = [0]

    def sorted_blocks() -> Iterator[Array]:
        for values, counts in blocks:
            for start in range(0, max(len(values), 1), STRETCH):
                rows = slice(start, start + STRETCH)
                found = _merged(values[rows], None if counts is None else counts[rows])
                ends.append(ends[-1] + len(found.values))
                yield np.column_stack([found.values, found.counts])

    written = stored(sorted_blocks())
    if len(ends) == 2:
        yield Distinct(written[:, 0], written[:, 1:])
        return
    runs = [written[start:end] for start, end in pairwise(ends)]
    sampled = np.sort(np.concatenate([run[:: max(STRETCH // PIECES, 1), 0] for run in runs]))
    borders = [np.searchsorted(run[:, 0], sampled[PIECES::PIECES]) for run in runs]
    starts = [[0, *border.tolist(), len(run)] for border, run in zip(borders, runs, strict=True)]
    for stretch in range(len(starts[0]) - 1):
        parts = np.concatenate(
            [run[s[stretch] : s[stretch + 1]] for run, s in zip(runs, starts, strict=True)]
        )
        release(written)
        if len(parts):
            yield _merged(parts[:, 0], parts[:, 1:])


def _merged(values: Array, counts: Array | None) -> Distinct:
    """Sort numbers, and add up the counts of equal ones."""
    values = values + 0.0  # of -0.0 and 0.0, which are equal, some processors sort the one first
    if counts is None:
        values.sort()
    else:
        order = np.argsort(values, kind="stable")
        values, counts = values[order], counts[order]
    first = np.flatnonzero(np.append(True, values[1:] != values[:-1])[: len(values)])
    if counts is None:
        return Distinct(values[first], np.diff(first, append=len(values))[:, None].astype(float))
    if not len(first):
        return Distinct(values, counts)
    return Distinct(values[first], np.add.reduceat(counts, first, axis=0))


def at_ranks(values: Array, ranks: Sequence[int]) -> list[float]:
    """Find the numbers at some places, ascending, of a column in ascending order: 0 is the least.

    The column, (rows,), may lie in a file, and none is NaN.
    """
    if len(values) <= STRETCH:
        return [float(each) for each in np.sort(values + 0.0)[ranks]]
    found: list[float] = []
    before = 0
    for stretch in distinct((block, None) for block in row_blocks(values, 1)):
        ends = before + np.cumsum(stretch.counts[:, 0])
        while len(found) < len(ranks) and ranks[len(found)] < ends[-1]:
            place = np.searchsorted(ends, ranks[len(found)], side="right")
            found.append(float(stretch.values[place]))
        before = int(ends[-1])
    return found
