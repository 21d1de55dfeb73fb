"""What runs again after a change, and what does not."""

import pytest

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
    assert project.would_run() == reruns


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
    assert project.would_run() == stages + (["report"] if reruns else [])


def test_a_row_in_a_table_runs_its_experiment(project):
    append(project, "data/body.csv", "1.5,50,3,0\n")
    ran, waiting = ([f"{stage}@body" for stage in each] for each in (CHAIN[:3], CHAIN[3:]))
    assert project.repro("train@body") == ran
    assert project.would_run() == [*waiting, "report"]


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
