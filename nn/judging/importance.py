"""Permutation importance: how much worse predictions become when a column says nothing any more.

A column's cells are dealt out anew among the rows. So it keeps its values and loses all that ties
them to the target and to the other columns; by how much the loss grows tells how far the network
relies on it (Breiman, Machine Learning 45, 2001; Fisher, Rudin and Dominici, JMLR 20, 2019). It
tells what this network does, not what causes the target. And where two columns say the same, each
can stand in for the other and seems to matter little: so such columns are permuted together, too.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from nn.arithmetic import Array, matmul, mean, random_source, total
from nn.judging.bootstrap import Interval, mean_interval

PERMUTATIONS = 10
ALIKE = 0.8  # the rank correlation from which on columns are held to say the same


class Importance(NamedTuple):
    """What permuting some columns together does to the loss."""

    columns: tuple[int, ...]
    """Their places in the table."""
    increase: float
    """Of the mean loss over the rows."""
    interval: Interval | None
    """That holds for other rows of the same kind, in 95 % of cases; None of very few rows."""


def permutation_importance(
    losses: Callable[[Array], Array], values: Array, groups: Sequence[Sequence[int]]
) -> list[Importance]:
    """Measure by how much the loss grows when groups of columns are permuted, each by itself.

    `losses` tells of values (rows, columns) the loss of each row, (rows,). Every group sees the
    same permutations, so that what they differ by is not chance.
    """
    source = random_source(0, "permutation importance")
    orders = [source.permutation(len(values)) for _ in range(PERMUTATIONS)]
    before = losses(values)
    found = []
    for group in groups:
        permuted = values.copy()
        increases = []
        for order in orders:
            permuted[:, group] = values[order][:, group]
            increases.append(losses(permuted) - before)
        of_rows = mean(np.stack(increases), axis=0)
        found.append(Importance(tuple(group), float(mean(of_rows)), mean_interval(of_rows)))
    return found


def columns_alike(features: Array, columns: Sequence[int]) -> list[tuple[int, ...]]:
    """Find the groups of columns that say nearly the same, by the rank correlation of features.

    `features` are (rows, k), and `columns` tell of each feature which column it is of. A group is
    two or more columns, each of which has a Spearman correlation of at least `ALIKE` or at most
    -`ALIKE` with another one of the group. Groups and their columns are in ascending order.
    """
    alike = np.abs(rank_correlations(features)) >= ALIKE
    groups = {column: {column} for column in columns}
    for first, second in np.argwhere(alike).tolist():
        one, other = groups[columns[first]], groups[columns[second]]
        if one is not other:
            one |= other
            groups |= dict.fromkeys(other, one)
    return sorted({tuple(sorted(group)) for group in groups.values() if len(group) > 1})


def rank_correlations(columns: Array) -> Array:
    """Compute Spearman's rank correlation of each two columns: (rows, k) to (k, k).

    Equal values share the mean of their ranks. A column of one value correlates with none.
    """
    ranks = np.stack([_centered_ranks(column) for column in columns.T], axis=1)
    products = matmul(ranks.T, ranks)
    lengths = np.sqrt(total(ranks * ranks, axis=0))
    lengths = lengths[:, None] * lengths
    defined = lengths > 0.0
    return np.where(defined, products / np.where(defined, lengths, 1.0), 0.0)


def _centered_ranks(values: Array) -> Array:
    """Find twice the difference of each value's rank to the mean rank, a whole number."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    twice = 2 * np.cumsum(counts) - counts  # the ranks' sum of first and last, but for 1
    return np.asarray(twice[place] - len(values), dtype=np.float64)
