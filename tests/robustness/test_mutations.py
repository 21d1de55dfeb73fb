"""Damaged tables, parameters and models, by the hundred: no traceback, nothing lost.

A short campaign here; `make torture` runs a long one and prints its counts.
"""

import csv
import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from commands import add, predict
from nn.errors import ModelFileError
from nn.model_file import Model, load_model, model_bytes
from nn.network.network import Network
from nn.preparing.preprocessing import of_numbers
from nn.preparing.scaling import Scaling
from stages import split
from stages.running.command import exit_code
from tests.robustness.judging import outcome, rounds, told_counts
from tests.robustness.mutations import IN_PARAMS, IN_TABLES, mutated, mutated_model

SMALL = Path(__file__).parents[1] / "pipeline" / "small.yaml"
TABLE = "height,weight,score,label\n" + "".join(
    f"{1.5 + row / 10:.1f},{50 + row * row},{row * 7 % 5 - 2.5},{'no' if row % 3 else 'yes'}\n"
    for row in range(24)
)


def model():
    network = Network((3, 1), (), "sigmoid", np.array([2.0, -0.25, 0.5, 1.0]))
    scaling = Scaling(np.array([2.0, 100.0, 0.0]), np.array([0.5, 30.0, 2.0]))
    prepared = of_numbers(("height", "weight", "score"), scaling)
    return Model(network, prepared, "label", ("no", "yes"))


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    Path("data/body.csv").write_text(TABLE, encoding="utf-8")
    Path("params.yaml").write_bytes(SMALL.read_bytes())
    Path("model.npz").write_bytes(model_bytes(model()))
    return tmp_path


def judged(name, count, project, capsys, change):
    """Run a campaign: `change` mutates something, and gives the work to do with it."""
    counts: Counter[str] = Counter()
    for number, source in rounds(name, count):
        try:
            counts[outcome(change(source), project, capsys)] += 1
        except BaseException as error:
            error.add_note(f"mutation {number} of {name}, in {project}")
            raise
    told_counts(name, counts, capsys)
    assert {*counts} == {"accepted", "refused"}  # else the mutations are too mild or too wild


def independently_read(content):
    """Read a plain table with Python's own csv and float; None where it is no such table."""
    try:
        header, *rows = csv.reader(
            io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True
        )
        places = [header.index(name) for name in ("height", "weight", "score")]
        return [[float(row[place]) for place in places] for row in rows if "".join(row).strip()]
    except (ValueError, csv.Error, IndexError):
        return None


def test_predictions_of_damaged_tables(project, capsys):
    compared = 0

    def change(source):
        content = mutated(TABLE.encode(), IN_TABLES, source)
        Path("table.csv").write_bytes(content)
        Path("out.csv").unlink(missing_ok=True)

        def work():
            nonlocal compared
            code = predict.main(["model.npz", "table.csv", "--proba", "-o", "out.csv"])
            values = independently_read(content)
            if code == 0 and values is not None:
                with Path("out.csv").open(encoding="utf-8", newline="") as file:
                    found = [float(row["probability of yes"]) for row in csv.DictReader(file)]
                expected = model().predict_proba(np.array(values).reshape(-1, 3))[:, 1]
                np.testing.assert_array_equal(found, expected)
                compared += 1
            return code

        return work

    judged("tables to predict", 150, project, capsys, change)
    assert compared > 5


def test_experiments_of_damaged_tables(project, capsys):
    def change(source):
        Path("table.csv").write_bytes(mutated(TABLE.encode(), IN_TABLES, source))
        Path("params.yaml").write_bytes(SMALL.read_bytes())
        return lambda: add.main(["table.csv", "--target", "label"])

    judged("tables to add", 20, project, capsys, change)


def test_damaged_parameters(project, capsys):
    def change(source):
        Path("params.yaml").write_bytes(mutated(SMALL.read_bytes(), IN_PARAMS, source))
        return lambda: exit_code(lambda: split.main("body"))

    judged("parameters", 150, project, capsys, change)


def test_damaged_models(project, capsys):
    whole = Path("model.npz").read_bytes()

    def change(source):
        Path("model.npz").write_bytes(mutated_model(whole, source))
        return lambda: predict.main(["model.npz", "data/body.csv", "-o", "out.csv"])

    judged("models", 200, project, capsys, change)


def test_bytes_that_are_damaged_give_the_model_or_none(project):
    whole = model_bytes(model())
    expected = model().predict_proba(np.ones((1, 3))).tobytes()
    for number, source in rounds("bytes of models", 100):
        Path("model.npz").write_bytes(mutated(whole, (), source))
        try:
            found = load_model("model.npz").predict_proba(np.ones((1, 3))).tobytes()
        except ModelFileError:
            continue
        assert found == expected, number
