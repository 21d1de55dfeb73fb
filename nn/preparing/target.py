"""A target of numbers: scaled for the network, and predicted with an interval.

The intervals are those of split conformal prediction. Of rows that were not learnt from it is known
how far the prediction was off. If a new row is one of the same kind, it is as likely as any of them
to be off the most, the second most and so on. So with n such rows, an interval of ± the
ceil((n + 1) * level)-th smallest of these errors holds the actual number with a probability of
`level` or more, whatever the network and the data (Lei, G'Sell, Rinaldo, Tibshirani and Wasserman,
Distribution-Free Predictive Inference for Regression, 2018).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.errors import InputError
from nn.preparing.scaling import Array, Scaling, fit_scaling

MOST_ERRORS = 1000  # with more, the intervals would hardly become steadier


@dataclass(frozen=True)
class Quantity:
    """What a model knows of the number that it predicts, in the table's own units."""

    scaling: Scaling
    """How it is scaled for the network: two arrays of one element."""
    errors: Array
    """How far predictions were off in validation rows, ascending; empty where there were none."""

    def half_width(self, level: float) -> float:
        """Find how far to both sides of a prediction an interval reaches; `level` is from 0 to 1.

        Raises InputError where there were too few validation rows for it.
        """
        count = len(self.errors)
        # Rounded first: 0.9 * 10 is 9, and not a little more, which would count as 10.
        rank = math.ceil(round((count + 1) * level, 9))
        if rank > count:
            needed = math.ceil(round(level / (1.0 - level), 9))
            raise InputError(
                f"an interval of {level:g} needs {needed} validation rows, and there were {count}: "
                "raise split.validation_size, or ask for less"
            )
        return float(self.errors[max(rank, 1) - 1])


def fit_target(labels: NDArray[Any]) -> Scaling | None:
    """Find how to standardise what training rows have to predict, (rows,): arrays of one element.

    Of class numbers, which are whole, it is None: they are used as they are.
    """
    return None if labels.dtype.kind in "iu" else fit_scaling(labels[:, None], "zscore")


def scaled_target(labels: NDArray[Any], scaling: Scaling | None) -> NDArray[Any]:
    """Scale numbers to predict, (rows,), by what `fit_target` found."""
    return labels if scaling is None else scaling.apply(labels)


def scaled_targets(
    parts: Mapping[str, tuple[Array, NDArray[Any]]], scaling: Scaling | None
) -> dict[str, tuple[Array, NDArray[Any]]]:
    """Scale what each part of a table, features (rows, k) and labels (rows,), has to predict."""
    return {
        part: (features, scaled_target(labels, scaling))
        for part, (features, labels) in parts.items()
    }


def held_out_errors(residuals: Array) -> Array:
    """Choose what is kept of the residuals of validation rows, (rows,): sizes, ascending.

    Of many rows, MOST_ERRORS spread evenly over the table's order, which errors do not follow.
    """
    count = len(residuals)
    places = np.arange(count)
    if count > MOST_ERRORS:
        places = np.arange(MOST_ERRORS) * (count - 1) // (MOST_ERRORS - 1)
    return np.sort(np.abs(residuals[places]))
