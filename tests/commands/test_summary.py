"""The table over all experiments, as it is printed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import summary
from stages.running.parameters.file import load_params

ROOT = Path(__file__).parent.parent.parent


def report(judged="test", warnings=()):
    def baseline(accuracy):
        return {part: {"accuracy": accuracy} for part in ("train", judged)}

    return {
        "data": {"rows": 100, "features": 7},
        "model": {"architecture": "7-16-1"},
        "train": {"accuracy": 0.9, "log_loss": 0.3},
        judged: {"accuracy": 0.8765, "log_loss": 0.1234},
        "baseline": {"majority": baseline(0.5), "linear": baseline(0.75)},
        "warnings": list(warnings),
    }


@pytest.fixture
def experiments(tmp_path, monkeypatch):
    """Work in a folder with the project's parameters and metrics of every experiment."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    Path("results").mkdir()
    keys = list(load_params().experiments)
    for key in keys:
        write(key, report())
    return keys


def replicates(judged="test", mean=0.875, count=12, warnings=()):
    def spread(value, deviation):
        return {"n": count, "mean": value, "std": deviation}

    return {
        "replicates": {
            "count": count,
            judged: {"accuracy": spread(mean, 0.014), "log_loss": spread(0.25, 0.04)},
            "linear": {judged: {"accuracy": spread(0.7, 0.02)}},
        },
        "warnings": list(warnings),
    }


def write(key, content):
    Path(f"results/{key}.json").write_text(json.dumps(content), encoding="utf-8")


def cells(text, key):
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [key])


def test_folds_are_told_from_seeds(experiments, capsys):
    found = replicates(count=4)
    found["replicates"]["folds"] = 4
    write("body", report(judged="train"))
    write("body-replicates", found)
    assert summary.main([]) == 0
    text = capsys.readouterr().out
    lines = text.splitlines()
    below = lines[next(n for n, line in enumerate(lines) if line.startswith("body")) + 1]
    assert below.split() == ["4", "folds", "0.875±0.014", "0.250±0.040", "0.700±0.020"]
    assert "folds: mean ± standard deviation over as many parts of the rows" in text
    assert "seeds: mean" not in text


def test_a_row_for_each_experiment_of_params_yaml(experiments, capsys):
    write("removed", report())
    assert summary.main([]) == 0
    text = capsys.readouterr().out
    for key in experiments:
        assert cells(text, key) == [
            key, "100", "7", "7-16-1", "0.876", "0.123", "0.500", "0.750"
        ]  # fmt: skip
    assert "removed" not in text
    assert "*" not in text
    assert "plots/EXPERIMENT/" in text
    assert max(map(len, text.splitlines())) <= 104


def test_training_figures_are_marked(experiments, capsys):
    write("body", report(judged="train"))
    assert summary.main([]) == 0
    text = capsys.readouterr().out
    assert cells(text, "body")[4:] == ["0.876*", "0.123*", "0.500*", "0.750*"]
    assert "* of the training rows" in text


def test_below_a_run_stands_what_other_seeds_give(experiments, capsys):
    write("large-replicates", replicates(warnings=["1 of 12 replicates diverged"]))
    write("body", report(judged="train"))
    write("body-replicates", replicates(judged="train", count=30))
    write("basic-replicates", replicates(mean=None))
    assert summary.main([]) == 0
    text = capsys.readouterr().out
    lines = text.splitlines()

    def below(key):
        (place,) = [number for number, line in enumerate(lines) if line.split()[:1] == [key]]
        return lines[place + 1].split()

    spread = ["0.250±0.040", "0.700±0.020"]
    assert below("large") == ["12", "seeds", "0.875±0.014", *spread]
    assert below("basic") == ["12", "seeds", "-", *spread]
    starred = ["0.875±0.014*", "0.250±0.040*", "0.700±0.020*"]
    assert below("body") == ["30", "seeds", *starred]
    assert below("circles")[:1] == ["body"]  # of it there are no replicates
    assert "warning: large: 1 of 12 replicates diverged" in lines
    assert "mean ± standard deviation" in text
    assert "…" not in text
    assert max(map(len, lines)) <= 104


def refused(capsys):
    assert summary.main([]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    return line


def test_replicates_that_cannot_be_read_are_one_line_with_the_remedy(experiments, capsys):
    Path("results/large-replicates.json").write_text("{", encoding="utf-8")
    line = refused(capsys)
    assert line.startswith("error: results/large-replicates.json: is no JSON ")
    assert line.endswith("make it with: dvc repro replicate@large")


def test_warnings_follow_the_table_word_for_word(experiments, capsys):
    warning = "[odd] columns, 'x1' or 'x2', " + 20 * "and so on "
    write("basic", report(warnings=[warning]))
    summary.main([])
    assert f"warning: basic: {warning}\n" in capsys.readouterr().out


def test_metrics_that_cannot_be_read_are_one_line_with_the_remedy(experiments, capsys):
    Path("results/large.json").write_text('{"data": <<<<<<< HEAD', encoding="utf-8")
    line = refused(capsys)
    assert line.startswith("error: results/large.json: is no JSON")
    assert line.endswith("dvc repro evaluate@large")


def test_an_experiment_without_figures_does_not_hide_the_others(experiments, capsys):
    Path("results/large.json").unlink()
    assert summary.main([]) == 0
    said = capsys.readouterr()
    shown = [key for key in experiments if f"\n{key} " in said.out]
    assert shown == [key for key in experiments if key != "large"]
    last = said.out.splitlines()[-1]
    assert last == "large: has not run yet; make its figures: dvc repro evaluate@large"
    assert said.err == ""


def test_where_no_experiment_has_run_it_says_so(experiments, capsys):
    for key in experiments:
        Path(f"results/{key}.json").unlink()
    told = "error: no experiment has run: there are no figures; make them with: dvc repro"
    assert refused(capsys) == told


def test_figures_older_than_their_parameters_are_marked(experiments, capsys):
    write("basic-replicates", replicates())
    write("large-replicates", replicates())
    hidden = load_params().experiments["large"].train.hidden
    Path("dvc.lock").write_text(
        f"""
schema: '2.0'
stages:
  train@basic:
    cmd: python -m stages.train basic
    params: {{params.yaml: {{experiments.basic.train.learning_rate: 12.5}}}}
    outs: [{{path: models/basic.npz, md5: abc, size: 1}}]
  evaluate@basic:
    cmd: python -m stages.evaluate basic
    deps: [{{path: models/basic.npz, md5: abc, size: 1}}]
  train@large:
    cmd: python -m stages.train large
    params: {{params.yaml: {{experiments.large.train.hidden: {[*hidden]}}}}}
    outs: [{{path: models/large.npz, md5: abc, size: 1}}]
  evaluate@large:
    cmd: python -m stages.evaluate large
    deps: [{{path: models/large.npz, md5: abc, size: 1}}]
  replicate@large:
    cmd: python -m stages.replicate large
    params: {{params.yaml: {{experiments.large.replicate.count: 5}}}}
""",
        encoding="utf-8",
    )
    assert summary.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    starts = [line.partition("  ")[0] for line in lines]
    assert "basic †" in starts
    assert {"large", "circles"} <= {*starts}
    assert sum("12 seeds †" in line for line in lines) == 1
    told = "warning: {}: changed since its figures were made (experiments.{}): run dvc repro"
    assert told.format("basic", "basic.train.learning_rate") in lines
    assert told.format("large", "large.replicate.count") in lines
    assert lines.count("† old: made before the last change of parameters, code or table") == 1


def test_without_parameters_it_is_one_line_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert refused(capsys).startswith("error: params.yaml: No such file")


def test_nothing_heavy_is_imported():
    heavy = "{'pandas', 'matplotlib', 'dvc'}"
    code = f"import sys, commands.summary; sys.exit(bool({heavy} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
