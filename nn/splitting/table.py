"""Splitting a table as the section `split` of params.yaml says, once or into folds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import random_source
from nn.splitting.chance import deal_rows, split_off_test, split_rows
from nn.splitting.groups import fold_groups, split_groups
from nn.splitting.order import fold_in_order, split_in_order
from nn.splitting.parts import Rows, Split
from nn.splitting.strata import strata_of


def split_table(
    labels: NDArray[np.generic],
    classes: Sequence[str],
    keys: Rows | None = None,
    *,
    test_size: float,
    validation_size: float,
    stratify: bool,
    seed: int,
    group: str | None = None,
    order: str | None = None,
    purpose: str = "split",
) -> Split:
    """Draw the rows of each part of a table; `labels`, (rows,), are places in `classes`.

    Where there are no classes, labels are numbers. `keys`, (rows,), are the numbers of the rows'
    groups or their places in the order, where the columns `group` or `order` are named. The other
    arguments are those of the section `split` of params.yaml; a `purpose` names the seed's use.

    Raises InputError where there are too few rows, of which it names the class, or groups.
    """
    strata, source = strata_of(labels, classes), random_source(seed, purpose)
    if keys is not None and order is not None:
        return split_in_order(keys, test_size, validation_size)
    if keys is not None and group is not None:
        return split_groups(strata, keys, test_size, validation_size, stratify, source)
    return split_rows(strata, test_size, validation_size, stratify, source)


def fold_table(
    labels: NDArray[np.generic],
    classes: Sequence[str],
    keys: Rows | None,
    folds: int,
    *,
    validation_size: float,
    stratify: bool,
    seed: int,
    group: str | None = None,
    order: str | None = None,
) -> list[Split]:
    """Split a table into folds, each of which is tested once; arguments as of `split_table`.

    In an order, the rows before the first fold are never tested.
    """
    purposes = ["folds", *(f"validation rows of fold {fold}" for fold in range(folds))]
    sources = [random_source(seed, purpose) for purpose in purposes]
    strata = strata_of(labels, classes)
    if keys is not None and order is not None:
        return fold_in_order(keys, folds, validation_size)
    if keys is not None and group is not None:
        return fold_groups(strata, keys, folds, validation_size, stratify, sources)
    fold_of_row = deal_rows(strata, folds, stratify, sources[0])
    return [
        split_off_test(strata, np.flatnonzero(fold_of_row == fold), validation_size, stratify, each)
        for fold, each in enumerate(sources[1:])
    ]
