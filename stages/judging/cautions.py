"""Warnings that a reader of metrics should see before believing them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.judging.metrics import roc_auc

TRAINING_ROWS_ONLY = "no test part: all figures are of the rows that the network was trained on"
SEPARATING_AUC = 0.99  # one column that orders the classes this well leaves a network little to do
UNBALANCED_SHARE = 0.8  # of the most frequent class
WIDE_INTERVAL = 0.2  # between the ends of the test accuracy's 95 % interval
WIDE_GAP = 0.1  # between training and test accuracy


def cautions(
    report: dict[str, Any],
    judged: str,
    names: Sequence[str],
    features: NDArray[np.float64],
    labels: NDArray[np.int64],
) -> list[str]:
    """List, in sentences, what speaks against the metrics of the judged part.

    `report` is what is written to `results/KEY.json`; `features` (rows, k), by these names, and
    `labels` (rows,) are those of the training rows.
    """
    return [
        *_no_better_than_simple(report, judged),
        *_separating_columns(names, features, labels),
        *_unbalanced(report),
        *_few_rows(report),
        *_unlike_training(report),
    ]


def _no_better_than_simple(report: dict[str, Any], judged: str) -> list[str]:
    accuracy = report[judged]["accuracy"]
    simple = {"guessing the most frequent class": "majority", "a linear model": "linear"}
    return [
        f"no better than {description}: {judged} accuracy {accuracy:.3f} against {reached:.3f}"
        for description, name in simple.items()
        if accuracy <= (reached := report["baseline"][name][judged]["accuracy"])
    ]


def _separating_columns(
    names: Sequence[str], features: NDArray[np.float64], labels: NDArray[np.int64]
) -> list[str]:
    if labels.max() > 1:  # of three classes, one alone is often easily told from the others
        return []
    areas = [roc_auc(labels == 1, column) for column in features.T]
    columns = [
        repr(name)
        for name, area in zip(names, areas, strict=True)
        if area is not None and max(area, 1 - area) >= SEPARATING_AUC
    ]
    if not columns:
        return []
    return [
        f"one column alone separates the classes (ROC AUC of {SEPARATING_AUC} or more on training "
        f"rows): {' or '.join(columns)}; it gives the answer away, or the task needs no network"
    ]


def _unbalanced(report: dict[str, Any]) -> list[str]:
    share = report["baseline"]["majority"]["train"]["accuracy"]
    if share < UNBALANCED_SHARE:
        return []
    return [f"one class has {share:.0%} of the rows: accuracy says little, look at F1 and ROC AUC"]


def _few_rows(report: dict[str, Any]) -> list[str]:
    if "test" not in report:
        return []
    low, high = report["test"]["intervals"]["accuracy"]
    if high - low <= WIDE_INTERVAL:
        return []
    rows = report["test"]["rows"]
    return [f"{rows} test rows are few: accuracy lies between {low:.2f} and {high:.2f} (95 %)"]


def _unlike_training(report: dict[str, Any]) -> list[str]:
    if "test" not in report:
        return []
    trained, tested = report["train"]["accuracy"], report["test"]["accuracy"]
    if abs(trained - tested) <= WIDE_GAP:
        return []
    return [f"training and test accuracy lie far apart: {trained:.3f} and {tested:.3f}"]
