"""The two commands: `make repro` and `make test`."""

import filecmp
import shutil

import pytest

from tests.pipeline.repository import ROOT


@pytest.fixture
def made(project):
    """A project whose environment is there already."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    lock, stamp = ROOT / "requirements.lock", ROOT / ".venv" / "requirements.lock"
    if not (stamp.is_file() and filecmp.cmp(lock, stamp, shallow=False)):
        pytest.skip("the .venv here is not what make has made from requirements.lock")
    (project.path / ".venv").symlink_to(ROOT / ".venv")
    return project


def test_a_second_make_repro_does_nothing_and_says_so(made):
    before = made.files()
    said = made.run("make", "repro").stdout
    assert "\nData and pipelines are up to date.\n" in said  # so says DVC
    assert "Running" not in said
    table = said.partition("up to date.\n")[2]
    assert table.index("circles") < table.index("body")
    assert made.files() == before


def test_make_repro_goes_on_where_an_experiment_fails_and_marks_its_old_figures(made):
    before = made.files()
    made.edit("params.yaml", "learning_rate: 0.1 #", "learning_rate: 1.0e+300 #")  # of circles
    made.edit("params.yaml", "learning_rate: 0.05\n", "learning_rate: 0.06\n")  # of body
    said = made.run("make", "repro", code=2)
    assert "error: training diverged in epoch 1" in said.stderr
    assert "ERROR: failed to reproduce 'train@circles'" in said.stderr
    after = made.files()
    assert after["models/body.npz"] != before["models/body.npz"]
    assert after["results/circles.json"] == before["results/circles.json"]
    starts = [line.partition("  ")[0] for line in said.stdout.splitlines()]
    assert "circles †" in starts
    assert "body" in starts


def test_make_test_runs_the_suite(made):
    (made.path / "tests" / "test_wrong.py").write_text("def test():\n    assert 0\n")
    said = made.run("make", "test", "ARGS=tests/test_wrong.py", code=2).stdout
    assert "1 failed" in said
    (made.path / "tests" / "test_wrong.py").write_text("def test():\n    assert 1\n")
    said = made.run("make", "test", "ARGS=tests/test_wrong.py").stdout
    assert "1 passed" in said
