"""`commands.repro`: when DVC is asked, and when it need not be."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTHING_CHANGED = "Nothing has changed since the last make repro: everything is up to date.\n"
PIPELINE = """
stages:
  write:
    cmd: python write.py
    params: [number]
    deps: [write.py, table.csv]
    outs: [made/folder, made/file.txt]
"""
WRITE = """
import pathlib, yaml
number = yaml.safe_load(pathlib.Path("params.yaml").read_text())["number"]
pathlib.Path("made/folder").mkdir(parents=True, exist_ok=True)
pathlib.Path("made/folder/a.txt").write_text(f"{number}")
pathlib.Path("made/file.txt").write_text(f"{number + number}")
for line in pathlib.Path("table.csv").read_text().splitlines():
    exec(line)
"""


class Project:
    """A small pipeline in a folder with a space in its name."""

    def __init__(self, path, machine):
        self.path = path
        kinds = ("GLOBAL_CONFIG", "SYSTEM_CONFIG", "SITE_CACHE")
        self.variables = {f"DVC_{kind}_DIR": str(machine / kind.lower()) for kind in kinds} | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *arguments, code=0):
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.path,
            env=os.environ | self.variables,
            capture_output=True,
            text=True,
        )
        assert code in (None, done.returncode), done.stdout + done.stderr
        return done.stdout

    def write(self, name, text):
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")

    def asks(self, code=0):
        """Run it; tell whether DVC was asked."""
        return self.run("commands.repro", code=code) != NOTHING_CHANGED

    def made(self, name):
        return (self.path / "made" / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A pipeline that has run, and about which DVC need not be asked."""
    project = Project(tmp_path_factory.mktemp("a folder") / "one", tmp_path_factory.mktemp("own"))
    project.path.mkdir()
    project.run("dvc", "init", "--quiet", "--no-scm")
    project.write("dvc.yaml", PIPELINE)
    project.write("write.py", WRITE)
    project.write("table.csv", "")
    project.write("params.yaml", "number: 1\n")
    assert project.asks()
    assert not project.asks()
    return project


@pytest.fixture
def project(finished, tmp_path):
    """A copy of it: its files are others, so DVC will be asked once."""
    copy = Project(tmp_path / "the copy", tmp_path)
    shutil.copytree(finished.path, copy.path)
    copy.variables = finished.variables
    return copy


def test_dvc_is_asked_after_any_change_and_only_then(project):
    assert project.asks()
    assert not project.asks()

    project.write("params.yaml", "number: 2\n")
    assert project.asks()
    assert project.made("file.txt") == "4"
    assert not project.asks()

    project.write("made/folder/a.txt", "7")
    assert project.asks()
    assert project.made("folder/a.txt") == "2"

    (project.path / "made" / "file.txt").unlink()
    assert project.asks()
    assert project.made("file.txt") == "4"

    project.write("made/folder/b.txt", "")
    assert project.asks()
    assert not (project.path / "made" / "folder" / "b.txt").exists()

    lock = (project.path / "dvc.lock").read_text(encoding="utf-8")
    project.write("dvc.lock", lock.replace("number: 2", "number: 3"))
    assert project.asks()
    assert (project.path / "dvc.lock").read_text(encoding="utf-8") == lock

    project.write("dvc.yaml", PIPELINE.replace("python write.py", "python -B write.py"))
    assert project.asks()
    assert "python -B" in (project.path / "dvc.lock").read_text(encoding="utf-8")
    assert not project.asks()


def test_dvc_is_asked_if_its_cache_is_gone_or_elsewhere(project):
    assert project.asks()
    shutil.rmtree(project.path / ".dvc" / "cache")
    assert project.asks()
    assert not project.asks()
    project.write(".dvc/config.local", "[cache]\n    dir = ../../elsewhere\n")
    assert project.asks()
    assert not project.asks()
    shutil.rmtree(project.path / ".." / "elsewhere")
    assert project.asks()


def test_times_that_are_set_back_and_files_that_come_and_go(project):
    assert project.asks()
    table = project.path / "write.py"
    before = table.stat()
    project.write("write.py", WRITE.replace("number + number", "number * number"))
    os.utime(table, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (table.stat().st_size, table.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert project.asks()
    project.write("notes.txt", "")
    assert project.asks()
    for hidden in (".idea/workspace.xml", "__pycache__/write.pyc", ".swp"):
        project.write(hidden, "")
    assert not project.asks()


# The stage runs what stands in its table, as if somebody did it at that moment.
@pytest.mark.parametrize(
    "meddling",
    [
        "pathlib.Path('params.yaml').write_text('number: 2')",
        "pathlib.Path('write.py').open('a').write('#')",
        "pathlib.Path('new').mkdir(); pathlib.Path('new/dvc.yaml').write_text('')",
        "raise ValueError",
    ],
    ids=["a parameter", "code", "a new file", "a failure"],
)
def test_dvc_is_asked_again_after_a_change_while_it_ran_and_after_a_failure(project, meddling):
    project.write("table.csv", meddling)
    code = 255 if "raise" in meddling else 0
    assert project.asks(code)
    assert project.asks(None)


def test_dvc_is_asked_again_after_an_output_was_changed_while_it_ran(project):
    meddle = "    cmd: echo 7 > made/file.txt && echo > second.txt\n    deps: [made/folder]\n"
    project.write("dvc.yaml", f"{PIPELINE}  second:\n{meddle}    outs: [second.txt]\n")
    assert project.asks()
    assert project.made("file.txt") == "7\n"
    assert project.asks()
    assert project.made("file.txt") == "2"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    params:", "    always_changed: true\n    params:"),
        ("table.csv]", "table.csv, ../outside.csv, .hidden/table.csv]"),
        ("\nstages:\n", "\nstages:\n  tell:\n    cmd: echo\n"),
    ],
    ids=["a stage to run each time", "files elsewhere", "a stage of nothing"],
)
def test_in_doubt_dvc_is_asked_each_time(project, old, new):
    project.write("../outside.csv", "")
    project.write(".hidden/table.csv", "")
    project.write("dvc.yaml", PIPELINE.replace(old, new))
    assert project.asks()
    assert project.asks()
