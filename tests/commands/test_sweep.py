"""The command as it is run, in a small project."""

import json
from contextlib import nullcontext
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import yaml
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from sklearn.metrics import log_loss

from commands.sweep import main
from commands.sweeping import steps
from commands.sweeping.picture import draw_sweep
from commands.sweeping.search import Evaluation
from commands.sweeping.space import candidates
from commands.sweeping.trial import TrialOutcome
from stages import evaluate, normalize, split, train
from stages.figures.style import STYLE
from stages.running.parameters.file import load_params
from tests.commands.sweeps import (
    GRID,
    change_sweep,
    make_project,
    run_sweep,
    table_in,
    without_progress,
)
from tests.stages.executing.fragile import Fragile


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_project(tmp_path, GRID)
    return tmp_path


@pytest.fixture
def sweep(project, monkeypatch, capsys):
    """Give a function that sweeps in this process alone, and returns what was printed."""

    def workers(work, _):
        return nullcontext(Fragile(work, is_deadly=lambda trial: False))

    monkeypatch.setattr(steps, "workers_for", workers)

    def run(*arguments, code=0):
        assert main(["mine", *arguments]) == code
        return capsys.readouterr()

    return run


def written(folder):
    return {path.name: path.read_bytes() for path in sorted((folder / "sweeps").iterdir())}


def test_every_trial_is_in_the_table_and_the_best_is_told(project):
    said = run_sweep(project, "--workers", "1")
    rows = table_in(project)
    assert list(rows[0]) == [
        "trial", "learning_rate", "hidden", "log_loss_mean", "log_loss_deviation", "outcome",
        "reason",
    ]  # fmt: skip
    assert [row["trial"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert (rows[0]["learning_rate"], rows[0]["hidden"]) == ("0.1", "[4]")
    best = min(rows, key=lambda row: float(row["log_loss_mean"]))
    assert best["trial"] != "0"
    lines = said.stdout.splitlines()
    assert lines[0] == (
        "mine: 5 finished; log_loss of 16 validation rows, 2 replicates (± standard deviation)"
    )
    assert lines[2].split() == [
        "trial", f"{best['trial']},", "the", "best:", f"{float(best['log_loss_mean']):.4f}", "±",
        f"{float(best['log_loss_deviation']):.4f}",
    ]  # fmt: skip
    assert f"  learning_rate: {best['learning_rate']} (is 0.1)" in lines
    assert without_progress(said.stderr) == ""


def test_a_trial_is_what_the_pipeline_makes_of_its_setting(project):
    """Train each by the stages themselves, and score the model files."""
    change_sweep(project, replicates=1)
    run_sweep(project)
    for row in table_in(project)[1:]:
        content = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
        content["experiments"]["mine"]["train"] |= {
            "learning_rate": float(row["learning_rate"]),
            "hidden": json.loads(row["hidden"]),
        }
        Path("params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        for stage in (split, normalize, train, evaluate):
            stage.main("mine")
        scores = json.loads(Path("results/mine.json").read_text(encoding="utf-8"))["validation"]
        assert float(row["log_loss_mean"]) == scores["log_loss"]
        assert row["log_loss_deviation"] == ""


def test_nothing_is_trained_twice_and_times_are_in_the_log_alone(project, sweep):
    sweep()
    first = written(project)
    assert set(first) == {"mine.csv", "mine.png", "mine.log", "mine.trials.jsonl"}
    sweep()
    assert written(project) == first
    change_sweep(project, space={"learning_rate": [0.05, 0.5, 0.7], "hidden": [[3], [6]]})
    sweep()
    lines = [line.split()[1] for line in (project / "sweeps/mine.log").read_text().splitlines()]
    assert sum(map(int, lines)) == 5 + 2  # trials


def test_test_rows_do_not_show_in_any_output(project, sweep):
    sweep()
    first = written(project)
    split.main("mine")
    lines = Path("table.csv").read_text(encoding="utf-8").splitlines()
    for row in np.load("artifacts/mine/split/test-rows.npy"):
        lines[row + 1] = f"-9e99,9e99,0,{lines[row + 1][-1]}"
    Path("table.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (project / "sweeps/mine.trials.jsonl").unlink()
    sweep()
    again = written(project)
    assert again["mine.csv"] == first["mine.csv"]
    assert again["mine.png"] == first["mine.png"]


def test_apply_writes_the_best_and_only_that(project, sweep):
    sweep()
    before = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    best = min(table_in(project), key=lambda row: float(row["log_loss_mean"]))
    said = sweep("--apply")
    assert said.out.endswith("params.yaml has this setting now; rebuild with: dvc repro\n")
    before["experiments"]["mine"]["train"] |= {
        "learning_rate": float(best["learning_rate"]),
        "hidden": json.loads(best["hidden"]),
    }
    assert yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8")) == before
    log = Path("sweeps/mine.log").read_bytes()
    said = sweep("--apply")
    assert "No trial does better than params.yaml as it is." in said.out
    assert yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8")) == before
    assert Path("sweeps/mine.log").read_bytes() == log  # all of it was known


def test_halving_has_a_row_for_each_round(project, sweep):
    change_sweep(
        project,
        method="halving",
        factor=2,
        trials=4,
        seed=0,
        space={"learning_rate": {"log_range": [0.01, 1]}, "batch_size": {"range": [8, 16]}},
    )
    sweep()
    rows = table_in(project)
    assert [row["round"] for row in rows] == ["1"] * 5 + ["2"] * 3 + ["3"] * 2
    assert [row["epochs"] for row in rows] == ["5"] * 5 + ["10"] * 3 + ["20"] * 2
    second = sorted(rows[1:5], key=lambda row: float(row["log_loss_mean"]))[:2]
    assert [row["trial"] for row in rows[6:8]] == [row["trial"] for row in second]


def test_diverged_trials_are_rows_and_if_all_are_the_table_says_why(project, sweep):
    space = {"learning_rate": [1e300, 0.2], "activation": ["relu"]}
    change_sweep(project, space=space, replicates=1)
    said = sweep()
    assert "mine: 2 finished, 1 diverged" in said.out
    assert "training diverged in epoch" in table_in(project)[1]["reason"]
    content = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    content["experiments"]["mine"]["train"] |= {"learning_rate": 1e300, "activation": "relu"}
    content["experiments"]["mine"]["sweep"]["space"] = {"seed": [1, 2]}
    Path("params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    said = sweep(code=1)
    assert without_progress(said.err) == (
        "error: no trial has a score; sweeps/mine.csv says why, trial by trial\n"
    )
    assert [row["outcome"] for row in table_in(project)] == ["diverged"] * 3


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (
            "tcp://127.0.0.1:1",
            "error: DASK_SCHEDULER_ADDRESS=tcp://127.0.0.1:1: no scheduler answers",
        ),
        ("nonsense://x", "error: DASK_SCHEDULER_ADDRESS=nonsense://x: no scheduler answers there"),
    ],
)
def test_a_scheduler_that_is_not_there_is_one_line(project, capsys, monkeypatch, address, told):
    monkeypatch.setattr("stages.executing.cluster.SECONDS_TO_CONNECT", 1)
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
    assert main(["mine"]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1
    assert not (project / "sweeps/mine.csv").exists()


def test_workers_here_are_asked_for_by_their_number_whatever_cluster_there_is(project, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:1")
    assert main(["mine", "--workers", "1"]) == 0
    assert len(table_in(project)) == 5


def test_an_unknown_experiment_is_one_line(project, capsys):
    assert main(["yours"]) == 1
    told = capsys.readouterr().err
    assert told == "error: there is no experiment 'yours'; there is 'mine'\n"
    assert not (project / "sweeps").exists()


def test_without_a_sweep_section_or_a_table_it_is_one_line(project, capsys):
    content = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    del content["experiments"]["mine"]["sweep"]
    Path("params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert main(["mine"]) == 1
    assert capsys.readouterr().err.startswith("error: experiments.mine.sweep: is missing")
    content["generators"] = {
        "dots": {"kind": "clusters", "rows": 9, "spread": 0.5, "seed": 1},
    }
    content["experiments"]["mine"] |= {
        "data": {"path": "data/generated/dots.csv", "target": "label"},
        "sweep": GRID,
    }
    Path("params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert main(["mine"]) == 1
    assert capsys.readouterr().err == (
        "error: data/generated/dots.csv: is missing; make it: dvc repro generate@dots\n"
    )


@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5"])
def test_a_number_of_workers_is_one_or_more(number, capsys):
    with pytest.raises(SystemExit):
        main(["mine", "--workers", number])
    assert "no number of processes: 1 or more" in capsys.readouterr().err


def test_the_picture_has_a_panel_for_each_parameter(project, sweep):
    sweep()
    with Image.open(project / "sweeps/mine.png") as picture:
        assert picture.width > 1000
        assert "Software" not in picture.info
    assert plt.get_fignums() == []  # nothing was left open
    assert load_params().experiment("mine").sweep is not None


@pytest.mark.parametrize(("low", "most"), [(1e-5, 8), (0.3, 10)])
def test_the_ticks_of_a_log_range_are_plain_numbers(project, low, most):
    change_sweep(project, space={"learning_rate": {"log_range": [low, 1], "steps": 5}})
    mine = load_params().experiment("mine")
    assert mine.sweep
    tried = [
        Evaluation(each, 1, 20, TrialOutcome("", "finished", (0.3, 0.4)))
        for each in candidates("mine", mine, mine.sweep)
    ]
    with matplotlib.style.context(["default", STYLE]):
        figure = draw_sweep("mine", tried, tried[0], mine.sweep)
        FigureCanvasAgg(figure).draw()
    axis = figure.axes[0].xaxis
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    told = {tick.label1.get_text() for tick in ticks} - {""}
    assert 2 < len(told) <= most
    assert all(f"{float(each):.7f}".rstrip("0").rstrip(".") == each for each in told)


def test_log_loss_of_the_table_is_scikit_learn_s(project, sweep):
    """The same from the model file of the present setting and the validation rows."""
    change_sweep(project, replicates=1, space={"seed": [7, 8]})
    sweep()
    for stage in (split, normalize, train):
        stage.main("mine")
    from nn import load_model

    features = np.load("artifacts/mine/split/validation-features.npy")
    labels = np.load("artifacts/mine/split/validation-labels.npy")
    probabilities = load_model("artifacts/mine/network.npz").predict_proba(features)
    expected = log_loss(labels, probabilities)
    assert float(table_in(project)[0]["log_loss_mean"]) == pytest.approx(expected, rel=1e-12)
