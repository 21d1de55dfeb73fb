"""Predictions from a model file and a table, as a person runs them."""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import predict
from commands.predicting import reading
from nn import load_model
from nn.model_file import Model, model_bytes
from nn.network.ensemble import Ensemble
from nn.network.network import Network, parameter_count
from nn.preparing.columns import Column
from nn.preparing.preprocessing import fit_preprocessing
from nn.preparing.preprocessing import of_numbers as of_numbers_alone
from nn.preparing.scaling import Scaling
from nn.preparing.target import Quantity
from stages.tables import blocks

ROOT = Path(__file__).parents[2]
NAN = float("nan")
ROWS = [  # age, color, size, and what else there is
    ("1", "red", "2.5", "x"),
    ("", "blue", "-1", "y"),
    ("30", "red", "0", 'z"z'),
    ("4", "", "1e1", "w\nw"),
]


def model(missing="impute", classes=("no", "yes, sir", "été 5%d")):
    columns = [Column("age"), Column("color", ("blue", "red")), Column("size")]
    train = np.array([[1.0, 1.0, 2.0], [4.0, 0.0, 7.0], [29.0, 1.0, -3.0], [NAN, NAN, 1.0]])
    found = fit_preprocessing(train[: 4 if missing == "impute" else 3], columns, missing, "zscore")
    sizes = (len(found.feature_names), 4, len(classes))
    parameters = np.random.default_rng(3).normal(size=parameter_count(sizes))
    return Model(Network(sizes, ("tanh",), "softmax", parameters), found, "bought", classes)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("model.npz").write_bytes(model_bytes(model()))
    return tmp_path


def table(rows=ROWS, names=("age", "color", "size", "extra"), delimiter=",", decimal="."):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    for age, color, size, extra in rows:
        cells = {"age": age, "color": color, "size": size.replace(".", decimal), "extra": extra}
        writer.writerow([cells[name] for name in names])
    return text.getvalue()


def run(*arguments, code=0, capsys=None):
    assert predict.main(list(arguments)) == code


def predicted(text, **kinds):
    return pandas.read_csv(io.StringIO(text), keep_default_na=False, **kinds)


def expected(rows=ROWS):
    frame = pandas.DataFrame(rows, columns=["age", "color", "size", "extra"])
    return load_model("model.npz").predict_proba(frame)


def test_lines_classes_and_probabilities(here, capsys):
    Path("t.csv").write_text(table(), encoding="utf-8")
    run("model.npz", "t.csv", "--proba")
    said = capsys.readouterr()
    frame = predicted(said.out)
    classes = list(model().classes)
    assert list(frame) == ["line", "prediction", *(f"probability of {name}" for name in classes)]
    assert frame["line"].tolist() == [2, 3, 4, 5]
    np.testing.assert_array_equal(frame.iloc[:, 2:].to_numpy(), expected())
    assert frame["prediction"].tolist() == [classes[i] for i in expected().argmax(axis=1)]
    assert said.err == "note: columns that are not used: 'extra'\n"
    run("model.npz", "t.csv")
    pandas.testing.assert_frame_equal(predicted(capsys.readouterr().out), frame.iloc[:, :2])


def test_json_is_one_document(here, capsys):
    Path("t.csv").write_text(table(), encoding="utf-8")
    run("model.npz", "t.csv", "--proba", "--format", "json")
    listed = json.loads(capsys.readouterr().out)
    assert [each["line"] for each in listed] == [2, 3, 4, 5]
    assert [[*each["probabilities"].values()] for each in listed] == expected().tolist()
    assert all(
        max(each["probabilities"], key=each["probabilities"].get) == each["prediction"]
        for each in listed
    )
    run("model.npz", "t.csv", "--format", "json")
    assert [{*each} for each in json.loads(capsys.readouterr().out)] == [{"line", "prediction"}] * 4
    Path("t.csv").write_text(table([]), encoding="utf-8")
    run("model.npz", "t.csv", "--format", "json")
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
@pytest.mark.parametrize(
    ("delimiter", "decimal"), [(",", "."), (";", ","), ("\t", "."), ("|", ",")]
)
@pytest.mark.parametrize("packed", [False, True])
def test_any_way_to_write_a_table(here, capsys, encoding, delimiter, decimal, packed):
    names = ("extra", "size", "color", "age")
    rows = [*ROWS, ("1", "red", "2.5", "größe €" if encoding == "cp1252" else "größe")]
    text = table(rows, names, delimiter, decimal).replace("\n", "\r\n")
    data = text.encode(encoding)
    Path("t.csv").write_bytes(gzip.compress(data) if packed else data)
    run("model.npz", "t.csv", "--proba")
    frame = predicted(capsys.readouterr().out)
    np.testing.assert_array_equal(frame.iloc[:, 2:].to_numpy(), expected(rows))


def test_standard_input_and_output_far_from_the_project(here):
    (here / "elsewhere").mkdir()
    text = table().encode()
    done = subprocess.run(
        [sys.executable, "-m", "commands.predict", "../model.npz", "-", "--proba"],
        cwd=here / "elsewhere",
        env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C"},
        input=gzip.compress(text),
        capture_output=True,
        check=True,
    )
    frame = predicted(done.stdout.decode("utf-8"))
    np.testing.assert_array_equal(frame.iloc[:, 2:].to_numpy(), expected())


BAD = table([*ROWS, ("x", "red", "1", ""), ("1", "red", "1e999", ""), ("7", "red", "1", "")])


def test_a_bad_row_stops_it_and_nothing_is_written(here, capsys):
    Path("t.csv").write_text(BAD, encoding="utf-8")
    Path("out.csv").write_text("before", encoding="utf-8")
    run("model.npz", "t.csv", "-o", "out.csv", code=1)
    assert capsys.readouterr().err.splitlines()[1:] == [
        "error: t.csv: line 7, column 'age': 'x' is not a number",
        "error: t.csv: line 8, column 'size': 1e999 is beyond the largest number that can be used, "
        "1e+100",
        "error: t.csv: --skip-bad-rows predicts the other rows",
    ]
    assert Path("out.csv").read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in here.iterdir()) == ["model.npz", "out.csv", "t.csv"]


def test_bad_rows_are_listed_and_the_others_done(here, capsys):
    Path("t.csv").write_text(BAD + "1,red\n\n1,red,1,2,3\n5,blue,2,\n", encoding="utf-8")
    run("model.npz", "t.csv", "-o", "folder/out.csv", "--proba", "--skip-bad-rows")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[1:] == [
        "skipped: line 7, column 'age': 'x' is not a number",
        "skipped: line 8, column 'size': 1e999 is beyond the largest number that can be used, "
        "1e+100",
        "skipped: line 10: 2 cells, where the header has 4",
        "skipped: line 12: 5 cells, where the header has 4",
        "4 of 10 rows were skipped",
    ]
    frame = predicted(Path("folder/out.csv").read_text(encoding="utf-8"))
    assert frame["line"].tolist() == [2, 3, 4, 5, 9, 13]
    good = [*ROWS, ("7", "red", "1", ""), ("5", "blue", "2", "")]
    np.testing.assert_array_equal(frame.iloc[:, 2:].to_numpy(), expected(good))


def test_a_row_too_short_and_one_too_long_do_not_make_up_for_each_other(here, capsys):
    Path("t.csv").write_text("age,color,size\n1,red\n1,red,2,\n3,red,1\n", encoding="utf-8")
    run("model.npz", "t.csv", "--skip-bad-rows")
    said = capsys.readouterr()
    assert predicted(said.out)["line"].tolist() == [4]
    assert said.err.splitlines() == [
        "skipped: line 2: 2 cells, where the header has 3",
        "skipped: line 3: 4 cells, where the header has 3",
        "2 of 3 rows were skipped",
    ]


def test_without_a_good_row_there_is_no_answer(here, capsys):
    Path("t.csv").write_text("age,color,size\n1,red\n1,red,1,2\n", encoding="utf-8")
    run("model.npz", "t.csv", "-o", "out.csv", "--skip-bad-rows", code=1)
    assert capsys.readouterr().err.splitlines()[-1] == (
        "error: t.csv: none of 2 rows can be used: see above"
    )
    assert not Path("out.csv").exists()


def test_missing_values_are_bad_where_training_had_no_answer(here, capsys):
    Path("model.npz").write_bytes(model_bytes(model("refuse")))
    Path("t.csv").write_text(table(), encoding="utf-8")
    run("model.npz", "t.csv", code=1)
    assert capsys.readouterr().err.splitlines()[1:3] == [
        "error: t.csv: line 3, column 'age': a value is missing",
        "error: t.csv: line 5, column 'color': a value is missing",
    ]


def test_what_training_has_not_seen_is_told(here, capsys):
    rows = [*ROWS, ("1", "mauve", "1", ""), ("1", "mauve", "", ""), ("1", "pink", "1", "")]
    Path("t.csv").write_text(table(rows), encoding="utf-8")
    run("model.npz", "t.csv", "-o", "out.csv")
    assert capsys.readouterr().err.splitlines()[1:] == [
        "warning: line 7 and 2 more, column 'color': 'mauve' (2), 'pink' were not in training; "
        "taken for none of its categories",
        "warning: column 'size': 1 missing value was filled in, "
        "of which there were none in training",
    ]


def test_what_is_said_of_many_rows_is_said_once(here, capsys):
    rows = [*ROWS, *(("1", f"shade {place % 40}", "2", "") for place in range(400))]
    rows += [("old", "red", "x", "")] * 30
    Path("t.csv").write_text(table(rows), encoding="utf-8")
    run("model.npz", "t.csv", "-o", "out.csv", "--skip-bad-rows")
    said = capsys.readouterr().err.splitlines()
    assert sum(line.startswith("skipped: line ") for line in said) == 20
    assert said[21:] == [
        "warning: line 7 and 399 more, column 'color': 'shade 0' (10), 'shade 1' (10), "
        "'shade 2' (10) and 37 others were not in training; taken for none of its categories",
        "skipped: 20 more, for column 'age'",
        "skipped: 20 more, for column 'size'",
        "30 of 434 rows were skipped",
    ]


def test_cells_are_kept_as_they_are(here, capsys):
    rows = [("01.50", "red", "2", 'a "b", c'), ("", "blue", "1", " NA"), ("old", "red", "1", "x")]
    Path("t.csv").write_text(f"{table(rows)}\n7,red,3,\n", encoding="utf-8")
    options = ["--keep", "extra", "age", "--skip-bad-rows"]
    run("model.npz", "t.csv", *options)
    said = capsys.readouterr()
    frame = predicted(said.out, dtype=str)
    assert [*frame] == ["line", "extra", "age", "prediction"]
    assert frame["line"].tolist() == ["2", "3", "6"]
    assert frame["extra"].tolist() == ['a "b", c', "NA", ""]
    assert frame["age"].tolist() == ["01.50", "", "7"]
    assert "not used" not in said.err
    run("model.npz", "t.csv", *options, "--format", "json", "--proba")
    listed = json.loads(capsys.readouterr().out)
    assert [each["kept"] for each in listed] == [
        {"extra": 'a "b", c', "age": "01.50"},
        {"extra": "NA", "age": ""},
        {"extra": "", "age": "7"},
    ]
    assert [each["prediction"] for each in listed] == frame["prediction"].tolist()


def test_kept_cells_stay_with_their_rows_in_many_blocks(here, capsys, monkeypatch):
    rows = [(str(n), "red", "1", f"id\n{n}" if n % 7 == 0 else f"id {n}") for n in range(200)]
    Path("t.csv").write_text(table(rows), encoding="utf-8")
    monkeypatch.setattr(blocks, "CHARACTERS", 50)
    run("model.npz", "t.csv", "--keep", "extra", "age")
    frame = predicted(capsys.readouterr().out)
    assert frame["extra"].tolist() == [row[3] for row in rows]
    assert frame["age"].tolist() == [*range(200)]


def test_a_column_to_keep_that_is_not_there(here, capsys):
    Path("t.csv").write_text(table(), encoding="utf-8")
    run("model.npz", "t.csv", "--keep", "extras", code=1)
    assert capsys.readouterr().err == ("error: t.csv: no column 'extras'; did you mean 'extra'?\n")


def test_a_hint_names_no_column_that_is_used(here, capsys):
    Path("t.csv").write_text("age,colors,size,ages\n1,red,2,3\n", encoding="utf-8")
    Path("u.csv").write_text("color,size,x\nred,2,3\n", encoding="utf-8")
    run("model.npz", "t.csv", code=1)
    run("model.npz", "u.csv", code=1)
    assert capsys.readouterr().err.splitlines() == [
        "error: t.csv: no column 'color'; did you mean 'colors'?",
        "error: u.csv: no column 'age'; there is 'x'",
    ]


@pytest.mark.parametrize(
    ("ending", "lines"),
    [
        ("Total,,35,\n", "6"),
        ("Total,,,\n", "6"),
        ("\nSumme:,,35,\nMittelwert,,9,\n", "7, 8"),
        ("Grand Total 2024,red,35,\n", "6"),  # all cells that a row needs
        ("Total sales,,35,\n", "6"),
        (",,,Gesamt\n", "6"),
        ("Source: the office of statistics\n", "6"),
        ("Total,,35,", "6"),  # no line end
    ],
)
@pytest.mark.parametrize("characters", [1 << 22, 30])
def test_a_total_at_the_end_is_no_row(here, capsys, monkeypatch, characters, ending, lines):
    monkeypatch.setattr(blocks, "CHARACTERS", characters)
    rows = [(age, color, size, "") for age, color, size, _ in ROWS]
    Path("t.csv").write_text(table(rows) + ending, encoding="utf-8")
    run("model.npz", "t.csv", "--proba")
    said = capsys.readouterr()
    frame = predicted(said.out)
    assert frame["line"].tolist() == [2, 3, 4, 5]
    np.testing.assert_array_equal(frame.iloc[:, 2:].to_numpy(), expected(rows))
    assert f"note: no rows, and passed over: line {lines} (a total or a note)" in said.err


@pytest.mark.parametrize("extra", ["Total Recall", "allspice", "x"])
def test_a_row_that_looks_like_a_total_is_predicted(here, capsys, extra):
    rows = [(extra, *row[:3]) for row in ROWS] + [("All the rest", "2", "red", "1")]
    lines = ["extra,age,color,size", *(",".join(row) for row in rows), ""]
    Path("t.csv").write_text("\n".join(lines), encoding="utf-8")
    run("model.npz", "t.csv")
    assert predicted(capsys.readouterr().out)["line"].tolist() == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "t.csv: the file is empty"),
        ("\n", "t.csv: the file is empty or begins with a blank line"),
        ("age,colour,size\n1,red,2\n", "t.csv: no column 'color'; did you mean 'colour'?"),
        ("age,age,size\n1,red,2\n", "t.csv: line 1: two columns are called 'age': rename one"),
        ('age,color,size\n1,red,"2\n', "t.csv: line 2: a quote is opened and not closed"),
    ],
)
def test_tables_that_cannot_be_used(here, capsys, text, told):
    Path("t.csv").write_text(text, encoding="utf-8")
    run("model.npz", "t.csv", code=1)
    assert capsys.readouterr().err.splitlines()[0].removeprefix("error: ") == told


def test_files_that_cannot_be_used(here, capsys):
    Path("t.csv").write_text(table(), encoding="utf-8")
    Path("broken.gz").write_bytes(gzip.compress(table().encode() * 99)[:-20])
    Path("late.csv").write_bytes(table().encode() * 9000 + b"\xff\n")
    for arguments, told in [
        (("none.npz", "t.csv"), "error: none.npz: cannot be read: No such file or directory"),
        (("t.csv", "t.csv"), "error: t.csv: not a model file, or only a part of one"),
        (("model.npz", "none.csv"), "error: none.csv: No such file or directory"),
        (("model.npz", "."), "error: .: Is a directory"),
        (("model.npz", "broken.gz"), "error: broken.gz: a damaged gzip file: Compressed file"),
        (("model.npz", "late.csv", "--skip-bad-rows", "-o", "out.csv"), "error: late.csv: not a "),
        (("model.npz", "t.csv", "-o", "t.csv/out.csv"), "error: t.csv"),
    ]:
        run(*arguments, code=1)
        assert capsys.readouterr().err.splitlines()[-1].startswith(told)
    assert not Path("out.csv").exists()


@pytest.mark.parametrize("readers", [1, 3])
@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (b"1,red,x\n 1,red,2\n 1,red,2\n\xff\n", "line 8, column 'size': 'x' is not a number"),
        (b"\xff\n 1,red,2\n 1,red,2\n1,red,x\n", "not a CSV file in UTF-8"),
    ],
)
def test_of_two_errors_the_first_is_told(here, capsys, monkeypatch, readers, rows, told):
    monkeypatch.setattr(reading, "READERS", readers)
    monkeypatch.setattr(blocks, "CHARACTERS", 8)
    Path("t.csv").write_bytes(b"age,color,size\n" + b"1,red,2\n" * 6 + rows)
    run("model.npz", "t.csv", "--encoding", "utf-8", code=1)
    assert capsys.readouterr().err.startswith(f"error: t.csv: {told}")


def test_the_threshold_decides_between_two_classes(here, capsys):
    Path("model.npz").write_bytes(model_bytes(model(classes=("no", "yes"))))
    Path("t.csv").write_text(table(), encoding="utf-8")
    shares = np.sort(expected()[:, 1])
    run("model.npz", "t.csv", "--threshold", repr(float(shares[2])))
    assert (predicted(capsys.readouterr().out)["prediction"] == "yes").sum() == 2


cell = st.one_of(
    st.sampled_from(["", "1", "-2.5", "1e5", "1e-400", "nan", "NA", "inf", "red", "blue", "1_0"]),
    st.text(st.sampled_from('0123456789.,-+eE _"\n;\trx'), max_size=6),
    st.floats(-1e9, 1e9).map(repr),
)
quoted = st.builds(lambda text: '"' + text.replace('"', '""') + '"', cell)
line = st.lists(cell | quoted, min_size=2, max_size=4).map(",".join)


@settings(max_examples=150)
@given(lines=st.lists(line, max_size=8), size=st.integers(1, 60))
def test_a_prediction_does_not_depend_on_its_block(lines, size, tmp_path_factory):
    """Nor on whether pandas reads it or each cell is looked at; and there is no traceback, ever."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "model.npz").write_bytes(model_bytes(model()))
    (folder / "t.csv").write_text("\n".join(["age,color,size", *lines]), encoding="utf-8")
    results = []
    with pytest.MonkeyPatch.context() as patch:
        for characters in (1 << 22, size):
            patch.setattr(blocks, "CHARACTERS", characters)
            arguments = ["model.npz", "t.csv", "--proba", "--skip-bad-rows", "--delimiter", ","]
            arguments[:2] = [str(folder / name) for name in arguments[:2]]
            code = predict.main([*arguments, "-o", str(folder / "out.csv")])
            results.append((code, (folder / "out.csv").read_bytes() if code == 0 else b""))
    assert results[0] == results[1]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
def test_memory_stays_bounded(here):
    """Three times the rows may not take a quarter more memory."""
    code = (
        # Not getrusage, which also counts the process that this one was forked from.
        "import sys; from commands import predict; from commands.predicting import reading;"
        "reading.READERS = 3;"  # the most that there are
        "predict.main(sys.argv[1:]);"
        "print(*(line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line),"
        "file=sys.stderr)"
    )
    used = []
    for rows in (600_000, 1_800_000):  # a few blocks, and many
        with Path("t.csv").open("w", encoding="utf-8") as file:
            file.write("age,color,size\n")
            file.writelines(f"{row},red,{row / 7!r}\n" for row in range(rows))
        done = subprocess.run(
            [sys.executable, "-c", code, "model.npz", "t.csv", "-o", "out.csv"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        used.append(int(done.stderr.splitlines()[-1]))
        with Path("out.csv").open(encoding="utf-8") as file:
            assert sum(1 for _ in file) == rows + 1
    assert used[1] < 1.25 * used[0]
    assert used[1] < 350_000, used  # kilobytes; pandas loads pyarrow where it is installed


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("model.npz", "model.npz: is the model itself; give another file to -o"),
        ("./t.csv", "t.csv: is the table itself; give another file to -o"),
        ("/dev/null", "/dev/null: is no file; without -o, predictions go to standard output"),
        (".", ".: is no file; without -o"),
    ],
)
def test_predictions_do_not_take_the_place_of_what_they_are_made_from(here, capsys, output, told):
    Path("t.csv").write_text(table(), encoding="utf-8")
    before = {path.name: path.read_bytes() for path in here.iterdir()}
    run("model.npz", "t.csv", "-o", output, code=1)
    assert capsys.readouterr().err.startswith(f"error: {told}")
    assert {path.name: path.read_bytes() for path in here.iterdir()} == before


@pytest.fixture
def of_numbers(tmp_path):
    """A model of 2 * a + 300, which was off by 1, 2 and 7 in validation rows; and a table."""
    network = Network((1, 1), (), "linear", np.array([0.2, 0.0]))
    scaling = Scaling(np.array([0.0]), np.array([1.0]))
    quantity = Quantity(Scaling(np.array([300.0]), np.array([10.0])), np.array([1.0, 2.0, 7.0]))
    made = Model(network, of_numbers_alone(("a",), scaling), "price", (), quantity)
    (tmp_path / "model.npz").write_bytes(model_bytes(made))
    (tmp_path / "table.csv").write_text("a\n5\n-1.5\n")
    return [str(tmp_path / "model.npz"), str(tmp_path / "table.csv")]


def test_a_number_is_predicted(of_numbers, capsys):
    assert predict.main(of_numbers) == 0
    assert capsys.readouterr().out == "line,prediction\n2,310.0\n3,297.0\n"
    assert predict.main([*of_numbers, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"line": 2, "prediction": 310.0},
        {"line": 3, "prediction": 297.0},
    ]


def test_a_number_with_its_interval(of_numbers, capsys):
    assert predict.main([*of_numbers, "--interval", "0.75"]) == 0
    expected = "line,prediction,low,high\n2,310.0,303.0,317.0\n3,297.0,290.0,304.0\n"
    assert capsys.readouterr().out == expected
    assert predict.main([*of_numbers, "--interval", "0.5", "--format", "json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert first["interval"] == {"low": 308.0, "high": 312.0}


def test_the_threshold_of_the_model_decides_unless_another_is_given(here, capsys):
    made = model(classes=("no", "yes"))
    Path("t.csv").write_text(table(), encoding="utf-8")
    shares = made.predict_proba(pandas.DataFrame(ROWS, columns=["age", "color", "size", "extra"]))
    for number, share in enumerate(np.sort(shares[:, 1])):
        Path("model.npz").write_bytes(model_bytes(replace(made, threshold=float(share))))
        run("model.npz", "t.csv")
        found = predicted(capsys.readouterr().out)["prediction"]
        assert (found == "yes").sum() == len(ROWS) - number
    run("model.npz", "t.csv", "--threshold", repr(float(shares[:, 1].min())))
    assert (predicted(capsys.readouterr().out)["prediction"] == "yes").all()


def test_how_far_members_disagree_about_a_number(tmp_path, capsys):
    """Members say 2 a + 300 and 4 a + 300: for a = 5 that is 310 and 320."""
    network = Ensemble((1, 1), (), "linear", np.array([[0.2, 0.0], [0.4, 0.0]]))
    scaling = Scaling(np.array([0.0]), np.array([1.0]))
    quantity = Quantity(Scaling(np.array([300.0]), np.array([10.0])), np.array([1.0, 2.0, 7.0]))
    made = Model(network, of_numbers_alone(("a",), scaling), "price", (), quantity)
    (tmp_path / "model.npz").write_bytes(model_bytes(made))
    (tmp_path / "table.csv").write_text("a\n5\n0\n")
    files = [str(tmp_path / "model.npz"), str(tmp_path / "table.csv")]
    assert predict.main([*files, "--disagreement"]) == 0
    assert capsys.readouterr().out == "line,prediction,disagreement\n2,315.0,5.0\n3,300.0,0.0\n"
    assert predict.main([*files, "--interval", "0.5", "--disagreement", "--format", "json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert first["interval"] == {"low": 313.0, "high": 317.0}
    assert first["disagreement"] == 5.0


def test_how_far_members_disagree_about_a_class(here, capsys):
    one = model()
    parameters = np.stack([one.network.parameters, -one.network.parameters])
    network = Ensemble(one.network.sizes, ("tanh",), "softmax", parameters)
    made = Model(network, one.preprocessing, "bought", one.classes)
    Path("model.npz").write_bytes(model_bytes(made))
    Path("t.csv").write_text(table(), encoding="utf-8")
    run("model.npz", "t.csv", "--proba", "--disagreement")
    found = predicted(capsys.readouterr().out)
    frame = pandas.DataFrame(ROWS, columns=["age", "color", "size", "extra"])
    each = [
        Model(member, one.preprocessing, "bought", one.classes).predict_proba(frame)
        for member in network.members
    ]
    np.testing.assert_allclose(found.iloc[:, 2:5], np.mean(each, axis=0), rtol=1e-12)
    expected = np.std(each, axis=0).max(axis=1)
    np.testing.assert_allclose(found["disagreement"], expected, rtol=1e-12)


def test_a_single_network_cannot_disagree(of_numbers, capsys):
    assert predict.main([*of_numbers, "--disagreement"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("error: --disagreement is of an ensemble, and ")
    assert captured.out == ""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--interval", "0.9"], "an interval of 0.9 needs 9 validation rows, and there were 3"),
        (["--proba"], "error: --proba is for classes, and "),
        (["--threshold", "0.5"], "error: --threshold is for classes, and "),
    ],
)
def test_what_a_model_of_numbers_cannot_tell(of_numbers, capsys, options, told):
    assert predict.main([*of_numbers, *options]) == 1
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("threshold", "x", "'x' is no number that can be used"),
        ("interval", "inf", "'inf' is no number that can be used"),
        ("threshold", "1", "1 is not between 0 and 1"),
        ("delimiter", "x", "invalid choice: 'x'"),
    ],
)
def test_a_value_without_sense_is_told_with_its_option(capsys, option, value, told):
    with pytest.raises(SystemExit):
        predict.main(["model.npz", "t.csv", f"--{option}", value])
    usage, error = capsys.readouterr().err.rsplit("\n", 2)[:2]
    assert f"argument --{option}: {told}" in error
    assert "{,,;" not in usage
