import copy
import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from nn.arithmetic.randomness import random_source
from nn.errors import InputError, PackageMissing
from nn.exports.estimator import NetworkClassifier, NetworkRegressor
from nn.model_file import BeyondTrainingWarning, load_model, model_bytes
from nn.preparing.scaling import Scaling
from nn.splitting import split_rows
from nn.training.loop import train
from nn.training.settings import EarlyStopping, Settings

ROOT = Path(__file__).parents[3]
STOPPING = {"patience": 5, "min_delta": 0.0}
DEFAULTS = Settings.model_construct(
    hidden=(16,), activation=("relu",), negative_slope=0.01, output="softmax", initializer="he",
    seed=42, optimizer="adam", momentum=0.9, betas=(0.9, 0.999), epsilon=1e-8,
    learning_rate=0.01, learning_rate_decay=0.0, epochs=200, batch_size=32, l2=0.0,
    class_weights=None, early_stopping=None,
)  # fmt: skip


def scaled(table):
    features, labels = table(return_X_y=True)
    return StandardScaler().fit_transform(features), labels


@parametrize_with_checks(
    [
        NetworkClassifier(),
        NetworkClassifier(
            output="sigmoid_per_class",
            optimizer="momentum",
            hidden=[12, 8],
            activation="tanh",
            epochs=80,
        ),
        NetworkClassifier(early_stopping=STOPPING, validation_size=0.2),
    ]
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learn_s_checks(estimator, check):
    check(estimator)


def test_its_check_of_other_arrays_passes_too():
    # It is skipped unless a variable is set before SciPy is imported.
    code = """if True:
        from sklearn.utils.estimator_checks import check_array_api_input
        from nn.exports.estimator import NetworkClassifier, NetworkRegressor
        check_array_api_input("NetworkClassifier", NetworkClassifier(), "numpy")
    """
    environment = {**os.environ, "SCIPY_ARRAY_API": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)


# The same as `train`


def same_bits(estimator, training):
    theirs = training.network.parameters.tobytes()
    return estimator.training_.network.parameters.tobytes() == theirs


def test_its_parameters_are_the_settings():
    ours = NetworkClassifier().get_params()
    fields = {*Settings.model_fields}
    assert ours.keys() - fields == {"validation_size", "stratify"}
    assert ours.keys() >= fields
    assert NetworkClassifier().settings() == DEFAULTS


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"output": "sigmoid_per_class", "class_weights": "balanced", "l2": 0.01},
        {
            "hidden": (6, 5), "activation": ("leaky_relu", "tanh"), "negative_slope": 0.2,
            "initializer": "glorot", "seed": 7, "optimizer": "nesterov", "momentum": 0.8,
            "learning_rate": 0.05, "learning_rate_decay": 0.01, "epochs": 20, "batch_size": None,
        },
        {"betas": (0.8, 0.99), "epsilon": 1e-5, "hidden": ()},
    ],
)  # fmt: skip
def test_it_gives_train_s_bits(changes):
    features, labels = scaled(load_iris)
    training = train(features, labels, 3, Settings.model_validate(dict(DEFAULTS) | changes))
    names = np.array(["ant", "bee", "cat"])
    estimator = NetworkClassifier(**changes).fit(features, names[labels])
    assert same_bits(estimator, training)
    assert estimator.training_.history == training.history
    expected = training.network.probabilities(features)
    assert estimator.predict_proba(features).tobytes() == expected.tobytes()
    np.testing.assert_allclose(np.exp(estimator.predict_log_proba(features)), expected, atol=1e-14)
    assert estimator.classes_.tolist() == names.tolist()
    assert estimator.predict(features).tolist() == names[expected.argmax(axis=1)].tolist()


def test_numbers_of_numpy_and_lists_are_as_good():
    features, labels = scaled(load_iris)
    plain: dict[str, Any] = {
        "hidden": (5, 4),
        "activation": "tanh",
        "learning_rate": 0.02,
        "epochs": 9,
    }
    other: dict[str, Any] = {
        "hidden": list(np.array([5, 4])), "activation": np.array(["tanh", "tanh"]),
        "learning_rate": np.float64(0.02), "epochs": np.int64(9),
    }  # fmt: skip
    one, two = (NetworkClassifier(**given).fit(features, labels) for given in (plain, other))
    assert same_bits(one, two.training_)
    target = "species"
    models = [fitted.to_model(target, "abcd") for fitted in (one, two)]
    assert model_bytes(models[0]) == model_bytes(models[1])


@pytest.mark.parametrize("output", ["sigmoid", "sigmoid_per_class", "softmax"])
def test_two_classes_by_every_output(output):
    features, labels = scaled(load_breast_cancer)
    training = train(
        features, labels, 2, DEFAULTS.model_copy(update={"output": output, "epochs": 20})
    )
    estimator = NetworkClassifier(output=output, epochs=20).fit(features, labels == 1)
    assert same_bits(estimator, training)
    assert estimator.classes_.tolist() == [False, True]
    assert estimator.predict_proba(features).shape == (569, 2)
    assert estimator.score(features, labels == 1) > 0.97


# Early stopping


@pytest.mark.parametrize("stratify", [True, False])
def test_early_stopping_watches_rows_set_aside(stratify):
    features, labels = scaled(load_wine)
    parts = split_rows(labels, 0.0, 0.3, stratify, random_source(42, "split"))
    settings = DEFAULTS.model_copy(
        update={"early_stopping": EarlyStopping(patience=5, min_delta=0.0)}
    )
    learnt, watched = ((features[rows], labels[rows]) for rows in (parts.train, parts.validation))
    training = train(*learnt, 3, settings, watched)
    estimator = NetworkClassifier(early_stopping=STOPPING, validation_size=0.3, stratify=stratify)
    estimator.fit(features, labels)
    assert same_bits(estimator, training)
    history = estimator.training_.history
    assert len(watched[1]) == 53
    epochs = len(history["loss"]) - 1
    assert epochs < 200
    best = int(np.argmin(history["validation_loss"]))
    assert estimator.training_.best_epoch == best == epochs - 5


def test_rows_may_be_watched_without_stopping():
    features, labels = scaled(load_wine)
    estimator = NetworkClassifier(validation_size=0.3, epochs=10).fit(features, labels)
    assert len(estimator.training_.history["validation_loss"]) == 11
    assert "validation_loss" not in clone(estimator).set_params(validation_size=0.0).fit(
        features, labels
    ).training_.history  # fmt: skip


# Within scikit-learn


@pytest.mark.parametrize("table", [load_breast_cancer, load_digits, load_iris, load_wine])
def test_it_does_as_well_as_scikit_learn_s(table):
    features, labels = table(return_X_y=True)
    known, new, known_labels, new_labels = train_test_split(
        features, labels, test_size=0.3, random_state=0, stratify=labels
    )
    ours = make_pipeline(StandardScaler(), NetworkClassifier(learning_rate=0.003, epochs=100))
    theirs = make_pipeline(
        StandardScaler(),
        MLPClassifier((16,), max_iter=100, learning_rate_init=0.003, batch_size=32, random_state=0,
                      n_iter_no_change=200),
    )  # fmt: skip
    with pytest.warns(ConvergenceWarning):
        theirs.fit(known, known_labels)
    expected = theirs.score(new, new_labels)
    assert ours.fit(known, known_labels).score(new, new_labels) > expected - 0.02 > 0.9


def test_in_a_pipeline_and_a_grid_search():
    features, labels = load_wine(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), NetworkClassifier(epochs=15, seed=1))
    grid = {
        "networkclassifier__hidden": [(), [8]],
        "networkclassifier__activation": ["relu", "tanh"],
        "networkclassifier__early_stopping": [None, STOPPING],
        "networkclassifier__validation_size": [0.2],
    }
    search = GridSearchCV(pipeline, grid, cv=3, error_score="raise", n_jobs=2)
    search.fit(features, labels)
    assert search.best_score_ > 0.93
    again = cross_val_score(search.best_estimator_, features, labels, cv=3)
    assert again.mean() == search.best_score_  # to the bit, in another process too


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))])
def test_a_copy_is_whole_and_apart(copied):
    features, labels = scaled(load_iris)
    estimator = NetworkClassifier(hidden=(5, 4), activation="leaky_relu", epochs=5)
    estimator.fit(features, labels)
    other = copied(estimator)
    before = estimator.predict_proba(features)
    assert other.predict_proba(features).tobytes() == before.tobytes()
    network = other.training_.network
    network.parameters += 1.0
    assert network.layers[0][0, 0] == network.parameters[0]  # its layers are views, as ever
    assert estimator.predict_proba(features).tobytes() == before.tobytes()


# To a model file


def test_a_pipeline_becomes_a_model_file(tmp_path):
    table = load_wine(as_frame=True)
    scaler = StandardScaler().set_output(transform="pandas")
    pipeline = make_pipeline(scaler, NetworkClassifier(epochs=20))
    pipeline.fit(table.data, table.target_names[table.target])
    scaling = Scaling(scaler.mean_, scaler.scale_)
    model = pipeline[-1].to_model("cultivar", scaling=scaling)
    assert model.features == tuple(table.data.columns)
    assert (model.target, model.classes) == ("cultivar", ("class_0", "class_1", "class_2"))
    path = tmp_path / "wine.npz"
    path.write_bytes(model_bytes(model))
    expected = pipeline.predict_proba(table.data)
    probabilities = load_model(path).predict_proba(table.data.to_numpy())
    assert probabilities.tobytes() == expected.tobytes()


def test_a_model_needs_the_names_of_its_columns():
    features, labels = scaled(load_iris)
    estimator = NetworkClassifier(epochs=2)
    with pytest.raises(NotFittedError):
        estimator.to_model("species", "abcd")
    estimator.fit(features, labels)
    with pytest.raises(
        InputError, match=r"^features are the names of 4 columns, but there are none"
    ):
        estimator.to_model("species")
    with pytest.raises(InputError, match=r"^features are the names of 4 columns, but there are 3$"):
        estimator.to_model("species", ["a", "b", "c"])
    model = estimator.to_model("species", ["a", "b", "c", "d"])
    assert model.classes == ("0", "1", "2")
    expected = estimator.predict_proba(features)
    assert model.predict_proba(features).tobytes() == expected.tobytes()


# What is wrong is told


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"hidden": 5}, "hidden: 5 should be a list"),
        ({"hidden": (0,)}, "hidden[0]: 0 should be greater than or equal to 1"),
        ({"hidden": (2.5,)}, "hidden[0]: 2.5 should be a valid integer"),
        ({"activation": "rela"}, "activation[0]: \"rela\" should be 'relu', 'leaky_relu', 'tanh'"),
        ({"activation": ["relu"] * 2}, "activation: 2 activations for 1 hidden layer; give one"),
        ({"negative_slope": 1.0}, "negative_slope: 1.0 should be less than 1"),
        ({"output": None}, "output: null should be a valid string"),
        ({"output": "sigmoid"}, "output sigmoid is for 2 classes, y has 3"),
        ({"initializer": "hee"}, "initializer: \"hee\" should be 'he', 'glorot', 'normal'"),
        ({"seed": -1}, "seed: -1 should be greater than or equal to 0"),
        ({"optimizer": "sgd"}, "optimizer: \"sgd\" should be 'gradient_descent', 'mom"),
        ({"momentum": "a"}, "momentum: \"a\" should be a valid number"),
        ({"betas": 0.9}, "betas: 0.9 should be a list"),
        ({"betas": (0.9,)}, "betas[1]: is missing"),
        ({"betas": (0.9, 1)}, "betas[1]: 1 should be less than 1"),
        ({"epsilon": 0}, "epsilon: 0 should be greater than 0"),
        ({"learning_rate": 0.0}, "learning_rate: 0.0 should be greater than 0"),
        ({"learning_rate": 1e200}, "Try a learning_rate well below 1e+200"),
        ({"learning_rate_decay": -1}, "learning_rate_decay: -1 should be greater than or eq"),
        ({"epochs": None}, "epochs: null should be a valid integer"),
        ({"batch_size": 0}, "batch_size: 0 should be greater than or equal to 1"),
        ({"l2": -0.1}, "l2: -0.1 should be greater than or equal to 0"),
        ({"class_weights": "even"}, "class_weights: \"even\" should be 'balanced'"),
        ({"precision": "sngle"}, "precision: \"sngle\" should be 'single' or 'double'"),
        ({"ensemble": 0}, "ensemble: 0 should be greater than or equal to 1"),
        ({"ensemble": 1001}, "ensemble: 1001 should be less than or equal to 1000"),
        ({"early_stopping": True}, "early_stopping: true should be a section with keys"),
        ({"early_stopping": {"patience": 2}}, "early_stopping.min_delta: is missing"),
        ({"early_stopping": {**STOPPING, "patience": 0}}, "early_stopping.patience: 0 should be"),
        ({"early_stopping": STOPPING}, "there are no validation rows"),
        ({"validation_size": 1.0}, "validation_size: 1.0 should be less than 1"),
        ({"validation_size": 0.999}, "leave none to train on"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_told_in_one_line(parameters, told):
    features, labels = scaled(load_iris)
    with pytest.raises(InputError) as caught:
        NetworkClassifier(**parameters).fit(features, labels)
    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_nothing_is_left_untested():
    tested = {
        name
        for mark in test_a_wrong_parameter_is_told_in_one_line.pytestmark
        for parameters, _ in mark.args[1]
        for name in parameters
    }
    assert NetworkClassifier().get_params().keys() - tested == {"stratify"}


def test_one_class_cannot_be_learnt():
    with pytest.raises(InputError, match=r"^y has one class only, 'a': add rows of another$"):
        NetworkClassifier().fit([[1.0], [2.0]], ["a", "a"])


def test_a_collapsed_network_is_announced():
    labels = np.array(["rare"] * 5 + ["usual"] * 45)
    estimator = NetworkClassifier(epochs=20)
    with pytest.warns(ConvergenceWarning, match="collapsed: it predicts class 'usual' for every"):
        estimator.fit(np.ones((50, 2)), labels)
    (warning,) = estimator.training_.warnings
    assert "collapsed" in warning


@pytest.mark.parametrize("missing", ["sklearn", "sklearn.utils.validation"])
def test_without_the_package_it_says_what_to_install(missing):
    code = f"import sys; sys.modules[{missing!r}] = None; import nn.exports.estimator"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    told = "nn.exports.estimator needs scikit-learn 1.6 or newer: pip install '.[estimator]'"
    assert done.stderr.splitlines()[-1] == f"nn.errors.PackageMissing: {told}"
    assert issubclass(PackageMissing, ImportError)


def test_the_package_is_imported_by_nothing_else():
    modules = [
        f"nn.{path.stem}"
        for path in sorted((ROOT / "nn").glob("*.py"))
        if path.stem not in ("__init__", "estimator", "onnx_export")
    ]
    code = f"import sys, {', '.join(modules)}; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_a_frame_s_columns_are_remembered():
    features, labels = scaled(load_iris)
    frame = pd.DataFrame(features, columns=[*"abcd"])
    estimator = NetworkClassifier(epochs=2).fit(frame, labels)
    assert estimator.feature_names_in_.tolist() == [*"abcd"]
    with pytest.raises(ValueError, match="feature names"):
        estimator.predict(frame[[*"dcba"]])


@parametrize_with_checks(
    [
        NetworkRegressor(),
        NetworkRegressor(
            output="huber", optimizer="momentum", hidden=[12, 8], activation="tanh", epochs=80
        ),
        NetworkRegressor(early_stopping=STOPPING, validation_size=0.2),
    ]
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learn_s_checks_of_regressors(estimator, check):
    check(estimator)


def curve(rows=300):
    source = np.random.default_rng(0)
    features = source.uniform(-2, 2, (rows, 2))
    return features, 1000 + 200 * np.sin(2 * features[:, 0]) + source.normal(0, 10, rows)


def test_a_regressor_follows_what_a_line_cannot_in_the_target_s_units():
    features, numbers = curve()
    network = NetworkRegressor(activation="tanh", epochs=100, validation_size=0.2)
    network.fit(features[:200], numbers[:200])
    line = LinearRegression().fit(features[:200], numbers[:200])
    assert network.score(features[200:], numbers[200:]) > 0.9
    assert line.score(features[200:], numbers[200:]) < 0.5
    reach = network.quantity_.half_width(0.9)
    held = np.mean(np.abs(network.predict(features[200:]) - numbers[200:]) <= reach)
    assert 0.75 < held <= 1.0


def test_a_regressor_as_a_model_file(tmp_path):
    features, numbers = curve(60)
    network = NetworkRegressor(epochs=3, validation_size=0.2).fit(features, numbers)
    path = tmp_path / "model.npz"
    path.write_bytes(model_bytes(network.to_model("price", ["a", "b"])))
    model = load_model(path)
    assert model.predict(features).tobytes() == network.predict(features).tobytes()
    assert model.quantity is not None
    assert len(model.quantity.errors) == 12


def test_outputs_of_the_other_task_are_refused():
    features, numbers = curve(30)
    with pytest.raises(InputError, match="output softmax is for classes: use NetworkClassifier"):
        NetworkRegressor(output="softmax").fit(features, numbers)
    with pytest.raises(InputError, match="output linear is for numbers: use NetworkRegressor"):
        NetworkClassifier(output="linear").fit(features, numbers > 1000)


@pytest.mark.parametrize("estimator", [NetworkClassifier, NetworkRegressor])
def test_a_model_of_it_knows_what_training_rows_had(estimator):
    features = np.array([[0.0, 10.0], [1.0, 30.0], [2.0, 20.0], [3.0, 30.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = estimator(hidden=(), epochs=1).fit(features, [0, 1, 0, 1])
    model = fitted.to_model("y", "ab", scaling=Scaling(np.full(2, 2.0), np.full(2, 4.0)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        predict = model.predict if estimator is NetworkRegressor else model.predict_proba
        predict({"a": [5.0, 99.0, 5.0], "b": [42.0, 203.0, 900.0]})
    assert [str(each.message) for each in caught] == [
        "row 1, column 'a': 99 is far beyond what training rows have, 2 to 14",
        "row 1 and 1 more, column 'b': 203 is far beyond what training rows have, 42 to 122",
    ]
    assert {each.category for each in caught} == {BeyondTrainingWarning}
