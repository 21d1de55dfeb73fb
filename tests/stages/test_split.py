import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nn.errors import InputError
from stages import split
from stages.running import artifacts

ROOT = Path(__file__).parents[2]
PARTS = ("train", "validation", "test")
FOLDER = Path("artifacts/mine/split")
FILES = {f"{part}-{kind}.npy" for part in PARTS for kind in ("features", "labels", "rows")}


def contents():
    return {path.name: path.read_bytes() for path in FOLDER.iterdir()}


def test_the_parts_hold_the_rows_that_they_name(project):
    split.main("mine")
    assert contents().keys() == FILES | {"columns.json"}
    columns = json.loads((FOLDER / "columns.json").read_text())
    assert columns == {
        "columns": [{"name": "a", "categories": None}, {"name": "b", "categories": None}],
        "missing": "refuse",
        "target": "label",
        "classes": ["no", "yes"],
    }

    with Path("table.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    seen = []
    for part, size in zip(PARTS, (21, 3, 6), strict=True):
        features, labels, rows = (
            np.load(FOLDER / f"{part}-{kind}.npy") for kind in ("features", "labels", "rows")
        )
        assert (features.dtype, labels.dtype, rows.dtype) == (np.float64, np.int64, np.int64)
        assert (features.shape, labels.shape, rows.shape) == ((size, 2), (size,), (size,))
        for row, cells, label in zip(rows, features, labels, strict=True):
            assert cells.tolist() == [float(table[row]["a"]), float(table[row]["b"])]
            assert columns["classes"][label] == table[row]["label"]
        assert Counter(labels.tolist()) == {0: size // 3, 1: size - size // 3}
        seen += rows.tolist()
    assert sorted(seen) == list(range(30))


def test_empty_parts_are_written_too(project):
    project(split="{test_size: 0.0, validation_size: 0.0, stratify: true, seed: 42}")
    split.main("mine")
    assert contents().keys() == FILES | {"columns.json"}
    assert np.load(FOLDER / "test-features.npy").shape == (0, 2)
    assert np.load(FOLDER / "test-labels.npy").shape == (0,)
    assert np.load(FOLDER / "train-rows.npy").tolist() == list(range(30))


def test_what_does_not_concern_the_split_does_not_change_it(project):
    split.main("mine")
    before = contents()
    project(normalize="{method: minmax}")
    params = Path("params.yaml").read_text().replace("epochs: 1", "epochs: 7")
    Path("params.yaml").write_text(params)
    split.main("mine")
    assert contents() == before

    table = Path("table.csv").read_text().replace("label", "outcome").splitlines()
    header, rows = table[0], [f"1{line}" for line in table[1:]]
    project(table="\n".join([header, *rows]))
    Path("params.yaml").write_text(params.replace("target: label", "target: outcome"))
    split.main("mine")
    for part in PARTS:
        assert contents()[f"{part}-rows.npy"] == before[f"{part}-rows.npy"]
        assert contents()[f"{part}-features.npy"] != before[f"{part}-features.npy"]


def test_the_seed_changes_the_split(project):
    split.main("mine")
    before = contents()
    project(split="{test_size: 0.2, validation_size: 0.1, stratify: true, seed: 43}")
    split.main("mine")
    assert contents()["test-rows.npy"] != before["test-rows.npy"]


def test_a_class_that_is_too_small_is_called_by_its_name(project):
    table = Path("table.csv").read_text()
    project(table=f"{table}1,1,perhaps\n")
    with pytest.raises(InputError, match=r"class 'perhaps' has too few rows to split .* parts: 1"):
        split.main("mine")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("table.csv", "5,2.5,yes", "5,many,yes", "line 7, column 'b': 'many' is not a number"),
        ("table.csv", "yes", "no", "column 'label' holds one class only, 'no': two are needed"),
        (
            "params.yaml",
            "target: label",
            "target: lable",
            "no column 'lable'; did you mean 'label'?",
        ),
        ("params.yaml", "table.csv", "other.csv", "other.csv: no such file"),
        ("params.yaml", "epochs: 1,", "epoch: 1,", "experiments.mine.train.epochs: is missing"),
    ],
)
def test_an_error_is_told_and_leaves_everything_as_it_is(project, file, old, new, told):
    split.main("mine")
    before = contents()
    Path(file).write_text(Path(file).read_text().replace(old, new))
    result = subprocess.run(
        [sys.executable, "-m", "stages.split", "mine"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert told in result.stderr
    assert all(line.startswith("error: ") for line in result.stderr.splitlines())
    assert contents() == before
    assert [path.name for path in FOLDER.parent.iterdir()] == ["split"]


def test_an_error_while_writing_leaves_everything_as_it_is(project, monkeypatch):
    split.main("mine")
    before = contents()

    def fail(path, content):
        raise OSError("No space left on device")

    project(split="{test_size: 0.5, validation_size: 0.0, stratify: true, seed: 1}")
    monkeypatch.setattr(artifacts, "write_json", fail)
    with pytest.raises(OSError, match="No space"):
        split.main("mine")
    assert contents() == before
    assert [path.name for path in FOLDER.parent.iterdir()] == ["split"]


@pytest.mark.parametrize("stage", ["generate", "split", "normalize"])
def test_a_stage_imports_no_heavy_package(stage):
    code = f"import sys, stages.{stage}; print(*sys.modules)"
    imported = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pandas", "matplotlib", "dvc", "sklearn", "scipy"} & set(imported)


GROUPED = "who,a,day,label\n" + "".join(
    f"p{row // 3},{row * 7 % 10},2024-01-{1 + row:02},{'yes' if row % 2 else 'no'}\n"
    for row in range(30)
)


def split_by(project, table=GROUPED, **settings):
    """Split a table by a column; give row numbers by part, and the names of the columns."""
    settings = {"stratify": "true", **settings, "seed": 42}
    told = ", ".join(f"{key}: {value}" for key, value in settings.items())
    project(table=table, split=f"{{test_size: 0.2, validation_size: 0.1, {told}}}")
    params = Path("params.yaml").read_text(encoding="utf-8")
    data = "target: label, drop: [who]" if "order" in settings else "target: label, drop: [day]"
    Path("params.yaml").write_text(params.replace("target: label", data), encoding="utf-8")
    split.main("mine")
    columns = json.loads((FOLDER / "columns.json").read_text())["columns"]
    rows = {part: np.load(FOLDER / f"{part}-rows.npy").tolist() for part in PARTS}
    return rows, [column["name"] for column in columns]


def test_the_rows_of_a_group_are_in_one_part_and_the_group_is_no_feature(project):
    rows, names = split_by(project, group="who")
    assert names == ["a"]
    assert [len(rows[part]) for part in PARTS] == [21, 3, 6]
    people = [{row // 3 for row in rows[part]} for part in PARTS]
    assert sum(map(len, people)) == 10
    assert np.load(FOLDER / "keys.npy").tolist() == [row // 3 for row in range(30)]


@pytest.mark.parametrize(
    "day",
    [
        "2024-01-{:02}".format,
        "2024-01-{:02}T12:00:00+02:00".format,
        "{}".format,  # 9 comes before 10
        "1e{}".format,
    ],
)
def test_the_last_rows_are_tested(project, day):
    order = np.random.default_rng(4).permutation(30) + 1
    table = "who,a,day,label\n" + "".join(
        f"p,{row},{day(place)},{'yes' if row % 2 else 'no'}\n" for row, place in enumerate(order)
    )
    rows, names = split_by(project, table, order="day", stratify="false")
    assert names == ["a"]
    assert sorted(order[rows["test"]]) == [25, 26, 27, 28, 29, 30]
    assert sorted(order[rows["validation"]]) == [22, 23, 24]
    assert np.load(FOLDER / "keys.npy").tolist() == (order - 1).tolist()


def test_the_column_is_a_feature_where_that_is_asked_for(project):
    table = GROUPED.replace("2024-01-", "")
    rows, names = split_by(project, table, order="day", stratify="false", as_feature="true")
    assert names == ["a", "day"]
    assert rows["test"] == [*range(24, 30)]
    assert np.load(FOLDER / "test-features.npy")[:, 1].tolist() == [*range(25, 31)]


def test_without_such_a_column_nothing_more_is_written(project):
    split_by(project, group="who")
    project()
    split.main("mine")
    assert contents().keys() == FILES | {"columns.json"}


@pytest.mark.parametrize("missing", ["refuse", "impute"])
@pytest.mark.parametrize(
    ("settings", "old", "new", "told"),
    [
        ({"group": "whom"}, "", "", "no column 'whom'; did you mean 'who'?"),
        ({"group": "label"}, "", "", "rows cannot be split by the target 'label'"),
        ({"group": "who"}, "p1,", ",", "line 5, column 'who': a value is missing"),
        ({"order": "day"}, "2024-01-09", "?", "line 10, column 'day': a value is missing"),
        (
            {"order": "day"},
            "2024-01-09",
            "9.1.2024",
            "column 'day': '9.1.2024' is no number as the",
        ),
    ],
)
def test_what_cannot_be_split_by_is_told(project, missing, settings, old, new, told):
    def with_missing(**kwargs):
        project(**kwargs)
        path = Path("params.yaml")
        path.write_text(path.read_text().replace("label}", f"label, missing: {missing}}}"))

    with pytest.raises(InputError) as error:
        split_by(with_missing, GROUPED.replace(old, new), stratify="false", **settings)
    assert told in str(error.value)
    assert str(error.value).startswith("table.csv: ")


def test_a_text_among_numbers_has_no_place_in_their_order(project):
    table = GROUPED.replace("2024-01-", "").replace(",09,", ",nine,")
    with pytest.raises(InputError, match="column 'day': 'nine' is no number as the others"):
        split_by(project, table, order="day", stratify="false")
