"""What `commands.add` says of tables and options that it cannot use, and what can be done."""

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
