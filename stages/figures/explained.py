"""Reading what the stage `explain` found: which columns matter, and how answers move with them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.model_file import Model
from stages.running.artifacts import read_csv

Array = NDArray[np.float64]
AVERAGE = ""  # in place of a row's number


class Importances(NamedTuple):
    """By how much the loss grows when columns say nothing, the largest first."""

    names: list[str]
    """Of a column, or of several that were permuted together."""
    increases: Array
    intervals: Array
    """(names, 2); NaN where there are none."""


class Movements(NamedTuple):
    """How the answers move as one column is given other values."""

    values: list[str]
    """Numbers or categories, as the file has them."""
    are_numbers: bool
    answers: Mapping[str, Mapping[str, list[float]]]
    """By what is answered, and by row or `AVERAGE`: an answer to each value."""

    @property
    def places(self) -> list[float]:
        """Where the values stand on an axis: categories one after the other."""
        return [float(v) for v in self.values] if self.are_numbers else [*range(len(self.values))]


def loss_words(model: Model) -> str:
    """Say in which unit importances are: how wrong the network is, on average over the rows."""
    return f"mean absolute error of {model.target}" if model.quantity else "log loss"


def looked_at_words(model: Model, found: Importances) -> str:
    """Say how many columns were shuffled; nothing where all were."""
    count = len({*model.columns} & {*found.names})
    if count == len(model.columns):
        return ""
    return f"{count} of {len(model.columns)} columns"


def read_importances(key: str) -> Importances:
    """Read `curves/KEY-importance.csv`."""
    cells = read_csv(f"curves/{key}-importance.csv")
    ends = [[float(cell or "nan") for cell in cells[name]] for name in ("low", "high")]
    increases = np.array(cells["increase"], dtype=np.float64)
    return Importances(cells["columns"], increases, np.array(ends).T.reshape(-1, 2))


def read_movements(key: str, model: Model) -> dict[str, Movements]:
    """Read `curves/KEY-dependence.csv`, by column.

    The model says which columns are of numbers: a category may look like one, such as `inf`.
    """
    of_numbers = {each.name for each in model.preprocessing.columns if each.categories is None}
    cells = read_csv(f"curves/{key}-dependence.csv")
    answers: dict[str, dict[str, dict[str, list[float]]]] = {}
    values: dict[str, dict[str, None]] = {}  # in their order, each once
    for column, answer_of, row, value, answer in zip(*cells.values(), strict=True):
        of_column = answers.setdefault(column, {}).setdefault(answer_of, {})
        of_column.setdefault(row, []).append(float(answer))
        values.setdefault(column, {})[value] = None
    return {
        column: Movements([*values[column]], column in of_numbers, of_column)
        for column, of_column in answers.items()
    }
