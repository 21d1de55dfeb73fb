"""Metrics and curves of a network that nobody trained, against scikit-learn's."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics as oracle
from scipy.stats import binomtest

from nn.errors import InputError
from nn.judging.bootstrap import mean_interval, roc_auc_interval
from nn.model_file import load_model
from stages import evaluate
from tests.stages.trained import random_parts, write_trained

pytestmark = pytest.mark.usefixtures("project")


def evaluated():
    evaluate.main("mine")
    return json.loads(Path("results/mine.json").read_text(encoding="utf-8"))


def curve(name):
    with Path(f"curves/mine/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_scores_of_two_classes_agree_with_scikit_learn():
    parts = random_parts(train=60, validation=25, test=40)
    network = write_trained(parts).network
    report = evaluated()
    for part, (features, labels) in parts.items():
        positive = network.probabilities(features)[:, 1]
        predicted = positive >= 0.5
        assert report[part]["rows"] == len(labels)
        assert report[part]["confusion"] == oracle.confusion_matrix(labels, predicted).tolist()
        for name, expected in {
            "accuracy": oracle.accuracy_score(labels, predicted),
            "precision": oracle.precision_score(labels, predicted),
            "recall": oracle.recall_score(labels, predicted),
            "f1": oracle.f1_score(labels, predicted),
            "roc_auc": oracle.roc_auc_score(labels, positive),
            "log_loss": oracle.log_loss(labels, positive),
            "brier": oracle.brier_score_loss(labels, positive),
        }.items():
            assert report[part][name] == pytest.approx(expected, rel=1e-12), (part, name)


def test_scores_of_three_classes_are_averages_beside_each_class():
    parts = random_parts(train=60, test=40, features=4, classes=3)
    network = write_trained(parts, classes=("red", "green", "blue"), output="softmax").network
    report = evaluated()["test"]
    features, labels = parts["test"]
    probabilities = network.probabilities(features)
    predicted = probabilities.argmax(axis=1)

    precision, recall, f1, _ = oracle.precision_recall_fscore_support(labels, predicted)
    areas = oracle.roc_auc_score(labels, probabilities, multi_class="ovr", average=None)
    expected = {"precision": precision, "recall": recall, "f1": f1, "roc_auc": areas}
    for name, by_class in expected.items():
        assert report[name] == pytest.approx(by_class.mean(), rel=1e-12)
        found = [report["per_class"][color][name] for color in ("red", "green", "blue")]
        assert found == pytest.approx(by_class, rel=1e-12)
    assert report["log_loss"] == pytest.approx(oracle.log_loss(labels, probabilities), rel=1e-12)
    assert report["brier"] == pytest.approx(
        oracle.brier_score_loss(labels, probabilities), rel=1e-12
    )
    assert {row["class"] for row in curve("roc")} == {"red", "green", "blue"}


@pytest.mark.parametrize(("parts", "judged"), [({"test": 20}, "test"), ({}, "train")])
def test_metrics_are_a_dozen_plain_figures_of_the_judged_rows(parts, judged):
    write_trained(random_parts(train=40, **parts))
    scores = evaluated()
    metrics = json.loads(Path("metrics/mine.json").read_text(encoding="utf-8"))
    linear, part = metrics.pop("linear"), metrics.pop("part")
    assert part == judged
    assert linear == scores["baseline"]["linear"][judged]
    assert metrics.items() <= scores[judged].items()
    assert not any(isinstance(value, list | dict) for value in metrics.values())
    assert len(metrics) + len(linear) + 1 == 12


def test_without_test_rows_the_metrics_say_so():
    write_trained(random_parts(train=30))
    report = evaluated()
    assert "test" not in report
    assert "validation" not in report
    assert "trained on" in report["note"]
    assert {row["part"] for row in curve("roc")} == {"train"}


def test_with_test_rows_there_is_no_such_note_and_curves_are_of_them():
    write_trained(random_parts(train=30, test=10))
    assert "note" not in evaluated()
    for name in ("roc", "precision_recall", "calibration", "confusion"):
        assert {row["part"] for row in curve(name)} == {"test"}


def test_probabilities_are_listed_for_parts_that_can_be_read_row_by_row():
    parts = random_parts(train=21, test=20)
    network = write_trained(parts).network
    report = evaluated()
    assert "probabilities" not in report["train"]
    expected = network.probabilities(parts["test"][0])[:, 1].tolist()
    assert report["test"]["probabilities"] == expected


def test_what_is_known_of_the_training_is_carried_on():
    write_trained(random_parts(train=30, test=10), warnings=["all units of layer 1 are dead"])
    report = evaluated()
    assert (report["train"]["first_loss"], report["train"]["final_loss"]) == (3.0, 0.5)
    assert report["warnings"][0] == "all units of layer 1 are dead"
    assert report["model"] == {"architecture": "2-5-1", "parameters": 21}
    assert report["data"] == {"rows": 40, "features": 2, "classes": ["0", "1"]}
    assert report["threshold"] == 0.5


def test_intervals_are_wilsons():
    write_trained(random_parts(train=30, test=40))
    report = evaluated()["test"]
    (_, false_alarms), (misses, hits) = report["confusion"]
    right = round(report["accuracy"] * 40)
    for name, seen, rows in (
        ("accuracy", right, 40),
        ("precision", hits, hits + false_alarms),
        ("recall", hits, hits + misses),
    ):
        expected = binomtest(seen, rows).proportion_ci(method="wilson")
        assert report["intervals"][name] == pytest.approx((expected.low, expected.high))
        assert report["interval_rows"][name] == rows


def test_intervals_of_log_loss_and_area_are_bootstrapped():
    parts = random_parts(train=30, test=40)
    network = write_trained(parts).network
    report = evaluated()["test"]
    features, labels = parts["test"]
    positive = network.probabilities(features)[:, 1]
    losses = -np.log(np.where(labels == 1, positive, 1 - positive))
    assert report["intervals"]["log_loss"] == pytest.approx(mean_interval(losses), rel=1e-9)
    expected = roc_auc_interval(labels == 1, positive)
    assert report["intervals"]["roc_auc"] == pytest.approx(expected)
    for name in ("log_loss", "roc_auc"):
        low, high = report["intervals"][name]
        assert low < report[name] < high
        assert report["interval_rows"][name] == 40


def test_of_few_test_rows_and_of_three_classes_there_are_fewer_intervals():
    write_trained(random_parts(train=30, test=8))
    assert not {"log_loss", "roc_auc"} & {*evaluated()["test"]["intervals"]}
    parts = random_parts(train=30, test=60, features=4, classes=3)
    write_trained(parts, classes=("red", "green", "blue"), output="softmax")
    found = evaluated()["test"]
    assert {*found["intervals"]} == {*found["interval_rows"]} == {"accuracy", "log_loss"}


# A threshold that is chosen


def choose_threshold():
    path = Path("params.yaml")
    text = path.read_text(encoding="utf-8").replace("threshold: 0.5", "threshold: youden")
    path.write_text(text, encoding="utf-8")


def test_a_threshold_is_chosen_on_validation_rows_and_used_everywhere():
    parts = random_parts(train=60, validation=50, test=40, seed=3)
    network = write_trained(parts, seed=1).network
    fixed = evaluated()
    choose_threshold()
    report = evaluated()
    chosen = report["threshold"]

    def youden(part, threshold):
        features, labels = parts[part]
        predicted = network.probabilities(features)[:, 1] >= threshold
        return oracle.balanced_accuracy_score(labels, predicted, adjusted=True)

    everywhere = [youden("validation", threshold) for threshold in np.arange(0.001, 1, 0.001)]
    assert youden("validation", chosen) >= max(everywhere) > youden("validation", 0.5)
    for part, (features, labels) in parts.items():
        predicted = network.probabilities(features)[:, 1] >= chosen
        assert report[part]["confusion"] == oracle.confusion_matrix(labels, predicted).tolist()
        assert report[part]["log_loss"] == fixed[part]["log_loss"]
    assert report["test"]["confusion"] != fixed["test"]["confusion"]
    predicted = network.probabilities(parts["test"][0])[:, 1] >= chosen
    assert [row["predicted"] for row in curve("confusion")] == [str(int(p)) for p in predicted]


def test_test_rows_have_no_say_in_the_threshold():
    parts = random_parts(train=60, validation=50, test=40, seed=3)
    write_trained(parts)
    choose_threshold()
    chosen = evaluated()["threshold"]
    for part in ("train", "test"):
        parts[part] = parts[part][0], 1 - parts[part][1]
    write_trained(parts)
    assert evaluated()["threshold"] == chosen


def test_where_no_threshold_can_be_chosen_it_is_told():
    choose_threshold()
    parts = random_parts(train=30, validation=6, test=10)
    parts["validation"] = parts["validation"][0], np.zeros(6, dtype=np.int64)
    write_trained(parts)
    with pytest.raises(InputError, match=r"of both classes .* of the 6 there are none"):
        evaluated()
    parts = random_parts(train=30, validation=20, test=10, classes=3)
    write_trained(parts, classes=("red", "green", "blue"), output="softmax")
    with pytest.raises(InputError, match=r"youden is for two classes, and there are 3"):
        evaluated()


def test_where_mistakes_cost_differently_the_threshold_costs_least_and_the_cost_is_told():
    parts = random_parts(train=60, validation=50, test=40, seed=3)
    network = write_trained(parts, seed=1).network
    path = Path("params.yaml")
    cost = "cost: {false_positive: 1.0, false_negative: 5.0}"
    text = path.read_text(encoding="utf-8").replace("threshold: 0.5", cost)
    path.write_text(text, encoding="utf-8")
    report = evaluated()
    chosen = report["threshold"]

    def paid(part, threshold):
        features, labels = parts[part]
        decided = network.probabilities(features)[:, 1] >= threshold
        return np.mean(1.0 * (decided & (labels == 0)) + 5.0 * (~decided & (labels == 1)))

    assert paid("validation", chosen) == min(
        paid("validation", threshold) for threshold in np.arange(0.0005, 1, 0.001)
    )
    assert paid("validation", chosen) < paid("validation", 0.5)
    for part, (_, labels) in parts.items():
        assert report[part]["cost"] == pytest.approx(paid(part, chosen))
        # Always class 1 costs less than always class 0, which half of all rows make dear.
        assert report["baseline"]["majority"][part]["cost"] == pytest.approx(np.mean(labels == 0))
        assert report["baseline"]["linear"][part]["cost"] >= 0
    metrics = json.loads(Path("metrics/mine.json").read_text(encoding="utf-8"))
    assert metrics["cost"] == report["test"]["cost"]
    assert metrics["linear"]["cost"] == report["baseline"]["linear"]["test"]["cost"]
    assert load_model("models/mine.npz").threshold == chosen


@pytest.mark.parametrize("members", [1, 3])
def test_the_model_decides_by_the_threshold_of_the_metrics(members):
    parts = random_parts(train=60, validation=50, test=40, seed=3)
    trained = write_trained(parts, seed=1, members=members)
    choose_threshold()
    report = evaluated()
    model = load_model("models/mine.npz")
    assert model.threshold == report["threshold"] != trained.threshold == 0.5
    np.testing.assert_array_equal(model.network.parameters, trained.network.parameters)
    assert load_model("artifacts/mine/network.npz").threshold == 0.5


def test_of_an_ensemble_its_members_alone_are_scored_too():
    parts = random_parts(train=60, test=40)
    network = write_trained(parts, members=3).network
    report = evaluated()
    features, labels = parts["test"]
    alone = [member.probabilities(features)[:, 1] for member in network.members]
    assert report["baseline"]["member"]["test"] == {
        "accuracy": pytest.approx(np.mean([(each >= 0.5) == labels for each in alone])),
        "log_loss": pytest.approx(np.mean([oracle.log_loss(labels, each) for each in alone])),
        "roc_auc": pytest.approx(np.mean([oracle.roc_auc_score(labels, each) for each in alone])),
    }
    together = oracle.log_loss(labels, np.mean(alone, axis=0))
    assert report["test"]["log_loss"] == pytest.approx(together)
    assert report["model"]["architecture"] == "3 × 2-5-1"


def test_validation_rows_are_judged_by_the_members_that_did_not_learn_from_them():
    parts = random_parts(train=60, validation=20, test=40)
    network = write_trained(parts, members=3).network
    held_out = [[*range(20)], [*range(0, 20, 2)], [*range(0, 20, 3)]]
    record = Path("artifacts/mine/training.json")
    known = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps({**known, "held_out": held_out}), encoding="utf-8")
    report = evaluated()
    features, labels = parts["validation"]
    alone = np.array([member.probabilities(features)[:, 1] for member in network.members])
    marks = np.array([np.isin(range(20), rows) for rows in held_out])
    expected = (alone * marks).sum(axis=0) / marks.sum(axis=0)
    assert report["validation"]["log_loss"] == pytest.approx(oracle.log_loss(labels, expected))
    features, labels = parts["test"]
    everyone = np.mean([m.probabilities(features)[:, 1] for m in network.members], axis=0)
    assert report["test"]["log_loss"] == pytest.approx(oracle.log_loss(labels, everyone))


def test_curves_agree_with_scikit_learn():
    parts = random_parts(train=30, test=40)
    network = write_trained(parts).network
    evaluated()
    features, labels = parts["test"]
    positive = network.probabilities(features)[:, 1]

    def column(name, key):
        return [float(row[key]) for row in curve(name)]

    false_positive_rate, true_positive_rate, thresholds = oracle.roc_curve(
        labels, positive, drop_intermediate=False
    )
    assert column("roc", "false_positive_rate") == pytest.approx(false_positive_rate)
    assert column("roc", "true_positive_rate") == pytest.approx(true_positive_rate)
    assert column("roc", "threshold") == pytest.approx(thresholds)
    precision, recall, _ = oracle.precision_recall_curve(labels, positive)
    assert column("precision_recall", "precision") == pytest.approx(precision[-2::-1])
    assert column("precision_recall", "recall") == pytest.approx(recall[-2::-1])
    assert [(row["actual"], row["predicted"]) for row in curve("confusion")] == [
        (str(label), str(int(probability >= 0.5)))
        for label, probability in zip(labels, positive, strict=True)
    ]
    assert sum(column("calibration", "rows")) == 40


def test_test_rows_of_one_class_leave_undefined_what_they_do_not_define():
    parts = random_parts(train=30, test=10)
    parts["test"] = parts["test"][0], np.zeros(10, dtype=np.int64)
    write_trained(parts)
    report = evaluated()["test"]
    assert report["roc_auc"] is None
    assert report["recall"] is None
    assert "recall" not in report["intervals"]
    assert curve("roc") == []
    header = Path("curves/mine/roc.csv").read_text(encoding="utf-8")
    assert header == "part,class,threshold,false_positive_rate,true_positive_rate\n"


def test_a_certain_and_wrong_network_has_a_large_and_finite_log_loss():
    parts = random_parts(train=30, test=10)
    parts["test"] = 1e150 * parts["test"][0], 1 - parts["test"][1]
    write_trained(parts, best_epoch=3, output="softmax")
    assert np.isfinite(evaluated()["test"]["log_loss"])
