"""What a sweep says of how far it is."""

import pytest

from commands.sweeping.progress import SweepProgress
from commands.sweeping.trial import TrialOutcome


@pytest.mark.parametrize(
    ("metric", "best"), [("log_loss", "0.25"), ("accuracy", "0.5"), ("rmse", "0.25")]
)
def test_the_best_of_the_round_and_the_time_that_new_trials_take(metric, best, monkeypatch, capsys):
    seconds = [0.0]
    monkeypatch.setattr("stages.executing.progress.time.monotonic", lambda: seconds[0])
    bar = SweepProgress("mine", 10, metric)
    bar.next_round([TrialOutcome("a", "finished", (0.9,))])
    bar.next_round([TrialOutcome("b", "finished", (0.25,)), TrialOutcome("c", "diverged")])
    seconds[0] = 3.0
    bar.add([TrialOutcome("d", "finished", (0.25, 0.75))])
    told = f"sweep mine: 4 of 10 trials, best {metric} {best}, 18 s left\n"
    assert capsys.readouterr().err == told
