"""Experiments made of tables that nobody prepared."""

import difflib
import gzip
import io
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets, linear_model, metrics

from commands import add, predict
from commands.adding.choices import choose
from stages import evaluate, normalize, split, train
from stages.judging import baselines
from stages.running.artifacts import Rows
from stages.running.parameters.file import load_params
from stages.tables.table import read_table
from tests.commands.parameters import PARAMS, WHOLE


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in a folder with parameters."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "params.yaml").write_text(PARAMS, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def mixed(rows=240, seed=0):
    """Numbers, texts, gaps, and three classes that depend on them."""
    source = np.random.default_rng(seed)
    age, color = source.integers(18, 90, rows), source.choice(["red", "blue", "green"], rows)
    worth = (age > 50).astype(int) + (color == "red")
    return pandas.DataFrame(
        {
            "id": np.arange(rows),
            "age": np.where(source.random(rows) < 0.1, np.nan, age),
            "color": np.where(source.random(rows) < 0.1, None, color),
            "income": np.round(source.normal(3000, 500, rows), 2),
            "note": [f"note {row}" for row in range(rows)],
            "bought": np.array(["no", "maybe", "yes"])[worth],
        }
    )


def write(frame, name="mine.csv", **options):
    text = frame.to_csv(index=False, lineterminator="\n", **options)
    Path(name).parent.mkdir(exist_ok=True, parents=True)
    Path(name).write_text(text, encoding="utf-8")


def run(*arguments, code=0):
    assert add.main([str(argument) for argument in arguments]) == code


def added(key="mine"):
    return load_params().experiment(key)


def refused(capsys, *arguments):
    """Run what must fail and change nothing; give its lines."""
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    run(*arguments, code=1)
    said = capsys.readouterr()
    assert said.out == ""
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
    return [line.removeprefix("error: ") for line in said.err.splitlines()]


def test_only_new_lines_are_written(here, capsys):
    write(mixed())
    Path("params.yaml").write_text(WHOLE, encoding="utf-8")
    run("mine.csv", "--target", "bought")
    before = WHOLE.splitlines()
    after = Path("params.yaml").read_text(encoding="utf-8").splitlines()
    changes = [line for line in difflib.ndiff(before, after) if not line.startswith(" ")]
    assert all(line.startswith("+ ") for line in changes)
    assert all(line == line.rstrip() and len(line) <= 100 for line in after)
    assert "Next: dvc repro" in capsys.readouterr().out


def test_other_line_ends_and_a_last_line_without_one_stay(here):
    write(mixed())
    text = WHOLE.rstrip("\n")
    Path("params.yaml").write_bytes(text.replace("\n", "\r\n").encode())
    run("mine.csv", "--target", "bought")
    content = Path("params.yaml").read_bytes()
    assert content.startswith(text.replace("\n", "\r\n").encode())
    assert content.count(b"\n") == content.count(b"\r\n") > text.count("\n") + 10
    assert added().train.optimizer == "adam"


def test_the_experiment_is_what_the_table_asks_for(here, capsys):
    write(mixed())
    run("mine.csv", "--target", "bought")
    data, chosen = added().data, added()
    assert data.path == "mine.csv"
    assert (data.target, data.drop, data.categories) == ("bought", ("id", "note"), ("color",))
    assert data.missing == "impute"
    assert (chosen.split.test_size, chosen.split.validation_size) == (0.2, 0.2)
    assert chosen.train.early_stopping is not None
    assert (chosen.train.output, chosen.train.optimizer) == ("softmax", "adam")
    assert (chosen.train.ensemble, chosen.train.hidden) == (8, (64, 64))
    assert (chosen.normalize.method, chosen.normalize.clip) == ("smooth_clip", 3.0)
    said = capsys.readouterr().out
    assert "240 rows, 6 columns; utf-8, delimiter comma, decimal point" in said
    assert "warning: column 'id' is left out: it looks like row numbers" in said
    assert "warning: column 'note' is left out: it has 240 texts in 240 rows" in said
    assert "3 classes: maybe" in said


def test_what_is_said_goes_before_what_is_chosen(here):
    write(mixed())
    said = """mine.csv --target bought --name other --drop note income --hidden 5 4 --ensemble 3
        --learning-rate 0.01 --epochs 5000 --test-size 0.3 --validation-size 0 --seed 7"""
    run(*said.split())
    chosen = added("other")
    assert (chosen.train.hidden, chosen.train.ensemble) == ((5, 4), 3)
    assert (chosen.train.learning_rate, chosen.train.epochs) == (0.01, 5000)
    assert (chosen.split.test_size, chosen.split.seed, chosen.train.seed) == (0.3, 7, 7)
    assert chosen.train.early_stopping is None
    assert {*chosen.data.drop} == {"id", "note", "income"}


def test_a_dry_run_writes_nothing(here, capsys):
    write(mixed(), "../elsewhere/mine.csv")
    before = sorted(Path().rglob("*"))
    run("../elsewhere/mine.csv", "--target", "bought", "--dry-run")
    assert "nothing was written" in capsys.readouterr().out
    assert Path("params.yaml").read_bytes() == PARAMS.encode()
    assert sorted(Path().rglob("*")) == before


def test_a_table_from_elsewhere_is_copied(here, capsys):
    write(mixed(), "../elsewhere/mine.csv")
    run("../elsewhere/mine.csv", "--target", "bought")
    assert added().data.path == "data/mine.csv"
    assert Path("data/mine.csv").read_bytes() == Path("../elsewhere/mine.csv").read_bytes()
    assert "its copy is data/mine.csv" in capsys.readouterr().out
    write(mixed(rows=250), "../elsewhere/mine.csv")
    (line,) = refused(capsys, "../elsewhere/mine.csv", "--target", "bought", "--name", "other")
    assert line.startswith(
        "data/mine.csv: is another table with this name; rename ../elsewhere/mine.csv"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
@pytest.mark.parametrize(
    ("delimiter", "decimal"), [(",", "."), (";", ","), ("\t", "."), ("|", ",")]
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_was_found_reads_the_same_table(here, encoding, delimiter, decimal, packed):
    frame = mixed()
    frame["color"] = frame["color"].replace("green", "€ 5" if encoding == "cp1252" else "größe\n2")
    text = frame.to_csv(index=False, sep=delimiter, decimal=decimal, lineterminator="\r\n")
    data = text.encode(encoding)
    Path("mine.csv").write_bytes(gzip.compress(data) if packed else data)
    run("mine.csv", "--target", "bought", "--drop", "id", "note")
    table = read_table(**added().data.model_dump())
    write(frame, "plain.csv")
    plain = read_table(
        "plain.csv", "bought", drop=["id", "note"], categories=["color"], missing="impute"
    )
    np.testing.assert_array_equal(table.features, plain.features)
    assert table.columns == plain.columns
    np.testing.assert_array_equal(table.labels, plain.labels)


def test_a_table_that_git_does_not_have_is_warned_of_until_it_has(here, capsys):
    mixed(60).to_csv(here.parent / "mine.csv", index=False)
    run(here.parent / "mine.csv", "--target", "bought", "--name", "no_git")
    assert "git add" not in capsys.readouterr().out
    subprocess.run(["git", "init", "--quiet"], check=True)
    run("data/mine.csv", "--target", "bought", "--name", "one")
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "git add" in line]
    assert told.startswith("warning: git does not have data/mine.csv, and dvc exp run ")
    subprocess.run(["git", "add", "data/mine.csv"], check=True)
    run("data/mine.csv", "--target", "bought", "--name", "two")
    subprocess.run(["git", "rm", "--quiet", "--cached", "data/mine.csv"], check=True)
    Path(".gitignore").write_text("/data/mine.csv\n")  # as `dvc add` does
    run("data/mine.csv", "--target", "bought", "--name", "three")
    assert "git add" not in capsys.readouterr().out


def test_a_name_that_dvc_takes_for_a_reference_is_warned_of(here, capsys):
    mixed(60).rename(columns={"bought": "in ${x}"}).to_csv("mine.csv", index=False)
    run("mine.csv", "--target", "in ${x}")
    assert "warning: 'in ${x}' looks like a reference to DVC" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["iris", "wine", "digits"])
def test_tables_of_scikit_learn(here, name):
    write(getattr(datasets, f"load_{name}")(as_frame=True).frame, f"{name}.csv")
    run(f"{name}.csv", "--target", "target")
    chosen = added(name)
    assert chosen.data.model_dump(exclude_defaults=True, exclude={"drop"}) == {
        "path": f"{name}.csv",
        "target": "target",
    }
    # In the digits three corners of the picture are white in every row.
    assert [*chosen.data.drop] == (
        ["pixel_0_0", "pixel_4_0", "pixel_4_7"] if name == "digits" else []
    )
    split.main(name)
    normalize.main(name)


def test_warnings_of_columns_that_tell_too_much_or_too_little(here, capsys):
    source = np.random.default_rng(0)
    bought = source.random(400) < 0.1
    frame = pandas.DataFrame(
        {
            "useful": source.normal(size=400),
            "shifted": source.normal(size=400) + 9 * bought,
            "refund": np.where(bought, "some", "none at all"),
            "customer": source.permutation(10**6)[:400],
            "empty": None,
            "same": 4,
            "town": [f"town {number}" for number in source.integers(0, 70, 400)],
            "bought": bought,
        }
    )
    write(frame)
    run("mine.csv", "--target", "bought", "--positive", "True")
    said = capsys.readouterr().out
    warnings = [line for line in said.splitlines() if line.startswith("warning: ")]
    assert [line.split("'")[1] if "'" in line else line[:29] for line in warnings] == [
        "warning: one class has 90% of", "shifted", "refund", "customer", "empty", "same", "town",
    ]  # fmt: skip
    assert "('True' is the positive one)" in said
    assert added().data.positive == "True"
    run("mine.csv", "--target", "bought", "--positive", "False", "--name", "turned")
    assert read_table(**added("turned").data.model_dump()).classes == ["True", "False"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["mine.csv", "--target", "bougt"], "mine.csv: no column 'bougt'; did you mean 'bought'?"),
        (["none.csv", "--target", "bought"], "none.csv: no such file"),
        (["mine.csv", "--target", "bought", "--name", "basic"], "there is an experiment 'basic'"),
        (
            ["mine.csv", "--target", "bought", "--name", "a b"],
            "'a b' cannot be the name of an experiment: take letters",
        ),
        (["mine.csv", "--target", "bought", "--drop", "ages"], "mine.csv: no column 'ages'; did"),
        (["mine.csv", "--target", "bought", "--positive", "yes"], "mine.csv: positive tells which"),
        (["mine.csv", "--target", "note"], "mine.csv: column 'note' holds 240"),
        (["mine.csv", "--target", "color"], "mine.csv: column 'color': 18 classes"),
        (["mine.csv", "--target", "bought", "--missing", "refuse"], "mine.csv: line "),
        (["mine.csv", "--target", "bought", "--test-size", "1"], "--test-size: 1.0 should be"),
        (
            ["mine.csv", "--target", "bought", "--hidden", "0"],
            "--hidden[0]: 0 should be",
        ),
        (["params.yaml", "--target", "bought"], "params.yaml: no column 'bought'"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_written(here, capsys, arguments, told):
    write(mixed())
    lines = refused(capsys, *arguments)
    assert lines[0].startswith(told)


def test_a_word_among_numbers_is_no_category(here, capsys):
    text = mixed().to_csv(index=False, lineterminator="\n").splitlines()
    cells = text[7].split(",")
    text[7] = ",".join([cells[0], "old", *cells[2:]])
    Path("mine.csv").write_text("\n".join(text), encoding="utf-8")
    (line,) = refused(capsys, "mine.csv", "--target", "bought")
    assert line.startswith("mine.csv: line 8, column 'age': 'old' is not a number, which ")
    run("mine.csv", "--target", "bought", "--category", "age")
    assert added().data.categories == ("age", "color")


@pytest.mark.parametrize("texts", [("1", "0"), ("yes", "no"), ("null", "x"), ("a: b", "#c")])
def test_texts_that_yaml_would_take_for_something_else(here, texts):
    frame = mixed().drop(columns=["bought"])
    target = "0x1" if texts[0] == "1" else "on"
    frame[target] = [
        f"{texts[row % 2]} " if texts[0] != "null" else "xy"[row % 2] for row in range(240)
    ]
    frame = frame.rename(columns={"note": "1.5", "age": "true", "income": "a, [b]: {c} # 'd'"})
    write(frame)
    run("mine.csv", "--target", target, "--positive", texts[0] if texts[0] != "null" else "x")
    assert added().data.target == target
    assert "1.5" in added().data.drop
    read_table(**added().data.model_dump())


def test_no_parameters_no_traceback(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write(mixed())
    run("mine.csv", "--target", "bought", code=1)
    assert capsys.readouterr().err == "error: params.yaml: No such file or directory\n"


cell = st.text(st.sampled_from('01.,-;"\n\r\tab éNA?'), max_size=4)
ragged = st.lists(cell, min_size=1, max_size=4).map(",".join)
number = st.sampled_from(["1", "0", "2.5", "", "a"])
whole = st.tuples(number, cell | number, st.sampled_from(["x", "y", "1"])).map(",".join)


@settings(max_examples=100)
@given(st.lists(ragged, max_size=9) | st.lists(whole, min_size=6, max_size=30), st.booleans())
def test_broken_tables_end_in_one_line(rows, is_latin):
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("sys.stderr", said)
        Path("params.yaml").write_text(PARAMS, encoding="utf-8")
        text = "\n".join(["a,b,label", *rows])
        Path("mine.csv").write_bytes(text.encode("latin-1" if is_latin else "utf-8"))
        code = add.main(["mine.csv", "--target", "label"])
    assert code == 0 or said.getvalue().startswith("error: mine.csv: ")


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_the_linear_model_is_about_that_of_scikit_learn(classes):
    """Also on a wide table of few rows, where a weak penalty makes a poor opponent."""
    source = np.random.default_rng(classes)
    features = source.normal(size=(120, 60))
    signal = features[:, :3].sum(axis=1) + source.normal(size=120)
    labels = np.digitize(signal, np.quantile(signal, np.arange(1, classes) / max(classes, 1)))
    labels = labels if classes else signal
    parts = {"train": Rows(features[:96], labels[:96]), "test": Rows(features[96:], labels[96:])}
    chosen = {each.key: each.value for each in choose(120, 60, classes, 40, {})}
    baseline = chosen["evaluate.baseline"]
    names = [*"abc"][:classes]
    simple = baselines.linear_model(parts["train"], names, baseline)
    found = baselines.linear_scores(parts, names, simple, 0.5)["test"]
    if classes:
        oracle = linear_model.LogisticRegression(max_iter=9999).fit(*parts["train"])
        expected = metrics.log_loss(labels[96:], oracle.predict_proba(features[96:]))
        assert found["log_loss"] == pytest.approx(expected, rel=0.05)
    else:
        predicted = linear_model.Ridge().fit(*parts["train"]).predict(features[96:])
        expected = metrics.root_mean_squared_error(labels[96:], predicted)
        assert found["rmse"] == pytest.approx(expected, rel=0.05)


def quantities(rows=240, seed=0):
    source = np.random.default_rng(seed)
    size, age = source.uniform(20, 200, rows).round(1), source.integers(0, 90, rows)
    return pandas.DataFrame({"size": size, "age": age, "price": (3000 * size).astype(int)})


def test_a_quantity_is_seen_and_told(here, capsys):
    frame = quantities()
    frame["price"] += np.random.default_rng(1).integers(-90_000, 90_000, len(frame))
    write(frame)
    run("mine.csv", "--target", "price")
    out = capsys.readouterr().out
    assert "the target, a number to predict" in out
    assert "a number to predict, from " in out
    assert "(if these name classes: --task classification)" in out
    experiment = added()
    assert (experiment.data.task, experiment.train.output) == ("regression", "linear")
    assert (experiment.evaluate.threshold, experiment.evaluate.interval) == (None, 0.9)
    split.main("mine")
    normalize.main("mine")


@pytest.mark.parametrize(
    ("target", "task"),
    [
        ([1, 2, 3] * 80, "classification"),
        ([0.5, 1.5] * 120, "classification"),
        ([0.5, 1.5, 2.25] * 80, "regression"),
        (range(240), "regression"),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] * 20, "classification"),
        (["1 200 kg", "800 kg", "950 kg", "1 000 kg"] * 60, "classification"),
    ],
)
def test_what_counts_as_a_quantity(here, target, task):
    write(quantities().assign(price=list(target)))
    run("mine.csv", "--target", "price")
    assert added().data.task == task


def test_the_task_may_be_told(here, capsys):
    write(quantities().assign(price=[1, 2, 3, 4] * 60))
    run("mine.csv", "--target", "price", "--task", "regression")
    assert added().data.task == "regression"
    write(quantities().assign(price=[0.5, 1.5, 2.25] * 80), "other.csv")
    run("other.csv", "--target", "price", "--task", "classification")
    experiment = added("other")
    assert (experiment.data.task, experiment.train.output) == ("classification", "softmax")


def test_a_quantity_with_a_unit_is_read_by_all_stages(here):
    frame = quantities()
    prices = frame["price"] + np.random.default_rng(1).integers(-90_000, 90_000, len(frame))
    write(frame.assign(price=[f"€ {price:,}" for price in prices]))
    run("mine.csv", "--target", "price")
    table = read_table(**added().data.model_dump())
    np.testing.assert_array_equal(table.labels, prices)


@pytest.mark.parametrize("write_price", ["$ {:,.2f}", "{:.3f}k", "({:.2f})"])
def test_a_quantity_with_a_unit_is_trained_and_predicted_as_plain_numbers(here, write_price):
    frame = quantities(60)
    prices = frame["price"] + np.random.default_rng(1).integers(-90_000, 90_000, len(frame))
    shown, values = prices, prices
    if "k" in write_price:
        shown = prices / 1000
    if "(" in write_price:
        values = -prices
    write(frame.assign(price=values), "plain.csv")
    write(frame.assign(price=[write_price.format(x) for x in shown]), "mine.csv")
    write(frame[["size", "age"]], "new.csv")
    said = []
    for key in ("plain", "mine"):
        run(f"{key}.csv", "--target", "price", "--epochs", "5", "--task", "regression")
        for stage in (split, normalize, train, evaluate):
            stage.main(key)
        assert predict.main([f"models/{key}.npz", "new.csv", "-o", f"{key}-new.csv"]) == 0
        results = json.loads(Path(f"results/{key}.json").read_text())
        said.append((results, Path(f"{key}-new.csv").read_bytes()))
    assert said[0] == said[1]
    assert added().data.written[0].columns == ("price",)
    predicted = pandas.read_csv("mine-new.csv")["prediction"]
    assert predicted.mean() == pytest.approx(values.mean(), rel=0.3)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("much", "line 7, column 'price': 'much' is not a number, which 1 of 240 rows hold"),
        ("", "column 'price': 1 number to predict is missing, the first in line 7"),
    ],
)
def test_a_target_that_is_no_number_is_told(here, capsys, cell, told):
    prices = [str(price) for price in quantities()["price"]]
    write(quantities().assign(price=[*prices[:5], cell, *prices[6:]]))
    run("mine.csv", "--target", "price", "--task", "regression", code=1)
    assert told in capsys.readouterr().err


def test_a_column_that_orders_the_rows_as_the_target_does_is_told(here, capsys):
    write(quantities())
    run("mine.csv", "--target", "price")
    assert "column 'size' alone gives the target away" in capsys.readouterr().out
