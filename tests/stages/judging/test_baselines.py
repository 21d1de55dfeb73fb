"""The simpler predictors that stand beside the network."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

from nn.errors import TrainingDiverged
from stages.judging import baselines
from stages.judging.baselines import (
    enough_rows,
    linear_model,
    linear_scores,
    linear_settings,
    majority_scores,
)
from stages.running.artifacts import Rows
from tests.stages.trained import random_parts


def parts_of(**sizes):
    return {part: Rows(*rows) for part, rows in random_parts(**sizes).items() if len(rows[1])}


def baseline(**changes):
    settings = {"optimizer": "nesterov", "momentum": 0.9, "learning_rate": 0.5}
    return settings | {"epochs": 500, "l2": 0.01} | changes


def scored(parts, classes, settings):
    return linear_scores(parts, classes, linear_model(parts["train"], classes, settings), 0.5)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_linear_model_is_logistic_regression(classes):
    parts = parts_of(train=80, test=50, features=3, classes=classes)
    scores = scored(parts, [str(number) for number in range(classes)], baseline())
    oracle = LogisticRegression(C=1 / (0.01 * 80), tol=1e-10, max_iter=1000).fit(*parts["train"])
    for part, (features, labels) in parts.items():
        probabilities = oracle.predict_proba(features)
        assert scores[part]["log_loss"] == pytest.approx(log_loss(labels, probabilities), abs=1e-6)
        assert scores[part]["accuracy"] == accuracy_score(labels, oracle.predict(features))
        positive = probabilities[:, 1] if classes == 2 else probabilities
        area = roc_auc_score(labels, positive, multi_class="ovr")
        assert scores[part]["roc_auc"] == pytest.approx(area)


def test_of_very_many_rows_as_many_are_taken_as_tell_the_linear_model(monkeypatch):
    parts = parts_of(train=3000, test=500, features=3)
    all_rows = scored(parts, ["0", "1"], baseline())["test"]
    assert enough_rows(parts["train"]) is parts["train"]
    monkeypatch.setattr(baselines, "ENOUGH_ROWS", 1000)
    monkeypatch.setattr(baselines, "ROWS_A_FEATURE", 400)
    few = enough_rows(parts["train"])
    taken = [place for place in range(3000) if place % 5 in (0, 2)]  # two of five, evenly
    np.testing.assert_array_equal(few.features, parts["train"].features[taken])
    np.testing.assert_array_equal(few.labels, parts["train"].labels[taken])
    some = scored(parts, ["0", "1"], baseline())["test"]
    assert some["log_loss"] != all_rows["log_loss"]
    assert some["log_loss"] == pytest.approx(all_rows["log_loss"], abs=0.01)


def test_of_much_work_as_many_steps_are_taken_by_fewer_rows(monkeypatch):
    parts = parts_of(train=3000, test=500, features=3)
    in_full = scored(parts, ["0", "1"], baseline())["test"]
    settings = linear_settings(["0", "1"], baseline(), parts["train"])
    assert (settings.batch_size, settings.epochs) == (None, 500)
    monkeypatch.setattr(baselines, "MOST_NUMBERS", (3 + 1) * 500 * 1200)
    settings = linear_settings(["0", "1"], baseline(), parts["train"])
    assert (settings.batch_size, settings.epochs) == (1200, 167)  # of three steps
    part = scored(parts, ["0", "1"], baseline())["test"]
    assert part["log_loss"] != in_full["log_loss"]
    assert part["log_loss"] == pytest.approx(in_full["log_loss"], abs=0.01)


def test_a_diverging_linear_model_is_named():
    with pytest.raises(TrainingDiverged, match=r"linear model of evaluate\.baseline"):
        scored(parts_of(train=20), ["0", "1"], baseline(learning_rate=1e305, l2=1e3))


def test_the_majority_by_hand():
    none = np.zeros((0, 1))
    parts = {
        "train": Rows(none, np.array([0, 1, 1, 1])),
        "test": Rows(none, np.array([0, 1])),
        "validation": Rows(none, np.array([2, 1])),
    }
    scores = majority_scores(parts, ["a", "b", "c"])
    assert scores["train"]["accuracy"] == 0.75
    assert scores["test"]["accuracy"] == 0.5
    assert scores["test"]["log_loss"] == pytest.approx(-(np.log(0.25) + np.log(0.75)) / 2)
    assert scores["validation"] == {"accuracy": 0.5, "log_loss": None}
