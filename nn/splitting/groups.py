"""Splitting by group: all rows of a group are in one part, so that none is judged by its kin.

Rows of one person, machine or place are alike. Where some are trained on and others tested, the
figures say how well those are known again, and not what happens with the next person.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nn.errors import InputError, counted
from nn.splitting.parts import Rows, Split, part_rows, shares


def split_groups(
    labels: NDArray[np.generic],
    groups: NDArray[np.generic],
    test_size: float,
    validation_size: float,
    stratify: bool,
    source: np.random.Generator,
) -> Split:
    """Draw the groups of each part; `labels` and `groups` are names or numbers, (rows,).

    The sizes are fractions of all rows, and come as near to that as the groups allow. A part takes
    each drawn group that brings it nearer to its size or, with `stratify`, to its number of rows
    of each class (by the sum of what they are apart). The test rows do not depend on the size of
    the validation part, only on whether it needs one of the last groups that are left.

    Raises InputError when there are fewer groups than parts and, with `stratify`, when all groups
    that a class is in are set aside.
    """
    table = _Groups(labels, groups, stratify)
    rows, order = len(labels), source.permutation(len(table.sizes))
    wanted = [part_rows(rows, test_size), part_rows(rows, validation_size)]
    test, left = table.filled(order, wanted[0], 1 + (wanted[1] > 0))
    validation, train = table.filled(left, wanted[1], 1)
    return table.split(train, validation, test)


def fold_groups(
    labels: NDArray[np.generic],
    groups: NDArray[np.generic],
    folds: int,
    validation_size: float,
    stratify: bool,
    sources: Sequence[np.random.Generator],
) -> list[Split]:
    """Deal the groups out to folds, each of which is tested once.

    The largest group comes first, and of equally large ones the first that is drawn. Each goes to
    the fold that has fewest rows so far or, with `stratify`, fewest of the group's classes (as
    scikit-learn's GroupKFold and, to about the same effect, StratifiedGroupKFold).

    `sources` draw the folds and then, one for each fold, its validation rows. Raises InputError
    as `split_groups` does.
    """
    table = _Groups(labels, groups, stratify)
    count = len(table.sizes)
    if count < folds + (validation_size > 0):
        told = counted(count, "group is", "groups are")
        raise InputError(f"{told} too few for {folds} folds: take fewer folds")
    order = sources[0].permutation(count)
    of_kind = table.rows_of_kinds
    held = np.zeros((folds, len(of_kind)), dtype=np.int64)  # rows of each kind, by fold
    fold_of_group = np.empty(count, dtype=np.int64)
    for group in order[np.argsort(-table.rows_of_groups[order], kind="stable")]:
        load = np.zeros(folds)
        for kind in np.flatnonzero(table.sizes[group]).tolist():
            load += held[:, kind] * table.sizes[group, kind] / (of_kind[kind] * of_kind[kind])
        fold = int(np.argmin(load))
        fold_of_group[group] = fold
        held[fold] += table.sizes[group]
    wanted = part_rows(len(labels), validation_size)
    splits = []
    for fold, source in enumerate(sources[1:]):
        others = source.permutation(np.flatnonzero(fold_of_group != fold))
        validation, train = table.filled(others, wanted, 1)
        splits.append(table.split(train, validation, np.flatnonzero(fold_of_group == fold)))
    return splits


class _Groups:
    """How many rows of each kind the groups of a table have."""

    def __init__(
        self, labels: NDArray[np.generic], groups: NDArray[np.generic], stratify: bool
    ) -> None:
        kinds = labels if stratify else np.zeros(len(labels))
        self.names, kind_of_row = np.unique(kinds, return_inverse=True)
        found, self.group_of_row = np.unique(groups, return_inverse=True)
        shape = len(found), len(self.names)
        places = self.group_of_row * shape[1] + kind_of_row
        self.sizes = np.bincount(places, minlength=shape[0] * shape[1]).reshape(shape)
        self.rows_of_groups = self.sizes.sum(axis=1)
        self.rows_of_kinds = self.sizes.sum(axis=0)

    def filled(self, order: Rows, rows: int, others: int) -> tuple[Rows, Rows]:
        """Fill a part that is to have so many rows: its groups, and those that are left.

        So many `others` parts need a group each.
        """
        if not rows:
            return order[:0], order
        if len(order) < 1 + others:
            raise InputError(
                f"{counted(len(self.sizes), 'group is', 'groups are')} too few to split into so "
                "many parts: set "
                "test_size or validation_size to 0, or split by a column with more groups"
            )
        wanted = missing = shares(rows, self.rows_of_kinds)
        taken: list[int] = []
        for group in order.tolist():
            after = missing - self.sizes[group]
            if _apart(after) < _apart(missing):
                taken.append(group)
                missing = after
            if len(taken) == len(order) - others:
                break
        if not taken:  # all are too large: the one that is so least
            taken = [min(order.tolist(), key=lambda group: _apart(wanted - self.sizes[group]))]
        return np.array(taken), order[~np.isin(order, taken)]

    def split(self, train: Rows, validation: Rows, test: Rows) -> Split:
        """Find the rows of each part's groups; raises InputError where a kind is not trained on."""
        for kind, name in enumerate(self.names):
            if not self.sizes[train, kind].any():
                groups = int(np.count_nonzero(self.sizes[:, kind]))
                told = counted(groups, "group, which is", "groups, all of which are")
                raise InputError(
                    f"class {str(name)!r} has no row left to train on: it is in {told} set aside; "
                    "make the test and validation parts smaller, take another seed or set "
                    "stratify to false"
                )
        parts = (np.flatnonzero(np.isin(self.group_of_row, g)) for g in (train, validation, test))
        return Split(*parts)


def _apart(difference: Rows) -> int:
    """Count the rows by which numbers of rows, by kind, are apart."""
    return int(np.abs(difference).sum())
