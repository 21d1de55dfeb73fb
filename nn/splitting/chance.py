"""Splitting by chance: each row is as likely as any other to be in a part."""

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import drawn_order, places_of, row_blocks
from nn.errors import InputError, counted
from nn.splitting.parts import Rows, Split, part_rows, shares


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
    test_rows, validation_rows = part_rows(rows, test_size), part_rows(rows, validation_size)
    if test_rows + validation_rows >= rows:
        raise InputError(
            f"of {counted(rows, 'row')}, {test_rows} for testing and {validation_rows} for "
            "validation leave none to train on: add rows or make these parts smaller"
        )
    names, kind_of_row, counts = _kinds(labels, stratify)
    test_counts, validation_counts = shares(test_rows, counts), shares(validation_rows, counts)
    parts = 1 + (test_rows > 0) + (validation_rows > 0)
    train_counts = counts - test_counts - validation_counts
    for name, count, train_count in zip(names, counts, train_counts, strict=True):
        if count < parts or train_count < 1:
            remedy = (
                "set test_size or validation_size to 0"
                if count < parts
                else "make the test and validation parts smaller"
            )
            raise InputError(
                f"class {str(name)!r} has too few rows to split into {parts} parts: {count}; "
                f"add rows, {remedy} or set stratify to false"
            )
    order = drawn_order(source, rows)
    test = _first_of_each(order, kind_of_row, test_counts, np.zeros(rows, dtype=np.bool_))
    validation = _first_of_each(order, kind_of_row, validation_counts, test)
    del order, kind_of_row  # before memory is taken for the parts
    return Split(places_of(~(test | validation)), places_of(validation), places_of(test))


def deal_rows(
    labels: NDArray[np.generic], folds: int, stratify: bool, source: np.random.Generator
) -> Rows:
    """Deal the rows out to folds: the number of each row's fold, (rows,).

    The sizes of folds differ by one row at most and, with `stratify`, so does the number of rows
    of each class. Raises InputError where there are more folds than rows.
    """
    rows = len(labels)
    if rows < folds:
        told = counted(rows, "row is", "rows are")
        raise InputError(f"{told} too few for {folds} folds: add rows or take fewer folds")
    _, kind_of_row, _ = _kinds(labels, stratify)
    order = drawn_order(source, rows)
    by_kind = order[np.argsort(kind_of_row[order], kind="stable")]
    fold_of_row = np.empty(rows, dtype=np.int64)
    fold_of_row[by_kind] = np.arange(rows) % folds
    return fold_of_row


def split_off_test(
    labels: NDArray[np.generic],
    test: Rows,
    validation_size: float,
    stratify: bool,
    source: np.random.Generator,
) -> Split:
    """Draw the validation rows where the test rows are chosen; the rest is trained on.

    Raises InputError when no row is left to train on or, with `stratify`, of a class.
    """
    names, kind_of_row, counts = _kinds(labels, stratify)
    rows = len(labels)
    is_tested = np.zeros(rows, dtype=np.bool_)
    is_tested[test] = True
    in_left = counts - np.bincount(kind_of_row[test], minlength=len(counts))
    wanted = min(part_rows(rows, validation_size), rows - len(test))
    validation_counts = shares(wanted, in_left)
    for name, count, train_count in zip(names, counts, in_left - validation_counts, strict=True):
        if train_count < 1:
            raise InputError(
                f"class {str(name)!r} has too few rows for these folds: {count}, of which none is "
                "left to train on; add rows, take another number of folds, make the validation "
                "part smaller or set stratify to false"
            )
    order = drawn_order(source, rows)
    validation = _first_of_each(order, kind_of_row, validation_counts, is_tested)
    return Split(places_of(~(is_tested | validation)), places_of(validation), np.sort(test))


def _kinds(labels: NDArray[np.generic], stratify: bool) -> tuple[NDArray[np.generic], Rows, Rows]:
    """Find the kinds of rows, which of them each row is, and how many rows each has.

    Without stratification all rows are of one kind, and the rest is the same.
    """
    if not stratify:
        return np.zeros(1), np.zeros(len(labels), dtype=np.uint8), np.array([len(labels)])
    names = np.unique(np.concatenate([np.unique(block) for block in row_blocks(labels, 1)]))
    kind = np.min_scalar_type(len(names))
    blocks = row_blocks(labels, 1)
    kind_of_row = np.concatenate([np.searchsorted(names, block).astype(kind) for block in blocks])
    return names, kind_of_row, np.bincount(kind_of_row, minlength=len(names))


def _first_of_each(
    order: Rows, kind_of_row: Rows, counts: Rows, passed_over: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Mark so many rows of each kind, the first in an order but for those passed over: (rows,)."""
    marked = np.zeros(len(order), dtype=np.bool_)
    missing = counts.tolist()
    for block in row_blocks(order, 1):
        possible = block[~passed_over[block]]
        kinds = kind_of_row[possible]
        for kind in np.unique(kinds).tolist():
            first = possible[kinds == kind][: missing[kind]]
            marked[first] = True
            missing[kind] -= len(first)
    return marked
