"""A table with numbers to predict, through all stages."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from nn.arithmetic.randomness import random_source
from nn.errors import InputError
from nn.judging.judged import JudgedNumbers
from nn.model_file import load_model
from stages import evaluate, explain, normalize, plot, replicate, split, train
from stages.judging.number_cautions import number_cautions
from stages.running.artifacts import read_parts, read_split
from stages.running.parameters.file import load_params

PARAMS = """
generators: {}
experiments:
  mine:
    data: {path: table.csv, target: price, task: regression}
    split: {test_size: 0.2, validation_size: 0.2, stratify: false, seed: 42}
    normalize: {method: zscore, epsilon: 0.0}
    train: {hidden: [8], activation: tanh, output: linear, initializer: glorot, seed: 0,
      optimizer: adam, betas: [0.9, 0.999], epsilon: 1.0e-8, learning_rate: 0.02,
      batch_size: 16, epochs: 60,
      early_stopping: {patience: 30, min_delta: 0.0}}
    evaluate:
      interval: 0.8
      baseline: {optimizer: nesterov, momentum: 0.9, learning_rate: 0.2, epochs: 400, l2: 0.01}
    replicate: {count: 2, seed: 1}
    plot: {frames: 3, resolution: 10}
"""
ROWS = 150


def price(a, b):
    return 1000 + 200 * np.sin(2 * a) + 50 * b


def write_table(columns=("a", "b"), rows=ROWS):
    source = np.random.default_rng(0)
    a, b = source.uniform(-2, 2, (2, rows))
    prices = price(a, b if "b" in columns else 0.0) + source.normal(0, 10, rows)
    cells = {"a": a, "b": b, "c": source.standard_normal(rows), "price": prices}
    with Path("table.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, "price"])
        writer.writerows(zip(*(cells[name].round(3) for name in (*columns, "price")), strict=True))


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(PARAMS)
    write_table()


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Run the chain once: its folder."""
    folder = tmp_path_factory.mktemp("regression")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("params.yaml").write_text(PARAMS)
        write_table()
        for stage in (split, normalize, train, evaluate):
            stage.main("mine")
    return folder


@pytest.fixture
def here(judged, monkeypatch):
    monkeypatch.chdir(judged)


def read_json(path):
    return json.loads(Path(path).read_text())


def read_csv(path):
    with Path(path).open(newline="") as file:
        return list(csv.DictReader(file))


def test_metrics_are_in_the_target_s_units(here):
    report, model = read_json("results/mine.json"), load_model("models/mine.npz")
    for part, rows in read_parts("mine").items():
        raw = model.scaling.undo(rows.features)
        predicted = model.predict(raw)
        own = report[part]
        assert own["rows"] == len(predicted)
        assert own["rmse"] == pytest.approx(root_mean_squared_error(rows.labels, predicted))
        assert own["mae"] == pytest.approx(mean_absolute_error(rows.labels, predicted))
        assert own["r2"] == pytest.approx(r2_score(rows.labels, predicted))
        assert rows.labels.min() > 600  # as they stand in the table
    assert report["test"]["r2"] > 0.8 > report["baseline"]["linear"]["test"]["r2"]
    for name, (low, high) in report["test"]["intervals"].items():
        assert low < report["test"][name] < high


def test_the_target_is_standardised_by_training_rows(here):
    quantity = load_model("models/mine.npz").quantity
    labels = read_parts("mine")["train"].labels
    assert quantity is not None
    assert quantity.scaling.center == pytest.approx([labels.mean()])
    assert quantity.scaling.scale == pytest.approx([labels.std()])


def test_baselines_are_the_mean_and_a_ridge_regression(here):
    baseline, parts = read_json("results/mine.json")["baseline"], read_parts("mine")
    features, labels = parts["train"]
    ridge = Ridge(alpha=0.01 * len(labels)).fit(features, labels)
    for part, rows in parts.items():
        mean = np.full(len(rows.labels), labels.mean())
        assert baseline["mean"][part] == {
            "rmse": pytest.approx(root_mean_squared_error(rows.labels, mean)),
            "mae": pytest.approx(mean_absolute_error(rows.labels, mean)),
        }
        expected = root_mean_squared_error(rows.labels, ridge.predict(rows.features))
        assert baseline["linear"][part]["rmse"] == pytest.approx(expected, rel=1e-9)


def test_the_interval_is_that_of_validation_rows(here):
    interval, parts = read_json("results/mine.json")["interval"], read_parts("mine")
    network, quantity = (
        load_model("models/mine.npz").network,
        load_model("models/mine.npz").quantity,
    )
    assert quantity is not None

    def errors(part):
        logits = network.logits(parts[part].features)[:, 0]
        return np.abs(parts[part].labels - quantity.scaling.undo(logits))

    assert interval["level"] == 0.8
    assert interval["half_width"] == np.sort(errors("validation"))[24]  # ceil(31 * 0.8) = 25
    share = np.mean(errors("test") <= interval["half_width"])
    assert interval["test_coverage"] == share > 0.5


def test_curves_of_this_task_have_rows_and_the_others_a_header(here):
    rows = read_csv("curves/mine/predicted.csv")
    assert len(rows) == 30
    for one, other in zip(rows, read_csv("curves/mine/residuals.csv"), strict=True):
        assert one["predicted"] == other["predicted"]
        residual = float(one["actual"]) - float(one["predicted"])
        assert float(other["residual"]) == residual
    for name in ("roc", "precision_recall", "calibration", "confusion"):
        assert len(Path(f"curves/mine/{name}.csv").read_text().splitlines()) == 1


def test_importance_is_the_growth_of_the_mean_absolute_error(here):
    explain.main("mine")
    model, rows = load_model("models/mine.npz"), read_split("mine").parts["test"]
    before = mean_absolute_error(rows.labels, model.predict(rows.features))
    source = random_source(0, "permutation importance")
    after: dict[str, list[float]] = {"a": [], "b": []}
    for order in [source.permutation(len(rows.labels)) for _ in range(10)]:
        for place, errors in enumerate(after.values()):
            shuffled = rows.features.copy()
            shuffled[:, place] = shuffled[order, place]
            errors.append(mean_absolute_error(rows.labels, model.predict(shuffled)))
    for row in read_csv("curves/mine-importance.csv"):
        expected = np.mean(after[row["columns"]]) - before
        assert float(row["increase"]) == pytest.approx(expected, rel=1e-9)
        assert float(row["low"]) < expected < float(row["high"])


@pytest.mark.parametrize("columns", ["a", "ab", "abc"])
def test_pictures(project, columns, caplog):
    write_table(columns, rows=60)
    text = Path("params.yaml").read_text()
    Path("params.yaml").write_text(text.replace("epochs: 60", "epochs: 5"))
    for stage in (split, normalize, train, evaluate, explain, plot):
        stage.main("mine")
    names = ["loss.png", "predicted.png", "residuals.png", "response.png"]
    names += ["dependence.png", "importance.png"]
    if len(columns) < 3:
        names.append("response.gif")
        with Image.open("plots/mine/response.gif") as image:
            assert getattr(image, "n_frames") == 3  # noqa: B009 - not in the type of all images
    assert sorted(path.name for path in Path("plots/mine").iterdir()) == sorted(names)
    before = {name: Path(f"plots/mine/{name}").read_bytes() for name in names}
    plot.main("mine")
    assert before == {name: Path(f"plots/mine/{name}").read_bytes() for name in names}


def test_replicates(project):
    split.main("mine")
    replicate.main("mine")
    report = read_json("results/mine-replicates.json")
    assert {"rmse", "r2", "linear_rmse"} < {*report["each"]}
    assert "accuracy" not in report["each"]
    rows = read_csv("curves/mine-replicates-numbers.csv")
    assert len(rows) == 2
    assert Path("curves/mine-replicates.csv").read_text() == "replicate\n"
    spread = report["replicates"]["test"]["rmse"]
    assert spread["mean"] == pytest.approx(np.mean([float(row["rmse"]) for row in rows]))
    # With its seeds the experiment is that replicate, bit for bit.
    seeds = {name: rows[1][f"{name}_seed"] for name in ("split", "train")}
    text = Path("params.yaml").read_text().replace("seed: 42", f"seed: {seeds['split']}")
    Path("params.yaml").write_text(text.replace("seed: 0,", f"seed: {seeds['train']},"))
    for stage in (split, normalize, train, evaluate):
        stage.main("mine")
    assert str(read_json("results/mine.json")["test"]["rmse"]) == rows[1]["rmse"]


def test_a_cell_that_is_no_number_is_told(project):
    table = Path("table.csv").read_text().splitlines()
    for cell, told in (("much", "'much' is not a number"), ("", "a value is missing")):
        a, b, _ = table[3].split(",")
        Path("table.csv").write_text("\n".join([*table[:3], f"{a},{b},{cell}", *table[4:]]))
        for missing in ("", ", missing: impute"):
            Path("params.yaml").write_text(PARAMS.replace("regression}", f"regression{missing}}}"))
            with pytest.raises(InputError, match=f"line 4, column 'price': {told}"):
                split.main("mine")


def test_one_number_only_is_refused(project):
    Path("table.csv").write_text("a,b,price\n1,2,3\n2,3,3\n4,5,3\n")
    with pytest.raises(InputError, match="column 'price' holds one number only, 3: two are needed"):
        split.main("mine")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "output: linear",
            "output: sigmoid",
            "train.output: sigmoid is not for data.task regression; write linear or huber",
        ),
        (
            ", task: regression",
            "",
            "train.output: linear is not for data.task classification; write sigmoid or "
            "sigmoid_per_class or softmax",
        ),
        (", task: regression", "", "evaluate.threshold: is missing; data.task classification"),
        ("interval: 0.8", "threshold: 0.5", "evaluate.threshold: is not for data.task"),
        ("seed: 0,", "seed: 0, class_weights: balanced,", "train.class_weights: is not for"),
        ("regression}", "regression, positive: x}", "data.positive: is not for data.task"),
        ("validation_size: 0.2", "validation_size: 0.0", "evaluate.interval: comes from a valid"),
        ("task: regression", "task: guess", "data.task: \"guess\" should be 'classification'"),
    ],
)
def test_settings_of_the_other_task_are_refused(project, old, new, told):
    Path("params.yaml").write_text(PARAMS.replace(old, new))
    with pytest.raises(InputError) as error:
        load_params()
    assert f"experiments.mine.{told}" in str(error.value)


def cautions(judged, features=None, test=None, train=None, baseline=1e9):
    scores = {"rmse": 10.0, "r2": 0.9, "rows": 100, "intervals": {"r2": (0.85, 0.95)}}
    report = {
        "train": scores | (train or {}),
        "test": scores | (test or {}),
        "baseline": {name: {"test": {"rmse": baseline}} for name in ("mean", "linear")},
    }
    source = np.random.default_rng(0)
    labels = source.standard_normal(100)
    features = source.standard_normal((100, 1)) if features is None else features(labels)
    return number_cautions(report, "test", ["x"], features, labels, judged)


def predictions(growth):
    source = np.random.default_rng(1)
    predicted = source.uniform(0, 10, 100)
    errors = source.standard_normal(100) * (1 + growth * predicted)
    return JudgedNumbers(predicted + errors, predicted)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        (
            {"baseline": 10.0},
            ["no better than the mean of the training rows", "no better than a linear model"],
        ),
        ({"features": lambda labels: np.exp(labels)[:, None]}, ["one column alone orders"]),
        ({"test": {"intervals": {"r2": (0.5, 0.95)}}}, ["100 test rows are few: R² lies between"]),
        ({"test": {"intervals": {}, "rows": 9}}, ["9 test rows are few: too few for an interval"]),
        ({"train": {"r2": 0.99}, "test": {"r2": 0.8}}, ["training and test R² lie far apart"]),
    ],
)
def test_cautions(changes, told):
    found = cautions(predictions(0.0), **changes)
    assert len(found) == len(told)
    for caution, beginning in zip(found, told, strict=True):
        assert caution.startswith(beginning)


@pytest.mark.parametrize(
    ("rmse", "baseline", "told"),
    [
        (38421.4, 38420.1, "38420 against 38420"),
        (3.106e-13, 3.1e-13, "3.106e-13 against 3.1e-13"),
        (2.996e99, 0.25, "2.996e+99 against 0.25"),
    ],
)
def test_numbers_of_many_zeros_have_an_exponent(rmse, baseline, told):
    for caution in cautions(predictions(0.0), test={"rmse": rmse}, baseline=baseline):
        assert caution.endswith(f": test RMSE {told}")


def test_errors_that_grow_with_the_prediction_are_told():
    (caution,) = cautions(predictions(2.0))
    assert caution.startswith("errors grow with the prediction (rank correlation 0.")
