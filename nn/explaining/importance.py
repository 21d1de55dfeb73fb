"""Permutation importance: how much worse predictions become when a column says nothing any more.

A column's cells are dealt out anew among the rows. So it keeps its values and loses all that ties
them to the target and to the other columns; by how much the loss grows tells how far the network
relies on it (Breiman, Machine Learning 45, 2001; Fisher, Rudin and Dominici, JMLR 20, 2019). It
tells what this network does, not what causes the target. And where two columns say the same, each
can stand in for the other and seems to matter little: so such columns are permuted together, too.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from nn.arithmetic import Array, mean, random_source, rank_correlations
from nn.judging.bootstrap import Interval, mean_interval

PERMUTATIONS = 10
NUMBERS_AT_A_TIME = 1 << 20
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
    losses: Callable[[Array], Array],
    values: Array,
    groups: Iterable[Sequence[int]],
    permutations: int = PERMUTATIONS,
) -> list[Importance]:
    """Measure by how much the loss grows when groups of columns are permuted, each by itself.

    `losses` tells of values (rows, columns) the loss of each row, (rows,); it is given the rows
    several times, one after the other, (times * rows, columns). Every group sees the same
    permutations, so that what they differ by is not chance.
    """
    source = random_source(0, "permutation importance")
    rows, columns = values.shape
    orders = np.stack([source.permutation(rows) for _ in range(permutations)])
    # A network of very many weights takes longer to be made ready than for a few rows.
    at_a_time = max(NUMBERS_AT_A_TIME // max(values.size, 1), 1)
    before = losses(values)
    found = []
    for group in groups:
        increases = []
        for start in range(0, permutations, at_a_time):
            some = orders[start : start + at_a_time]
            permuted = np.tile(values, (len(some), 1, 1))
            permuted[:, :, group] = values[some[:, :, None], group]
            after = losses(permuted.reshape(-1, columns))
            increases.append(after.reshape(len(some), rows) - before)
        of_rows = mean(np.concatenate(increases), axis=0)
        found.append(Importance(tuple(group), float(mean(of_rows)), mean_interval(of_rows)))
    return found


def columns_alike(features: Array, columns: Sequence[int]) -> list[tuple[int, ...]]:
    """Find groups of columns that say nearly the same, by the rank correlation of their features.

    `features` are (rows, k), and `columns` tell of each feature which column it is of. Two columns
    are alike where features of theirs have a Spearman correlation of at least `ALIKE` or at most
    -`ALIKE`. Each column in turn joins the first group all of which it is alike to.
    """
    alike = {
        (columns[first], columns[second])
        for first, second in np.argwhere(np.abs(rank_correlations(features)) >= ALIKE).tolist()
    }
    groups: list[list[int]] = []
    for column in dict.fromkeys(columns):
        for group in groups:
            if all((column, other) in alike for other in group):
                group.append(column)
                break
        else:
            groups.append([column])
    return [tuple(group) for group in groups if len(group) > 1]
