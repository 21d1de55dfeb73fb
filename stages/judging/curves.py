"""The curves that `dvc plots` draws: every experiment has all files, those of its task with rows.

DVC wants each file that dvc.yaml names. One with nothing but a header it passes over.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.arithmetic import rows_in_order
from nn.judging.curves import (
    calibration_curve,
    of_class,
    precision_recall_curve,
    roc_curve,
    thinned,
)
from nn.judging.judged import Judged, JudgedNumbers
from stages.running.artifacts import most_frequent, shown_places

Columns = list[Any]  # each a sequence

HEADERS = {
    "roc": ("part", "class", "threshold", "false_positive_rate", "true_positive_rate"),
    "precision_recall": ("part", "class", "threshold", "precision", "recall"),
    "calibration": ("part", "probability", "frequency", "rows"),
    "confusion": ("part", "actual", "predicted"),
    "predicted": ("part", "actual", "predicted"),
    "residuals": ("part", "predicted", "residual"),
}
"""The columns of each file, by its name."""


def class_curves(part: str, judged: Judged, classes: Sequence[str]) -> dict[str, Columns]:
    """Find the curves of predicted classes: the columns of each file.

    ROC and precision-recall curves are class 1's where there are two classes, else of each class
    against the rest. Of many points, rows and classes those are found that can be told apart in a
    picture: of classes the most frequent.
    """
    labels, probabilities = judged.labels, judged.probabilities
    drawn = [1] if len(classes) == 2 else most_frequent(np.bincount(labels, minlength=len(classes)))
    found: dict[str, Columns] = {}
    for name, curve_of in (("roc", roc_curve), ("precision_recall", precision_recall_curve)):
        curves = [
            thinned(curve_of(of_class(labels, number), probabilities[:, number]))
            for number in drawn
        ]
        points = [len(curve.threshold) for curve in curves]
        found[name] = [
            np.repeat(part, sum(points)),
            np.repeat([classes[number] for number in drawn], points),
            *(np.concatenate(column) for column in zip(*curves, strict=True)),
        ]
    calibration = calibration_curve(probabilities, labels)
    found["calibration"] = [np.repeat(part, len(calibration.rows)), *calibration]
    names, shown = np.array(classes), shown_places(len(labels))
    found["confusion"] = [
        np.repeat(part, len(shown)),
        names[rows_in_order(labels, shown)],
        names[rows_in_order(judged.predicted, shown)],
    ]
    return found


def number_curves(part: str, judged: JudgedNumbers, classes: Sequence[str]) -> dict[str, Columns]:
    """Set predicted numbers beside actual ones, and residuals beside predicted ones."""
    shown = shown_places(len(judged.labels))
    parts = np.repeat(part, len(shown))
    actual, predicted, residuals = (
        values[shown] for values in (judged.labels, judged.predicted, judged.residuals)
    )
    return {
        "predicted": [parts, actual, predicted],
        "residuals": [parts, predicted, residuals],
    }
