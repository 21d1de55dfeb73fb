"""What stages leave is read back as it was."""

from pathlib import Path

import numpy as np
import pytest

from nn.preparing.columns import Column
from stages import split
from stages.running.artifacts import (
    SHOWN_ROWS,
    judged_part,
    most_frequent,
    read_csv,
    read_curves,
    read_split,
    shown_confusion,
    shown_places,
    shown_words,
)
from stages.running.files import write_csv
from stages.tables.table import read_table

TEXTS = "a,colour,label\n" + "".join(
    f"{row},{('red', 'blue', '')[row % 3]},{'no' if row % 4 else 'yes'}\n" for row in range(40)
)


@pytest.mark.parametrize("test_size", [0.0, 0.25])
def test_the_parts_of_a_split_are_put_back_into_the_table(project, test_size):
    sizes = f"test_size: {test_size}, validation_size: {test_size}"
    project(table=TEXTS, split=f"{{{sizes}, stratify: true, seed: 9}}")
    params = Path("params.yaml").read_text(encoding="utf-8")
    params = params.replace("label}", "label, categories: [colour], missing: impute}")
    Path("params.yaml").write_text(params, encoding="utf-8")
    split.main("mine")
    table = read_table("table.csv", "label", categories=["colour"], missing="impute")
    found = read_split("mine")
    whole = found.whole(Path())
    np.testing.assert_array_equal(whole.features, table.features)
    np.testing.assert_array_equal(whole.labels, table.labels)
    assert found.columns == [Column("a"), Column("colour", ("blue", "red"))] == table.columns
    assert (found.missing, found.classes) == ("impute", table.classes)
    assert len(found.parts["test"].labels) == (10 if test_size else 0)


def test_the_test_rows_say_most_and_without_them_the_training_rows():
    assert judged_part(["train", "validation", "test"]) == "test"
    assert judged_part({"train": 1, "validation": 2}) == "train"


def test_a_csv_file_is_read_as_it_was_written(tmp_path):
    names, values = ["a, b", "", 'say "no"'], [0.1, 1e-300, np.inf]
    write_csv(tmp_path / "some.csv", ["name", "value"], [names, values])
    found = read_csv(tmp_path / "some.csv")
    assert found["name"] == names
    assert [float(cell) for cell in found["value"]] == values


def test_curves_are_told_apart_by_class(tmp_path):
    columns = {"class": "011", "threshold": [0.5, np.inf, 0.25], "x": [0.0, 0.1, 0.2]}
    write_csv(tmp_path / "roc.csv", list(columns), columns.values())
    curves = read_curves(tmp_path / "roc.csv", ("x", "threshold"))
    found = {name: [column.tolist() for column in each] for name, each in curves.items()}
    assert found == {"0": [[0.0], [0.5]], "1": [[0.1, 0.2], [np.inf, 0.25]]}
    write_csv(tmp_path / "roc.csv", list(columns), [[], [], []])
    assert read_curves(tmp_path / "roc.csv", ("x", "threshold")) == {}


@pytest.mark.parametrize("rows", [0, 1, SHOWN_ROWS])
def test_of_few_rows_all_are_shown(rows):
    assert shown_places(rows).tolist() == list(range(rows))
    assert shown_words({"train": rows, "test": 0}) == ""


@pytest.mark.parametrize("rows", [SHOWN_ROWS + 1, 2 * SHOWN_ROWS - 1, 1_000_003])
def test_of_many_rows_a_sample_is_shown_from_all_over_the_table(rows):
    places = shown_places(rows)
    assert len(places) == SHOWN_ROWS
    assert (np.diff(places) > 0).all()  # each once
    stretch = rows / SHOWN_ROWS
    assert (np.abs(places - (np.arange(SHOWN_ROWS) + 0.5) * stretch) <= stretch / 2 + 1).all()
    assert shown_places(rows).tolist() == places.tolist()
    assert shown_words({"train": rows, "test": 7}) == f"{SHOWN_ROWS + 7} of {rows + 7} rows shown"


def test_few_classes_are_all_shown():
    counts = np.arange(9).reshape(3, 3)
    shown, names, told = shown_confusion(counts, ["a", "b", "c"])
    assert (shown.tolist(), names, told) == (counts.tolist(), ["a", "b", "c"], "")
    assert most_frequent(np.array([1, 5, 5, 9, 5]), most=3) == [1, 2, 3]


def test_the_rarest_of_very_many_classes_are_shown_together():
    source = np.random.default_rng(0)
    actual = source.choice(1000, 20_000, p=np.arange(1, 1001) / 500_500)
    predicted = np.where(source.random(20_000) < 0.6, actual, source.integers(1000, size=20_000))
    counts = np.zeros((1000, 1000), dtype=np.int64)
    np.add.at(counts, (actual, predicted), 1)
    classes = [f"c{number}" for number in range(1000)]
    shown, names, told = shown_confusion(counts, classes)
    by_rows = sorted(range(1000), key=lambda number: (-int((actual == number).sum()), number))
    kept = sorted(by_rows[:29])
    assert names == [*(f"c{number}" for number in kept), "(others)"]
    assert told == "the 29 most frequent of 1000 classes"
    assert shown.sum() == 20_000
    assert shown[3, 5] == np.sum((actual == kept[3]) & (predicted == kept[5]))
    assert shown[2, -1] == np.sum((actual == kept[2]) & ~np.isin(predicted, kept))
    assert shown[-1, -1] == np.sum(~np.isin(actual, kept) & ~np.isin(predicted, kept))
