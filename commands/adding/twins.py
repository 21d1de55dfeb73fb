"""Test rows that have a twin among the training rows: a row that is equal, or nearly so."""

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import even_places, random_source, rows_in_order
from nn.preparing.preprocessing import Preprocessing, features_of
from nn.splitting import Split
from stages.tables.table import Table

NEAR = 0.01  # of a column's standard deviation: so far apart may the numbers of twins be
MOST_TESTED, MOST_TRAINED = 1000, 50_000  # rows that are looked at
BY_CHANCE = 2  # times as many as chance gives are no more than chance, and so are
FEW = 3  # more of them that are not quite the same

Array = NDArray[np.float64]


def twin_warnings(table: Table, parts: Split, prepared: Preprocessing) -> list[str]:
    """Warn of test rows with a twin, where there are more of them than chance would give.

    In a table of a few rough columns many rows are equal by chance. It would give as many as there
    are when the values of each column are shuffled.
    """
    tested, trained = (
        rows_in_order(table.features, rows[even_places(len(rows), most)])
        for rows, most in ((parts.test, MOST_TESTED), (parts.train, MOST_TRAINED))
    )
    if not len(tested):
        return []
    source = random_source(0, "twins")
    shuffled = np.stack([source.permutation(column) for column in trained.T], axis=1)
    test, train, chance = (
        features_of(prepared, values, table.columns) for values in (tested, trained, shuffled)
    )
    twins, by_chance = count_twins(test, train, NEAR), count_twins(test, chance, NEAR)
    equal, equal_by_chance = count_twins(test, train, 0.0), count_twins(test, chance, 0.0)
    if twins <= BY_CHANCE * by_chance + FEW and equal <= BY_CHANCE * equal_by_chance:
        return []
    return [
        f"{twins} of {len(test)} test rows have a training row that is the same or nearly so "
        f"({equal} the same): such rows are known, not predicted; if each thing has several rows, "
        "name what they share with --group COLUMN, else remove the copies"
    ]


def count_twins(test: Array, train: Array, apart: float) -> int:
    """Count the rows of `test`, (n, k), that some row of `train`, (m, k), equals but for `apart`.

    So far may each of the k features differ.
    """
    distinct = [len(np.unique(column)) for column in train.T]
    columns = np.argsort(distinct)[::-1]  # the one first that tells most rows apart
    order = np.argsort(train[:, columns[0]], kind="stable")
    train, test = train[order][:, columns], test[:, columns]
    first = np.searchsorted(train[:, 0], test[:, 0] - apart, side="left")
    stop = np.searchsorted(train[:, 0], test[:, 0] + apart, side="right")
    return sum(
        _has_twin(row, train[low:high], apart)
        for row, low, high in zip(test, first, stop, strict=True)
    )


def _has_twin(row: Array, others: Array, apart: float) -> bool:
    for place, value in enumerate(row):
        others = others[np.abs(others[:, place] - value) <= apart]
        if not len(others):
            return False
    return True
