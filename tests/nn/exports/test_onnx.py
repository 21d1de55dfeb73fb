import hashlib
import importlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from nn.errors import InputError, PackageMissing
from nn.exports.onnx import write_onnx
from nn.model_file import Model, UnseenCategoryWarning
from nn.network.activations import ACTIVATIONS
from nn.network.ensemble import Ensemble
from nn.network.network import Network, parameter_count
from nn.network.outputs import CLASSIFICATION, OUTPUTS, REGRESSION, outputs_for
from nn.preparing.forms import Form
from nn.preparing.preprocessing import Preparation, Preprocessing, of_numbers
from nn.preparing.scaling import Scaling, fit_scaling
from nn.preparing.target import Quantity
from nn.training.loop import train
from nn.training.settings import Settings

ROOT = Path(__file__).parents[3]
LETTERS = ["α", "b c", 'd"', "e", "f"]
HIDDEN: list[tuple[str, ...]] = [
    (),
    *((name,) for name in [*ACTIVATIONS]),
    ("leaky_relu", "tanh", "leaky_relu"),
]


def example(output="softmax", hidden=("relu",), classes=3, seed=0, size=1.0, members=1):
    """A model of random weights over 4 features of very unlike scales."""
    source = np.random.default_rng(seed)
    widths = (7, 30, 5)[: len(hidden)]
    sizes = (4, *widths, OUTPUTS[output].units(classes))
    parameters = source.standard_normal(parameter_count(sizes)) * size
    network = Network(sizes, hidden, output, parameters, negative_slope=0.3)
    if members > 1:
        others = source.standard_normal((members - 1, len(parameters))) * size
        network = Ensemble(sizes, hidden, output, np.vstack([parameters, others]), 0.3)
    scaling = Scaling(np.array([1e3, -2.0, 0.0, 5e-4]), np.array([250.0, 0.1, 1.0, 1e-5]))
    preprocessing = of_numbers("wxyz", scaling)
    return Model(network, preprocessing, "größe", tuple(LETTERS[:classes]))


def rows_of(model, rows=500, seed=1):
    values = np.random.default_rng(seed).standard_normal((rows, len(model.features)))
    return values * model.scaling.scale + model.scaling.center


def run(path, features):
    """What onnxruntime finds: probabilities and numbers of classes."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["probabilities", "class"], {"table": features})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.onnx"


@pytest.mark.parametrize("output", outputs_for(REGRESSION))
@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("members", [1, 3])
def test_numbers_are_the_model_s(path, hidden, output, members):
    of_classes = example(output, hidden, classes=0, members=members)
    target = Scaling(np.array([-5e4]), np.array([321.0]))
    model = replace(of_classes, quantity=Quantity(target, np.empty(0)))
    write_onnx(model, path)
    table = rows_of(model)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert [each.name for each in session.get_outputs()] == ["prediction"]
    (found,) = session.run(None, {"table": table})
    assert found.shape == (500,)
    np.testing.assert_allclose(found, model.predict(table), rtol=1e-11)


def test_everything_is_covered():
    assert {name for names in HIDDEN for name in names} == {*ACTIVATIONS}


@pytest.mark.parametrize(
    ("output", "classes"),
    [
        *((output, 2) for output in outputs_for(CLASSIFICATION)),
        ("softmax", 5),
        ("sigmoid_per_class", 5),
    ],
)
@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("members", [1, 3])
def test_onnxruntime_predicts_the_same(path, output, classes, hidden, members):
    model = example(output, hidden, classes, seed=3, members=members)
    write_onnx(model, path)
    features = rows_of(model)
    probabilities, numbers = run(path, features)
    expected = model.predict_proba(features)
    assert probabilities.dtype == np.float64
    # Products of layers so large as to be left to BLAS are rounded to a grid of some 1e-12 by us.
    tolerance = 2e-11 if 30 in model.network.sizes else 5e-15
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=tolerance)
    decided = OUTPUTS[output].decisions(model.network.logits(model.scaling.apply(features)))
    np.testing.assert_array_equal(numbers, decided)
    assert len(np.unique(numbers)) > 1  # or the comparison would say little


@pytest.mark.parametrize("output", outputs_for(CLASSIFICATION))
@pytest.mark.parametrize("size", [30.0, 1e4])
def test_probabilities_next_to_0_and_1(path, output, size):
    # Far out, where a formula by way of probabilities would divide 0 by 0. A logit of 1e5 is
    # itself known to 1e-11 only, so that some probabilities are, too.
    model = example(output, ("tanh",), 2, size=size)
    write_onnx(model, path)
    features = rows_of(model)
    probabilities, _ = run(path, features)
    expected = model.predict_proba(features)
    assert expected.min() < 1e-20
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-14 * size)


@pytest.mark.parametrize(("output", "number"), [("sigmoid", 1), ("softmax", 0)])
@pytest.mark.parametrize("members", [1, 3])
def test_a_tie_is_decided_alike(path, output, number, members):
    model = example(output, (), 2, size=0.0, members=members)
    write_onnx(model, path)
    features = rows_of(model, rows=3)
    assert run(path, features)[1].tolist() == [number] * 3
    assert OUTPUTS[output].decisions(model.network.logits(features)).tolist() == [number] * 3


@pytest.mark.parametrize("output", outputs_for(CLASSIFICATION))
@pytest.mark.parametrize("members", [1, 3])
def test_the_threshold_of_the_model_decides_between_two_classes(path, output, members):
    model = replace(example(output, ("tanh",), 2, members=members), threshold=0.7)
    write_onnx(model, path)
    features = rows_of(model)
    reached = model.predict_proba(features)[:, 1] >= 0.7
    assert 0 < reached.sum() < len(reached)
    np.testing.assert_array_equal(run(path, features)[1], reached)


def test_of_more_classes_no_threshold_decides(path):
    model = replace(example("softmax", ("tanh",), 3), threshold=0.9)
    write_onnx(model, path)
    features = rows_of(model)
    likeliest = model.predict_proba(features).argmax(axis=1)
    np.testing.assert_array_equal(run(path, features)[1], likeliest)


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows(path, rows):
    model = example()
    write_onnx(model, path)
    probabilities, numbers = run(path, rows_of(model, rows))
    assert (probabilities.shape, numbers.shape) == ((rows, 3), (rows,))


@pytest.mark.parametrize("prepared", [{"method": "zscore"}, {"method": "smooth_clip", "clip": 3.0}])
def test_a_trained_model_of_a_real_table(path, prepared):
    from sklearn.datasets import load_digits

    features, labels = load_digits(return_X_y=True)
    scaling = fit_scaling(features, **prepared)
    settings = Settings(
        hidden=(32,), activation=("leaky_relu",), negative_slope=0.1, output="softmax",
        initializer="he", seed=1, optimizer="nesterov", momentum=0.9, learning_rate=0.1,
        epochs=60,
    )  # fmt: skip
    network = train(scaling.apply(features), labels, 10, settings).network
    preprocessing = of_numbers([f"pixel {i}" for i in range(64)], scaling)
    model = Model(network, preprocessing, "digit", tuple("0123456789"))
    write_onnx(model, path)
    probabilities, numbers = run(path, features)
    assert np.mean(numbers == labels) > 0.98
    np.testing.assert_allclose(probabilities, model.predict_proba(features), rtol=0, atol=2e-11)


def test_texts_and_gaps_are_prepared_in_the_graph(path):
    columns = (
        Preparation("size", None, 2.5, True),
        Preparation("weight", None, 7.0, False),  # no gap in training, but one to predict
        Preparation("colour", ("blue", "red", "violet"), 1.0, True),
        Preparation("kind", ("new", "old")),
        Preparation("price"),
    )
    scaling = Scaling(np.linspace(-1, 1, 10), np.linspace(1, 3, 10))
    preprocessing = Preprocessing(columns, scaling)
    parameters = np.random.default_rng(5).standard_normal(parameter_count((10, 6, 3)))
    network = Network((10, 6, 3), ("relu",), "softmax", parameters)
    model = Model(network, preprocessing, "y", ("a", "b", "c"))
    write_onnx(model, path)
    table = {
        "size": [1.0, np.nan, 3.0, 4.0],
        "weight": [np.nan, 1.0, 2.0, 3.0],
        "colour": ["red", "violet", "", "green"],
        "kind": ["old", "new", "odd", "new"],
        "price": [0.5, -0.5, 1.5, 9.0],
    }
    with (
        pytest.warns(UnseenCategoryWarning, match="'green'"),
        pytest.warns(UnseenCategoryWarning, match="'odd'"),
    ):
        expected = model.predict_proba(table)
    probabilities, _ = run(path, preprocessing.code(table).values)
    np.testing.assert_allclose(probabilities, expected, rtol=0, atol=1e-14)


def test_dates_are_prepared_in_the_graph(path):
    forms = ("%Y-%m-%d %H:%M", "%H:%M", "%Y-%m")
    columns = tuple(
        Preparation(form, None, 10957.0, form == "%Y-%m", Form(date=form)) for form in forms
    )
    days_first = np.where(np.isin(np.arange(13), (0, 9)), 30_000.0, 1.0)
    scaling = Scaling(np.linspace(-1, 1, 13), days_first)
    preprocessing = Preprocessing(columns, scaling)
    parameters = np.random.default_rng(5).standard_normal(parameter_count((13, 6, 3))) / 4
    network = Network((13, 6, 3), ("tanh",), "softmax", parameters)
    model = Model(network, preprocessing, "y", ("a", "b", "c"))
    write_onnx(model, path)
    days = np.random.default_rng(6).uniform(-50_000, 50_000, (500, 3))
    days[::7] = np.round(days[::7])
    days[3, 2] = np.nan
    probabilities, _ = run(path, days)
    np.testing.assert_allclose(probabilities, model.predict_proba(days), rtol=0, atol=1e-13)
    assert len(np.unique(np.round(probabilities, 9), axis=0)) > 100


def test_names_and_labels_are_in_the_file(path):
    model = example("sigmoid_per_class", ("tanh",), 4)
    write_onnx(model, str(path))
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta()
    told = {key: json.loads(text) for key, text in metadata.custom_metadata_map.items()}
    columns = [{"name": name, "fill": None, "indicator": False} for name in "wxyz"]
    assert told == {"columns": columns, "target": "größe", "classes": LETTERS[:4]}
    assert metadata.producer_name == "reproducible-nn"
    ends = [(end.name, end.type, end.shape) for end in session.get_inputs()]
    assert ends == [("table", "tensor(double)", ["rows", 4])]
    ends = [(end.name, end.type, end.shape) for end in session.get_outputs()]
    assert ends == [
        ("probabilities", "tensor(double)", ["rows", 4]),
        ("class", "tensor(int64)", ["rows"]),
    ]


@pytest.mark.parametrize("output", outputs_for(CLASSIFICATION))
def test_onnx_s_own_checks_pass(path, output):
    write_onnx(example(output, ("leaky_relu", "sigmoid"), 2), path)
    loaded = onnx.load(path)
    onnx.checker.check_model(loaded, full_check=True)
    used = {name for node in loaded.graph.node for name in node.input}
    assert {constant.name for constant in loaded.graph.initializer} <= used
    # Nothing is in float32, which would round.
    assert {c.data_type for c in loaded.graph.initializer} == {onnx.TensorProto.DOUBLE}


def test_the_bytes_are_the_same_in_every_process_and_version_of_onnx(path):
    code = """if True:
        import sys
        from nn.exports.onnx import write_onnx
        from tests.nn.exports.test_onnx import example
        write_onnx(example("sigmoid_per_class", ("leaky_relu", "tanh"), 4), sys.argv[1])
    """
    digests = set()
    for seed in "0", "1", "2":
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, env=environment, check=True)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert digests == {"feadd11fe201a16d696e80c2ac7a801f5bb34d8c375acc020e8e43a41acd1d98"}


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match=r"missing.m\.onnx: cannot be written: No such file"):
        write_onnx(example(), tmp_path / "missing" / "m.onnx")
    assert [*tmp_path.iterdir()] == []
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=r"folder: cannot be written: Is a directory"):
        write_onnx(example(), tmp_path / "folder")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "nn.exports.onnx", raising=False)
    with pytest.raises(PackageMissing) as caught:
        importlib.import_module("nn.exports.onnx")
    assert str(caught.value) == "nn.exports.onnx needs the package onnx: pip install '.[onnx]'"
    assert isinstance(caught.value, (InputError, ImportError))


def test_a_bare_network_is_refused_with_what_to_give(tmp_path):
    network = Network((1, 1), (), "sigmoid", np.zeros(2))
    with pytest.raises(InputError, match=r"^a Network is no Model.*give what load_model"):
        write_onnx(network, tmp_path / "m.onnx")  # type: ignore[arg-type]


def test_the_package_is_imported_by_nothing_else():
    code = "import sys, nn.model_file, nn.training.loop; sys.exit('onnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
