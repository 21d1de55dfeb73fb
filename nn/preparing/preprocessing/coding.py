"""From a table's cells to numbers, as training rows have shown its columns to be.

Within, a table is one array (rows, columns) of numbers: NaN where a value is missing, and a text as
its place among the column's categories, -1 where it is none of them.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nn.arithmetic import Array
from nn.errors import InputError, nearest
from nn.preparing.columns import LARGEST
from nn.preparing.dates import date_text
from nn.preparing.forms import FALSE, PLAIN, TRUE, Form, same_key, truth_key
from nn.preparing.preprocessing.preparation import UNSEEN, Preparation

FEW = 3  # texts that are named where there are many


class Finding(NamedTuple):
    """Something about one cell that a person must be told."""

    row: int
    column: str
    text: str

    def __str__(self) -> str:
        """Write it as one line, the rows counted from 0."""
        return f"row {self.row}, column {self.column!r}: {self.text}"


class Oddity(NamedTuple):
    """Something about some cells of a column that a person is told once."""

    row: int
    """The first."""
    column: str
    text: str
    rows: int
    """In how many it is so: in a table of another unit it may be every row."""

    def __str__(self) -> str:
        """Write it as one line, the rows counted from 0."""
        more = f" and {self.rows - 1} more" if self.rows > 1 else ""
        return f"row {self.row}{more}, column {self.column!r}: {self.text}"


class Coded(NamedTuple):
    """A table as numbers, (rows, columns), and what was found on the way."""

    values: Array
    problems: list[Finding]
    """Cells that cannot be used; their value is NaN."""
    unseen: list[Oddity]
    """Texts that are none of their column's categories: one for each text, in quotes."""
    beyond: list[Oddity]
    """Numbers far outside of what training rows had: one for each column."""


def code_table(columns: Sequence[Preparation], table: Any) -> Coded:
    """Turn a table into numbers as its prepared columns say, cell by cell where need be.

    The table is a mapping of names to columns, a pandas DataFrame for example, whose order and
    further columns do not matter; or anything that NumPy makes an array (rows, columns) of, its
    columns in the order of training. A column of dates has texts, dates, or as floats days
    since 1970. Raises InputError where a column is missing.
    """
    given = _cells_by_name(columns, table) if hasattr(table, "keys") else _cells(columns, table)
    coded = Coded(np.empty((len(given), len(given[0]))).T, [], [], [])  # columns are contiguous
    for place, (column, cells) in enumerate(zip(columns, given, strict=True)):
        if column.categories is None:
            values = _numbers(cells, column, coded.problems)
            coded.values[:, place] = values
            coded.beyond.extend(_far_beyond(values, column))
        else:
            coded.values[:, place] = _places(cells, column, coded.unseen)
        if column.fill is None:
            wrong = {finding.row for finding in coded.problems if finding.column == column.name}
            for row in np.flatnonzero(np.isnan(coded.values[:, place])).tolist():
                if row not in wrong:
                    finding = Finding(row, column.name, "a value is missing")
                    coded.problems.append(finding)
    return coded


def _cells_by_name(columns: Sequence[Preparation], table: Any) -> list[NDArray[Any]]:
    names = list(table.keys())
    for column in columns:
        if column.name not in names:
            used = {each.name for each in columns}
            raise InputError(f"no column {column.name!r}{nearest(column.name, names, used)}")
    given = [np.atleast_1d(np.asarray(table[column.name])) for column in columns]
    for column, cells in zip(columns, given, strict=True):
        if cells.ndim != 1 or len(cells) != len(given[0]):
            raise InputError(
                f"column {column.name!r} has shape {cells.shape}, where the first one has "
                f"{given[0].shape}: give each name once and all columns the same rows"
            )
    return given


def _cells(columns: Sequence[Preparation], table: ArrayLike) -> list[NDArray[Any]]:
    cells = np.asarray(table)
    if cells.ndim != 2 or cells.shape[1] != len(columns):
        names = ", ".join(repr(column.name) for column in columns)
        raise InputError(
            f"the table has shape {cells.shape}, not (rows, {len(columns)}): "
            f"give the columns {names}"
        )
    return list(cells.T)


def as_text(cell: object) -> str:
    """Write a cell as a CSV file would: 3.0 as 3, which pandas makes a float of beside a gap."""
    text = str(cell).strip()
    if isinstance(cell, float | np.floating) and text.endswith(".0"):
        text = text[:-2]
    return text


def _numbers(cells: NDArray[Any], column: Preparation, problems: list[Finding]) -> Array:
    if cells.dtype.kind in ("f" if column.form.date else "biuf"):
        values = cells.astype(np.float64)
    elif cells.dtype.kind == "M" and column.form.date:
        values = days_since_1970(cells)
    else:
        values = np.full(len(cells), np.nan)
        for row, cell in enumerate(cells.tolist()):
            value = (
                column.form.number(cell) if isinstance(cell, str) else _as_number(cell, column.form)
            )
            if value is None:
                problems.append(Finding(row, column.name, f"{cell!r:.40} is not a number"))
            else:
                values[row] = value
    for sentinel in column.form.sentinels():
        values[values == sentinel] = np.nan
    for row in np.flatnonzero(np.abs(values) > LARGEST).tolist():
        text = f"{cells[row]} is beyond the largest number that can be used, {LARGEST:g}"
        problems.append(Finding(row, column.name, text))
        values[row] = np.nan
    return values


def _as_number(cell: object, form: Form) -> float | None:
    """Read what is no text, such as None and pandas.NA; None where it is no number either."""
    if isinstance(cell, float):
        return cell
    if form.date and isinstance(cell, date):
        return float(days_since_1970(np.array([cell], dtype="datetime64[us]"))[0])
    try:
        return form.number(str(cell)) if form.date else float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return PLAIN.number(str(cell))


def days_since_1970(times: NDArray[np.datetime64]) -> Array:
    """Turn NumPy's times (rows,) into days, NaN where one is missing."""
    microseconds = times.astype("datetime64[us]").astype(np.int64).astype(np.float64)
    return np.where(np.isnat(times), np.nan, microseconds / 86_400_000_000)


def _far_beyond(values: Array, column: Preparation) -> Iterator[Oddity]:
    """Find numbers that are as far outside of those of training as these reach, or farther.

    Negative ones, where training had none, are so however small they are.
    """
    if column.range is None:
        return
    low, high = column.range
    reach = high - low
    lowest = low - reach if low < 0 or column.form.date else max(low - reach, 0.0)
    rows = np.flatnonzero((values < lowest) | (values > high + reach))
    if len(rows):
        value, *ends = map(_date_or_number(column), (values[rows[0]], low, high))
        is_near = low - reach <= values[rows[0]] <= high + reach
        told = "below zero, unlike" if is_near else "far beyond"
        text = f"{value} is {told} what training rows have, {ends[0]} to {ends[1]}"
        yield Oddity(int(rows[0]), column.name, text, len(rows))


def _date_or_number(column: Preparation) -> Callable[[float], str]:
    return date_text if column.form.date else "{:.15g}".format


def _places(cells: NDArray[Any], column: Preparation, unseen: list[Oddity]) -> Array:
    find = _finder(column)
    listed = cells.tolist()
    place_of = {cell: find(cell) for cell in set(listed)}  # each spelling is looked at once
    values = np.array([place_of[cell] for cell in listed], dtype=np.float64)
    rows: dict[str, list[int]] = {}
    for row in np.flatnonzero(values == UNSEEN).tolist():
        rows.setdefault(f"{listed[row]!r:.40}", []).append(row)
    unseen += [Oddity(found[0], column.name, text, len(found)) for text, found in rows.items()]
    return values


def of_each_column(unseen: Iterable[Oddity]) -> Iterator[Oddity]:
    """Take the unseen texts of each column together."""
    by_column: dict[str, list[Oddity]] = {}
    for each in unseen:
        by_column.setdefault(each.column, []).append(each)
    for column, found in by_column.items():
        counts = Counter({each.text: each.rows for each in found})
        told = [f"{text} ({rows})" if rows > 1 else text for text, rows in counts.most_common(FEW)]
        others = f" and {len(found) - FEW} others" if len(found) > FEW else ""
        verb = "was" if len(found) == 1 else "were"
        text = f"{', '.join(told)}{others} {verb} not in training"
        yield Oddity(min(each.row for each in found), column, text, counts.total())


def _finder(column: Preparation) -> Callable[[object], float]:
    """Make a function that finds a cell's place among the categories, however it is spelled."""
    places = {name: float(number) for number, name in enumerate(column.categories or ())}
    keys = [same_key(name) for name in places]
    if {*keys} <= TRUE | FALSE:
        keys = [truth_key(key) for key in keys]
    # Where two categories are the same but for their spelling, only that tells them apart.
    alike = dict(zip(keys, places.values(), strict=True))
    alike = {key: place for key, place in alike.items() if keys.count(key) == 1}
    is_truth = {*alike} <= {"1", "0"}

    def find(cell: object) -> float:
        text = str(cell) if str(cell) in places else column.form.text(as_text(cell))
        if not text:
            return math.nan
        if text in places:
            return places[text]
        key = same_key(text)
        return alike.get(truth_key(key) if is_truth else key, column.place_of_others)

    return find
