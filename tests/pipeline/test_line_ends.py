"""Tables have the same bytes in every clone, on Windows too: DVC takes its hashes of them."""

import shutil
from pathlib import Path

import pytest

from tests.pipeline.repository import ROOT, Repository

TABLES = {
    "data/windows.csv": b"a,b\r\n1,2\r\n",
    "data/mixed.txt": b"a,b\r\n1,2\n",
    "data/utf16.csv": "a,b\r\n1,2\r\n".encode("utf-16"),
    "windows.csv": b"a,b\r\n1,2\r\n",  # commands.add leaves a table where it is in the project
    "elsewhere/unix.tsv": b"a\tb\n1\t2\n",
}


@pytest.mark.parametrize("autocrlf", ["true", "input", "false"])
def test_a_clone_has_the_bytes_of_every_table(tmp_path, autocrlf):
    project = Repository(tmp_path / "project", tmp_path / "machine")
    for name, content in TABLES.items():
        path = project.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shutil.copy(ROOT / ".gitattributes", project.path)
    project.git("init", "--quiet")
    project.git("config", "core.autocrlf", autocrlf)
    project.commit()
    clone = tmp_path / "clone"
    project.git("clone", "--quiet", "--config", f"core.autocrlf={autocrlf}", ".", str(clone))
    assert {name: Path(clone, name).read_bytes() for name in TABLES} == TABLES
    assert project.git("status", "--short") == ""


def test_the_given_tables_are_not_changed_by_git():
    names = [path.relative_to(ROOT).as_posix() for path in (ROOT / "data").glob("*.csv")]
    here = Repository(ROOT, ROOT)
    told = here.git("check-attr", "text", *names).splitlines()
    assert len(told) == len(names) > 1
    assert {line.rpartition(" ")[2] for line in told} == {"unset"}
