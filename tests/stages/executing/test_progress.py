"""What long work says of itself, by a clock that the test moves: on stderr, and when it is time."""

import io
from itertools import pairwise

import pytest

from stages.executing.progress import Progress, duration


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """Seconds, which only the test changes."""
    seconds = [0.0]
    monkeypatch.setattr("stages.executing.progress.time.monotonic", lambda: seconds[0])
    return seconds


def test_short_work_says_nothing_and_long_work_now_and_then(clock, capsys):
    said = []
    with Progress("train body", "epochs", 1000) as bar:
        for second in range(1, 1001):
            clock[0] = float(second)
            bar.advance(1, lambda: "loss 0.5")
            out, err = capsys.readouterr()
            assert out == ""
            said += [(second, err)] if err else []
    assert said[0] == (2, "train body: 2 of 1 000 epochs, loss 0.5, 17 min left\n")
    assert said[1] == (12, "train body: 12 of 1 000 epochs, loss 0.5, 16 min left\n")
    assert 20 < len(said) < 60
    pauses = [after[0] - before[0] for before, after in pairwise(said)]
    assert min(pauses) == 10
    assert pauses == sorted(pauses)


def test_what_an_earlier_run_did_is_counted_but_not_in_the_time_that_is_left(clock, capsys):
    with Progress("train body", "epochs", 100) as bar:
        bar.skip(90)
        clock[0] = 5.0
        bar.advance(1)
    assert capsys.readouterr().err == "train body: 91 of 100 epochs, 45 s left\n"


def test_a_unit_that_is_done_in_part(clock, capsys):
    with Progress("train body", "epochs", 5) as bar:
        clock[0] = 30.0
        bar.reach(1.25, lambda: "loss 0.5")
        clock[0] = 60.0
        bar.reach(2)
    assert capsys.readouterr().err == (
        "train body: 1.2 of 5 epochs, loss 0.5, 2 min left\ntrain body: 2 of 5 epochs, 2 min left\n"
    )


def test_work_of_unknown_length(clock, capsys):
    with Progress("predict", "rows") as bar:
        clock[0] = 3.0
        bar.advance(1_234_567)
    assert capsys.readouterr().err == "predict: 1 234 567 rows\n"


def test_one_is_in_the_singular(clock, capsys):
    with Progress("plot", "pictures") as bar:
        clock[0] = 3.0
        bar.advance(1)
    assert capsys.readouterr().err == "plot: 1 picture\n"


def test_on_a_terminal_it_is_a_bar_that_goes_when_the_work_is_done(clock, monkeypatch, capsys):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with Progress("train [body]", "epochs", 4) as bar:
        bar.advance(1)
        assert terminal.getvalue() == ""
        clock[0] = 2.0
        bar.advance(1, lambda: "loss 0.5")
        print("to a file")
    assert "train [body]: 2 of 4 epochs, loss 0.5, 2 s left" in terminal.getvalue()
    assert "━" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[1A\x1b[2K")  # the line is erased
    assert capsys.readouterr().out == "to a file\n"


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.2, "0 s"), (59, "59 s"), (61, "1 min"), (9000, "2.5 h")]
)
def test_durations(seconds, told):
    assert duration(seconds) == told


def test_items_are_counted_as_they_are_done(monkeypatch, capsys):
    monkeypatch.setattr("stages.executing.progress.AFTER", -1.0)
    monkeypatch.setattr("stages.executing.progress.BETWEEN", 0.0)
    with Progress("explain mine", "columns", 3) as progress:
        assert [*progress.over("abc")] == [*"abc"]
    assert progress.done == 3
    assert "explain mine: 1 of 3 columns" in capsys.readouterr().err
