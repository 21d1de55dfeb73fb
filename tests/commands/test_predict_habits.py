"""Tables to predict that are written otherwise than those of training."""

import io
from pathlib import Path

import numpy as np
import pandas
import pytest

from commands import predict
from nn import load_model
from nn.model_file import Model, model_bytes
from nn.network.network import Network, parameter_count
from nn.preparing.columns import Column
from nn.preparing.forms import Form
from nn.preparing.preprocessing import fit_preprocessing

COLUMNS = [
    Column("plan", ("1", "2", "3")),
    Column("active", ("False", "True")),
    Column("age", form=Form(missing_marks=("-999", "n/k"))),
    Column("price", form=Form(",", ".", ("$",), ("()",), (("k", 1e3),))),
    Column("day", form=Form(date="%d.%m.%Y")),
    Column("town", ("NA", "Rome", "café"), Form(not_missing=("na",))),
]
TRAIN = np.array([[0, 0, 20, 100, 19000, 0], [1, 1, 60, 9000, 19700, 1], [2, 0, 40, -50, 19300, 2]])
HEADER = "plan,active,age,price,day,town"
PLAIN = ["1,False,30,1234.5,01.02.2023,NA", "3,True,50,-20,03.04.2023,café"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = fit_preprocessing(TRAIN.astype(float), COLUMNS, "impute", "zscore")
    sizes = (len(found.feature_names), 3, 1)
    parameters = np.random.default_rng(3).normal(size=parameter_count(sizes)) / 2
    network = Network(sizes, ("tanh",), "sigmoid", parameters)
    Path("model.npz").write_bytes(model_bytes(Model(network, found, "churn", ("no", "yes"))))
    return tmp_path


def predicted(capsys, text, *options, code=0):
    Path("t.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert predict.main(["model.npz", "t.csv", "--proba", *options]) == code
    said = capsys.readouterr()
    if code:
        return said.err
    frame = pandas.read_csv(io.StringIO(said.out))
    return frame["probability of yes"].tolist(), said.err


def table(*rows, header=HEADER):
    return "\n".join([header, *(rows or PLAIN), ""])


@pytest.fixture
def plain(here, capsys):
    probabilities, said = predicted(capsys, table())
    assert said == ""
    assert len({*probabilities}) == 2
    return probabilities


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1234.5", '"$1,234.50"'),
        ("1234.5", "$1.2345k"),
        ("-20", "($20)"),
        ("1,False", "1.0,0"),
        ("1,False", "1.0,false"),
        ("3,True", "3.00,1"),
        ("3,True", "3,TRUE"),
        ("café", "cafe\u0301"),
        ("café", " CAFÉ "),
        ("03.04.2023", "3.4.2023"),
    ],
)
def test_the_same_thing_written_otherwise(here, capsys, plain, old, new):
    assert predicted(capsys, table().replace(old, new)) == (plain, "")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("sep=,\n" + table(), "the header is in line 2; line 1 above it passed over"),
        ("# new ones\n\n" + table(), "the header is in line 3; lines 1 to 2 above it passed over"),
        ("New customers,,,,,\n" + table(), "the header is in line 2; line 1 above it passed over"),
        (
            table().replace("\n", "\n--,--,--,--,--,--\n", 1) + PLAIN[0] + "\n" + PLAIN[1],
            "line 2 (",
        ),
        (table(header="plan, active, age, price, day, town"), ""),
        (table(*(f"{n},{row}" for n, row in enumerate(PLAIN)), header=f",{HEADER}"), "not used"),
        (table(*(f"{n},{row}" for n, row in enumerate(PLAIN))), "rows have a cell more than the"),
        (table(*(f"{row}," for row in PLAIN)), "rows end in a delimiter, the header does not"),
        (table().replace(",", "   "), ""),
        (table().replace(",", "\t "), ""),
        (table() + "\x1a", ""),
        (table() + "\0\0", ""),
    ],
)
def test_edges(here, capsys, plain, text, note):
    probabilities, said = predicted(capsys, text)
    assert probabilities[:2] == plain
    assert note in said
    assert bool(said) == bool(note)


def test_what_is_missing_in_training_is_so_here(here, capsys):
    rows = ["1,True,{},5,01.01.2023,Rome"]
    filled = predicted(capsys, table(*(row.format("") for row in rows)))[0]
    for mark in ("n/k", "-999", "-999.0", "-", "#N/A"):
        assert predicted(capsys, table(*(row.format(mark) for row in rows)))[0] == filled
    assert predicted(capsys, table(rows[0].format("-998")))[0] != filled


def test_the_same_from_python(here, capsys, plain):
    model = load_model("model.npz")
    as_texts = pandas.read_csv(io.StringIO(table()), dtype=str, keep_default_na=False)
    frame = as_texts.assign(
        plan=[1.0, 3.0],
        active=[False, True],
        age=[30, 50],
        price=[1234.5, "($20.00)"],
        day=pandas.to_datetime(as_texts["day"], format="%d.%m.%Y"),
    )
    for each in (as_texts, frame, frame.astype(object)):
        assert model.predict_proba(each)[:, 1].tolist() == plain


def test_a_column_of_which_nothing_is_known_is_an_error(here, capsys):
    text = table().replace(",café", ",Oslo").replace(",NA", ",Bergen")
    said = predicted(capsys, text, "-o", "out.csv", code=1)
    assert said == (
        "error: t.csv: column 'town': 'Bergen' was not in training, nor any other text in it; "
        "training had 'NA', 'Rome', 'café': write these, or leave the cells empty\n"
    )
    assert not Path("out.csv").exists()
    assert "'Oslo' was not in training" in predicted(capsys, table().replace("café", "Oslo"))[1]
    one = table(PLAIN[1].replace("café", "Oslo"))
    assert "'Oslo' was not in training" in predicted(capsys, one)[1]


def test_numbers_far_beyond_those_of_training_are_told(here, capsys):
    rows = [f"1,True,{age},{price},01.01.2023,Rome" for age, price in ((101, 5), (99, 5), (-21, 9))]
    rows.append("2,True,30,9,01.01.1970,Rome")
    said = predicted(capsys, table(*rows))[1].splitlines()
    assert said == [
        "warning: line 2 and 1 more, column 'age': 101 is far beyond what training rows have, "
        "20 to 60",
        "warning: line 5, column 'day': 1970-01-01 is far beyond what training rows have, "
        "2022-01-08 to 2023-12-09",
    ]
