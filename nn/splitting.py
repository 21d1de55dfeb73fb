"""Parting the rows of a table into training, validation and test rows."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import random_source
from nn.errors import InputError

Rows = NDArray[np.int64]


class Split(NamedTuple):
    """The row numbers of each part, ascending; every row is in exactly one part."""

    train: Rows
    validation: Rows
    test: Rows


def split_table(
    labels: NDArray[np.generic],
    classes: Sequence[str],
    *,
    test_size: float,
    validation_size: float,
    stratify: bool,
    seed: int,
) -> Split:
    """Draw the rows of each part of a table; `labels`, (rows,), are places in `classes`.

    Where there are no classes, labels are numbers. The other arguments are the section `split` of
    params.yaml. Raises InputError where there are too few rows, of which it names the class.
    """
    kinds, source = kinds_of(labels, classes), random_source(seed, "split")
    return split_rows(kinds, test_size, validation_size, stratify, source)


def kinds_of(labels: NDArray[np.generic], classes: Sequence[str]) -> NDArray[np.generic]:
    """Find what rows are stratified by, (rows,): the names of their classes; numbers are alike."""
    return np.array(classes)[labels.astype(np.int64)] if classes else np.zeros(len(labels))


def split_rows(
    labels: NDArray[np.generic],
    test_size: float,
    validation_size: float,
    stratify: bool,
    source: np.random.Generator,
) -> Split:
    """Draw the rows of each part.

    `labels`, shape (rows,), are class numbers or names. The sizes are fractions of all rows,
    rounded half up, and at least one row unless 0. With `stratify` each part holds each class in
    the table's proportion, to within one row in test and validation. The test rows do not depend
    on the size of the validation part.

    Raises InputError when no row is left to train on, and with `stratify` when a class has fewer
    rows than there are parts, or none left to train on.
    """
    rows = len(labels)
    test_rows, validation_rows = _part_rows(rows, test_size), _part_rows(rows, validation_size)
    if test_rows + validation_rows >= rows:
        raise InputError(
            f"of {rows} rows, {test_rows} for testing and {validation_rows} for validation leave "
            "none to train on: add rows or make these parts smaller"
        )
    # Without stratification all rows are of one kind, and the rest is the same.
    kinds = labels if stratify else np.zeros(rows)
    names, kind_of_row, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    test_counts, validation_counts = _shares(test_rows, counts), _shares(validation_rows, counts)
    parts = 1 + (test_rows > 0) + (validation_rows > 0)
    for name, count, train_count in zip(
        names, counts, counts - test_counts - validation_counts, strict=True
    ):
        if count < parts or train_count < 1:
            raise InputError(
                f"class {str(name)!r} has too few rows to split into {parts} parts: {count}; add "
                "rows, make the test and validation parts smaller or set stratify to false"
            )

    order = source.permutation(rows)
    test, validation, train = [], [], []
    for kind, (in_test, in_validation) in enumerate(
        zip(test_counts, validation_counts, strict=True)
    ):
        drawn = order[kind_of_row[order] == kind]
        test.append(drawn[:in_test])
        validation.append(drawn[in_test : in_test + in_validation])
        train.append(drawn[in_test + in_validation :])
    return Split(*(np.sort(np.concatenate(part)) for part in (train, validation, test)))


def _part_rows(rows: int, size: float) -> int:
    """Count the rows of a part that is to have a fraction of all rows."""
    return max(1, math.floor(rows * size + 0.5)) if size > 0 else 0


def _shares(part_rows: int, counts: Rows) -> Rows:
    """Deal the rows of a part out to classes by the largest remainder (Hamilton's method).

    Each class gets its proportion of `counts`, rounded down, and the classes that lost most by
    rounding one row more, until the shares add up to `part_rows`. Integers only: exact.
    """
    shares, remainders = np.divmod(part_rows * counts, counts.sum())
    missing = part_rows - shares.sum()
    shares[np.argsort(-remainders, kind="stable")[:missing]] += 1
    return shares
