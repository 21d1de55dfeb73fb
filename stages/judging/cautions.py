"""Warnings that a reader of metrics should see before believing them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import even_places, rows_in_order
from nn.errors import counted
from nn.judging.metrics import roc_auc

TRAINING_ROWS_ONLY = "no test part: all figures are of the rows that the network was trained on"
SEPARATING_AUC = 0.99  # one column that orders the classes this well leaves a network little to do
MOST_LOOKED_AT = 200_000  # rows, at even distances
UNBALANCED_SHARE = 0.8  # of the most frequent class
WIDE_INTERVAL = 0.2  # between the ends of a 95 % interval of the test accuracy or R²
WIDE_GAP = 0.1  # between training and test accuracy or R²


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
        *few_rows(report, "accuracy", "accuracy"),
        *unlike_training(report, "accuracy", "accuracy"),
    ]


def _no_better_than_simple(report: dict[str, Any], judged: str) -> list[str]:
    """Compare decisions; where the network's are better than a linear model's, log losses, too.

    Decisions by what mistakes cost are not meant to be right most often: their costs are compared.
    """
    own, loss = report[judged], report[judged]["log_loss"]
    guessing, linear = (report["baseline"][name][judged] for name in ("majority", "linear"))
    if "cost" in own:
        metric, sign, title, digits = "cost", -1, "cost of a row", ".4g"
        constant = "deciding for one class in all rows"
    else:
        metric, sign, title, digits = "accuracy", 1, "accuracy", ".3f"
        constant = "guessing the most frequent class"
    simple = {constant: guessing[metric], "a linear model": linear[metric]}
    told = [
        f"no better than {described}: {judged} {title} {own[metric]:{digits}} against "
        f"{reached:{digits}}"
        for described, reached in simple.items()
        if sign * own[metric] <= sign * reached
    ]
    if sign * own[metric] > sign * linear[metric] and loss >= linear["log_loss"]:
        reached = linear["log_loss"]
        told.append(
            f"no better than a linear model: {judged} log loss {loss:.3g} against {reached:.3g}"
        )
    if guessing["log_loss"] is not None and loss >= guessing["log_loss"]:
        told.append(
            f"probabilities that are worse than the shares of the classes: {judged} log loss "
            f"{loss:.3g} against {guessing['log_loss']:.3g}; raise l2, or stop earlier"
        )
    return told


def _separating_columns(
    names: Sequence[str], features: NDArray[np.float64], labels: NDArray[np.int64]
) -> list[str]:
    if labels.max() > 1:  # of three classes, one alone is often easily told from the others
        return []
    if len(labels) > MOST_LOOKED_AT:
        places = even_places(len(labels), MOST_LOOKED_AT)
        features, labels = (rows_in_order(each, places) for each in (features, labels))
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


def few_rows(report: dict[str, Any], metric: str, title: str) -> list[str]:
    """Say that test rows are few where the interval of a metric from 0 to 1 is wide."""
    if "test" not in report:
        return []
    interval = report["test"]["intervals"].get(metric)
    rows = counted(report["test"]["rows"], "test row is", "test rows are")
    if interval is None:
        return [f"{rows} few: too few for an interval of {title}"]
    low, high = interval
    if high - low <= WIDE_INTERVAL:
        return []
    return [f"{rows} few: {title} lies between {low:.2f} and {high:.2f} (95 %)"]


def unlike_training(report: dict[str, Any], metric: str, title: str) -> list[str]:
    """Say that a metric from 0 to 1 is another one on test rows than on training rows."""
    if "test" not in report:
        return []
    trained, tested = report["train"][metric], report["test"][metric]
    if None in (trained, tested) or abs(trained - tested) <= WIDE_GAP:
        return []
    return [f"training and test {title} lie far apart: {trained:.3f} and {tested:.3f}"]
