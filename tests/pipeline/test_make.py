"""The two commands: `make repro` and `make test`."""

import filecmp
import os
import shutil

import pytest

from tests.pipeline.repository import ROOT, Repository


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
    told = [{*files["environments.jsonl"].splitlines()} for files in (before, after)]
    assert told[0] - told[1] and told[1] - told[0]  # of body's outputs before and now
    starts = [line.partition("  ")[0] for line in said.stdout.splitlines()]
    assert "circles †" in starts
    assert "body" in starts


@pytest.fixture
def venv(tmp_path):
    """An environment of Python 3.12 that is up to date, and a 3.13 beside it, both made up."""
    if os.name == "nt" or shutil.which("make") is None:
        pytest.skip("make is not installed")
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    for path, version in ((".venv/bin/python", "3.12.1"), ("other", "3.13.0")):
        program = tmp_path / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(
            f'#!/bin/sh\n[ "$1" != -VV ] || echo "Python {version} (a compiler)"\n'
            '[ "$2" != venv ] || { for last; do :; done; mkdir -p "$last/bin" && '
            'cp "$0" "$last/bin/python"; }\n'
        )
        program.chmod(0o755)
    shutil.copy(ROOT / "requirements.lock", tmp_path / ".venv/requirements.lock")
    return Repository(tmp_path, tmp_path / "machine")


@pytest.mark.parametrize("named", [(), ("PYTHON=.venv/bin/python",)], ids=["no name", "its own"])
def test_an_environment_stays_for_its_own_python(venv, named):
    assert venv.run("make", "environment", *named).stdout == ""
    assert (venv.path / ".venv/bin/python").exists()


@pytest.mark.parametrize("place", ["command line", "environment"])
def test_an_environment_of_another_python_than_the_named_is_made_anew(venv, place):
    other = {"PYTHON": str(venv.path / "other")}
    words = [f"{name}={value}" for name, value in other.items() if place == "command line"]
    said = venv.run("make", "environment", *words, **(other if not words else {}))
    assert said.stdout.startswith("Making .venv with ")
    assert "3.13.0" in (venv.path / ".venv/bin/python").read_text(encoding="utf-8")


def test_an_environment_stays_where_no_such_python_is_here(venv):
    said = venv.run("make", "environment", "PYTHON=python3.99", code=2).stderr
    assert said.startswith("No program 'python3.99' is here.")
    assert (venv.path / ".venv/requirements.lock").exists()


def test_an_environment_stays_where_the_named_program_can_make_none(venv):
    said = venv.run("make", "environment", "PYTHON=true", code=2).stderr
    assert "true cannot make an environment, and .venv stays as it is." in said
    assert (venv.path / ".venv/requirements.lock").exists()


def test_make_test_runs_the_suite(made):
    (made.path / "tests" / "test_wrong.py").write_text("def test():\n    assert 0\n")
    said = made.run("make", "test", "ARGS=tests/test_wrong.py", code=2).stdout
    assert "1 failed" in said
    (made.path / "tests" / "test_wrong.py").write_text("def test():\n    assert 1\n")
    said = made.run("make", "test", "ARGS=tests/test_wrong.py").stdout
    assert "1 passed" in said
