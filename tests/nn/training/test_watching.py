"""A training that is cut off between two epochs and resumed elsewhere ends with the same bits."""

import pickle
from typing import Any

import numpy as np
import pytest

from nn.errors import TrainingDiverged
from nn.training.loop import train_in_step
from nn.training.optimizers import OPTIMIZERS
from nn.training.problem import Problem
from nn.training.settings import EarlyStopping, Settings
from nn.training.watching import Watcher, resume, state_of

EPOCHS = 14
PLAIN = Settings(
    hidden=(4,),
    activation=("tanh",),
    output="sigmoid",
    initializer="glorot",
    seed=1,
    optimizer="gradient_descent",
    learning_rate=0.1,
    epochs=EPOCHS,
)
CONSTANTS: dict[str, Any] = {
    "gradient_descent": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "adam": {"betas": (0.9, 0.99), "epsilon": 1e-8},
}


class Writer(Watcher):
    """Writes down where a stack stands after each epoch."""

    def __init__(self):
        self.states = []

    def after_epoch(self, stack):
        self.states.append(pickle.dumps(state_of(stack)))


class Reader(Watcher):
    """Resumes what a writer wrote, and counts what is left."""

    def __init__(self, state):
        self.state, self.epochs = state, 0

    def begin(self, stack):
        resume(stack, pickle.loads(self.state))

    def after_epoch(self, stack):
        self.epochs += 1


def problem(seed, **settings):
    source = np.random.default_rng(seed)
    features = source.normal(size=(33, 3))
    labels = (features[:, 0] + source.normal(size=33) > 0).astype(np.int64)
    chosen = PLAIN.model_copy(update={"seed": seed, **settings})
    return Problem(features[:22], labels[:22], 2, chosen, (features[22:], labels[22:]))


def told(outcome):
    if isinstance(outcome, TrainingDiverged):
        return str(outcome)
    network, history, best_epoch, snapshots, warnings, _ = outcome
    arrays = [each.tobytes() for each in (network.parameters, *snapshots)]
    return arrays, repr(network), history, best_epoch, warnings


def check(problems):
    """Resume after every epoch; return what came of the undisturbed training."""
    writer = Writer()
    expected = [*map(told, train_in_step(problems, 5, [writer]))]
    assert expected == [*map(told, train_in_step(problems, 5))]
    assert len(writer.states) == EPOCHS
    for epoch, state in enumerate(writer.states, start=1):
        reader = Reader(state)
        assert [*map(told, train_in_step(problems, 5, [reader]))] == expected, epoch
        assert reader.epochs == EPOCHS - epoch
    return expected


@pytest.mark.parametrize("batch_size", [None, 8])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_one_network_with_each_optimizer(optimizer, batch_size):
    chosen = {"optimizer": optimizer, "batch_size": batch_size, **CONSTANTS[optimizer]}
    check([problem(3, learning_rate_decay=0.1, **chosen)])


def test_one_that_stops_early():
    rule = EarlyStopping(patience=2, min_delta=0.05)
    adam = {"optimizer": "adam", **CONSTANTS["adam"]}
    ((_, _, history, best_epoch, _),) = check(
        [problem(4, early_stopping=rule, batch_size=5, learning_rate=0.3, **adam)]
    )
    assert best_epoch < len(history["loss"]) - 1 < EPOCHS


def test_several_of_which_one_diverges_and_others_stop_early_at_epochs_of_their_own():
    adam = {"optimizer": "adam", "batch_size": 5, "activation": ("relu",), **CONSTANTS["adam"]}
    patience = [EarlyStopping(patience=n, min_delta=0.02) for n in (1, 3)]
    expected = check(
        [
            problem(1, **adam),
            problem(2, early_stopping=patience[0], **adam),
            problem(3, learning_rate=1e200, **adam),
            problem(4, early_stopping=patience[1], **adam),
        ]
    )
    assert "diverged" in expected[2]
    epochs = [len(each[2]["loss"]) - 1 for each in expected if isinstance(each, tuple)]
    assert len({*epochs}) == 3
    assert max(epochs) == EPOCHS


def test_a_watcher_sees_each_batch_of_each_epoch():
    class Reader(Watcher):
        def __init__(self):
            self.seen = []

        def within_epoch(self, stack, share):
            self.seen.append(share)

        def after_epoch(self, stack):
            self.seen.append("end")

    reader = Reader()
    train_in_step([problem(1, batch_size=8, epochs=2)], 0, [reader])
    assert reader.seen == [8 / 22, 16 / 22, 1.0, "end"] * 2
