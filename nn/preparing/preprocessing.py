"""From the columns of a table to the features of a network, fitted on training rows.

Within, a table is one array (rows, columns) of numbers: NaN where a value is missing, and a text as
its place among the column's categories, -1 where it is none of them.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nn.arithmetic import one_column
from nn.errors import InputError, nearest
from nn.preparing.columns import LARGEST, Column
from nn.preparing.dates import date_feature_names, date_features, date_text, has_days
from nn.preparing.forms import FALSE, PLAIN, TRUE, Form, form_of, form_to_json, same_key, truth_key
from nn.preparing.scaling import Scaling, fit_scaling

Array = NDArray[np.float64]

FEW = 3  # texts that are named where there are many
UNSEEN = -1.0  # the place of a text that is none of the categories
REST = "(other)"  # how the rare categories are called together


class Preparation(NamedTuple):
    """What becomes of a column: itself or a feature for each category, and perhaps an indicator."""

    name: str
    categories: tuple[str, ...] | None = None
    """Those seen in training, or the most frequent of them and then `rest`; None: the column is of
    numbers."""
    fill: float | None = None
    """Stands in for a missing value (a category's place); None: there must be none."""
    indicator: bool = False
    """Whether one more feature is 1 where the value is missing, else 0."""
    form: Form = PLAIN
    """How the column's cells are written."""
    range: tuple[float, float] | None = None
    """The smallest and the largest of its numbers in training, where that is known."""
    rest: str | None = None
    """The name of the category that stands for all texts but the most frequent ones."""

    @property
    def place_of_others(self) -> float:
        """Where a text stands that is none of the categories."""
        return UNSEEN if self.rest is None else float(len(self.categories or ()) - 1)

    @property
    def is_number_alone(self) -> bool:
        """Whether a column without gaps is its own and only feature."""
        return self.categories is None and not self.indicator and not self.form.date

    @property
    def is_counted(self) -> bool:
        """Whether its first feature is its numbers themselves, or the days of its dates."""
        return self.categories is None and (not self.form.date or has_days(self.form.date))

    @property
    def feature_names(self) -> list[str]:
        """Name its features: `age`, or `colour = red` for each category; `age is missing`."""
        names = [self.name]
        if self.categories is not None:
            names = [f"{self.name} = {category}" for category in self.categories]
        elif self.form.date:
            names = date_feature_names(self.name, self.form.date)
        return [*names, f"{self.name} is missing"] if self.indicator else names

    def features(self, values: Array) -> Array:
        """Turn a column (rows,) into its unscaled features (rows, features)."""
        absent = np.isnan(values)
        if absent.any():
            if self.fill is None:
                raise InputError(f"column {self.name!r}: a value is missing")
            values = np.where(absent, self.fill, values)
        columns = values[:, None]
        if self.categories is not None:  # a text that is none of them gets all zeros
            columns = np.asarray(columns == np.arange(len(self.categories)), dtype=np.float64)
        elif self.form.date:
            columns = date_features(values, self.form.date)
        if self.indicator:
            columns = np.concatenate([columns, absent[:, None].astype(np.float64)], axis=1)
        return columns


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


@dataclass(frozen=True)
class Preprocessing:
    """All that stands between a table and a network, as training rows have shown it."""

    columns: tuple[Preparation, ...]
    scaling: Scaling

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the network's inputs, in their order."""
        return tuple(name for column in self.columns for name in column.feature_names)

    def features(self, values: Array) -> Array:
        """Prepare coded values (rows, columns) for the network: (rows, features), scaled.

        Raises InputError where a value is missing and nothing was fitted to stand in for it.
        """
        return self.scaling.apply(self.unscaled(values))

    def unscaled(self, values: Array) -> Array:
        """Prepare coded values (rows, columns), but for the scaling: (rows, features)."""
        return _expanded(self.columns, values)

    def code(self, table: Any) -> Coded:
        """Turn a table into numbers, cell by cell where need be.

        The table is a mapping of names to columns, a pandas DataFrame for example, whose order and
        further columns do not matter; or anything that NumPy makes an array (rows, columns) of, its
        columns in the order of training. A column of dates has texts, dates, or as floats days
        since 1970. Raises InputError where a column is missing.
        """
        given = self._cells_by_name(table) if hasattr(table, "keys") else self._cells(table)
        coded = Coded(np.empty((len(given), len(given[0]))).T, [], [], [])  # columns are contiguous
        for place, (column, cells) in enumerate(zip(self.columns, given, strict=True)):
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

    def _cells_by_name(self, table: Any) -> list[NDArray[Any]]:
        names = list(table.keys())
        for column in self.columns:
            if column.name not in names:
                used = {each.name for each in self.columns}
                others = [name for name in names if isinstance(name, str) and name not in used]
                told = nearest(column.name, others)
                raise InputError(f"no column {column.name!r}{told}")
        given = [np.atleast_1d(np.asarray(table[column.name])) for column in self.columns]
        for column, cells in zip(self.columns, given, strict=True):
            if cells.ndim != 1 or len(cells) != len(given[0]):
                raise InputError(
                    f"column {column.name!r} has shape {cells.shape}, where the first one has "
                    f"{given[0].shape}: give each name once and all columns the same rows"
                )
        return given

    def _cells(self, table: ArrayLike) -> list[NDArray[Any]]:
        cells = np.asarray(table)
        if cells.ndim != 2 or cells.shape[1] != len(self.columns):
            names = ", ".join(repr(column.name) for column in self.columns)
            raise InputError(
                f"the table has shape {cells.shape}, not (rows, {len(self.columns)}): "
                f"give the columns {names}"
            )
        return list(cells.T)


def fit_preprocessing(
    values: Array,
    columns: Sequence[Column],
    missing: str,
    method: str,
    *,
    rows: NDArray[np.int64] | None = None,
    **settings: float,
) -> Preprocessing:
    """Learn from training rows, coded (rows, columns), what to do with any.

    These are all, or those of the given numbers.

    With `missing` ``impute`` the median stands in for a missing number, the most frequent text (of
    equally frequent ones, the first) for a missing text, and a column with missing values here gets
    an indicator; with ``refuse`` there must be none. Of a column of more than `most_categories`
    texts the most frequent ones (of equally frequent ones, the first) are categories of their own,
    and all others, those that are not seen here among them, are one. Numbers are scaled as
    `fit_scaling` says; a category's feature and an indicator stay 0 or 1. Raises InputError for a
    column of no values.
    """
    prepared, centers, scales = [], [], []
    for place, described in enumerate(columns):
        known = one_column(values, place)  # one at a time: all together may not fit into memory
        if rows is not None:
            known = known[rows]
        column = _fit_column(known, described, missing)
        center, scale = np.zeros(len(column.feature_names)), np.ones(len(column.feature_names))
        if column.is_counted:
            if column.fill is not None:
                known[np.isnan(known)] = column.fill
            (center[0],), (scale[0],), _ = fit_scaling(known[:, None], method, **settings)
        prepared.append(column)
        centers.append(center)
        scales.append(scale)
    scaling = Scaling(np.concatenate(centers), np.concatenate(scales), settings.get("clip"))
    return Preprocessing(tuple(prepared), scaling)


def recode(prepared: Sequence[Preparation], values: Array, columns: Sequence[Column]) -> Array:
    """Number the texts by the categories that training has seen, in place of those of `columns`.

    Shape (rows, columns) to the same.
    """
    values = values.copy()
    for place, (column, old) in enumerate(zip(prepared, columns, strict=True)):
        if column.categories is not None and old.categories is not None:
            places = {name: float(number) for number, name in enumerate(column.categories)}
            new = np.array([places.get(name, column.place_of_others) for name in old.categories])
            known = values[:, place] >= 0
            values[known, place] = new[values[known, place].astype(np.int64)]
    return values


def features_of(preprocessing: Preprocessing, values: Array, columns: Sequence[Column]) -> Array:
    """Make features of any rows, coded (rows, columns) as `columns` say: (rows, features)."""
    return preprocessing.features(recode(preprocessing.columns, values, columns))


def of_numbers(
    names: Sequence[str], scaling: Scaling, scaled: Array | None = None
) -> Preprocessing:
    """Prepare columns of numbers without gaps: they are scaled, and that is all.

    `scaled` are the smallest and largest scaled numbers in training, (2, columns).
    """
    if scaled is None:
        return Preprocessing(tuple(Preparation(name) for name in names), scaling)
    seen = zip(names, *scaling.undo(scaled).tolist(), strict=True)
    return Preprocessing(tuple(Preparation(n, range=(low, high)) for n, low, high in seen), scaling)


def to_json(columns: Sequence[Preparation]) -> list[dict[str, Any]]:
    """Describe prepared columns by what JSON has: `from_json` reads it again."""
    described = []
    for name, categories, fill, indicator, form, seen, rest in columns:
        told: dict[str, Any] = {"name": name, "indicator": indicator, "fill": fill}
        if seen is not None:
            told["range"] = list(seen)
        if form != PLAIN:
            told["form"] = form_to_json(form)
        if categories is not None:
            told["categories"] = list(categories)
            told["fill"] = None if fill is None else categories[int(fill)]
        if rest is not None:
            told["rest"] = rest
        described.append(told)
    return described


def from_json(described: Any) -> tuple[Preparation, ...]:
    """Read prepared columns; raises InputError where it is not what `to_json` writes."""
    if not isinstance(described, list):
        raise InputError(f"columns is {described!r:.60}, not a list")
    columns = []
    for place, each in enumerate(described):
        try:
            columns.append(_preparation(**each))
        except (AttributeError, TypeError, ValueError) as error:
            raise InputError(
                f"columns[{place}] is {each!r:.60}, no column's description"
            ) from error
    return tuple(columns)


def as_text(cell: object) -> str:
    """Write a cell as a CSV file would: 3.0 as 3, which pandas makes a float of beside a gap."""
    text = str(cell).strip()
    if isinstance(cell, float | np.floating) and text.endswith(".0"):
        text = text[:-2]
    return text


def _preparation(
    name: Any,
    indicator: Any,
    fill: Any,
    categories: Any = None,
    form: Any = None,
    range: Any = None,
    rest: Any = None,
) -> Preparation:
    written = PLAIN if form is None else form_of(**form)
    if type(name) is not str or type(indicator) is not bool or (indicator and fill is None):
        raise ValueError
    if categories is None:
        if fill is not None and not (type(fill) is float and abs(fill) <= LARGEST):
            raise ValueError
        if range is not None:
            low, high = map(float, range)
            if not -LARGEST <= low <= high <= LARGEST:
                raise ValueError
            range = low, high
        return Preparation(name, None, fill, indicator, written, range)
    if {*map(type, categories)} != {str} or len({*categories}) < len(categories):
        raise ValueError
    if rest is not None and rest != categories[-1]:
        raise ValueError
    place = None if fill is None else float(categories.index(fill))
    return Preparation(name, tuple(categories), place, indicator, written, rest=rest)


def _fit_column(values: Array, column: Column, missing: str) -> Preparation:
    known = values[~np.isnan(values)]
    if not len(known):
        raise InputError(
            f"column {column.name!r} has no value in the training rows: add it to data.drop"
        )
    indicator, extent, rest = len(known) < len(values), None, None
    if column.categories is None:
        ordered = np.sort(known)
        low, high = ordered[(len(known) - 1) // 2], ordered[len(known) // 2]
        seen, fill = None, float((low + high) / 2)
        extent = float(ordered[0]) + 0.0, float(ordered[-1]) + 0.0
    else:
        counts = np.bincount(known.astype(np.int64), minlength=len(column.categories))
        kept = np.flatnonzero(counts)
        if column.most_categories and len(kept) > column.most_categories:
            frequent = np.argsort(-counts, kind="stable")[: column.most_categories - 1]
            kept, rest = np.sort(frequent), REST
            while rest in column.categories:
                rest = f"({rest})"
        seen = tuple(column.categories[place] for place in kept.tolist())
        fill = float(np.argmax(counts[kept]))
        seen += () if rest is None else (rest,)
    if missing == "refuse":
        return Preparation(column.name, seen, form=column.form, range=extent, rest=rest)
    return Preparation(column.name, seen, fill, indicator, column.form, extent, rest)


def _expanded(prepared: Sequence[Preparation], values: Array) -> Array:
    """Turn coded values (rows, columns) into unscaled features (rows, features)."""
    if not np.isnan(values).any() and all(column.is_number_alone for column in prepared):
        return values
    parts = [column.features(values[:, place]) for place, column in enumerate(prepared)]
    return np.concatenate(parts, axis=1)


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
        most = sorted(found, key=lambda each: (-each.rows, each.row))[:FEW]
        told = [f"{each.text} ({each.rows})" if each.rows > 1 else each.text for each in most]
        others = f" and {len(found) - FEW} others" if len(found) > FEW else ""
        verb = "was" if len(found) == 1 else "were"
        text = f"{', '.join(told)}{others} {verb} not in training"
        rows = sum(each.rows for each in found)
        yield Oddity(min(each.row for each in found), column, text, rows)


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
