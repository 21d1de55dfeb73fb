"""Trials as workers run them, and what becomes of them when something goes wrong."""

from contextlib import nullcontext
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score

from commands.sweeping import trial as trials
from commands.sweeping.journal import Journal
from commands.sweeping.rows import sweep_data
from commands.sweeping.search import data_hash, trial_of
from commands.sweeping.session import run_sweep
from commands.sweeping.space import Candidate, candidates
from commands.sweeping.trial import TrialOutcome, run_batch
from commands.sweeping.trial_batches import sorted_by_shape, take_batch
from nn.training.loop import train, train_together
from stages import split
from tests.commands.sweeps import GRID, experiment_in, make_project
from tests.stages.executing.fragile import Fragile


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Make a project; give its experiment, rows and trials."""
    monkeypatch.chdir(tmp_path)

    def make(sweep=GRID, **more):
        make_project(tmp_path, sweep, **more)
        experiment = experiment_in(tmp_path)
        data = sweep_data(experiment, experiment.sweep)
        settings = candidates("mine", experiment, experiment.sweep)
        epochs = experiment.train.epochs
        found = [trial_of(each, epochs, experiment.sweep.replicates, data) for each in settings]
        return experiment, data, found

    return make


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
@pytest.mark.parametrize(
    ("metric", "oracle"),
    [
        ("log_loss", log_loss),
        ("brier", brier_score_loss),
        ("accuracy", lambda labels, p: accuracy_score(labels, p >= 0.5)),
        ("roc_auc", roc_auc_score),
    ],
)
def test_a_score_is_that_of_each_replicate_trained_alone(made, metric, oracle, output):
    _, data, found = made(GRID | {"metric": metric}, train={"output": output})
    report = run_batch(data, found)
    (training, validation), *_ = data.splits
    for trial, outcome in zip(found, report.outcomes, strict=True):
        assert (outcome.key, outcome.outcome, outcome.reason) == (trial.key, "finished", "")
        for settings, score in zip(trial.replicates, outcome.scores, strict=True):
            alone = train(training.features, training.labels, 2, settings, validation)
            network = alone.network
            probabilities = network.probabilities(validation.features)[:, 1]
            assert score == pytest.approx(oracle(validation.labels, probabilities), rel=1e-9)


def test_replicates_have_seeds_in_succession_and_are_else_alike(made):
    experiment, data, _ = made()
    train = experiment.train.model_copy(update={"seed": 2**32 - 1})
    trial = trial_of(Candidate(1, train), 5, 3, data)
    assert [settings.seed for settings in trial.replicates] == [2**32 - 1, 0, 1]
    assert {each.model_copy(update={"seed": 0}) for each in trial.replicates} == {
        train.model_copy(update={"seed": 0, "epochs": 5})
    }


def test_without_a_validation_part_each_replicate_draws_its_own_from_the_training_rows(made):
    _, data, _ = made(GRID | {"validation_size": 0.25}, validation_size=0.0)
    assert len(data.splits) == 2
    sizes = [(len(one.labels), len(other.labels)) for one, other in data.splits]
    assert sizes == [(45, 15), (45, 15)]  # of 80 rows, 20 for testing
    first, second = (validation.features for _, validation in data.splits)
    assert not np.array_equal(first, second)
    for training, _ in data.splits:
        assert training.features.mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-12)
        assert training.features.std(axis=0) == pytest.approx([1, 1, 1], abs=1e-12)


def test_the_rows_that_reach_no_trial_are_the_test_rows_of_the_pipeline(made, tmp_path):
    """Change the numbers of one row at a time, and see whether anything that is handed out does."""
    _, data, _ = made()
    path = tmp_path / "table.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    split.main("mine")
    unseen = []
    for row, line in enumerate(lines):
        changed = [*lines[:row], f"1e6,-1e6,1e6,{line[-1]}", *lines[row + 1 :]]
        path.write_text("\n".join([header, *changed, ""]), encoding="utf-8")
        experiment = experiment_in(tmp_path)
        if data_hash(sweep_data(experiment, experiment.sweep)) == data_hash(data):
            unseen.append(row)
    assert unseen == np.load("artifacts/mine/split/test-rows.npy").tolist()
    assert len(unseen) == 20


def test_a_key_tells_apart_what_can_change_a_score_and_nothing_else(made):
    experiment, data, found = made()
    assert len({trial.key for trial in found}) == len(found)
    present = Candidate(0, experiment.train)
    key = trial_of(present, 20, 2, data).key
    assert key == found[0].key == trial_of(Candidate(5, experiment.train), 20, 2, data).key
    (training, validation), *_ = data.splits
    nudged = training._replace(features=np.nextafter(training.features, 9))
    other_labels = validation._replace(labels=1 - validation.labels)
    different = [
        trial_of(present, 21, 2, data),
        trial_of(present, 20, 3, data),
        trial_of(present, 20, 2, data._replace(metric="brier")),
        trial_of(present, 20, 2, data._replace(threshold=0.4)),
        trial_of(present, 20, 2, data._replace(splits=((nudged, validation),))),
        trial_of(present, 20, 2, data._replace(splits=((training, other_labels),))),
    ]
    assert len({key, *(trial.key for trial in different)}) == 7
    by_column = training._replace(features=np.asfortranarray(training.features))
    same = data._replace(splits=((by_column, validation),))
    assert trial_of(present, 20, 2, same).key == key


def test_a_trial_that_diverges_is_a_row_with_its_reason_and_spoils_no_other(made):
    space = {"learning_rate": [1e300, 0.5], "activation": ["relu"], "output": ["softmax"]}
    _, data, found = made(GRID | {"space": space}, train={"output": "softmax"})
    report = run_batch(data, found)
    (alone,) = run_batch(data, found[2:3]).outcomes
    assert [each.outcome for each in report.outcomes] == ["finished", "diverged", "finished"]
    assert report.outcomes[2] == alone
    assert report.outcomes[1].scores == ()
    assert report.outcomes[1].reason.startswith("replicate 1: training diverged in epoch ")
    assert "Try a learning_rate well below 1e+300." in report.outcomes[1].reason


def test_a_validation_row_too_far_out_to_be_judged_is_a_reason(made):
    space = {"activation": ["relu"], "hidden": [[50], [60]], "learning_rate": [1.0]}
    _, data, found = made(GRID | {"space": space, "replicates": 1})
    (training, validation), *_ = data.splits
    far = validation._replace(features=np.full_like(validation.features, 1.7e308))
    outcomes = run_batch(data._replace(splits=((training, far),)), found).outcomes
    assert [each.outcome for each in outcomes[1:]] == ["diverged", "diverged"]
    assert "cannot be computed with" in outcomes[1].reason


def test_a_metric_that_the_rows_do_not_define_is_a_reason(made):
    _, data, found = made(GRID | {"metric": "roc_auc", "replicates": 1})
    (training, validation), *_ = data.splits
    only_ones = validation._replace(labels=np.ones_like(validation.labels))
    (outcome, *_) = run_batch(data._replace(splits=((training, only_ones),)), found).outcomes
    assert outcome.outcome == "undefined"
    assert outcome.reason == "roc_auc of the 16 validation rows has no value"


def test_a_trial_that_crashes_is_a_row_with_its_reason_and_spoils_no_other(made, monkeypatch):
    _, data, found = made()
    whole = run_batch(data, found).outcomes
    genuine = train_together

    def crash_on_some(problems):
        if any(p.settings.learning_rate == 0.5 and p.settings.hidden == (3,) for p in problems):
            raise MemoryError("no room\nfor 7 GiB")
        return genuine(problems)

    monkeypatch.setattr(trials, "train_together", crash_on_some)
    outcomes = run_batch(data, found).outcomes
    assert outcomes[3] == TrialOutcome(
        found[3].key, "failed", reason="MemoryError: no room for 7 GiB"
    )
    assert [*outcomes[:3], *outcomes[4:]] == [*whole[:3], *whole[4:]]


OUTCOMES = [
    TrialOutcome("a" * 32, "finished", (0.1 + 0.2, 1e-300, 5e-324)),
    TrialOutcome("b" * 32, "diverged", (), 'a "reason", with ü'),
    TrialOutcome("c" * 32, "finished", (1.0,)),
]


def test_a_journal_gives_back_what_was_noted_to_the_last_bit(tmp_path):
    path = tmp_path / "sweeps/trials.jsonl"
    assert Journal(path).outcomes == {}
    journal = Journal(path)
    journal.add(OUTCOMES[:2])
    journal.add(OUTCOMES[2:])
    assert Journal(path).outcomes == {each.key: each for each in OUTCOMES} == journal.outcomes


def test_a_journal_cut_off_anywhere_keeps_its_whole_lines_and_goes_on(tmp_path):
    path = tmp_path / "trials.jsonl"
    Journal(path).add(OUTCOMES)
    content = path.read_bytes()
    ends = [place + 1 for place, byte in enumerate(content) if byte == ord("\n")]
    for length in range(len(content)):
        path.write_bytes(content[:length])
        kept = Journal(path).outcomes
        whole = sum(end <= length + 1 for end in ends)  # a line may lack nothing but its end
        assert kept == {each.key: each for each in OUTCOMES[:whole]}
        Journal(path).add(OUTCOMES[whole:])
        assert Journal(path).outcomes == {each.key: each for each in OUTCOMES}


@pytest.mark.parametrize("junk", [b"\0\0\0\0", b"\xff\xfe", b"[]", b"{}", b'{"key": 1}', b"null"])
def test_a_journal_passes_over_what_is_no_outcome(tmp_path, junk):
    path = tmp_path / "trials.jsonl"
    Journal(path).add(OUTCOMES[:1])
    path.write_bytes(path.read_bytes() + junk + b"\n")
    Journal(path).add(OUTCOMES[1:])
    assert Journal(path).outcomes == {each.key: each for each in OUTCOMES}


def test_what_failed_is_tried_again_by_the_next_run(tmp_path):
    path = tmp_path / "trials.jsonl"
    journal = Journal(path)
    journal.add([OUTCOMES[0], TrialOutcome("f" * 32, "failed", reason="MemoryError")])
    assert set(journal.outcomes) == {"a" * 32, "f" * 32}
    assert set(Journal(path).outcomes) == {"a" * 32}


@pytest.mark.parametrize("workers", [1, 2, 8, 100])
def test_batches_are_of_one_shape_lose_no_trial_and_leave_none_idle(made, workers):
    space = {
        "hidden": [[3], [4], [5]],
        "learning_rate": {"log_range": [0.01, 1], "steps": 40},
        "batch_size": [8, 16],
    }
    _, data, found = made(GRID | {"space": space})
    waiting = sorted_by_shape(found)
    batches = []
    while waiting:
        left = len(waiting)
        batches.append(take_batch(waiting, data, workers))
        assert 1 <= len(batches[-1]) <= max(1, -(-left // workers))
        assert len(batches[-1]) <= 32
    assert sorted(t.key for batch in batches for t in batch) == sorted(t.key for t in found)
    for batch in batches:
        assert len({(t.replicates[0].hidden, t.replicates[0].batch_size) for t in batch}) == 1
    if workers == 1:
        assert len(batches) <= 6 * 3


def test_long_trials_go_alone(made):
    _, data, found = made(train={"epochs": 10**9})
    assert len(take_batch(sorted_by_shape(found), data, 1)) == 1


def test_a_trial_that_kills_its_process_is_a_row_with_its_reason(made):
    experiment, data, found = made(GRID | {"replicates": 1})
    fragile = Fragile(partial(run_batch, data), lambda trial: trial.key == found[3].key)
    rows = run_sweep("mine", experiment, experiment.sweep, data, nullcontext(fragile))
    outcomes = [row.outcome for row in rows]
    assert [each.outcome for each in outcomes] == [*["finished"] * 3, "failed", "finished"]
    assert "died" in outcomes[3].reason
    assert "by nobody" in Path("sweeps/mine.log").read_text(encoding="utf-8")
