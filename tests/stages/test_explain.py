"""The stage `explain`: columns that matter, and answers that move as the network's own do."""

import csv
from pathlib import Path

import numpy as np
import pytest
import yaml

from nn.model_file import load_model
from stages import explain, normalize, split, train
from stages.figures.explained import AVERAGE, read_importances, read_movements
from stages.running.artifacts import read_split

COLOURS = ("blue", "green", "red")
LIMITS = ("10", "20", "inf")  # categories that could be read as numbers


def table(rows=150, seed=0, colours=COLOURS):
    """Let `size` and being red decide the label; `copy` repeats size, `noise` says nothing."""
    source = np.random.default_rng(seed)
    size, noise = source.normal(size=rows), source.normal(size=rows)
    colour = source.integers(3, size=rows)
    label = np.where(size + 1.5 * (colour == 2) + 0.1 * source.normal(size=rows) > 0.5, "yes", "no")
    lines = [
        f"{s:.4f},{2 * s + 0.01 * n:.4f},{colours[c]},{n:.4f},{told}"
        for s, n, c, told in zip(size, noise, colour, label, strict=True)
    ]
    return "size,copy,colour,noise,label\n" + "\n".join(lines) + "\n"


@pytest.fixture(params=[COLOURS, LIMITS], ids=["colours", "limits"])
def colours(request):
    return request.param


@pytest.fixture
def explained(project, colours):
    """Train on such a table, and explain."""
    project(table=table(colours=colours))
    content = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    mine = content["experiments"]["mine"]
    mine["data"]["categories"] = ["colour"]
    mine["train"] |= {"hidden": [6], "epochs": 300, "learning_rate": 0.5}
    Path("params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    for stage in (split, normalize, train, explain):
        stage.main("mine")


@pytest.mark.usefixtures("explained")
def test_columns_that_decide_matter_and_noise_does_not():
    found = read_importances("mine")
    assert found.names[0] == "size + copy"
    assert {*found.names[1:4]} == {"size", "copy", "colour"}
    assert found.names[4] == "noise"
    increase = dict(zip(found.names, found.increases, strict=True))
    assert increase["size + copy"] > increase["size"] + increase["copy"]
    assert abs(increase["noise"]) < 0.05 * increase["size + copy"]
    low, high = found.intervals[0]
    assert 0 < low < found.increases[0] < high


@pytest.mark.usefixtures("explained")
def test_answers_move_as_the_model_answers_to_such_rows(colours):
    model = load_model("artifacts/mine/network.npz")
    movements = read_movements("mine", model)
    assert {*movements} == {"size", "copy", "colour", "noise"}
    assert movements["colour"].values == [*colours]
    assert movements["colour"].places == [0, 1, 2]
    with Path("table.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    tested = [rows[number] for number in read_split("mine").row_numbers["test"]]
    for name, moving in movements.items():
        of_rows = moving.answers["yes"]
        assert list(of_rows)[:3] == [AVERAGE, "1", "2"]
        for place, value in enumerate(moving.values):
            changed = [row | {name: value} for row in tested]
            columns = {column: [row[column] for row in changed] for column in rows[0]}
            expected = model.predict_proba(columns)[:, 1]
            assert of_rows[AVERAGE][place] == pytest.approx(expected.mean(), rel=1e-12)
            for number in list(of_rows)[1:]:
                assert of_rows[number][place] == expected[int(number) - 1]


def test_an_experiment_that_is_not_there_is_told(project):
    with pytest.raises(Exception, match="no experiment 'other'"):
        explain.main("other")
