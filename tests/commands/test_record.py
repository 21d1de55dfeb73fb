"""Which environment made an output is written down once, where its bits were new."""

import json
import subprocess

import pytest

from commands import record
from commands.shared.components import changes_of
from commands.shared.made_with import ENVIRONMENTS, read_made_with
from nn.errors import InputError

ATTRIBUTES = f"{ENVIRONMENTS} merge=union\n"


def git(*arguments):
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet", "--initial-branch=main")
    (tmp_path / ".gitattributes").write_text(ATTRIBUTES)
    return tmp_path


@pytest.fixture
def repro(here, monkeypatch):
    """Give a function that writes a dvc.lock of outputs with such hashes, and records them."""

    def run(machine, **outputs):
        outs = [
            f"    - {{path: models/{name}.npz, md5: {md5}, size: 1}}\n"
            for name, md5 in outputs.items()
        ]
        (here / "dvc.lock").write_text(f"stages:\n  train:\n    outs:\n{''.join(outs)}")
        monkeypatch.setattr(record, "environment", lambda: {"cpu": machine})
        assert record.main([]) == 0

    return run


def commit():
    git("add", "--all")
    git("commit", "--quiet", "--message", "Test")


def machines(here):
    made = read_made_with((here / ENVIRONMENTS).read_bytes(), "")
    return {md5: environment["cpu"] for md5, environment in made.items()}


def test_another_machine_with_the_same_bits_changes_nothing(here, repro):
    repro("one", body="a1", circles="b1")
    assert machines(here) == {"a1": "one", "b1": "one"}
    commit()
    repro("two", body="a1", circles="b1")
    assert git("status", "--short") == ""


def test_new_bits_are_of_the_machine_that_made_them(here, repro):
    repro("one", body="a1", circles="b1")
    commit()
    repro("two", body="a2", circles="b1")
    assert machines(here) == {"a2": "two", "b1": "one"}
    repro("two", body="a1", circles="b1")  # and back again, without a commit
    assert git("status", "--short") == ""


def test_what_others_committed_without_a_record_is_not_claimed(here, repro):
    repro("one", body="a1")
    (here / ENVIRONMENTS).unlink()
    commit()
    repro("two", body="a1")
    assert git("status", "--short") == ""
    repro("two", body="a1", circles="b1")
    assert machines(here) == {"b1": "two"}


def test_a_new_name_of_an_output_changes_nothing_and_a_removed_one_is_forgotten(here, repro):
    repro("one", body="a1", circles="b1")
    commit()
    repro("two", person="a1", circles="b1")
    assert git("diff", "--name-only").split() == ["dvc.lock"]
    repro("two", person="a1")
    assert machines(here) == {"a1": "one"}


def test_a_merge_knows_what_each_branch_knew(here, repro):
    repro("one", body="a1", circles="b1")
    commit()
    git("checkout", "--quiet", "-b", "other")
    repro("two", body="a2", circles="b1")
    commit()
    git("checkout", "--quiet", "main")
    repro("three", body="a1", circles="b3")
    commit()
    subprocess.run(["git", "merge", "--quiet", "--no-commit", "other"], capture_output=True)
    repro("four", body="a2", circles="b3")  # both from the cache
    assert machines(here) == {"a2": "two", "b3": "three"}


def test_without_a_commit_or_a_lock_there_is_nothing_to_claim_of_others(here, repro, monkeypatch):
    assert record.main([]) == 0
    assert not (here / ENVIRONMENTS).exists()
    repro("one", body="a1")
    assert machines(here) == {"a1": "one"}


@pytest.mark.parametrize("damage", ["{", '{"md5": "a1", "made_in": "lost"}', "[1]", '"md5"'])
def test_a_damaged_file_is_one_line(here, repro, capsys, damage):
    repro("one", body="a1")
    (here / ENVIRONMENTS).write_text(f"{damage}\n")
    assert record.main([]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"error: {ENVIRONMENTS}: ")
    assert error.count("\n") == 1
    assert (here / ENVIRONMENTS).read_text() == f"{damage}\n"
    with pytest.raises(InputError):
        read_made_with(damage.encode(), "")


def test_a_file_says_the_same_whichever_way_its_lines_stand(here, repro):
    repro("one", body="a1", circles="b1")
    lines = (here / ENVIRONMENTS).read_text().splitlines(keepends=True)
    assert len(lines) == 3
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert read_made_with("".join(reversed(lines)).encode(), "") == read_made_with(
        "".join(lines).encode(), ""
    )


def test_environments_differ_by_their_parts():
    a = {"python": "3.11", "numpy": "2.0", "blas": None, "cpu_features": ["SSE", "AVX"]}
    b = {"python": "3.11", "numpy": "2.1", "blas": None, "cpu_features": ["SSE", "FMA", "F16"]}
    told = [str(change) for change in changes_of(a, b)]
    assert told == ["NumPy: 2.0 → 2.1", "CPU features: AVX → FMA F16"]
    assert changes_of(a, a) == []
