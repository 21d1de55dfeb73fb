"""Making features of a table's columns by what training rows show, as params.yaml says."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nn.preparing.columns import Column
from nn.preparing.preprocessing import Preprocessing, fit_preprocessing, recode

Array = NDArray[np.float64]


def fit(
    train: Array,
    columns: Sequence[Column],
    missing: str,
    *,
    method: str,
    epsilon: float | None = None,
) -> Preprocessing:
    """Fit on training rows, coded (rows, columns); the keywords are the section `normalize`."""
    return fit_preprocessing(train, columns, missing, method, epsilon or 0.0)


def features_of(preprocessing: Preprocessing, values: Array, columns: Sequence[Column]) -> Array:
    """Make features of any rows, coded (rows, columns) as `columns` say: (rows, features)."""
    return preprocessing.features(recode(preprocessing.columns, values, columns))
