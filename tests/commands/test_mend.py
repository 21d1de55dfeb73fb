"""Mending what a killed DVC left torn."""

import subprocess

import pytest

from commands import mend

STAGE = """\
  {}:
    cmd: python
    deps:
    - path: a
      md5: d3a68e1c35d9bbe3e0b1bcd19fa91e67
      size: 12
    outs:
    - path: b
      md5: 9a1469470515fec1c7f1741512ee8bdc
      size: 3
"""
LOCK = f"schema: '2.0'\nstages:\n{STAGE.format('split@body')}"


def git(*arguments):
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A repository with a lock file that was committed and has changed since."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dvc.lock").write_text(LOCK, encoding="utf-8")
    (tmp_path / "params.yaml").write_text("generators: {}\nexperiments: {}\n", encoding="utf-8")
    (tmp_path / ".dvc" / "tmp").mkdir(parents=True)
    (tmp_path / ".dvc" / "tmp" / "rwlock").write_text("{}", encoding="utf-8")
    git("init", "--quiet")
    git("add", "dvc.lock")
    git("commit", "--quiet", "--message", "Start")
    (tmp_path / "dvc.lock").write_text(LOCK.replace("body", "basic"), encoding="utf-8")
    return tmp_path


def files(project):
    return {
        path.relative_to(project).as_posix(): path.read_text(encoding="utf-8")
        for path in (project / "dvc.lock", project / ".dvc" / "tmp" / "rwlock")
        if path.exists()
    }


@pytest.mark.parametrize(
    "lock", [None, LOCK, LOCK + STAGE.format("own").partition("    outs")[0], "stages: {}\n"]
)
def test_what_is_whole_stays_as_it_is(project, capsys, lock):
    if lock is not None:
        (project / "dvc.lock").write_text(lock, encoding="utf-8")
    before = files(project)
    assert mend.main([]) == 0
    assert files(project) == before
    assert capsys.readouterr() == ("", "")


def test_what_a_merge_has_marked_stays_and_the_remedy_is_told(project, capsys):
    marked = f"{LOCK}<<<<<<< HEAD\n"
    (project / "dvc.lock").write_text(marked, encoding="utf-8")
    assert mend.main([]) == 1
    assert files(project)["dvc.lock"] == marked
    told = "error: dvc.lock: has a merge's marks in it: git checkout HEAD dvc.lock\n"
    assert capsys.readouterr().err == told
    git(*told.split()[-3:])
    assert mend.main([]) == 0


def test_a_lock_that_is_cut_anywhere_in_a_stage_is_mended(project, capsys):
    whole = LOCK + STAGE.format("split@basic")
    (project / "dvc.lock").write_text(whole, encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "More")
    ends = [place for place, letter in enumerate(whole, 1) if letter == "\n"]
    cuts = {*ends, *(end - 1 for end in ends), *(end - 3 for end in ends)} - {len(LOCK), len(whole)}
    for length in cuts:
        (project / "dvc.lock").write_text(whole[:length], encoding="utf-8")
        assert mend.main([]) == 0
        assert files(project)["dvc.lock"] == whole
    assert len(capsys.readouterr().out.splitlines()) == len(cuts)


@pytest.mark.parametrize("torn", ["", LOCK[:10], LOCK[:-1] + ": [", "\0"])
def test_a_torn_lock_becomes_the_committed_one(project, capsys, torn):
    (project / "dvc.lock").write_text(torn, encoding="utf-8")
    assert mend.main([]) == 0
    assert files(project)["dvc.lock"] == LOCK
    assert capsys.readouterr().out == (
        "mended: dvc.lock was torn, and is that of the last commit again\n"
    )


def test_a_torn_lock_that_was_never_committed_is_removed(project, capsys):
    git("rm", "--quiet", "--cached", "dvc.lock")
    git("commit", "--quiet", "--message", "Remove")
    (project / "dvc.lock").write_text("", encoding="utf-8")
    assert mend.main([]) == 0
    assert [*files(project)] == [".dvc/tmp/rwlock"]
    assert capsys.readouterr().out.startswith("mended: dvc.lock was torn, and is removed")


@pytest.mark.parametrize("torn", ["", '{"read": {'])
def test_a_torn_rwlock_is_removed(project, capsys, torn):
    (project / ".dvc" / "tmp" / "rwlock").write_text(torn, encoding="utf-8")
    assert mend.main([]) == 0
    assert [*files(project)] == ["dvc.lock"]
    assert capsys.readouterr().out == "mended: .dvc/tmp/rwlock was torn, and is removed\n"


def test_mistakes_in_params_are_told_before_anything_runs(project, capsys):
    text = "generators: {}\nexperiments:\n  body:\n  my key:\n"
    (project / "params.yaml").write_text(text, encoding="utf-8")
    assert mend.main([]) == 1
    told = capsys.readouterr().err
    assert "error: params.yaml: experiments.body: null should be a section with keys\n" in told
    assert "error: params.yaml: experiments.my key: a key is of letters, digits" in told


def test_without_git_the_remedy_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert mend.main([]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {tmp_path}: not a git repository")
    assert "git init" in line
