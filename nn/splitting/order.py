"""Splitting by order: the last rows are tested, those before them validated.

What is to be predicted comes later than what was learnt from. A split by chance would let a
network learn from the day before and the day after each row that it is tested on.
"""

import numpy as np

from nn.errors import InputError
from nn.splitting.parts import Rows, Split, part_rows


def split_in_order(places: Rows, test_size: float, validation_size: float) -> Split:
    """Part rows by their place in an order, numbers (rows,), the lowest first.

    The sizes are fractions of all rows. Rows with equal places stay together: a part begins where
    a place does, as near as can be to the size that was asked for, or a row too early.

    Raises InputError where there are fewer different places than parts.
    """
    row_of, cuts = _sorted(places)
    rows = len(places)
    test_rows = part_rows(rows, test_size)
    start = _cut(cuts, rows - test_rows, rows) if test_rows else rows
    return _split(row_of, cuts, start, rows, part_rows(rows, validation_size))


def fold_in_order(places: Rows, folds: int, validation_size: float) -> list[Split]:
    """Part rows again and again, each time tested on what follows all that was learnt from.

    In order, the rows are cut into one block more than there are folds (as scikit-learn's
    TimeSeriesSplit does): the first is trained on alone, and each of the others is tested once, by
    a network that knows those before it. `validation_size` is a fraction of the rows up to there.

    Raises InputError where there are fewer different places than blocks and validation parts.
    """
    row_of, cuts = _sorted(places)
    rows = len(places)
    size = rows // (folds + 1)
    starts = [_cut(cuts, rows - (folds - fold) * size, rows) for fold in range(folds)]
    stops = [*starts[1:], rows]
    if any(stop <= start for start, stop in zip(starts, stops, strict=True)):
        raise _too_few(cuts)
    return [
        _split(row_of, cuts, start, stop, part_rows(stop, validation_size))
        for start, stop in zip(starts, stops, strict=True)
    ]


def _sorted(places: Rows) -> tuple[Rows, Rows]:
    """Sort rows by their place; also give how many rows come before each next place."""
    _, counts = np.unique(places, return_counts=True)
    return np.argsort(places, kind="stable"), np.cumsum(counts)[:-1]


def _cut(cuts: Rows, wanted: int, below: int) -> int:
    """Find the cut below a number of rows that is nearest to the wanted one."""
    possible = cuts[cuts < below]
    if not len(possible):
        raise _too_few(cuts)
    return int(possible[np.argmin(np.abs(possible - wanted))])


def _split(row_of: Rows, cuts: Rows, start: int, stop: int, validation_rows: int) -> Split:
    """Test the rows from `start` to `stop`, and validate those before them."""
    validated = _cut(cuts, start - validation_rows, start) if validation_rows else start
    parts = row_of[:validated], row_of[validated:start], row_of[start:stop]
    return Split(*(np.sort(part) for part in parts))


def _too_few(cuts: Rows) -> InputError:
    return InputError(
        f"{len(cuts) + 1} different places in the order are too few to split into so many parts: "
        "rows of one place stay together"
    )
