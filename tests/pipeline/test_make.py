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


def test_make_repro_ends_where_a_stage_fails(made):
    table = made.path / "data" / "body.csv"
    table.write_text(table.read_text(encoding="utf-8") + "1.7,much,3,0\n", encoding="utf-8")
    said = made.run("make", "repro", code=2)
    assert "\nerror: data/body.csv: " in f"\n{said.stderr}"
    assert "'much' is not a number" in said.stderr
    assert "accuracy" not in said.stdout  # no table of results that are not the table's


def test_make_test_runs_the_suite(made):
    (made.path / "tests" / "test_wrong.py").write_text("def test():\n    assert 0\n")
    said = made.run("make", "test", "ARGS=tests/test_wrong.py", code=2).stdout
    assert "1 failed" in said
    (made.path / "tests" / "test_wrong.py").write_text("def test():\n    assert 1\n")
    said = made.run("make", "test", "ARGS=tests/test_wrong.py").stdout
    assert "1 passed" in said
