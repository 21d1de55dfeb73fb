"""Warnings that a reader of a regression's metrics should see before believing them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.arithmetic import rank_correlations
from nn.judging.judged import JudgedNumbers
from stages.judging.cautions import few_rows, unlike_training
from stages.running.artifacts import Array

TELLING_CORRELATION = 0.99  # of one column's ranks with the target's: what is left for a network?
GROWING_CORRELATION = 0.3  # of the errors' sizes with the predictions
ENOUGH_ROWS = 50  # to say so


def number_cautions(
    report: dict[str, Any],
    judged: str,
    names: Sequence[str],
    features: Array,
    labels: Array,
    predictions: JudgedNumbers,
) -> list[str]:
    """List, in sentences, what speaks against the metrics of the judged part.

    `report` is what is written to `results/KEY.json`; `features` (rows, k), by these names, and
    `labels` (rows,) are those of the training rows, `predictions` those of the judged part.
    """
    return [
        *_no_better_than_simple(report, judged),
        *_telling_columns(names, features, labels),
        *few_rows(report, "r2", "R²"),
        *unlike_training(report, "r2", "R²"),
        *_growing_errors(predictions),
    ]


def _no_better_than_simple(report: dict[str, Any], judged: str) -> list[str]:
    rmse = report[judged]["rmse"]
    simple = {"the mean of the training rows": "mean", "a linear model": "linear"}
    return [
        f"no better than {description}: {judged} RMSE {_short(rmse)} against {_short(reached)}"
        for description, name in simple.items()
        if rmse >= (reached := report["baseline"][name][judged]["rmse"])
    ]


def _telling_columns(names: Sequence[str], features: Array, labels: Array) -> list[str]:
    found = [_rank_correlation(column, labels) for column in features.T]
    columns = [
        repr(name)
        for name, correlation in zip(names, found, strict=True)
        if abs(correlation) >= TELLING_CORRELATION
    ]
    if not columns:
        return []
    return [
        "one column alone orders the rows as the target does (rank correlation of "
        f"{TELLING_CORRELATION} or more on training rows): {' or '.join(columns)}; it gives the "
        "answer away, or the task needs no network"
    ]


def _growing_errors(predictions: JudgedNumbers) -> list[str]:
    if len(predictions.labels) < ENOUGH_ROWS:
        return []
    correlation = _rank_correlation(np.abs(predictions.residuals), predictions.predicted)
    if correlation < GROWING_CORRELATION:
        return []
    return [
        f"errors grow with the prediction (rank correlation {correlation:.2f}): one RMSE or "
        "interval for all rows says little; try the logarithm of the target"
    ]


def _rank_correlation(one: Array, other: Array) -> float:
    return float(rank_correlations(np.stack([one, other], axis=1))[0, 1])


def _short(value: float) -> str:
    """Write four significant digits, without a power of ten where zeros can be counted: 38420."""
    if value and not 1e-6 <= abs(value) < 1e15:
        return f"{value:.4g}"
    return np.format_float_positional(value, 4, unique=False, fractional=False, trim="-")
