"""What `commands.add` says of tables and options that it cannot use, and what can be done."""

import subprocess

import pandas
import pytest

from commands import add
from stages.running.parameters.file import load_params
from tests.commands.parameters import PARAMS

CLASSES = ["a", "b"] * 30


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work in a folder with parameters."""
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**columns):
    pandas.DataFrame({"x": range(1, 121, 2), **columns}).to_csv("mine.csv", index=False)


def refusal(capsys, *options, table="mine.csv"):
    """Give the one line that it says."""
    assert add.main([table, *options]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line.removeprefix("error: ")


def added(*options):
    assert add.main(["mine.csv", "--target", "y", *options]) == 0
    return load_params().experiment("mine")


@pytest.mark.parametrize("every", [1, 9])
def test_numbers_that_are_too_large_are_no_texts(capsys, every):
    write(big=[f"{row}.5{'' if row % every else 'e150'}" for row in range(1, 61)], y=CLASSES)
    message = (
        f"mine.csv: line {every + 1}, column 'big': {every}.5e150 is beyond the largest number "
        "that can be used, 1e+100: give it in a larger unit, or add --"
    )
    assert refusal(capsys, "--target", "y") == f"{message}drop or --category big"
    assert refusal(capsys, "--target", "y", "--number", "big").startswith(message)
    assert refusal(capsys, "--target", "big") == f"{message}task classification"
    assert added("--drop", "big").data.drop == ("big",)


def test_a_text_that_could_be_a_number_is_a_text_among_texts():
    write(code=["12e456", "3f", "4a"] * 20, y=CLASSES)
    assert added().data.categories == ("code",)


def test_what_is_shown_of_a_table_keeps_to_its_lines(capsys):
    write(y=["class of things of things", "b"] * 30, **{"two\nlines": range(0, 60)})
    added("--number", "two\nlines")
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith(r"two\nlines  numbers from 0 to 59") for line in lines)
    assert any("2 texts: b (30), class of things of t... (30)" in line for line in lines)


def test_of_no_column_that_is_left_the_reasons_are_told(capsys):
    write(one=["same"] * 60, id=[f"row {row}" for row in range(60)], y=CLASSES)
    assert refusal(capsys, "--target", "y", "--drop", "x") == (
        "mine.csv: no column is left to predict the target from: 'x' (as you say), 'one' (it holds "
        "one value only), 'id' (it has 60 texts in 60 rows, almost one for each); add a column "
        "that differs from row to row, or name one that is of use with --number or --category"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x,y\n1,2.5\n", "one row beneath the header, from which nothing can be learnt: add rows"),
        ("y\n" + "a\nb\n" * 30, "no column beside the target 'y' to predict it from: add one"),
    ],
)
def test_one_row_or_one_column_is_told(here, capsys, text, told):
    (here / "mine.csv").write_text(text, encoding="utf-8")
    assert refusal(capsys, "--target", "y") == f"mine.csv: {told}"


def test_a_class_of_one_row_is_told_with_what_can_be_done(capsys):
    write(y=[*CLASSES[:-1], "c"])
    assert refusal(capsys, "--target", "y") == (
        "mine.csv: line 61, column 'y': 'c' is the class of this row alone, which cannot be "
        "trained on and tested, too: add rows of it, remove this one, or add --test-size 0"
    )
    assert added("--test-size", "0").split.test_size == 0


def test_the_target_is_not_dropped(capsys):
    write(y=CLASSES)
    assert refusal(capsys, "--target", "y", "--drop", "y") == (
        "mine.csv: --drop 'y': this is the target, which cannot be left out"
    )


def test_a_folder_is_no_table(here, capsys):
    (here / "folder").mkdir()
    assert refusal(capsys, "--target", "y", table="folder") == "folder: is a folder, no table"


def test_what_is_to_be_typed_can_be_typed(here, capsys):
    subprocess.run(["git", "init", "--quiet"], check=True)
    write(y=CLASSES)
    (here / "mine.csv").rename("my table.csv")
    assert add.main(["my table.csv", "--target", "y"]) == 0
    assert capsys.readouterr().out.strip().endswith("git add 'my table.csv'")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--epochs", "0"], "--epochs: 0 should be greater than or equal to 1"),
        (["--seed", "-1"], "--seed: -1 should be greater than or equal to 0"),
        (
            ["--test-size", "0.6", "--validation-size", "0.6"],
            "split: test_size and validation_size leave no rows to train on",
        ),
        (["--name", ""], "'' cannot be the name of an experiment: take letters, digits, _ and"),
    ],
)
def test_an_option_is_blamed_and_not_the_file_that_was_right(capsys, options, told):
    write(y=CLASSES)
    assert refusal(capsys, "--target", "y", *options).startswith(told)


def test_a_number_without_bounds_is_none(capsys):
    with pytest.raises(SystemExit):
        add.main(["mine.csv", "--target", "y", "--learning-rate", "1e400"])
    told = "argument --learning-rate: '1e400' is no number that can be used"
    assert told in capsys.readouterr().err
