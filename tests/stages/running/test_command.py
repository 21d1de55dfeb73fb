import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nn.errors import InputError, TrainingDiverged
from stages.running.command import exit_code, run, warn


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


PROBLEMS = [
    (InputError("x is wrong"), "error: x is wrong\n"),
    (TrainingDiverged("boom"), "error: boom\n"),
    (InputError("one\ntwo"), "error: one\nerror: two\n"),
    (FileNotFoundError(2, "No such file", "a/b"), "error: a/b: No such file\n"),
    (PermissionError(13, "Permission denied", "a/b"), "error: a/b: Permission denied\n"),
    (IsADirectoryError(21, "Is a directory", ".a.x/new", None, "a"), "error: a: Is a directory\n"),
    (OSError(28, "No space left on device"), "error: No space left on device\n"),
    (OSError("no route"), "error: no route\n"),
]


@pytest.mark.parametrize(("error", "told"), PROBLEMS)
def test_what_a_person_can_mend_is_told_in_a_line_each(call, error, told):
    assert call(raising(error), "circles") == (1, told)


@pytest.mark.parametrize("error", [ValueError("bug"), KeyError("bug"), ZeroDivisionError("bug")])
def test_a_mistake_in_the_program_keeps_its_traceback(call, error):
    with pytest.raises(type(error)):
        call(raising(error), "circles")


@pytest.mark.parametrize("arguments", [(), ("a", "b")])
def test_without_one_key_the_usage_is_told(call, arguments):
    assert call(raising(AssertionError), *arguments) == ("usage: python -m stages.split KEY", "")


@pytest.mark.parametrize(("returned", "code"), [(None, 0), (0, 0), (3, 3)])
def test_the_exit_code_is_what_the_work_returns(returned, code):
    assert exit_code(lambda: returned) == code


@pytest.mark.parametrize(("error", "told"), PROBLEMS)
def test_a_program_may_have_a_failure_code_of_its_own(capsys, error, told):
    assert exit_code(lambda: raising(error)("circles"), failure=2) == 2
    assert capsys.readouterr() == ("", told)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyboardInterrupt(), "interrupted\n"),
        (KeyboardInterrupt("all is kept"), "interrupted: all is kept\n"),
    ],
)
def test_an_interruption_is_one_line(call, error, told):
    assert call(raising(error), "circles") == (130, told)


def program(work):
    """Start a process that does `work`, some lines of Python, under `exit_code`."""
    lines = ["import os, pathlib, signal, sys, tempfile, time", "def work():"]
    lines += [f"    {line}" for line in work.splitlines()]
    lines += ["from stages.running.command import exit_code", "sys.exit(exit_code(work, 7))"]
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_program_that_is_told_to_end_removes_its_temporary_files():
    process = program(
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    print(folder, flush=True)\n"
        "    time.sleep(60)"
    )
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    assert folder.is_dir()
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 128 + signal.SIGTERM
    assert not folder.exists()


def test_what_signals_did_before_they_do_again():
    before = signal.getsignal(signal.SIGTERM)
    during = []
    exit_code(lambda: during.append(signal.getsignal(signal.SIGTERM)))
    assert signal.getsignal(signal.SIGTERM) == before
    assert during != [before]


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is another error there")
@pytest.mark.parametrize("lines", [1, 100_000])  # to be written at the end, and on the way
def test_a_reader_that_has_seen_enough_is_no_reason_to_complain(lines):
    process = program(f"time.sleep(0.2)\nfor _ in range({lines}): print('a line')")
    assert process.stdout is not None
    process.stdout.close()
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (7, "")


def test_a_warning_goes_to_stderr(capsys):
    warn("careful")
    assert capsys.readouterr() == ("", "warning: careful\n")
