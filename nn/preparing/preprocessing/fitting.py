"""From coded columns to the features of a network, fitted on training rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, at_ranks, counts_of, one_column, row_blocks, rows_in_order, stored
from nn.errors import InputError
from nn.preparing.columns import Column
from nn.preparing.preprocessing.coding import Coded, code_table
from nn.preparing.preprocessing.preparation import REST, Preparation
from nn.preparing.scaling import Scaling, fit_scaling


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
        return code_table(self.columns, table)


def fit_preprocessing(
    values: Array,
    columns: Iterable[Column],
    missing: str,
    method: str,
    *,
    rows: NDArray[np.int64] | None = None,
    **settings: float,
) -> Preprocessing:
    """Learn from training rows, coded (rows, columns), what to do with any.

    These are all, or those of the given numbers, ascending.

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
            known = rows_in_order(known, rows)
        column = _fit_column(known, described, missing)
        center, scale = np.zeros(len(column.feature_names)), np.ones(len(column.feature_names))
        if column.is_counted:
            if column.fill is not None:
                blocks = row_blocks(known, 1)
                known = stored(np.where(np.isnan(each), column.fill, each) for each in blocks)
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


def _fit_column(values: Array, column: Column, missing: str) -> Preparation:
    known = stored(block[~np.isnan(block)] for block in row_blocks(values, 1))
    if not len(known):
        raise InputError(
            f"column {column.name!r} has no value in the training rows: add it to data.drop"
        )
    indicator, extent, rest = len(known) < len(values), None, None
    if column.categories is None:
        count = len(known)
        least, low, high, most = at_ranks(known, [0, (count - 1) // 2, count // 2, count - 1])
        seen, fill = None, (low + high) / 2
        extent = least + 0.0, most + 0.0
    else:
        counts = counts_of(known, len(column.categories))
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
