"""Stages that are killed, whenever it may be: the next run goes on and leaves the same bytes.

A process counts the function calls that it makes, and sends itself SIGKILL at one of them.
"""

import errno
import os
import random
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pathspec
import pytest

from nn.training.learner import Learner
from stages import normalize, replicate, split, train
from stages.executing import checkpoints, training
from stages.running.command import exit_code
from tests.pipeline.repository import ROOT
from tests.stages.test_replicate import TABLE, set_params

MOMENTS = random.Random(15)
TRAINING = {
    "hidden": [5],
    "activation": "tanh",
    "epochs": 14,
    "batch_size": 20,
    "optimizer": "adam",
    "betas": [0.9, 0.99],
    "epsilon": 1e-8,
    "learning_rate": 0.05,
    "early_stopping": {"patience": 4, "min_delta": 0.0},
}
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


@pytest.fixture(autouse=True)
def work(project, monkeypatch):
    """An experiment whose trainings write a checkpoint after every epoch."""
    project(table=TABLE, split="{test_size: 0.2, validation_size: 0.2, stratify: true, seed: 42}")
    set_params(train=TRAINING, replicate={"count": 2}, plot={"frames": 6})
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)
    monkeypatch.setattr(checkpoints, "SHARE", 0.0)
    for stage in (split, normalize):
        stage.main("mine")
    checkpoints.fingerprint(())  # reads the project's code, once for all processes that are forked


class Here:
    """Workers, all of them this process."""

    def __init__(self, work):
        self.work = work

    def count(self):
        return 3

    def submit(self, batch):
        future: Future[object] = Future()
        future.set_result(self.work(batch))
        return future


@pytest.fixture
def workers_here(monkeypatch):
    @contextmanager
    def here(work):
        yield Here(work)

    monkeypatch.setattr(training, "SHORT", 0)
    monkeypatch.setattr(training, "workers_for", here)


def run(act: Callable[[], object], killed_at: int | None = None) -> int:
    """Do work in a process of its own; return how many calls it made, or -9 if it was killed."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        calls = 0

        def count(*_):
            nonlocal calls
            calls += 1
            if calls == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)

        code = 1
        try:
            sys.setprofile(count)
            act()
            sys.setprofile(None)
            os.write(writing, str(calls).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with os.fdopen(reading) as told:
        return int(told.read()) if code == 0 else code


def left() -> dict[str, bytes]:
    """All files, hidden ones too, by their names."""
    return {path.as_posix(): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def train_and_replicate():
    train.main("mine")
    replicate.main("mine")


def test_killed_at_any_moment_it_goes_on_to_the_same_bytes(workers_here):
    set_params(train={"epochs": 8})
    before = left()
    calls = run(train_and_replicate)
    expected = left()
    assert {"artifacts/mine/network.npz", "curves/mine-replicates.csv"} <= {*expected} - {*before}
    assert not [path for path in expected if "checkpoint" in path]
    went_on = 0
    for moment in [MOMENTS.randrange(calls) for _ in range(20)]:
        for path in {*left()} - {*before}:
            Path(path).unlink()
        assert run(train_and_replicate, killed_at=moment) == -signal.SIGKILL
        went_on += any(Path("artifacts/mine").glob(".*.checkpoints/[!.]*"))
        assert run(train_and_replicate) > 0
        assert left() == expected, moment
    assert went_on >= 8


def test_what_was_done_is_not_done_again(monkeypatch, capfd):
    calls = run(lambda: train.main("mine"))
    assert run(lambda: train.main("mine"), killed_at=calls * 3 // 4) == -signal.SIGKILL
    epochs = []
    original = Learner.run_epoch

    def run_epoch(learner, epoch):
        epochs.append(epoch)
        return original(learner, epoch)

    monkeypatch.setattr(Learner, "run_epoch", run_epoch)
    train.main("mine")
    told = f"artifacts/mine/.train.checkpoints: goes on after epoch {epochs[0]}"
    assert capfd.readouterr().err.splitlines() == [told]
    assert epochs[0] > 1


@pytest.mark.parametrize("change", ["settings", "data", "code", "torn"])
def test_a_checkpoint_of_other_data_code_or_settings_or_a_torn_one_is_not_used(
    change, monkeypatch, capfd
):
    calls = run(lambda: train.main("mine"))
    assert run(lambda: train.main("mine"), killed_at=calls * 3 // 4) == -signal.SIGKILL
    (checkpoint,) = Path("artifacts/mine/.train.checkpoints").glob("[!.]*")
    match change:
        case "settings":
            set_params(train={"seed": 8})
        case "data":
            features = np.load("artifacts/mine/normalized/validation-features.npy")
            features[3, 1] += 1e-12
            np.save("artifacts/mine/normalized/validation-features.npy", features)
        case "code":
            monkeypatch.setattr(checkpoints, "code_hash", lambda module: "other")
        case "torn":
            checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    monkeypatch.setattr(checkpoints, "resume", pytest.fail)
    train.main("mine")
    assert not checkpoint.parent.exists()


def test_ctrl_c_says_that_it_goes_on_once_there_is_a_checkpoint(monkeypatch, capsys):
    def interrupted(epoch):
        def run_epoch(learner, at):
            if at == epoch:
                raise KeyboardInterrupt
            return original(learner, at)

        original = Learner.run_epoch
        with monkeypatch.context() as patch:
            patch.setattr(Learner, "run_epoch", run_epoch)
            assert exit_code(lambda: train.main("mine")) == 130
        return capsys.readouterr().err

    assert interrupted(0) == "interrupted\n"
    told = "interrupted: the same command goes on from the last checkpoint\n"
    assert interrupted(3) == told
    assert interrupted(5).endswith(told)


def test_a_disk_that_is_full_costs_the_checkpoints_and_not_the_training(monkeypatch, capsys):
    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    train.main("mine")
    expected = left()
    Path("artifacts/mine/network.npz").unlink()
    monkeypatch.setattr(checkpoints, "write_bytes", full)
    train.main("mine")
    assert left() == expected
    (line,) = capsys.readouterr().err.splitlines()  # once, not after each epoch
    assert "No space left on device" in line
    assert "the training goes on" in line


def test_a_training_that_diverges_leaves_no_checkpoint(capsys):
    set_params(train={"activation": "relu", "optimizer": "gradient_descent", "learning_rate": 1e200,
                      "betas": None, "epsilon": None})  # fmt: skip
    assert exit_code(lambda: train.main("mine")) == 1
    assert "diverged in epoch" in capsys.readouterr().err
    assert not list(Path("artifacts/mine").glob(".*"))


def test_neither_dvc_nor_git_looks_at_checkpoints():
    for file in (".dvcignore", ".gitignore"):
        lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
        patterns = pathspec.PathSpec.from_lines("gitignore", lines)
        assert patterns.match_file("artifacts/body/.train.checkpoints/0a")
