"""Partial dependence: how the answer moves when one column is given one value after another.

In each row the column is set to a value, all else left as it is, and the network asked again: that
gives a curve for each row (individual conditional expectation: Goldstein et al., J. Comput. Graph.
Stat. 24, 2015). Their average is the partial dependence (Friedman, Annals of Statistics 29, 2001).
It tells what the network answers, not what would come of changing the column; and where columns
hang together, it asks of rows that there cannot be.
"""

from collections.abc import Callable

import numpy as np

from nn.arithmetic import Array

POINTS = 20  # at most, for a column of numbers
OUTER = 0.05  # the share of the rows at each end that the grid leaves out


def grid_of(values: Array, categories: int | None = None) -> Array:
    """Choose at which values of a column to ask: (points,), ascending.

    Those are all of its categories; or of numbers `values`, (rows,), at most `POINTS` that are
    there, from the 5th to the 95th percentile, with as many rows from each to the next.
    """
    if categories is not None:
        return np.arange(categories, dtype=np.float64)
    ordered = np.sort(values[~np.isnan(values)])
    last = len(ordered) - 1
    # In whole numbers, so that no rounding decides between two rows.
    low = int(last * OUTER)
    places = low + np.arange(POINTS) * (last - 2 * low) // (POINTS - 1)
    return np.asarray(np.unique(ordered[places]))


def dependence(answers: Callable[[Array], Array], values: Array, column: int, grid: Array) -> Array:
    """Ask for the answer to each row with each value of the grid: (points, rows, ...).

    `answers` gives the answer to values (rows, columns), (rows, ...).
    """
    rows = np.tile(values, (len(grid), 1))
    rows[:, column] = np.repeat(grid, len(values))
    found = answers(rows)
    return found.reshape(len(grid), len(values), *found.shape[1:])
