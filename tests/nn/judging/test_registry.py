"""What every metric of the registry promises, and that it points the way it says."""

import numpy as np
import pytest

from nn.judging.judged import JudgedNumbers, judge
from nn.judging.registry import METRICS, headline, metrics_for, sweep_metrics


def judged(of_class_1, threshold=0.5):
    """Judge four rows, two of each class, by these probabilities of class 1."""
    probabilities = np.stack([1 - np.array(of_class_1), of_class_1], axis=1)
    labels = np.array([0, 0, 1, 1])
    return judge(labels, probabilities, np.log(probabilities), threshold)


@pytest.mark.parametrize(
    ("per_class", "expected"),
    [
        ([0.25, 0.75], 0.75),
        ([0.25, None], None),
        ([None, 0.75], 0.75),
        ([0.25, 0.75, 0.5], 0.5),
        ([0.25, 0.75, None], None),
    ],
)
def test_headline_is_class_1_of_two_and_the_average_of_more(per_class, expected):
    assert headline(per_class) == expected


def judged_numbers(predicted):
    """Judge four rows by these predicted numbers."""
    return JudgedNumbers(np.arange(4.0), np.array(predicted))


@pytest.mark.parametrize("name", METRICS)
def test_the_better_of_two_predictors_has_the_better_value(name):
    metric = METRICS[name]
    if metric.task == "regression":
        good, bad = judged_numbers([0.1, 1.0, 2.2, 3.0]), judged_numbers([1.0, 1.0, 2.0, 1.5])
    else:
        good, bad = judged([0.1, 0.2, 0.8, 0.9]), judged([0.2, 0.9, 0.3, 0.8])
    one, other = metric.value(good), metric.value(bad)
    assert one is not None
    assert other is not None
    assert (one > other) if metric.higher_is_better else (one < other)


def test_a_row_is_decided_once_and_counted_once():
    rows = judged([0.1, 0.4, 0.3, 0.9], threshold=0.35)
    assert rows.predicted.tolist() == [0, 1, 0, 1]
    assert rows.confusion.tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize("name", metrics_for("classification"))
def test_a_metric_of_each_class_has_a_value_for_each(name):
    probabilities = np.full((6, 3), 1 / 3)
    rows = judge(np.arange(6) % 3, probabilities, np.log(probabilities), 0.5)
    value = METRICS[name].function(rows)
    assert not isinstance(value, list) or len(value) == 3


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_told_in_a_title_and_a_phrase(name):
    title, meaning = METRICS[name].title, METRICS[name].meaning
    assert title[0].isupper()
    assert meaning[0].islower()
    assert not meaning.endswith(".")


def test_sweeps_are_offered_what_settings_may_be_chosen_by():
    of_classes = {"accuracy", "roc_auc", "log_loss", "brier"}
    assert {*sweep_metrics()} == {*of_classes, "rmse", "mae", "median_error", "r2"}
