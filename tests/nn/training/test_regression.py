"""Training to predict numbers."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPRegressor

from nn.errors import InputError, TrainingDiverged
from nn.training.loop import train
from nn.training.settings import Settings

PLAIN = Settings(
    hidden=(8,),
    activation=("tanh",),
    output="linear",
    initializer="glorot",
    seed=1,
    optimizer="gradient_descent",
    learning_rate=0.1,
    epochs=30,
)


def change(**changes):
    return Settings.model_validate(dict(PLAIN) | changes)


def wave(rows=80, seed=0):
    """A curve that no line follows, of mean about 0 and deviation about 1."""
    source = np.random.default_rng(seed)
    features = source.uniform(-2, 2, (rows, 2))
    return features, np.sin(2 * features[:, 0]) * 1.4 + 0.1 * source.standard_normal(rows)


def test_each_step_is_scikit_learn_s():
    # MLPRegressor, too, halves the squared error, and its l2 is divided by the rows.
    features, targets = wave()
    l2, rows = 0.3, len(targets)
    settings = change(learning_rate=0.05, epochs=12, l2=l2)
    training = train(features, targets, 0, settings, snapshots=13)
    other = MLPRegressor(
        hidden_layer_sizes=(8,), activation="tanh", solver="sgd", alpha=l2 * rows, momentum=0.0,
        batch_size=rows, learning_rate_init=0.05, shuffle=False, random_state=0,
    )  # fmt: skip
    other.partial_fit(features, targets)
    start = training.network.over(training.snapshots.parameters[0])
    other.coefs_ = [weights.copy() for weights in start.weights]
    other.intercepts_ = [biases.copy() for biases in start.biases]
    for _ in range(12):
        other.partial_fit(features, targets)
    for ours, theirs in zip(training.network.weights, other.coefs_, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    predicted = training.network.logits(features)[:, 0]
    np.testing.assert_allclose(predicted, other.predict(features), rtol=1e-9)


def test_without_hidden_layers_it_is_a_ridge_regression():
    features, targets = wave()
    l2 = 0.2
    settings = change(hidden=(), activation=(), l2=l2, epochs=2000, learning_rate=0.2)
    network = train(features, targets, 0, settings).network
    ridge = Ridge(alpha=l2 * len(targets)).fit(features, targets)
    np.testing.assert_allclose(network.weights[0][:, 0], ridge.coef_, rtol=1e-8)
    np.testing.assert_allclose(network.biases[0], ridge.intercept_, rtol=1e-8)


def test_an_outlier_pulls_huber_s_line_less():
    x = np.linspace(-1, 1, 21)[:, None]
    targets = x[:, 0].copy()
    targets[-1] = 100.0
    line = {"hidden": (), "activation": (), "epochs": 3000}
    slopes = {
        output: float(train(x, targets, 0, change(output=output, **line)).network.weights[0][0, 0])
        for output in ("linear", "huber")
    }
    assert slopes["linear"] > 10
    assert 0.9 < slopes["huber"] < 1.3


def test_the_history_is_half_the_mean_squared_error():
    features, targets = wave()
    others = wave(30, seed=1)
    training = train(features, targets, 0, change(epochs=3), others, snapshots=4)
    assert list(training.history) == ["loss", "validation_loss"]
    for epoch, parameters in enumerate(training.snapshots.parameters):
        network = training.network.over(parameters)
        for name, (x, y) in (("loss", (features, targets)), ("validation_loss", others)):
            expected = np.mean((network.logits(x)[:, 0] - y) ** 2) / 2
            assert training.history[name][epoch] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("output", ["linear", "huber"])
def test_early_stopping_keeps_the_best(output):
    features, targets = wave(30)
    settings = change(
        output=output, hidden=(64,), optimizer="adam", betas=(0.9, 0.999), epsilon=1e-8,
        epochs=400, early_stopping={"patience": 10, "min_delta": 0.0},
    )  # fmt: skip
    training = train(features, targets, 0, settings, wave(30, seed=1))
    losses = training.history["validation_loss"]
    assert training.best_epoch == np.argmin(losses) == len(losses) - 11 < 380
    x, y = wave(30, seed=1)
    if output == "linear":
        reached = np.mean((training.network.logits(x)[:, 0] - y) ** 2) / 2
        assert reached == pytest.approx(min(losses), rel=1e-12)


@pytest.mark.parametrize("hidden", [(), (8,)])
def test_divergence_is_told(hidden):
    activation = ("relu",) if hidden else ()
    settings = change(hidden=hidden, activation=activation, learning_rate=50.0, epochs=2000)
    with pytest.raises(TrainingDiverged, match="Try a learning_rate well below 50"):
        features, targets = wave()
        train(features, targets, 0, settings)


def test_a_network_that_says_the_same_of_all_rows_is_named():
    _, targets = wave()
    training = train(np.ones((80, 2)), targets, 0, PLAIN)
    (warning,) = training.warnings
    assert "it predicts the same number for every training row" in warning


@pytest.mark.parametrize(
    ("labels", "classes", "changes", "told"),
    [
        (np.zeros(5, dtype=np.int64), 0, {}, "targets are int64 of shape (5,), not a float64"),
        (np.zeros(4), 0, {}, "not a float64 for each of 5 rows"),
        (np.zeros(5), 2, {}, "output linear predicts numbers: classes should be 0"),
        (np.zeros(5), 0, {"class_weights": "balanced"}, "output linear has no classes"),
        (np.array([0.0, 1.0, np.nan, 0.0, 1.0]), 0, {}, "nan at index [2] cannot be computed"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(labels, classes, changes, told):
    with pytest.raises(InputError) as error:
        train(np.ones((5, 2)), labels, classes, change(**changes))
    assert told in str(error.value)


def test_numbers_are_no_labels_of_classes():
    with pytest.raises(InputError, match="labels are float64"):
        train(np.ones((5, 2)), np.zeros(5), 2, change(output="sigmoid"))


FEATURES, TARGETS = wave(rows=10)


@pytest.mark.parametrize(
    ("features", "targets", "validation", "told"),
    [
        (FEATURES[:, 0], TARGETS, None, r"features have shape \(10,\), not \(rows, columns\)"),
        (FEATURES[:, :0], TARGETS, None, r"features have shape \(10, 0\), not \(rows, columns\)"),
        (FEATURES, TARGETS[:5], None, r"targets are float64 of shape \(5,\), not a float64 for"),
        (FEATURES, TARGETS, (FEATURES[:, :1], TARGETS), "have 1 columns, and training rows 2"),
        (FEATURES, TARGETS, (FEATURES, TARGETS[:5]), r"targets are float64 of shape \(5,\)"),
        (FEATURES, TARGETS, FEATURES, r"validation is a pair of other rows: \(features, labels\)"),
    ],
)
def test_rows_of_another_shape_are_told_in_a_line(features, targets, validation, told):
    with pytest.raises(InputError, match=told):
        train(features, targets, 0, PLAIN, validation)


def test_lists_are_as_good_as_arrays():
    expected = train(FEATURES, TARGETS, 0, PLAIN, (FEATURES, TARGETS))
    lists = FEATURES.tolist(), TARGETS.tolist()
    found = train(*lists, 0, PLAIN, lists)
    np.testing.assert_array_equal(found.network.parameters, expected.network.parameters)
