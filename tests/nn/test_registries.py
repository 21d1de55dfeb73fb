"""Whatever can be chosen by name is declared once: a new one is found wherever names are."""

from typing import Any

import numpy as np
import pytest

from nn.arithmetic import softplus
from nn.datasets import DATASETS, curve
from nn.errors import InputError
from nn.exports.estimator import NetworkClassifier
from nn.exports.onnx import onnx_bytes
from nn.model_file import Model, load_model, model_bytes
from nn.network.activations import ACTIVATIONS, Activation
from nn.network.outputs import OUTPUTS
from nn.preparing.columns import Column
from nn.preparing.preprocessing import fit_preprocessing
from nn.preparing.scaling import SCALINGS, Scaling
from nn.training.class_weights import CLASS_WEIGHTS
from nn.training.dropping import optimizer_state_of
from nn.training.initializers import INITIALIZERS
from nn.training.loop import train, train_together
from nn.training.optimizers import OPTIMIZERS, Optimizer
from nn.training.problem import Problem
from nn.training.settings import Settings
from stages.running.parameters.file import load_params
from tests.stages.running.parameters.test_file import MINIMAL


def half_steps(momentum):
    """Rest at every other step; like others it needs the setting `momentum`."""

    def update(gradient, state, rate):
        steps, sizes = state
        step = -rate * gradient * (steps % 2) * momentum
        return step, (steps + 1, np.maximum(sizes, np.abs(gradient)))

    return Optimizer(lambda parameters: (0, np.zeros_like(parameters)), update)


NEW = {
    "activation": (
        ACTIVATIONS,
        lambda: Activation(softplus, lambda a: 1.0 - np.exp(-a)),
        "activation: tanh",
    ),
    "output": (OUTPUTS, OUTPUTS["softmax"], "output: sigmoid"),
    "optimizer": (OPTIMIZERS, half_steps, "optimizer: adam"),
    "initializer": (INITIALIZERS, INITIALIZERS["glorot"], "initializer: he"),
    "class_weights": (CLASS_WEIGHTS, lambda labels, classes: labels + 0.5, "class_weights: null"),
}


@pytest.fixture(params=NEW)
def new(request, monkeypatch):
    """The key that has a new word, `novel`, in its registry."""
    registry, made, _ = NEW[request.param]
    monkeypatch.setitem(registry, "novel", made)
    return request.param


def with_novel(key):
    """Write the minimal params.yaml with the new word in its training section."""
    text = MINIMAL.replace("[relu, leaky_relu]\n      negative_slope: 0.01", "tanh")
    if key == "optimizer":
        text = text.replace("betas: [0.9, 0.999]\n      epsilon: 1e-8", "momentum: 0.5")
    assert NEW[key][2] in text
    return text.replace(NEW[key][2], f"{key}: novel")


def blobs(seed=0) -> tuple[Any, Any]:
    source = np.random.default_rng(seed)
    labels = source.integers(0, 2, 60)
    return labels[:, None] * 2.0 + source.standard_normal((60, 3)), labels


def settings_with(key):
    plain = {
        "hidden": (4,),
        "activation": "tanh",
        "output": "softmax",
        "initializer": "he",
        "seed": 1,
    }
    plain |= {"optimizer": "momentum", "momentum": 0.5, "learning_rate": 0.1, "epochs": 30}
    return Settings.model_validate(plain | {key: "novel"})


def test_in_params_yaml(new, tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text(with_novel(new), encoding="utf-8")
    train_section = load_params(path).experiment("first").train
    assert "novel" in str(getattr(train_section, new))
    path.write_text(with_novel(new).replace(": novel", ": nowel"), encoding="utf-8")
    with pytest.raises(InputError, match=rf"train\.{new}.*should be .*'novel'"):
        load_params(path)


def test_in_a_training_and_a_model_file(new, tmp_path):
    features, labels = blobs()
    settings = settings_with(new)
    trained = train(features, labels, 2, settings)
    assert trained.history["loss"][-1] < trained.history["loss"][0]
    problems: list[Any] = [
        Problem(*blobs(seed), 2, settings.model_copy(update={"seed": seed})) for seed in (0, 1)
    ]
    outcomes: list[Any] = train_together(problems)
    for problem, outcome in zip(problems, outcomes, strict=True):
        alone = train(*problem).network.parameters
        assert outcome.network.parameters.tobytes() == alone.tobytes()
    preparation = fit_preprocessing(features, [Column(name) for name in "abc"], "refuse", "none")
    model = Model(trained.network, preparation, "kind", ("0", "1"))
    (tmp_path / "model.npz").write_bytes(model_bytes(model))
    again = load_model(tmp_path / "model.npz").network.probabilities(features)
    assert again.tobytes() == trained.network.probabilities(features).tobytes()
    if new in ("activation", "output"):
        with pytest.raises(InputError, match=f"{new} 'novel' cannot be written as ONNX: add it to"):
            onnx_bytes(model)


def test_in_the_estimator(new):
    features, labels = blobs()
    chosen = {"hidden": (4,), "activation": "tanh", "optimizer": "momentum", "momentum": 0.5}
    estimator = NetworkClassifier(**chosen | {new: "novel"}, epochs=20).fit(features, labels)
    losses = estimator.training_.history["loss"]
    assert losses[-1] < losses[0]


def test_a_scaling(monkeypatch, tmp_path):
    def halved(features, epsilon=0.0):
        return Scaling(features.min(axis=0), np.full(features.shape[1], 2.0 + epsilon))

    monkeypatch.setitem(SCALINGS, "halved", halved)
    path = tmp_path / "params.yaml"
    path.write_text(MINIMAL.replace("method: zscore", "method: halved"), encoding="utf-8")
    normalize = load_params(path).experiment("first").normalize.model_dump(exclude_none=True)
    fitted = fit_preprocessing(np.array([[1.0], [5.0]]), [Column("a")], "refuse", **normalize)
    assert fitted.features(np.array([[1.0], [5.0]])).tolist() == [[0.0], [2.0]]
    path.write_text(MINIMAL.replace("method: zscore", "method: halve"), encoding="utf-8")
    with pytest.raises(InputError, match=r"normalize\.method: .*'minmax', 'none' or 'halved'"):
        load_params(path)


def test_a_kind_of_synthetic_table(monkeypatch, tmp_path):
    monkeypatch.setitem(DATASETS, "parabola", curve)
    path = tmp_path / "params.yaml"
    path.write_text(MINIMAL.replace("kind: circles", "kind: parabola"), encoding="utf-8")
    with pytest.raises(InputError, match=r"moons\.factor: is only for kind circles; take it out"):
        load_params(path)
    path.write_text(
        MINIMAL.replace("kind: circles", "kind: parabola").replace(" factor: 0.5,", ""),
        encoding="utf-8",
    )
    assert load_params(path).generator("moons").noise == 0.1


def test_a_state_that_cannot_be_divided_among_networks_is_an_error():
    with pytest.raises(TypeError, match=r"arrays, numbers and tuples of these, not {'a': 1}"):
        optimizer_state_of((np.ones((2, 3)), {"a": 1}), [0])
