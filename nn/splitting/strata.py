"""What rows are stratified by: their classes or, of numbers to predict, their quantiles."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import row_blocks, stored

MOST_QUANTILES = 10
ROWS_OF_A_QUANTILE = 20  # at least: each part then gets some of each


def strata_of(labels: NDArray[np.generic], classes: Sequence[str]) -> NDArray[np.generic]:
    """Name the stratum of each row, (rows,) to the same.

    `labels` are places in `classes` or, where there are no classes, numbers: these are sorted and
    parted into up to MOST_QUANTILES quantiles, whose sizes differ by one row at most.
    """
    if classes:
        names = np.array(classes)
        blocks = row_blocks(labels, 1)
        return stored(names[block.astype(np.int64)] for block in blocks)
    rows = len(labels)
    quantiles = min(max(rows // ROWS_OF_A_QUANTILE, 1), MOST_QUANTILES)
    strata = np.empty(rows, dtype=np.int64)
    strata[np.argsort(labels, kind="stable")] = np.arange(rows) * quantiles // max(rows, 1)
    return strata
