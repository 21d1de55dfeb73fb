"""Mini-batches: which rows are learnt from at a time, and in which order."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, random_source

Rows = NDArray[np.int64]


class MiniBatches:
    """The rows of a table dealt out to batches, in another order each epoch; or all at once."""

    def __init__(self, rows: int, batch_size: int | None, seeds: Sequence[int]) -> None:
        """Take a seed for each network, for its own order. Without a size: all rows at once."""
        self.rows, self.size = rows, min(batch_size or rows, rows)
        is_whole = self.size == rows
        self.sources = [] if is_whole else [random_source(seed, "mini-batches") for seed in seeds]
        self.order: Rows | None = None
        """Of the present epoch, (networks, rows); None: as in the table, all in one batch."""

    def shuffle(self) -> None:
        """Draw the order of the next epoch."""
        if self.sources:
            self.order = np.stack([source.permutation(self.rows) for source in self.sources])

    @property
    def counts(self) -> set[int]:
        """The numbers of rows that a batch may have: the last one may be smaller."""
        return {self.size, self.rows % self.size} - {0}

    def __iter__(self) -> Iterator[tuple[int, Rows | None]]:
        """Deal the rows out: how many, and which, (networks, count); None is all of them."""
        if self.order is None:
            yield self.rows, None
            return
        for start in range(0, self.rows, self.size):
            batch = self.order[:, start : start + self.size]
            yield batch.shape[1], batch

    def in_table_order(self, batches: Sequence[Array]) -> Array:
        """Put what was computed batch by batch back into the table's order: (networks, rows, n)."""
        dealt = np.concatenate(batches, axis=-2) if len(batches) > 1 else batches[0]
        dealt = dealt.reshape(-1, *dealt.shape[-2:])
        if self.order is None:
            return dealt
        ordered = np.empty_like(dealt)
        ordered[np.arange(len(dealt))[:, None], self.order] = dealt
        return ordered
