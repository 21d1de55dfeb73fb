"""The parts that rows are split into, and how many rows each is to have."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[Any]  # whole numbers


class Split(NamedTuple):
    """The row numbers of each part, ascending; no row is in two parts."""

    train: Rows
    validation: Rows
    test: Rows


def part_rows(rows: int, size: float) -> int:
    """Count the rows of a part that is to have a fraction of all rows, rounded half up."""
    return max(1, math.floor(rows * size + 0.5)) if size > 0 else 0


def shares(rows: int, counts: Rows) -> Rows:
    """Deal the rows of a part out to kinds by the largest remainder (Hamilton's method).

    Each kind gets its proportion of `counts`, rounded down, and the kinds that lost most by
    rounding one row more, until the shares add up to `rows`. Integers only: exact.
    """
    dealt, remainders = np.divmod(rows * counts, counts.sum())
    missing = rows - dealt.sum()
    dealt[np.argsort(-remainders, kind="stable")[:missing]] += 1
    return dealt
