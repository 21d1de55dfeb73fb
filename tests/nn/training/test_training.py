import math
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from nn.arithmetic import Part, dealt, mapped
from nn.arithmetic.randomness import random_source
from nn.errors import InputError, TrainingDiverged
from nn.network.outputs import CLASSIFICATION, OUTPUTS, outputs_for
from nn.training import history
from nn.training.backpropagation import Backpropagation
from nn.training.class_weights import row_weights
from nn.training.early_stopping import Best
from nn.training.history import Recorder
from nn.training.loop import train, train_together
from nn.training.outcome import Training, snapshot_epochs
from nn.training.problem import Problem, initial_network
from nn.training.settings import EarlyStopping, Settings
from nn.training.stack import Stack
from tests.nn.training.orders import backward

PLAIN = Settings(
    hidden=(4,),
    activation=("relu",),
    output="sigmoid",
    initializer="he",
    seed=1,
    optimizer="gradient_descent",
    learning_rate=0.1,
    epochs=20,
)


def change(settings=PLAIN, **changes):
    return Settings.model_validate(dict(settings) | changes)


def blobs(rows=60, classes=2, columns=3, seed=0):
    """Overlapping clouds, one a class."""
    source = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    centres = source.standard_normal((classes, columns)) * 1.2
    return centres[labels] + source.standard_normal((rows, columns)), labels


def same_bits(one, other):
    return one.network.parameters.tobytes() == other.network.parameters.tobytes()


# A notebook's figures, as it printed them

BODY = [
    [1.80, 80, 8],
    [1.65, 70, 6],
    [1.75, 95, 5],
    [1.60, 60, 4],
    [1.82, 77, 9],
    [1.55, 50, 3],
    [1.78, 85, 7],
    [1.62, 65, 2],
]
LOSSES = """
1.672443319506854 1.4576551623423253 1.2916749313892337 1.1566915082738294 1.060687634863001
0.9771363823392609 0.9225672280312348 0.8863186738641593 0.8525682030873303 0.8211639804930416
0.7919575913373185 0.7648046745215458 0.7395656346300895 0.7161063356619484 0.694298706547937
0.6773253259494607 0.6642707813501343 0.6448822325261164 0.6268146012497637 0.6099223186249237
0.5940820523461696 0.579188621124995 0.5651517344764907 0.5519005278851353 0.5393705278894347
0.5274884259662774
"""
PROBABILITIES = """
0.76974516 0.5956664 0.1752454 0.13338143 0.76476179 0.02156242 0.7811936 0.07437165
"""


def test_the_notebook_s_figures():
    table = np.array(BODY)
    features = (table - table.mean(axis=0)) / (table.std(axis=0) + 1e-8)
    labels = np.array([1, 1, 0, 0, 1, 0, 1, 0])
    training = train(
        features,
        labels,
        2,
        change(initializer="legacy_normal", seed=42, learning_rate=0.05, epochs=100),
    )
    losses = training.history["loss"]
    assert len(losses) == 101
    printed = [float(loss) for loss in LOSSES.split()]
    assert len(printed) == 26
    np.testing.assert_allclose(losses[:26], printed, rtol=0, atol=1e-9)
    last = [0.2177540982813407, 0.2162249904805389]
    np.testing.assert_allclose(losses[-2:], last, rtol=0, atol=1e-9)
    positive = training.network.probabilities(features)[:, 1]
    assert [f"{p:.8f}" for p in positive] == [f"{float(p):.8f}" for p in PROBABILITIES.split()]
    assert training.history["accuracy"][-1] == 1.0


def test_worked_by_hand(monkeypatch):
    # One weight w, one bias b, both 0; rows (1, class 1) and (-3, class 0); rate 1. All p = 1/2:
    # dw = ((1/2 - 1) 1 + (1/2 - 0) (-3)) / 2 = -1, db = (-1/2 + 1/2) / 2 = 0. So w = 1, and then
    # logits 1 and -3: p = s(1) and s(-3), the loss (ln(1 + 1/e) + ln(1 + e**-3)) / 2.
    def zeros(name, sizes, seed):
        return [np.zeros(shape) for shape in pairwise(sizes)]

    monkeypatch.setattr("nn.training.problem.initial_weights", zeros)
    features, labels = np.array([[1.0], [-3.0]]), np.array([1, 0])
    training = train(features, labels, 2, change(hidden=(), learning_rate=1.0, epochs=1))
    assert training.network.parameters.tolist() == [1.0, 0.0]
    expected = [math.log(2), (math.log1p(math.exp(-1)) + math.log1p(math.exp(-3))) / 2]
    np.testing.assert_allclose(training.history["loss"], expected, rtol=1e-15)
    assert training.history["accuracy"] == [0.5, 1.0]  # at p = 1/2 it decides for class 1


# Against scikit-learn


@pytest.mark.parametrize("l2", [0.01, 0.3])
@pytest.mark.parametrize(("output", "classes"), [("sigmoid", 2), ("softmax", 3)])
def test_without_hidden_layers_it_ends_at_logistic_regression_s_optimum(l2, output, classes):
    features, labels = blobs(90, classes)
    settings = change(
        hidden=(), output=output, optimizer="nesterov", momentum=0.9, learning_rate=0.5,
        epochs=1500, l2=l2,
    )  # fmt: skip
    training = train(features, labels, classes, settings)
    # It minimises the sum of losses over C and half the square of the weights; biases are free.
    # (By Newton's method, to the last digits; its default stops some 1e-8 before the optimum.)
    other = LogisticRegression(C=1 / (l2 * len(labels)), tol=1e-14, solver="newton-cg")
    other.fit(features, labels)
    (weights,), (biases,) = training.network.weights, training.network.biases
    np.testing.assert_allclose(weights.T, other.coef_, rtol=0, atol=1e-12)
    # With a logit for each class their common level is free.
    level = np.mean if classes > 2 else np.zeros_like
    expected = other.intercept_ - level(other.intercept_)
    np.testing.assert_allclose(biases - level(biases), expected, rtol=0, atol=1e-12)
    loss = log_loss(labels, other.predict_proba(features))
    assert training.history["loss"][-1] == pytest.approx(loss, abs=1e-12)


class Copycat(MLPClassifier):  # type: ignore[misc]
    """scikit-learn's network, begun with given weights."""

    def fit_from(self, network, features, labels, **arguments):
        self._given = list(zip(network.weights, network.biases, strict=True))
        return self.fit(features, labels, **arguments)

    def _init_coef(self, fan_in, fan_out, dtype):
        weights, biases = self._given.pop(0)
        assert weights.shape == (fan_in, fan_out)
        return weights.copy(), biases.copy()


OPTIMIZERS: dict[str, Any] = {
    "gradient_descent": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "adam": {"betas": (0.9, 0.999), "epsilon": 1e-8},
}


def by_scikit_learn(features, labels, classes, settings, **arguments):
    names = {"sigmoid": "logistic"}
    other = Copycat(
        settings.hidden,
        activation=names.get(*settings.activation * 2),
        solver="adam" if settings.optimizer == "adam" else "sgd",
        alpha=settings.l2 * len(labels),  # it divides its penalty by the rows of the batch
        batch_size=len(labels),
        learning_rate_init=settings.learning_rate,
        momentum=settings.momentum or 0.0,
        nesterovs_momentum=settings.optimizer == "nesterov",
        max_iter=settings.epochs,
        n_iter_no_change=10**6,
        tol=0.0,
        shuffle=False,
    )
    network = initial_network(features.shape[1], classes, settings)
    if settings.output == "sigmoid_per_class":
        labels = (labels[:, None] == np.arange(classes)).astype(int)
    return other.fit_from(network, features, labels, **arguments)


NETWORKS = [
    ((4,), "relu", "sigmoid", 2),
    ((5, 3), "tanh", "softmax", 3),
    ((6,), "sigmoid", "sigmoid_per_class", 3),
    ((30, 20), "tanh", "sigmoid", 2),
    ((30, 20), "relu", "softmax", 3),
]


def rounding(hidden):
    """How far one element of a product may be off, and then some."""
    return 1e-11 if hidden == (30, 20) else 1e-14


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize(("hidden", "activation", "output", "classes"), NETWORKS)
def test_logits_loss_and_gradient_are_scikit_learn_s(hidden, activation, output, classes):
    # At a rate of 1 a step of gradient descent is the gradient.
    features, labels = blobs(80, classes)
    settings = change(
        hidden=hidden, activation=activation, output=output, learning_rate=1.0, epochs=1,
        initializer="glorot",
    )  # fmt: skip
    training = train(features, labels, classes, settings)
    other = by_scikit_learn(features, labels, classes, settings)
    tolerance = rounding(hidden)
    assert training.history["loss"][0] == pytest.approx(other.loss_, abs=tolerance)
    before = initial_network(3, classes, settings)
    theirs = zip(other.coefs_, other.intercepts_, strict=True)
    for start, mine, pair in zip(before.layers, training.network.layers, theirs, strict=True):
        gradient = start - np.vstack(pair)
        assert np.abs(gradient).max() > 1e-3
        np.testing.assert_allclose(start - mine, gradient, rtol=0, atol=tolerance)
    probabilities = probabilities_of(other, features, output)
    ours = training.network.probabilities(features)
    np.testing.assert_allclose(ours, probabilities, rtol=0, atol=rounding(hidden))


def probabilities_of(other, features, output):
    units = other.predict_proba(features)
    return units / units.sum(axis=1, keepdims=True) if output == "sigmoid_per_class" else units


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("hidden", "activation", "output", "classes"), NETWORKS)
def test_fifty_steps_are_scikit_learn_s(optimizer, hidden, activation, output, classes):
    features, labels = blobs(80, classes)
    settings = change(
        hidden=hidden, activation=activation, output=output, optimizer=optimizer,
        learning_rate=0.01 if optimizer == "adam" else 0.05, epochs=50, initializer="glorot",
        **OPTIMIZERS[optimizer],
    )  # fmt: skip
    training = train(features, labels, classes, settings)
    other = by_scikit_learn(features, labels, classes, settings)
    tolerance = 10 * rounding(hidden)
    losses = training.history["loss"][:-1]
    np.testing.assert_allclose(losses, other.loss_curve_, rtol=0, atol=tolerance)
    expected = probabilities_of(other, features, output)
    predicted = training.network.probabilities(features)
    np.testing.assert_allclose(predicted, expected, rtol=0, atol=tolerance)
    accuracy = np.mean(expected.argmax(axis=1) == labels)
    assert training.history["accuracy"][-1] == pytest.approx(accuracy)
    if optimizer == "adam" and hidden == (30, 20):
        # Where a gradient is next to 0 it makes much of its last digits, and so would any other:
        # test_adam_makes_much_of_a_gradient_s_last_digits. ReLUs have such gradients.
        tolerance = 1e-9 if activation == "tanh" else 1e-6
    for ours, theirs in (
        (training.network.weights, other.coefs_),
        (training.network.biases, other.intercepts_),
    ):
        for mine, expected in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(mine, expected, rtol=0, atol=tolerance)
            assert np.mean(np.abs(mine - expected) > 1e-9) < 0.05


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_l2_is_scikit_learn_s():
    features, labels = blobs(80)
    settings = change(l2=0.2, epochs=50)
    training = train(features, labels, 2, settings)
    other = by_scikit_learn(features, labels, 2, settings)
    for mine, expected in zip(training.network.weights, other.coefs_, strict=True):
        np.testing.assert_allclose(mine, expected, rtol=0, atol=1e-14)
    assert not np.allclose(training.network.weights[0], train(
        features, labels, 2, change(epochs=50)).network.weights[0], atol=1e-2)  # fmt: skip


@pytest.mark.skipif(
    tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 7), reason="has no sample weights"
)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_class_weights_are_scikit_learn_s_sample_weights():
    features, labels = blobs(80)
    labels = np.where(np.arange(80) < 60, 0, labels)  # 70 to 10
    settings = change(class_weights="balanced", epochs=50)
    training = train(features, labels, 2, settings)
    weights = np.where(labels == 1, 80 / (2 * 10), 80 / (2 * 70))
    other = by_scikit_learn(features, labels, 2, settings, sample_weight=weights)
    losses = training.history["loss"][:-1]
    np.testing.assert_allclose(losses, other.loss_curve_, rtol=0, atol=1e-14)
    for mine, expected in zip(training.network.weights, other.coefs_, strict=True):
        np.testing.assert_allclose(mine, expected, rtol=0, atol=1e-14)


# Class weights, L2, rates, batches


def test_balanced_weights_worked_by_hand():
    labels = np.array([0, 0, 0, 1])
    expected = [4 / 6, 4 / 6, 4 / 6, 2.0]  # each class 2 in all
    np.testing.assert_allclose(row_weights(labels, 2, "balanced")[:, 0], expected)
    # A class without rows takes nothing from the others.
    np.testing.assert_allclose(row_weights(labels, 3, "balanced")[:, 0], expected)
    assert row_weights(labels, 2, None).tolist() == [[1.0]] * 4


def test_balanced_weights_count_as_copies_of_rows():
    features, labels = blobs(8)
    labels = np.array([1, 1, 0, 0, 0, 0, 0, 0])
    copies = np.concatenate([np.repeat([0, 1], 3), np.arange(2, 8)])  # six of each class
    settings = change(epochs=30)
    weighted = train(features, labels, 2, change(settings, class_weights="balanced"))
    copied = train(features[copies], labels[copies], 2, settings)
    np.testing.assert_allclose(
        weighted.network.parameters, copied.network.parameters, rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(weighted.history["loss"], copied.history["loss"], rtol=1e-12)


def plain_step(weights, bias, features, labels, rate, l2, count=None):
    """One step of logistic regression in plain NumPy."""
    error = 1 / (1 + np.exp(-(features @ weights + bias))) - labels[:, None]
    rows = count or len(labels)
    return (
        weights - rate * (features.T @ error / rows + l2 * weights),
        bias - rate * error.sum(axis=0) / rows,
    )


@pytest.mark.parametrize("batch_size", [1, 7, 32, 60])
def test_mini_batches_written_out(batch_size):
    features, labels = blobs(60)
    settings = change(hidden=(), batch_size=batch_size, epochs=3, l2=0.05, learning_rate_decay=0.5)
    training = train(features, labels, 2, settings)
    (weights,), (bias,) = (
        getattr(initial_network(3, 2, settings), name) for name in ("weights", "biases")
    )
    shuffles = random_source(settings.seed, "mini-batches")
    losses = []
    for epoch in range(3):
        order = shuffles.permutation(60) if batch_size < 60 else np.arange(60)
        lost = 0.0
        for start in range(0, 60, batch_size):
            batch = order[start : start + batch_size]  # the last one is smaller: of 4, of 28
            logits = (features[batch] @ weights + bias)[:, 0]
            lost += (np.log1p(np.exp(logits)) - labels[batch] * logits).sum()
            rate = 0.1 / (1 + 0.5 * epoch)
            weights, bias = plain_step(
                weights, bias, features[batch], labels[batch], rate, settings.l2
            )
        losses.append(lost / 60)
    np.testing.assert_allclose(training.network.weights[0], weights, atol=1e-13)
    np.testing.assert_allclose(training.network.biases[0], bias, atol=1e-13)
    np.testing.assert_allclose(training.history["loss"][:3], losses, rtol=1e-12)


def test_every_row_is_seen_once_an_epoch(monkeypatch):
    seen = []
    original = Backpropagation.__call__

    def noting(self, features, *others):
        seen.append(features[:, 0].copy())
        return original(self, features, *others)

    monkeypatch.setattr(Backpropagation, "__call__", noting)
    features, labels = blobs(50)
    train(features, labels, 2, change(batch_size=8, epochs=3))
    assert [len(batch) for batch in seen] == [8, 8, 8, 8, 8, 8, 2] * 3
    epochs = [np.concatenate(seen[i * 7 : i * 7 + 7]) for i in range(3)]
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch), np.sort(features[:, 0]))
    assert not np.array_equal(epochs[0], epochs[1])


def test_l2_does_not_depend_on_the_batch_size():
    # Without anything to learn from a row, a step shrinks the weights by the same factor.
    features, labels = np.zeros((12, 2)), np.arange(12) % 2
    shrunk = {}
    for batch_size in (None, 6, 4):
        settings = change(hidden=(), l2=0.5, batch_size=batch_size, epochs=1)
        before = initial_network(2, 2, settings).weights[0]
        after = train(features, labels, 2, settings).network.weights[0]
        shrunk[batch_size] = after / before
    np.testing.assert_allclose(shrunk[None], 0.95, rtol=1e-13)
    np.testing.assert_allclose(shrunk[6], 0.95**2, rtol=1e-13)
    np.testing.assert_allclose(shrunk[4], 0.95**3, rtol=1e-13)


def test_the_rate_decays_by_epoch():
    features, labels = np.zeros((4, 1)), np.array([0, 1, 0, 1])
    # With features of 0, balanced labels and a bias of 0, only the penalty of 1 moves the weight.
    settings = change(hidden=(), l2=1.0, epochs=3, learning_rate_decay=1.0)
    before = initial_network(1, 2, settings).weights[0]
    after = train(features, labels, 2, settings).network.weights[0]
    np.testing.assert_allclose(after / before, (1 - 0.1) * (1 - 0.1 / 2) * (1 - 0.1 / 3), 1e-13)


def test_more_rows_than_a_block():
    features, labels = blobs(20_011)
    settings = change(hidden=(), epochs=2, learning_rate=0.3)
    training = train(features, labels, 2, settings)
    network = initial_network(3, 2, settings)
    weights, bias = network.weights[0], network.biases[0]
    for _ in range(2):
        weights, bias = plain_step(weights, bias, features, labels, 0.3, 0.0)
    np.testing.assert_allclose(training.network.weights[0], weights, atol=1e-11)
    np.testing.assert_allclose(training.network.biases[0], bias, atol=1e-11)
    expected = log_loss(labels, training.network.probabilities(features))
    assert training.history["loss"][-1] == pytest.approx(expected, rel=1e-11)


# Settings


CHANGES: dict[str, Any] = {
    "hidden": ({}, {"hidden": (5,)}),
    "activation": ({}, {"activation": "tanh"}),
    "negative_slope": (
        {"activation": "leaky_relu", "negative_slope": 0.1},
        {"negative_slope": 0.2},
    ),
    "output": ({}, {"output": "softmax"}),
    "initializer": ({}, {"initializer": "glorot"}),
    "seed": ({}, {"seed": 2}),
    "optimizer": ({"momentum": 0.5}, {"optimizer": "momentum"}),
    "momentum": ({"optimizer": "nesterov", "momentum": 0.5}, {"momentum": 0.6}),
    "betas": ({"optimizer": "adam", "betas": (0.9, 0.99), "epsilon": 1e-8}, {"betas": (0.9, 0.98)}),
    "epsilon": ({"optimizer": "adam", "betas": (0.9, 0.99), "epsilon": 1e-8}, {"epsilon": 1e-3}),
    "learning_rate": ({}, {"learning_rate": 0.11}),
    "learning_rate_decay": ({}, {"learning_rate_decay": 0.1}),
    "epochs": ({}, {"epochs": 21}),
    "batch_size": ({}, {"batch_size": 16}),
    "l2": ({}, {"l2": 1e-6}),
    "class_weights": ({}, {"class_weights": "balanced"}),
    "early_stopping": ({}, {"early_stopping": EarlyStopping(patience=1, min_delta=1.0)}),
    "precision": ({"hidden": (40,)}, {"precision": "single"}),
    "ensemble": ({}, {"ensemble": 2}),
}


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_changes_something(field):
    features, labels = blobs(61)
    base, changed = CHANGES[field]
    assert [*changed] == [field]
    one = change(**base)
    first, again, other = (
        train(features, labels, 2, settings, validation=blobs(20, seed=5))
        for settings in (one, one, change(one, **changed))
    )
    assert same_bits(first, again)
    assert not same_bits(first, other)


def test_the_first_beta_changes_something_too():
    features, labels = blobs(61)
    adam = change(optimizer="adam", betas=(0.9, 0.99), epsilon=1e-8)
    assert not same_bits(
        train(features, labels, 2, adam),
        train(features, labels, 2, change(adam, betas=(0.8, 0.99))),
    )


def test_a_list_of_activations_is_one_for_each_hidden_layer():
    features, labels = blobs()
    settings = change(hidden=(4, 3), activation=("relu", "tanh"))
    network = train(features, labels, 2, settings).network
    assert network.activations == ("relu", "tanh")
    same = train(features, labels, 2, change(hidden=(4, 3), activation="relu")).network
    assert same.activations == ("relu", "relu")


# Early stopping


def feed(rule, losses):
    """How many losses it took to stop, and the best epoch."""
    best = Best(rule)
    for epoch, loss in enumerate(losses):
        if best.is_final(epoch, loss, np.array([float(epoch)])):
            break
    assert best.parameters is not None
    assert best.parameters.tolist() == [best.epoch]
    return epoch, best.epoch


@pytest.mark.parametrize(
    ("patience", "min_delta", "losses", "stop", "best"),
    [
        (2, 0.0, [5, 4, 3, 3, 3, 2], 4, 2),  # equal is not lower
        (3, 0.0, [5, 4, 3, 3, 3, 2], 5, 5),
        (1, 0.0, [5, 6, 1], 1, 0),
        (2, 0.0, [5, 6, 4, 5, 4.5, 3], 4, 2),
        (2, 1.0, [5, 4.5, 4, 3], 2, 0),  # by 1 is not by more than 1
        (2, 0.9, [5, 4.5, 4, 3.5, 3], 4, 4),  # small steps add up: each is from the best so far
        (9, 0.0, [3, 2, 1, 2], 3, 2),
    ],
)
def test_early_stopping_worked_by_hand(patience, min_delta, losses, stop, best):
    assert feed(EarlyStopping(patience=patience, min_delta=min_delta), losses) == (stop, best)


def test_the_best_so_far_is_a_copy():
    best, parameters = Best(EarlyStopping(patience=1, min_delta=0.0)), np.array([1.0])
    best.is_final(0, 1.0, parameters)
    parameters += 5.0
    assert best.parameters is not None
    assert best.parameters.tolist() == [1.0]


def overfitting(**changes):
    """A net that learns noise by heart, watched on other rows."""
    source = np.random.default_rng(3)
    features, labels = blobs(30, seed=3)
    labels = np.where(source.random(30) < 0.25, 1 - labels, labels)
    others = blobs(200, seed=3)[0][30:], blobs(200, seed=3)[1][30:]
    settings = change(
        hidden=(30,), activation="tanh", optimizer="adam", betas=(0.9, 0.999), epsilon=1e-8,
        learning_rate=0.03, epochs=300, early_stopping=EarlyStopping(patience=25, min_delta=0.0),
    )  # fmt: skip
    return train(features, labels, 2, change(settings, **changes), others, 301), others


def test_early_stopping_goes_back_to_the_best():
    training, (features, labels) = overfitting()
    losses = training.history["validation_loss"]
    best = training.best_epoch
    assert 0 < best == np.argmin(losses) == len(losses) - 1 - 25 < 275
    assert {len(column) for column in training.history.values()} == {len(losses)}
    probabilities = training.network.probabilities(features)
    assert log_loss(labels, probabilities) == pytest.approx(losses[best], rel=1e-10)
    accuracy = np.mean(probabilities.argmax(axis=1) == labels)
    assert training.history["validation_accuracy"][best] == pytest.approx(accuracy)
    frame = training.snapshots.epochs.tolist().index(best)
    assert training.snapshots.parameters[frame].tobytes() == training.network.parameters.tobytes()
    assert training.snapshots.epochs.max() == len(losses) - 1


def test_without_early_stopping_the_same_training_goes_on():
    stopped, _ = overfitting()
    whole, (features, labels) = overfitting(early_stopping=None)
    assert whole.best_epoch == 300
    for name, column in stopped.history.items():
        # The last row of the one that stopped is its end: not the rows' own batches, but the same.
        assert whole.history[name][: len(column)] == pytest.approx(column, rel=1e-6)
        assert len(whole.history[name]) == 301
    assert log_loss(labels, whole.network.probabilities(features)) == pytest.approx(
        whole.history["validation_loss"][-1], rel=1e-10
    )


def test_early_stopping_that_never_happens_still_restores_the_best():
    training, _ = overfitting(early_stopping=EarlyStopping(patience=10**6, min_delta=0.0))
    assert len(training.history["loss"]) == 301
    assert training.best_epoch == np.argmin(training.history["validation_loss"]) < 300


def test_early_stopping_needs_validation_rows():
    features, labels = blobs()
    with pytest.raises(InputError, match="no validation rows"):
        train(features, labels, 2, change(early_stopping=EarlyStopping(patience=2, min_delta=0.0)))


def test_validation_rows_are_not_learnt_from():
    features, labels = blobs()
    alone = train(features, labels, 2, PLAIN)
    watched = train(features, labels, 2, PLAIN, blobs(seed=9))
    assert same_bits(alone, watched)
    assert {*watched.history} - {*alone.history} == {"validation_loss", "validation_accuracy"}


# History and snapshots


def test_a_row_of_the_history_is_the_state_before_its_epoch():
    features, labels = blobs()
    others, other_labels = blobs(25, seed=4)
    training = train(features, labels, 2, change(epochs=6), (others, other_labels), snapshots=7)
    assert [len(column) for column in training.history.values()] == [7] * 4
    epochs = dict(
        zip(training.snapshots.epochs.tolist(), training.snapshots.parameters, strict=True)
    )
    assert {0, 6} <= {*epochs}
    network = training.network
    for epoch, parameters in epochs.items():
        network.parameters[...] = parameters
        for prefix, table, truth in (("", features, labels), ("validation_", others, other_labels)):
            probabilities = network.probabilities(table)
            expected = log_loss(truth, probabilities)
            assert training.history[f"{prefix}loss"][epoch] == pytest.approx(expected, rel=1e-9)
            right = np.mean(probabilities.argmax(axis=1) == truth)
            assert training.history[f"{prefix}accuracy"][epoch] == pytest.approx(right)
    start = initial_network(3, 2, PLAIN).parameters
    assert epochs[0].tobytes() == start.tobytes()


@pytest.mark.parametrize("rows", [3, 1000])
def test_the_recorder_is_the_same_whether_asked_after_each_epoch_or_at_the_end(rows):
    source = np.random.default_rng(0)
    labels = source.integers(0, 2, rows)
    epochs = source.standard_normal((150, rows, 1)) * 5
    recorders = [
        Recorder(OUTPUTS["sigmoid"], labels[None], 2, np.ones((1, rows, 1))) for _ in range(2)
    ]
    for count, logits in enumerate(epochs, start=1):
        for recorder in recorders:
            recorder.add([Part(None, logits[None])])
        assert len(recorders[0].losses()[0]) == len(recorders[0].columns()["accuracy"][0]) == count
    assert recorders[0].losses() == recorders[1].losses()
    assert recorders[0].columns() == recorders[1].columns()
    expected = [
        log_loss(labels, 1 / (1 + np.exp(-logits[:, 0])), labels=[0, 1]) for logits in epochs
    ]
    np.testing.assert_allclose(recorders[0].losses()[0], expected, rtol=1e-9)


@pytest.mark.parametrize("batch_size", [None, 8, 64])
@pytest.mark.parametrize("output", OUTPUTS)
def test_a_history_is_the_same_judged_by_parts(output, batch_size, monkeypatch):
    is_of_classes = OUTPUTS[output].task == CLASSIFICATION
    classes = 0 if not is_of_classes else 2 if output == "sigmoid" else 3
    features, labels = blobs(150, max(classes, 2))
    labels = labels if is_of_classes else labels + features[:, 0]
    stopping = EarlyStopping(patience=2, min_delta=0.0)
    settings = change(
        output=output,
        batch_size=batch_size,
        early_stopping=stopping,
        **({"class_weights": "balanced"} if is_of_classes else {}),
    )
    others = features[::3] + 0.1, labels[::3]
    whole = train(features[:, :2], labels, classes, settings, (others[0][:, :2], others[1]))
    monkeypatch.setattr(history, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(dealt, "NUMBERS_AT_A_TIME", 20)
    monkeypatch.setattr(dealt, "STRETCH", 17)
    monkeypatch.setattr(mapped, "SMALL", 0)
    by_parts = train(features[:, :2], labels, classes, settings, (others[0][:, :2], others[1]))
    assert same_bits(by_parts, whole)
    assert by_parts.history == whole.history


def test_networks_in_step_have_the_same_histories_judged_by_parts(monkeypatch):
    features, labels = blobs(150)
    problems = [
        Problem(features + seed, labels, 2, change(seed=seed, batch_size=16), (features, labels))
        for seed in range(3)
    ]
    whole = train_together(problems)
    monkeypatch.setattr(history, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(dealt, "NUMBERS_AT_A_TIME", 100)
    monkeypatch.setattr(dealt, "STRETCH", 50)
    for by_parts, expected in zip(train_together(problems), whole, strict=True):
        assert isinstance(by_parts, Training)
        assert isinstance(expected, Training)
        assert by_parts.history == expected.history


def test_a_network_that_stops_alone_is_not_copied():
    features, labels = blobs()
    stack = Stack([Problem(features, labels, 2, PLAIN)], 0)
    learner = stack.learner
    stack.keep([0])
    assert stack.learner is learner
    assert np.shares_memory(learner.features, features)


@pytest.mark.parametrize(
    ("epochs", "frames", "expected"),
    [
        (100, 0, set()),
        (100, 1, {0}),
        (100, 2, {0, 100}),
        (100, 5, {0, 6, 25, 56, 100}),
        (10, 8, {0, 1, 2, 3, 4, 5, 7, 10}),  # a frame for each epoch where there are enough
        (3, 10, {0, 1, 2, 3}),
        (0, 4, {0}),
    ],
)
def test_snapshots_lie_closer_together_at_the_beginning(epochs, frames, expected):
    assert snapshot_epochs(epochs, frames) == expected


def test_what_comes_before_an_epoch_is_the_network_as_it_was():
    features, labels = blobs()
    training = train(features, labels, 2, change(epochs=1), snapshots=2)
    expected = initial_network(3, 2, PLAIN).parameters
    assert training.snapshots.parameters[0].tobytes() == expected.tobytes()
    assert [len(column) for column in training.history.values()] == [2, 2]


def test_no_snapshots():
    features, labels = blobs()
    training = train(features, labels, 2, PLAIN)
    assert training.snapshots.epochs.shape == (0,)


# Determinism


def results(training):
    history = np.array([*training.history.values()]).tobytes()
    return training.network.parameters.tobytes(), history, training.snapshots.parameters.tobytes()


@pytest.mark.parametrize("hidden", [(4,), (30, 20)])
@pytest.mark.parametrize("batch_size", [None, 16])
def test_a_seed_is_a_result(hidden, batch_size, monkeypatch):
    features, labels = blobs(100)
    settings = change(
        hidden=hidden, batch_size=batch_size, epochs=10, output="softmax",
        optimizer="adam", betas=(0.9, 0.999), epsilon=1e-8,
    )  # fmt: skip
    arguments: Any = features, labels, 2, settings, blobs(40, seed=2), 4
    expected = results(train(*arguments))
    np.random.seed(123)
    assert results(train(*arguments)) == expected
    for threads in (1, 2):
        with threadpool_limits(threads):
            assert results(train(*arguments)) == expected
    turned: Any = np.asfortranarray(features), labels, 2, settings, blobs(40, seed=2), 4
    assert results(train(*turned)) == expected
    with monkeypatch.context() as patch:
        patch.setattr(np, "matmul", backward)
        assert results(train(*arguments)) == expected


def test_the_arguments_are_not_changed():
    features, labels = blobs()
    before = features.copy(), labels.copy()
    train(features, labels, 2, change(batch_size=7, class_weights="balanced"))
    np.testing.assert_array_equal(features, before[0])
    np.testing.assert_array_equal(labels, before[1])


# Alarms


def test_no_alarm_where_all_is_well():
    features, labels = blobs(200, columns=2, seed=1)
    training = train(features * 2, labels, 2, change(epochs=200, learning_rate=0.3))
    assert training.history["accuracy"][-1] > 0.8
    assert training.warnings == []


@pytest.mark.parametrize("output", outputs_for(CLASSIFICATION))
def test_a_collapsed_network_is_named(output):
    labels = np.array([0] * 5 + [1] * 45)
    features = np.ones((50, 2))  # nothing tells the rows apart
    training = train(features, labels, 2, change(output=output, epochs=100, activation="tanh"))
    assert training.history["accuracy"][-1] == 0.9
    (warning,) = training.warnings
    assert "collapsed" in warning
    assert "class number 1" in warning


def test_one_class_only_is_no_collapse():
    features, _ = blobs(20)
    settings = change(activation="tanh", learning_rate=0.5, epochs=100)
    training = train(features, np.ones(20, dtype=np.int64), 2, settings)
    assert training.history["accuracy"][-1] == 1.0
    assert training.warnings == []


def test_a_dead_layer_is_named(monkeypatch):
    def negative(name, sizes, seed):
        return [-np.ones(shape) for shape in pairwise(sizes)]

    monkeypatch.setattr("nn.training.problem.initial_weights", negative)
    features, labels = np.abs(blobs()[0]) + 0.1, blobs()[1]
    training = train(features, labels, 2, change(hidden=(6, 4)))
    assert any("6 units of hidden layer 1 are dead" in warning for warning in training.warnings)
    leaky = change(hidden=(6, 4), activation="leaky_relu", negative_slope=0.1)
    assert not any("dead" in warning for warning in train(features, labels, 2, leaky).warnings)


def test_one_dead_unit_is_no_dead_layer(monkeypatch):
    def mixed(name, sizes, seed):
        signs = [np.ones(shape) for shape in pairwise(sizes)]
        signs[0][:, 0] = -1.0
        return signs

    monkeypatch.setattr("nn.training.problem.initial_weights", mixed)
    features, labels = np.abs(blobs()[0]) + 0.1, blobs()[1]
    training = train(features, labels, 2, change(hidden=(3,), epochs=1, learning_rate=0.01))
    assert not any("dead" in warning for warning in training.warnings)


@pytest.mark.parametrize("batch_size", [None, 16])
@pytest.mark.parametrize("hidden", [(4, 4), (30, 20)])
def test_divergence_names_the_epoch_and_the_rate(hidden, batch_size):
    features, labels = blobs()
    settings = change(hidden=hidden, learning_rate=1e30, epochs=100, batch_size=batch_size, l2=0.1)
    with pytest.raises(TrainingDiverged, match=r"in epoch \d+: .*learning_rate well below 1e\+30"):
        train(features, labels, 2, settings)


@pytest.mark.parametrize("validation", [None, blobs(20, seed=5)])
def test_divergence_names_the_row_whose_numbers_grew_too_large(validation):
    features, labels = blobs()
    features[7] = 1e160  # and so is its gradient: after a step its own logit alone overflows
    settings = change(hidden=(), learning_rate=1e20, epochs=5, initializer="glorot")
    told = r"in epoch [12]: (inf|nan|-inf) at index \[7, 0\] cannot be computed with"
    with pytest.raises(TrainingDiverged, match=told) as alone:
        train(features, labels, 2, settings, validation)
    problem = Problem(features, labels, 2, settings, validation)
    others: list[Any] = [Problem(features * 0.0, labels, 2, settings, validation) for _ in range(2)]
    outcomes = train_together([others[0], problem, others[1]])
    assert str(outcomes[1]) == str(alone.value)
    assert not any(isinstance(outcomes[place], TrainingDiverged) for place in (0, 2))


def test_a_missing_feature_is_refused():
    features, labels = blobs()
    features[3, 1] = math.nan
    with pytest.raises(InputError, match="nan"):
        train(features, labels, 2, PLAIN)


def test_a_sigmoid_is_refused_for_three_classes():
    features, labels = np.zeros((3, 1)), np.arange(3)
    with pytest.raises(InputError, match="two classes apart, and there are 3: use softmax"):
        train(features, labels, 3, PLAIN)


@pytest.mark.parametrize(
    ("labels", "classes", "told"),
    [
        ([1, 2, 1], 2, "labels go from 1 to 2, and there are 2 classes"),
        ([-1, 1, 1], 2, "labels go from -1 to 1"),
        ([0, 0, 0], 1, "there are 1 classes: number two classes or more from 0 on"),
        ([0, 1], 2, "of shape (2,), not a whole number for each of 3 rows"),
        ([0.0, 0.5, 1.0], 2, "labels are float64 of shape (3,), not a whole number"),
    ],
)
def test_labels_that_are_no_class_numbers_are_refused(labels, classes, told):
    settings = change(output="softmax")
    with pytest.raises(InputError, match=re.escape(told)):
        train(np.ones((3, 2)), np.array(labels), classes, settings)


def test_features_that_are_no_table_are_refused():
    for features in (np.ones(3), np.ones((0, 2))):
        with pytest.raises(InputError, match="features have shape"):
            train(features, np.zeros(len(features), dtype=np.int64), 2, PLAIN)


def test_a_missing_validation_feature_is_no_divergence():
    (features, truth), (others, labels) = blobs(), blobs(20, seed=5)
    others[2, 0] = math.nan
    with pytest.raises(InputError, match=r"nan at index \[2, 0\]") as caught:
        train(features, truth, 2, PLAIN, (others, labels))
    assert not isinstance(caught.value, TrainingDiverged)


def test_a_slope_that_is_missing_is_told():
    with pytest.raises(InputError, match="negative_slope is missing: leaky_relu needs it"):
        features, labels = blobs()
        train(features, labels, 2, change(activation="leaky_relu"))
