"""Mini-batches: which rows are learnt from at a time, and in which order."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import drawn_order, random_source

Rows = NDArray[np.integer[Any]]


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
        if not self.sources:
            return
        self.order = None  # before memory is taken for the next one
        orders = [drawn_order(source, self.rows) for source in self.sources]
        self.order = orders[0][None] if len(orders) == 1 else np.stack(orders)

    def __iter__(self) -> Iterator[tuple[int, Rows | None]]:
        """Deal the rows out: how many, and which, (networks, count); None is all of them."""
        if self.order is None:
            yield self.rows, None
            return
        for start in range(0, self.rows, self.size):
            batch = self.order[:, start : start + self.size]
            yield batch.shape[1], batch
