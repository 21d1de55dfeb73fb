"""Replicates against the pipeline run with their seeds, and their sums against NumPy and scipy."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy import stats
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from nn.errors import InputError
from nn.judging.registry import metrics_for
from nn.splitting import fold_table
from nn.training.loop import train as train_network
from stages import evaluate, normalize, replicate, split, train
from stages.executing.training import train_everywhere
from stages.running.artifacts import read_split
from stages.running.parameters.file import load_params

ROWS = np.random.default_rng(5).normal(size=(60, 2)).round(3)
TABLE = "a,b,label\n" + "".join(
    f"{a},{b},{'yes' if a - b + noise > 0 else 'no'}\n"
    for (a, b), noise in zip(ROWS, np.random.default_rng(6).normal(size=60) * 0.7, strict=True)
)


@pytest.fixture(autouse=True)
def table(project):
    """A table that can be learnt, but not without errors."""
    project(table=TABLE)


def set_params(**changes):
    """Change values of the experiment `mine`, by section and key."""
    content = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    for name, values in changes.items():
        content["experiments"]["mine"][name] |= values
    Path("params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def replicated():
    split.main("mine")
    replicate.main("mine")
    report = json.loads(Path("results/mine-replicates.json").read_text(encoding="utf-8"))
    with Path("curves/mine-replicates.csv").open(encoding="utf-8", newline="") as file:
        return report, list(csv.DictReader(file))


def by_the_pipeline():
    for stage in (split, normalize, train, evaluate):
        stage.main("mine")
    return json.loads(Path("results/mine.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden": [6], "epochs": 30},
        {"hidden": [20, 8], "epochs": 12, "batch_size": 7, "activation": "tanh"},
        {"epochs": 30, "early_stopping": {"patience": 2, "min_delta": 0.0}, "hidden": [9]},
    ],
    ids=["full batch", "mini-batches", "early stopping"],
)
def test_a_replicate_is_the_pipeline_with_its_seeds(settings):
    set_params(train=settings, replicate={"count": 4})
    each = replicated()[0]["each"]
    assert len(set(each["log_loss"])) == 4
    for number in (0, 3):
        set_params(
            split={"seed": each["split_seed"][number]}, train={"seed": each["train_seed"][number]}
        )
        report = by_the_pipeline()
        for name in metrics_for("classification"):
            assert each[name][number] == report["test"][name], name
        for name in ("accuracy", "log_loss", "roc_auc"):
            expected = report["baseline"]["linear"]["test"][name]
            assert each[f"linear_{name}"][number] == expected, name


def test_a_chosen_threshold_is_chosen_for_each_replicate():
    set_params(
        train={"hidden": [4], "epochs": 20},
        evaluate={"threshold": "youden"},
        split={"validation_size": 0.3},
    )
    each = replicated()[0]["each"]
    set_params(split={"seed": each["split_seed"][1]}, train={"seed": each["train_seed"][1]})
    report = by_the_pipeline()
    assert report["threshold"] != 0.5
    for name in metrics_for("classification"):
        assert each[name][1] == report["test"][name], name
    assert each["linear_accuracy"][1] == report["baseline"]["linear"]["test"]["accuracy"]


def test_the_sums_are_scipy_s():
    set_params(train={"hidden": [4], "epochs": 40}, replicate={"count": 12})
    report, _ = replicated()
    found, each = report["replicates"]["test"], report["each"]
    assert found["rows"] == 12
    for name in ("accuracy", "log_loss", "brier"):
        values = np.array(each[name])
        low, high = stats.t.interval(0.95, 11, values.mean(), stats.sem(values))
        expected = {"n": 12, "mean": values.mean(), "std": values.std(ddof=1), "low": low,
                    "high": high, "min": values.min(), "max": values.max()}  # fmt: skip
        assert found[name] == pytest.approx(expected, rel=1e-11)
    difference = report["replicates"]["minus_linear"]["test"]["log_loss"]
    pairs = stats.ttest_rel(each["log_loss"], each["linear_log_loss"]).confidence_interval()
    assert (difference["low"], difference["high"]) == pytest.approx(tuple(pairs), rel=1e-9)
    assert difference["mean"] == pytest.approx(
        np.mean(each["log_loss"]) - np.mean(each["linear_log_loss"]), rel=1e-10
    )


def test_a_row_for_each_replicate():
    report, rows = replicated()
    assert [row["replicate"] for row in rows] == ["0", "1", "2"]
    for name, column in report["each"].items():
        assert [row[name] for row in rows] == ["" if v is None else str(v) for v in column]
    assert len({(row["split_seed"], row["train_seed"]) for row in rows}) == 3


def test_more_replicates_do_not_change_the_first():
    _, few = replicated()
    set_params(replicate={"count": 5})
    _, more = replicated()
    assert more[:3] == few
    set_params(replicate={"count": 3, "seed": 2})
    assert not {row["train_seed"] for row in replicated()[1]} & {row["train_seed"] for row in more}


def test_without_test_rows_it_is_about_training_rows_and_says_so():
    set_params(split={"test_size": 0.0, "validation_size": 0.0})
    report, _ = replicated()
    assert "test" not in report["replicates"]
    assert report["replicates"]["train"]["rows"] == 60
    assert "trained on" in report["note"]
    assert len(set(report["each"]["log_loss"])) == 3  # the initial weights differ all the same


def test_collapsed_and_diverged_replicates_are_counted(monkeypatch, capsys):
    set_params(train={"hidden": [6, 6], "epochs": 60, "learning_rate": 3.0}, replicate={"count": 8})

    def with_one_that_diverges(problems, *others):
        wild = problems[2].settings.model_copy(update={"learning_rate": 1e200})
        problems[2] = problems[2]._replace(settings=wild)
        return train_everywhere(problems, *others)

    monkeypatch.setattr(replicate, "train_everywhere", with_one_that_diverges)
    report, rows = replicated()
    counts = report["replicates"]
    assert rows[2]["outcome"] == "diverged"
    assert rows[2]["accuracy"] == ""
    assert report["each"]["accuracy"][2] is None
    assert counts["diverged"] == 1
    assert counts["test"]["accuracy"]["n"] == counts["minus_linear"]["test"]["accuracy"]["n"] == 7
    assert counts["collapsed"] == sum(row["outcome"] == "collapsed" for row in rows)
    told = capsys.readouterr().err
    assert "1 of 8 replicates diverged" in told
    assert "mine: 1 of 8 replicates diverged, and have no part in the figures" in told


def test_collapse_is_counted_where_nothing_tells_the_classes_apart(project):
    rows = "".join(f"1,1,{'no' if row % 3 else 'yes'}\n" for row in range(30))
    project(table=f"a,b,label\n{rows}")
    set_params(train={"hidden": [3], "epochs": 200})
    report, rows = replicated()
    assert {row["outcome"] for row in rows} == {"collapsed"}
    assert report["replicates"]["collapsed"] == 3
    assert report["warnings"] == ["3 of 3 replicates predict one class for every training row"]
    precision = report["replicates"]["test"]["precision"]
    assert precision["n"] == 0  # class 1, yes, is never predicted: there is no such rate
    assert precision["mean"] is None
    assert report["replicates"]["minus_linear"]["test"]["accuracy"]["mean"] == 0.0


def test_no_warning_where_all_goes_well():
    set_params(train={"hidden": [8], "epochs": 300, "learning_rate": 0.3, "activation": "tanh"})
    report, rows = replicated()
    assert report["warnings"] == []
    assert {row["outcome"] for row in rows} == {"trained"}


def test_a_linear_model_that_diverges_is_told():
    set_params(evaluate={"baseline": {"optimizer": "gradient_descent", "learning_rate": 1e308,
                                      "epochs": 50, "l2": 1.0}})  # fmt: skip
    with pytest.raises(InputError, match=r"linear model of evaluate.baseline: training diverged"):
        replicated()
    assert not Path("results").exists()


@pytest.mark.parametrize("test_size", [0.2, 0.0])
def test_folds_test_each_row_once_on_a_network_that_has_not_seen_it(test_size):
    set_params(
        train={"hidden": [4], "epochs": 20},
        replicate={"count": None, "folds": 4},
        split={"test_size": test_size, "validation_size": 0.0},
    )
    report, rows = replicated()
    assert (report["replicates"]["folds"], report["replicates"]["count"], len(rows)) == (4, 4, 4)
    assert report["replicates"]["test"]["rows"] == 60
    each, table = report["each"], read_split("mine")
    assert len({*each["split_seed"]}) == 1
    assert len({*each["train_seed"]}) == 4
    values, labels = table.whole(Path())
    folds = fold_table(
        labels, table.classes, None, 4, validation_size=0, stratify=True, seed=each["split_seed"][0]
    )
    settings = load_params().experiment("mine").train
    for number, (fold, seed) in enumerate(zip(folds, each["train_seed"], strict=True)):
        assert len(fold.test) == 15
        scaler = StandardScaler().fit(values[fold.train])
        seeded = settings.model_copy(update={"seed": seed})
        network = train_network(
            scaler.transform(values[fold.train]), labels[fold.train], 2, seeded
        ).network
        probabilities = network.probabilities(scaler.transform(values[fold.test]))
        expected = log_loss(labels[fold.test], probabilities)
        assert each["log_loss"][number] == pytest.approx(expected, rel=1e-6)
    assert "note" not in report


def test_groups_and_orders_are_kept_in_replicates_and_folds(project, monkeypatch):
    table = "who,a,label\n" + "".join(
        f"{row // 3},{a},{'yes' if a > 0 else 'no'}\n" for row, a in enumerate(ROWS[:, 0])
    )
    project(table=table)
    held: list[int] = []

    def noting(problems, *others):
        held.extend(len(problem.labels) for problem in problems[: len(problems) // 2])
        return train_everywhere(problems, *others)

    monkeypatch.setattr(replicate, "train_everywhere", noting)
    content = Path("params.yaml").read_text(encoding="utf-8")
    for column, stratify in (("group: who", "true"), ("order: who", "false")):
        section = f"stratify: {stratify}, {column}"
        Path("params.yaml").write_text(content.replace("stratify: true", section), encoding="utf-8")
        for repeated in ({"count": 3, "folds": None}, {"count": None, "folds": 3}):
            set_params(replicate=repeated)
            replicated()
            _, labels = read_split("mine").whole(Path())
            experiment = load_params().experiment("mine")
            seeds = replicate.replicate_seeds(experiment.replicate)
            found = [*replicate.splits_of(read_split("mine"), labels, experiment, seeds)]
            assert held[-3:] == [len(each.train) for each in found]
            for parts in found:
                train, validation, test = ({*(part // 3)} for part in parts)
                assert not train & validation | train & test | validation & test
                if "order" in column:
                    assert max(train) < min(validation) <= max(validation) < min(test)
            by_chance = column == "group: who" or repeated["folds"]
            assert len({tuple(parts.test) for parts in found}) == (3 if by_chance else 1)
