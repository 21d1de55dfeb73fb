"""What becomes of a column: its features, and how a model file describes it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nn.arithmetic import Array
from nn.errors import InputError
from nn.preparing.columns import LARGEST
from nn.preparing.dates import date_feature_names, date_features, has_days
from nn.preparing.forms import PLAIN, Form, form_of, form_to_json

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
