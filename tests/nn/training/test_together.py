"""Many trainings at once give, each, what it gives alone: to the last bit."""

from typing import Any

import numpy as np
import pytest

from nn.arithmetic.rows import CutRows
from nn.errors import InputError, TrainingDiverged
from nn.network.outputs import OUTPUTS
from nn.training import loop
from nn.training.learner import Learner
from nn.training.loop import train, train_together
from nn.training.optimizers import OPTIMIZERS
from nn.training.problem import Problem
from nn.training.settings import EarlyStopping, Settings

PLAIN = Settings(
    hidden=(4,),
    activation=("relu",),
    output="sigmoid",
    initializer="he",
    seed=1,
    optimizer="gradient_descent",
    learning_rate=0.1,
    epochs=12,
)
CONSTANTS: dict[str, list[dict[str, Any]]] = {  # of three trainings, each with its own
    "gradient_descent": [{}, {}, {}],
    "momentum": [{"momentum": decay} for decay in (0.9, 0.0, 0.5)],
    "nesterov": [{"momentum": decay} for decay in (0.9, 0.3, 0.5)],
    "adam": [
        {"betas": betas, "epsilon": epsilon}
        for betas, epsilon in (((0.9, 0.999), 1e-8), ((0.8, 0.99), 1e-3), ((0.0, 0.9), 1e-8))
    ],
}

CLASSES = {"sigmoid": 2, "linear": 0, "huber": 0}


def rows_of(seed, rows=37, classes=2, columns=3) -> tuple[Any, Any]:
    """Clouds that overlap, so that training and validation losses part."""
    source = np.random.default_rng(seed)
    labels = source.permutation(np.arange(rows) % (classes or 2))
    if not classes:  # numbers to predict
        return labels[:, None] * 0.8 + source.standard_normal((rows, columns)), labels * 2.0 - 1.0
    return labels[:, None] * 0.8 + source.standard_normal((rows, columns)), labels


def problems(count=3, classes=2, validation=False, changes=({}, {}, {}), **shared):
    """Trainings of one shape, each with its own rows, seed, rate and decay."""
    settings = Settings.model_validate(dict(PLAIN) | shared)
    return [
        Problem(
            *rows_of(number, classes=classes),
            classes,
            Settings.model_validate(
                dict(settings)
                | {
                    "seed": number,
                    "learning_rate": 0.1 / (1 + number),
                    "learning_rate_decay": 0.01 * number,
                    **changes[number % len(changes)],
                }
            ),
            rows_of(100 + number, 15, classes) if validation else None,
        )
        for number in range(count)
    ]


def assert_same(given, alone):
    assert given.network.parameters.tobytes() == alone.network.parameters.tobytes()
    assert repr(given.network) == repr(alone.network)
    assert given.history == alone.history
    assert {type(value) for column in given.history.values() for value in column} == {float}
    assert given.best_epoch == alone.best_epoch
    assert given.warnings == alone.warnings
    assert given.snapshots.epochs.shape == (0,)


def check(some):
    """Train them together and one by one, compare, and give what came out."""
    outcomes = train_together(some)
    for problem, given in zip(some, outcomes, strict=True):
        try:
            alone = train(*problem)
        except TrainingDiverged as error:
            assert isinstance(given, TrainingDiverged)
            assert str(given) == str(error)
        else:
            assert_same(given, alone)
    return outcomes


@pytest.fixture
def epochs_run(monkeypatch):
    """How many networks learnt in each pass over the rows."""
    counts = []
    original = Learner.run_epoch

    def run_epoch(self, epoch):
        counts.append(len(self.settings))
        return original(self, epoch)

    monkeypatch.setattr(Learner, "run_epoch", run_epoch)
    return counts


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("batch_size", [None, 8])
def test_optimizers_outputs_and_batches(optimizer, output, batch_size, epochs_run):
    some = problems(
        classes=CLASSES.get(output, 3),
        optimizer=optimizer,
        output=output,
        batch_size=batch_size,
        changes=CONSTANTS[optimizer],
    )
    train_together(some)
    assert epochs_run == [3] * 12  # they did go together
    check(some)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("hidden", [(), (4,), (20, 30)])
def test_layers(hidden, activation):
    slope = 0.1 if activation == "leaky_relu" else None
    check(problems(hidden=hidden, activation=activation, negative_slope=slope, l2=0.01))


@pytest.mark.parametrize("batch_size", [None, 8])
def test_class_weights_l2_and_initializers_may_differ(batch_size, epochs_run):
    changes = (
        {"l2": 0.01, "class_weights": "balanced"},
        {"l2": 0.3, "initializer": "glorot"},
        {"l2": 1e-5, "class_weights": "balanced", "initializer": "legacy_normal"},
    )
    some = problems(changes=changes, batch_size=batch_size, validation=True)
    train_together(some)
    assert epochs_run == [3] * 12
    check(some)


def test_without_l2_a_zero_keeps_its_sign():
    # A feature of 0 gives gradients of -0, which 0 times a weight would turn into +0.
    some = problems(changes=({"l2": 0.0}, {"l2": 0.1}, {"l2": 0.0}), optimizer="momentum",
                    momentum=0.5, hidden=())  # fmt: skip
    some = [p._replace(features=-0.0 * p.features) for p in some]
    check(some)


@pytest.mark.parametrize("batch_size", [None, 8])
def test_those_that_stop_early_leave_the_others_as_they_are(batch_size, epochs_run):
    rules = [
        EarlyStopping(patience=2, min_delta=0.0),
        EarlyStopping(patience=5, min_delta=0.01),
        None,
        EarlyStopping(patience=10**6, min_delta=0.0),
    ]
    some = problems(
        10,
        validation=True,
        hidden=(20,),
        optimizer="adam",
        betas=(0.9, 0.999),
        epsilon=1e-8,
        epochs=60,
        batch_size=batch_size,
        changes=[{"early_stopping": rule, "learning_rate": 0.03} for rule in rules],
    )
    train_together(some)
    assert epochs_run[0] == 10  # together at first, then ever fewer
    assert epochs_run == sorted(epochs_run, reverse=True)
    assert 1 <= epochs_run[-1] < 10
    lengths = {len(training.history["loss"]) for training in check(some)}
    assert len(lengths) > 3
    assert max(lengths) == 61


@pytest.mark.parametrize("batch_size", [None, 8])
@pytest.mark.parametrize("hidden", [(4, 4), (30, 20)])
def test_one_that_diverges_leaves_the_others_as_they_are(hidden, batch_size, epochs_run):
    rates = [0.1, 1e200, 0.05, 30.0, 1e5]
    some = problems(
        10,
        validation=True,
        hidden=hidden,
        optimizer="nesterov",
        momentum=0.9,
        l2=0.1,
        batch_size=batch_size,
        epochs=80,
        changes=[{"learning_rate": rate} for rate in rates],
    )
    train_together(some)
    assert epochs_run[-1] > 1
    outcomes = check(some)
    diverged = [isinstance(outcome, TrainingDiverged) for outcome in outcomes]
    assert diverged[1] and diverged[6] and not diverged[0] and not diverged[2]
    assert len({str(o).split(":")[0] for o, bad in zip(outcomes, diverged, strict=True) if bad}) > 1


def test_all_may_diverge():
    some = problems(hidden=(4, 4), changes=({"learning_rate": 1e250},), epochs=300)
    assert all(isinstance(outcome, TrainingDiverged) for outcome in check(some))


def test_different_shapes_in_any_order(epochs_run):
    shapes: list[dict[str, Any]] = [
        {},
        {"hidden": (5,)},
        {"activation": "tanh"},
        {"output": "softmax"},
        {"epochs": 7},
        {"batch_size": 10},
        {"optimizer": "momentum", "momentum": 0.5},
        {"activation": ("relu",)},
    ]
    some = [problem for shape in shapes for problem in problems(2, **shape)]
    some += problems(2, validation=True)
    some += [Problem(*rows_of(8, 20), 2, PLAIN), Problem(*rows_of(9, columns=2), 2, PLAIN)]
    order = np.random.default_rng(0).permutation(len(some))
    check([some[place] for place in order])


def test_no_problems_and_one():
    assert train_together([]) == []
    check(problems(1, batch_size=8))


def test_more_than_go_at_a_time(monkeypatch, epochs_run):
    monkeypatch.setattr(loop, "ROWS_IN_STEP", 80)  # two networks with 37 rows each
    some = problems(5)
    train_together(some)
    assert epochs_run == [2] * 24 + [1] * 12
    check(some)


def test_more_rows_than_a_block():
    features, labels = rows_of(0, 5000)
    check([Problem(features * f, labels, 2, PLAIN) for f in (1.0, 2.0)])


def test_warnings_are_each_one_s_own():
    some = problems(4, changes=({"learning_rate": 0.1}, {"learning_rate": 500.0}), hidden=(3,))
    same = np.zeros(37, dtype=np.int64)
    some[2] = some[2]._replace(labels=same)  # of one class, and so no collapse
    outcomes = check(some)
    assert [bool(outcome.warnings) for outcome in outcomes] == [False, True, False, True]


def test_rows_are_cut_once_for_all_epochs(monkeypatch):
    shapes = []
    original = CutRows.cut

    def cut(self, values, partner=None):
        shapes.append(values.shape)
        return original(self, values, partner)

    monkeypatch.setattr(CutRows, "cut", cut)
    train_together(problems(3, hidden=(20,)))
    assert shapes.count((3, 4, 37)) == 1  # features and the column of ones
    assert shapes.count((3, 20, 37)) > 1  # the error


def test_arguments_are_not_changed():
    some = problems(batch_size=8, class_weights="balanced", validation=True)
    before = [(p.features.copy(), p.labels.copy(), p.validation[0].copy()) for p in some]
    train_together(some)
    for problem, copies in zip(some, before, strict=True):
        given = problem.features, problem.labels, problem.validation[0]
        for array, copied in zip(given, copies, strict=True):
            np.testing.assert_array_equal(array, copied)


def test_what_train_refuses_is_refused():
    some = problems()
    some[1].features[3, 1] = np.nan
    with pytest.raises(InputError, match="nan"):
        train_together(some)
    with pytest.raises(InputError, match="no validation rows"):
        train_together(problems(early_stopping=EarlyStopping(patience=2, min_delta=0.0)))


def test_trainings_in_single_precision_go_with_their_like(epochs_run):
    double = problems(2, hidden=(20,))
    single = problems(2, hidden=(20,), precision="single")
    parameters = [
        outcome.network.parameters
        for outcome in train_together([*double, *single])
        if not isinstance(outcome, TrainingDiverged)
    ]
    assert epochs_run == [2] * 24
    for one, other in zip(parameters[:2], parameters[2:], strict=True):
        assert one.tobytes() != other.tobytes()
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)
