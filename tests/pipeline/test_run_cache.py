"""A setting that was trained before is taken from the cache, here and in a clone."""

import pytest

RATE = "learning_rate: {} # of circles"
MODEL = "artifacts/circles/network.npz"
TARGET = "train@circles"


@pytest.fixture
def visited(project):
    """The small project after another setting was tried; with its outputs before and then."""
    before = project.outputs()
    project.edit("params.yaml", RATE.format(0.1), RATE.format(0.2))
    assert project.repro(TARGET) == [TARGET]
    return project, before, project.outputs()


def test_there_and_back_and_there_again_runs_nothing(visited):
    project, before, there = visited
    assert there[MODEL] != before[MODEL]
    project.edit("params.yaml", RATE.format(0.2), RATE.format(0.1))
    assert project.repro(TARGET) == []
    assert project.outputs() == before
    project.edit("params.yaml", RATE.format(0.1), RATE.format(0.2))
    assert project.repro(TARGET) == []
    assert project.outputs() == there


def test_a_clone_that_pulls_does_not_run_what_was_run_and_pushed_elsewhere(project, tmp_path):
    project.dvc("remote", "add", "--default", "storage", str(tmp_path / "storage"))
    project.dvc("push", "--run-cache")
    before = project.outputs()[MODEL]
    project.edit("params.yaml", RATE.format(0.1), RATE.format(0.2))
    project.dvc("repro", TARGET)
    project.dvc("push", "--run-cache", TARGET)
    project.commit()

    clone = project.clone(tmp_path / "clone")
    clone.dvc("pull", "--run-cache", MODEL)
    assert clone.outputs()[MODEL] == project.outputs()[MODEL] != before
    clone.edit("params.yaml", RATE.format(0.2), RATE.format(0.1))
    assert clone.repro("--pull", TARGET) == []
    assert clone.outputs()[MODEL] == before
