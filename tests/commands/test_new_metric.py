"""A metric that is declared in the registry, and nowhere else, is found wherever metrics are."""

import json
from pathlib import Path

import numpy as np
import pytest

from commands.comparing.figures import compare, verdict_on
from commands.sweeping.rows import sweep_data
from commands.sweeping.search import best_of, rungs, search
from commands.sweeping.space import candidates
from commands.sweeping.trial import run_batch
from nn.judging.registry import METRICS, Metric, sweep_metrics
from stages import evaluate, normalize, replicate, split, train
from stages.reporting.results import metrics_table, read_scores
from tests.commands.sweeps import GRID, experiment_in, make_project


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """Declare a metric, the share of rows that are not predicted to be of class 1."""
    new = Metric(
        "Reluctance",
        "share of the rows not called positive",
        lambda judged: float(np.mean(judged.predicted == 0)),
        higher_is_better=False,
        guides_sweeps=True,
    )
    monkeypatch.setitem(METRICS, "reluctance", new)
    monkeypatch.chdir(tmp_path)
    make_project(tmp_path, GRID)


def read_json(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def share_not_called_positive():
    cells = [line.split(",") for line in Path("curves/mine/confusion.csv").read_text().split()]
    predicted = [row[2] for row in cells[1:]]
    return predicted.count("0") / len(predicted)


def test_in_the_report_of_evaluate_and_on_the_page():
    for stage in (split, normalize, train, evaluate):
        stage.main("mine")
    report = read_json("results/mine.json")
    assert report["test"]["reluctance"] == share_not_called_positive()
    line = metrics_table(*read_scores("mine")).lines[-1]
    assert (line.name, line.meaning) == ("Reluctance", "share of the rows not called positive")
    assert f"{report['test']['reluctance']:.3f}" in line.figures


def test_in_replicates_and_comparisons():
    split.main("mine")
    replicate.main("mine")
    report = read_json("results/mine-replicates.json")
    assert len(report["each"]["reluctance"]) == report["replicates"]["test"]["reluctance"]["n"] == 2
    assert "reluctance" in Path("curves/mine-replicates.csv").read_text().splitlines()[0]
    (figure,) = (each for each in compare("mine", report, report) if each.metric == "reluctance")
    assert (figure.n, figure.difference) == (2, 0.0)
    assert verdict_on("reluctance", 9, 0.1, 0.2) == "worse"
    assert verdict_on("reluctance", 9, -0.2, -0.1) == "better"


def test_in_sweeps():
    assert "reluctance" in sweep_metrics()
    experiment = experiment_in(Path())
    sweep = experiment.sweep.model_copy(update={"metric": "reluctance"})
    data = sweep_data(experiment, sweep)

    def run(trials):
        return {each.key: each for each in run_batch(data, trials).outcomes}

    settings = candidates("mine", experiment, sweep)
    plan = rungs(sweep, len(settings) - 1, experiment.train.epochs)
    rows = search(settings, plan, sweep, data, run)
    means = [row.mean for row in rows if row.mean is not None]
    best = best_of(rows, "reluctance")
    assert best is not None
    assert len(means) == len(rows)
    assert best.mean == min(means) < max(means)
