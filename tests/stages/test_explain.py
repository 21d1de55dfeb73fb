"""The stage `explain`: columns that matter, and answers that move as the network's own do."""

import csv
from pathlib import Path

import numpy as np
import pytest
import yaml

from nn.explaining.dependence import POINTS
from nn.explaining.few_columns import LookedAt
from nn.model_file import load_model
from nn.network.network import Network
from nn.preparing.preprocessing import of_numbers
from nn.preparing.scaling import none
from stages import explain, normalize, split, train
from stages.figures.explained import (
    AVERAGE,
    looked_at_words,
    read_importances,
    read_movements,
)
from stages.figures.explanation import draw_importance
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


@pytest.mark.usefixtures("explained")
def test_of_many_columns_some_are_looked_at_and_picture_and_page_say_so(monkeypatch):
    monkeypatch.setattr("nn.explaining.few_columns.FEATURES", 2)
    before = read_importances("mine")
    explain.main("mine")
    found, model = read_importances("mine"), load_model("artifacts/mine/network.npz")
    assert len(found.names) == 2
    increase = dict(zip(before.names, before.increases, strict=True))
    assert found.increases == pytest.approx([increase[name] for name in found.names])
    assert looked_at_words(model, found) == "2 of 4 columns"
    figure = draw_importance(found, "mine", "log loss", looked_at_words(model, found))
    assert figure.axes[0].get_title().startswith("2 of 4 columns shuffled")


@pytest.mark.usefixtures("explained")
def test_a_large_network_is_explained_by_fewer_rows(monkeypatch, capsys):
    model = load_model("artifacts/mine/network.npz")
    rows = read_movements("mine", model)["noise"].answers["yes"]
    monkeypatch.setattr(explain, "WORK", 1)
    monkeypatch.setattr(explain, "FEWEST_ROWS", 12)
    explain.main("mine")
    assert "warning: mine: explained by 12 of 30 rows" in capsys.readouterr().err
    fewer = read_movements("mine", model)["noise"].answers["yes"]
    assert (len(rows), len(fewer)) == (1 + 20, 1 + 12)


def test_work_is_shared_between_rows_and_permutations(monkeypatch):
    network = Network((1, 1), (), "linear", np.zeros(2))
    preprocessing = of_numbers(["x"], none(np.zeros((1, 1))))
    looked_at = LookedAt(np.zeros((1000, 1)), preprocessing, network, None)
    moved = explain.COLUMNS * POINTS
    for work, expected in (
        (2 * 1000 * 30 * 10, (1000, 10)),
        (2 * 1000 * (30 + moved), (1000, 5)),
        (2 * 500 * (30 + moved), (500, 5)),
        (1, (explain.FEWEST_ROWS, 1)),
    ):
        monkeypatch.setattr(explain, "WORK", work)
        assert explain.affordable(looked_at, 30) == expected


def test_an_experiment_that_is_not_there_is_told(project):
    with pytest.raises(Exception, match="no experiment 'other'"):
        explain.main("other")
