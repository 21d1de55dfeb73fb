import sys

import pytest

from nn.errors import InputError, TrainingDiverged
from stages.running.command import run, warn


@pytest.fixture
def call(monkeypatch, capsys):
    """Run a stage as from the command line; give its exit code and what it printed to stderr."""

    def call_stage(stage, *arguments):
        monkeypatch.setattr(sys, "argv", ["/somewhere/split.py", *arguments])
        try:
            run(stage)
        except SystemExit as stop:
            return stop.code, capsys.readouterr().err
        return 0, capsys.readouterr().err

    return call_stage


def raising(error):
    def stage(key):
        raise error

    return stage


def test_the_stage_gets_its_key(call):
    keys: list[str] = []
    assert call(keys.append, "circles") == (0, "")
    assert keys == ["circles"]


def test_a_stage_over_all_experiments_gets_no_key(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/somewhere/report.py"])
    calls: list[str] = []
    run(lambda: calls.append("called"), arguments=())
    assert calls == ["called"]
    monkeypatch.setattr(sys, "argv", ["/somewhere/report.py", "circles"])
    with pytest.raises(SystemExit, match=r"^usage: python -m stages\.report$"):
        run(lambda: calls.append("again"), arguments=())
    assert calls == ["called"]


# sys.exit(text) prints the text to stderr and makes the exit code 1.
@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InputError("x is wrong"), "error: x is wrong"),
        (TrainingDiverged("boom"), "error: boom"),
        (InputError("one\ntwo"), "error: one\nerror: two"),
        (FileNotFoundError(2, "No such file", "a/b"), "error: a/b: No such file"),
        (PermissionError(13, "Permission denied", "a/b"), "error: a/b: Permission denied"),
    ],
)
def test_what_a_person_can_mend_is_told_in_a_line_each(call, error, told):
    assert call(raising(error), "circles") == (told, "")


@pytest.mark.parametrize("error", [ValueError("bug"), KeyError("bug"), ZeroDivisionError("bug")])
def test_a_mistake_in_the_program_keeps_its_traceback(call, error):
    with pytest.raises(type(error)):
        call(raising(error), "circles")


@pytest.mark.parametrize("arguments", [(), ("a", "b")])
def test_without_one_key_the_usage_is_told(call, arguments):
    assert call(raising(AssertionError), *arguments) == ("usage: python -m stages.split KEY", "")


def test_a_warning_goes_to_stderr(capsys):
    warn("careful")
    assert capsys.readouterr() == ("", "warning: careful\n")
