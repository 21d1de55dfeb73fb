"""Merges: git must not make a dvc.lock that claims of weights what no code has made."""

import pytest

RATE = "learning_rate: {} # of circles"
MODEL = "artifacts/circles/network.npz"
LOCKED = ("dvc.lock", "results/circles.json", "metrics/circles.json")


def conflicting(project):
    return {*project.git("diff", "--name-only", "--diff-filter=U").split()}


@pytest.fixture
def branches(project):
    """Give a function that makes an edit on a branch from the beginning, runs it and commits."""
    project.git("branch", "start")

    def make(name, edit, *targets):
        project.git("checkout", "--quiet", "-B", name, "start")
        project.dvc("checkout", "--quiet", "--allow-missing")
        edit(project)
        ran = project.repro(*targets)
        project.commit()
        return ran

    return make


def finished(project, *targets):
    """Finish a merge as the handbook says; give the stages that ran."""
    project.dvc("checkout", "--quiet", "--allow-missing")
    ran = project.repro(*targets)
    project.commit()
    assert project.status(*targets) == {}
    return ran


def test_code_against_parameters_trains_anew(project, branches):
    target = "train@circles"

    def change_code(project):
        old = "velocity = momentum * velocity - rate * gradient"
        project.edit("nn/training/optimizers.py", old, f"{old} / 2")

    def change_rate(project):
        project.edit("params.yaml", RATE.format(0.1), RATE.format(0.2))

    branches("parameters", change_rate, target)
    theirs = project.outputs()[MODEL]
    branches("code", change_code, target)
    ours = project.outputs()[MODEL]
    project.run("git", "merge", "parameters", code=1)
    assert conflicting(project) == {"dvc.lock"}
    ours = project.git("show", "code:dvc.lock")
    assert (project.path / "dvc.lock").read_text(encoding="utf-8") == ours
    assert finished(project, target) == [target]  # with the code of one and the rate of the other
    made = project.outputs()[MODEL]
    assert made not in (ours, theirs)
    project.run("python", "-m", "stages.train", "circles")
    assert project.outputs()[MODEL] == made


def test_two_experiments_take_what_each_branch_has_run(project, branches):
    targets = ("train@circles", "train@body")

    def change_circles(project):
        project.edit("params.yaml", RATE.format(0.1), RATE.format(0.2))

    def change_body(project):
        project.edit("params.yaml", "learning_rate: 0.05\n", "learning_rate: 0.06\n")

    branches("body", change_body, *targets)
    theirs = project.outputs()
    branches("circles", change_circles, *targets)
    ours = project.outputs()
    project.run("git", "merge", "body", code=1)
    assert conflicting(project) == {"dvc.lock"}
    assert finished(project, *targets) == []  # both are in the cache of runs
    for key, side in (("circles", ours), ("body", theirs)):
        name = f"artifacts/{key}/network.npz"
        assert project.outputs()[name] == side[name]
    assert ours["artifacts/body/network.npz"] != theirs["artifacts/body/network.npz"]


def test_a_rename_against_a_change_runs_the_renamed_one(project, branches):
    def rename(project):
        project.edit("params.yaml", "\n  body:\n", "\n  corpus:\n")

    def change(project):
        project.edit("params.yaml", "learning_rate: 0.05\n", "learning_rate: 0.06\n")

    branches("changed", change, "train@body")
    changed = project.outputs()
    assert "split@corpus" in branches("renamed", rename, "train@corpus")
    project.run("git", "merge", "changed", code=1)
    assert conflicting(project) == {"dvc.lock"}
    assert finished(project, "train@corpus") == ["train@corpus"]
    made = project.outputs()
    assert made["artifacts/corpus/history.csv"] == changed["artifacts/body/history.csv"]


def test_figures_are_never_joined_line_by_line(project):
    told = project.git("check-attr", "merge", *LOCKED, "results/circles-replicates.json")
    assert {line.rpartition(" ")[2] for line in told.splitlines()} == {"unset"}
