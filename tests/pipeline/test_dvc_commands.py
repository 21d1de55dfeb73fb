"""DVC's commands that rebuild and compare results, run for real on changed parameters."""

import json
import re

import pytest

from stages.running.parameters.file import load_params
from tests.pipeline.repository import stages_run

RATE = "experiments.circles.train.learning_rate"
L2 = "experiments.circles.train.l2"
FROM_TRAIN = [
    *(f"{stage}@circles" for stage in ("train", "evaluate", "explain", "replicate", "plot")),
    "report",
]


def rows_of(text):
    """Read a table that DVC prints: a dict by column for each row."""
    header, *rows = [re.split(r" {2,}", line.strip()) for line in text.splitlines() if line.strip()]
    assert all(len(row) == len(header) for row in rows), text
    return [dict(zip(header, row, strict=True)) for row in rows]


def rows_of_markdown(text):
    header, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line
    ]
    return [dict(zip(header, row, strict=True)) for row in rows]


def results(repository, key, commit=None):
    path = f"results/{key}.json"
    if commit:
        return json.loads(repository.git("show", f"{commit}:{path}"))
    return json.loads((repository.path / path).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rerun(small, new_path):
    """A copy with another learning rate for circles, rebuilt and not committed; what ran."""
    repository = small.copy(new_path())
    repository.edit("params.yaml", "learning_rate: 0.1 #", "learning_rate: 0.5 #")
    return repository, repository.repro()


@pytest.fixture(scope="module")
def changed(rerun):
    return rerun[0]


@pytest.fixture(scope="module")
def experiment(small, new_path):
    """A copy in which `dvc exp run` ran, and what it said."""
    repository = small.copy(new_path())
    said = repository.dvc("exp", "run", "-S", f"{RATE}=1e-3", "-S", f"{L2}=1e-5")
    return repository, said


def test_a_learning_rate_runs_what_trains_and_judges_and_draws_in_its_experiment(small, rerun):
    changed, ran = rerun
    assert ran == FROM_TRAIN
    before, after = small.outputs(), changed.outputs()
    others = {name for name in before if after[name] != before[name]}
    assert {"models/circles.npz", "metrics/circles.json", "plots/circles/loss.png"} <= others
    assert all("circles" in name for name in others)
    untouched = ("data/", "artifacts/circles/split/", "artifacts/circles/normalized/")
    assert not any(name.startswith(untouched) for name in others)
    assert changed.git("status", "--short").split() == [
        "M",
        "dvc.lock",
        "M",
        "metrics/circles.json",
        "M",
        "params.yaml",
        "M",
        "results/circles-replicates.json",
        "M",
        "results/circles.json",
    ]


def test_metrics_show(changed):
    shown = {row["Path"]: row for row in rows_of(changed.dvc("metrics", "show"))}
    assert {*shown} == {"metrics/circles.json", "metrics/body.json"}
    for key, part in (("circles", "test"), ("body", "train")):  # body has no test part
        scores, row = results(changed, key), shown[f"metrics/{key}.json"]
        assert row["part"] == part
        assert len(row) <= 13  # a dozen beside the path
        assert float(row["log_loss"]) == pytest.approx(scores[part]["log_loss"], abs=1e-5)
        linear = scores["baseline"]["linear"][part]
        assert float(row["linear.accuracy"]) == pytest.approx(linear["accuracy"], abs=1e-5)


def test_metrics_diff(changed):
    rows = rows_of(changed.dvc("metrics", "diff"))
    assert {row["Path"] for row in rows} == {"metrics/circles.json"}
    (row,) = [row for row in rows if row["Metric"] == "log_loss"]
    old = results(changed, "circles", "HEAD")["test"]["log_loss"]
    new = results(changed, "circles")["test"]["log_loss"]
    assert new != old
    told = [float(row[column]) for column in ("HEAD", "workspace", "Change")]
    assert told == pytest.approx([old, new, new - old], abs=1e-5)


def test_params_diff(changed):
    assert rows_of(changed.dvc("params", "diff")) == [
        {"Path": "params.yaml", "Param": RATE, "HEAD": "0.1", "workspace": "0.5"}
    ]


def test_plots_diff(small, changed):
    said = changed.dvc("plots", "diff")
    page = changed.path / "dvc_plots" / "index.html"
    assert said.strip() == page.as_uri()
    text = page.read_text(encoding="utf-8")
    for title, x, y in (
        ("circles: loss by epoch", "epoch", "loss"),
        ("circles: ROC", "false_positive_rate", "true_positive_rate"),
        ("circles: precision and recall", "recall", "precision"),
        ("circles: calibration", "probability", "frequency"),
        ("circles: confusion", "actual", "predicted"),
    ):
        assert f'"{title}"' in text
        assert f'"field": "{x}"' in text
        assert f'"field": "{y}"' in text
    for repository, revision in ((small, "HEAD"), (changed, "workspace")):
        history = repository.path / "artifacts" / "circles" / "history.csv"
        epoch, loss, _ = history.read_text(encoding="utf-8").splitlines()[-1].split(",")
        assert re.search(f'"epoch": "{epoch}", "loss": "{loss}", [^}}]*"rev": "{revision}"', text)
    assert "dvc_plots" not in changed.git("status", "--short")


def test_exp_run(small, experiment):
    repository, said = experiment
    assert stages_run(said) == FROM_TRAIN
    assert re.search(r"^Ran experiment\(s\): \w+-\w+$", said, flags=re.MULTILINE)
    assert results(repository, "circles") != results(small, "circles")


def test_compare_an_experiment(experiment):
    repository, said = experiment
    (name,) = re.findall(r"^Ran experiment\(s\): (\S+)$", said, flags=re.MULTILINE)
    command = ("python", "-m", "commands.compare", "--json", "HEAD", name)
    found = json.loads(repository.run(*command).stdout)
    assert {
        change["name"]: (change["a"], change["b"]) for change in found["changes"]["params"]
    } == {
        RATE: (0.1, 0.001),
        L2: (0.0, 1e-05),
    }
    assert found["changes"]["code"] == found["changes"]["tables"] == []
    by_key = {(each["experiment"], each["metric"]): each for each in found["figures"]}
    assert by_key["body", "log_loss"]["verdict"] == "the same"
    slower = by_key["circles", "log_loss"]
    assert (slower["n"], slower["verdict"]) == (3, "no difference seen at n = 3")
    before = results(repository, "circles-replicates", "HEAD")["each"]["log_loss"]
    assert slower["means"][0] == pytest.approx(sum(before) / 3)
    assert repository.run(*command, "--fail-if-worse", "log_loss").stderr == ""


def test_after_exp_run_the_parameters_are_numbers_still(small, experiment):
    repository, _ = experiment
    assert "l2: 1e-05" in (repository.path / "params.yaml").read_text(encoding="utf-8")
    expected = load_params(small.path / "params.yaml").model_dump()
    expected["experiments"]["circles"]["train"] |= {"learning_rate": 0.001, "l2": 0.00001}
    assert load_params(repository.path / "params.yaml").model_dump() == expected


def test_exp_show(small, experiment):
    repository, said = experiment
    (name,) = re.findall(r"^Ran experiment\(s\): (\S+)$", said, flags=re.MULTILINE)
    shown = rows_of_markdown(repository.dvc("exp", "show", "--md"))
    by_name = {row["Experiment"]: row for row in shown}
    assert len(by_name) == 3
    assert f"[{name}]" in [*by_name][2]
    base, run = by_name["main"], shown[2]
    assert (base[RATE], run[RATE]) == ("0.1", "0.001")
    for row, repo in ((base, small), (run, repository), (by_name["workspace"], repository)):
        loss = results(repo, "circles")["test"]["log_loss"]
        assert float(row["metrics/circles.json:log_loss"]) == pytest.approx(loss, rel=1e-4)


def test_an_experiment_can_be_left_and_taken_up_again(small, experiment):
    repository, said = experiment
    (name,) = re.findall(r"^Ran experiment\(s\): (\S+)$", said, flags=re.MULTILINE)
    tried = repository.outputs()
    assert tried["models/circles.npz"] != small.outputs()["models/circles.npz"]
    repository.git("checkout", "--quiet", ".")
    repository.dvc("checkout")
    assert repository.outputs() == small.outputs()
    repository.dvc("exp", "apply", name)
    assert repository.outputs() == tried
