"""What runs again after a change, and what does not."""

import pytest

MINE = """
  mine:
    data: {path: data/body.csv, target: label}
    split: {test_size: 0.5, validation_size: 0.0, stratify: true, seed: 1}
    normalize: {method: none}
    train: {hidden: [], activation: relu, output: softmax, initializer: glorot, seed: 1,
      optimizer: gradient_descent, learning_rate: 0.1, learning_rate_decay: 0.0, epochs: 3,
      batch_size: null, l2: 0.0, class_weights: null, early_stopping: null}
    evaluate:
      threshold: 0.5
      baseline: {optimizer: gradient_descent, learning_rate: 0.1, epochs: 3, l2: 0.0}
    replicate: {count: 2, seed: 1}
    plot: {frames: 1, resolution: 5}
"""
CHAIN = ["split", "normalize", "train", "evaluate", "explain", "replicate", "plot"]


def append(project, name, text):
    with (project.path / name).open("a", encoding="utf-8", newline="") as file:
        file.write(text)


# A change of circles beside one of body, as neither reaches the other: DVC takes its time.
@pytest.mark.parametrize(
    ("edits", "reruns"),
    [
        (
            {"noise: 0.1": "noise: 0.2", "epsilon: 1.0e-8": "epsilon: 1e-7"},
            ["generate@circles", "normalize@body", "replicate@body", "report"],
        ),
        (
            {"{test_size: 0.2": "{test_size: 0.25", "momentum: 0.8": "momentum: 0.7"},
            ["split@circles", "evaluate@body", "replicate@circles", "replicate@body", "report"],
        ),
        (
            {"learning_rate: 0.1 #": "learning_rate: 1e-3 #", "resolution: 11": "resolution: 12"},
            ["train@circles", "replicate@circles", "plot@body", "report"],
        ),
        (
            {"threshold: 0.5 #": "threshold: 0.4 #", "frames: 3": "frames: 4"},
            [
                "train@body",
                "evaluate@circles",
                "replicate@circles",
                "plot@body",
                "report",
            ],
        ),
        ({"count: 3, seed: 1} #": "count: 4, seed: 1} #"}, ["replicate@circles", "report"]),
        ({"# of circles\n      learning_rate_decay: 0.0": "\n      learning_rate_decay: 0"}, []),
    ],
    ids=[
        "generate and normalize",
        "split and evaluate",
        "train",
        "threshold and frames",
        "count",
        "none",
    ],
)
def test_a_parameter_runs_the_stages_that_read_it(project, edits, reruns):
    for old, new in edits.items():
        project.edit("params.yaml", old, new)
    assert project.repro("--dry") == reruns


@pytest.mark.parametrize(
    ("files", "reruns"),
    [
        (["params.yaml", "dvc.yaml", "commands/summary.py"], []),
        (["nn/judging/metrics.py"], ["evaluate", "replicate"]),
        (["stages/tables/table.py", "stages/figures/roc.py"], ["split", "plot"]),
    ],
    ids=["none", "metrics", "table and figure"],
)
def test_a_comment_runs_what_imports_its_file(project, files, reruns):
    for name in files:
        append(project, name, "\n# A comment.\n")
    stages = [f"{stage}@{key}" for stage in reruns for key in ("circles", "body")]
    assert project.repro("--dry") == stages + (["report"] if reruns else [])


def test_a_row_in_a_table_runs_its_experiment(project):
    append(project, "data/body.csv", "1.5,50,3,0\n")
    assert project.repro("--dry") == ["split@body", "report"]
    assert {*project.repro()} == {*(f"{stage}@body" for stage in CHAIN), "report"}


def test_a_learning_rate_runs_what_trains_and_judges_and_draws_in_its_experiment(project):
    before = project.outputs()
    project.edit("params.yaml", "learning_rate: 0.1 #", "learning_rate: 0.2 #")
    stages = ("train", "evaluate", "explain", "replicate", "plot")
    assert project.repro() == [*(f"{stage}@circles" for stage in stages), "report"]
    after = project.outputs()
    changed = {name for name in before if after[name] != before[name]}
    assert {"models/circles.npz", "metrics/circles.json", "plots/circles/loss.png"} <= changed
    assert all("circles" in name for name in changed)
    untouched = ("data/", "artifacts/circles/split/", "artifacts/circles/normalized/")
    assert not any(name.startswith(untouched) for name in changed)
    assert project.git("status", "--short").split() == [
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


def test_a_new_experiment_runs_its_own_chain_and_one_that_is_removed_leaves_the_others(project):
    before = project.files()
    append(project, "params.yaml", MINE)
    assert project.repro() == [*(f"{stage}@mine" for stage in CHAIN), "report"]
    made = {name: content for name, content in project.files().items() if name not in before}
    assert {"models/mine.npz", "metrics/mine.json", "plots/mine/loss.png"} <= {*made}
    assert all("mine" in name for name in made)
    assert b"models/mine.npz" in project.files()["report.html"]
    project.git("checkout", "--quiet", "params.yaml")
    assert project.repro() == ["report"]  # which is as it was
    assert {n: c for n, c in project.files().items() if n not in made and n != "dvc.lock"} == {
        n: c for n, c in before.items() if n != "dvc.lock"
    }
    append(project, "params.yaml", MINE)
    assert project.repro() == []  # DVC has kept each of these runs
    assert {name: project.files()[name] for name in made} == made


@pytest.mark.slow
def test_a_clone_without_a_cache_rebuilds_what_is_committed(rebuilt):
    if not rebuilt.git("ls-files", "dvc.lock"):
        pytest.skip("there is no dvc.lock to compare with: run make repro")
    changed = rebuilt.git("status", "--short")
    assert changed == "", "dvc.lock and results/ are not of this code and these parameters"


@pytest.mark.slow
def test_a_second_repro_does_nothing(rebuilt):
    before = rebuilt.files()
    said = rebuilt.dvc("repro")
    assert said.splitlines()[-1] == "Data and pipelines are up to date."
    assert "Running" not in said
    assert rebuilt.files() == before
