"""`add` says the same of a table whose texts do not all fit into memory."""

import tracemalloc

import numpy as np
import pandas
import pytest

from commands import add
from commands.adding import reading
from commands.adding.reading import numbers_of
from stages.tables import blocks
from tests.commands.parameters import PARAMS

ROWS = 4000


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(rows=ROWS, **columns):
    source = np.random.default_rng(0)
    size = np.round(source.normal(50, 20, rows), 4)
    given = {
        "row": np.arange(rows),
        "size": size,
        "amount": source.integers(-(10**6), 10**6, rows),
        "when": pandas.date_range("2024-01-05", periods=rows, freq="97min").strftime(
            "%d/%m/%Y %H:%M"
        ),
        "price": [f"$ {value:,.2f}" for value in source.normal(5000, 900, rows)],
        "gaps": np.where(source.random(rows) < 0.1, None, np.round(size * 3, 3)),
        "customer": source.integers(1, rows // 3, rows),
        "zip": [f"{n:05}" for n in source.integers(0, 10**5, rows)],
        "colour": source.choice(["red", "blue"], rows),
        **columns,
        "y": np.where(size + source.normal(0, 20, rows) > 50, "yes", "no"),
    }
    return pandas.DataFrame(given)


def told(capsys, frame, *options, code=0):
    frame.to_csv("t.csv", index=False, lineterminator="\n")
    assert add.main(["t.csv", "--target", "y", "--dry-run", *options]) == code
    return capsys.readouterr()


def shortened(text):
    """Leave out the column that is estimated, and examples of what was found."""
    lines = [line.split(": '")[0] if " is read as " in line else line for line in text.splitlines()]
    return [line.split() for line in lines if "zip" not in line]


@pytest.fixture
def in_little_memory(monkeypatch):
    def little():
        monkeypatch.setattr(reading, "TEXTS_KEPT", 0)
        monkeypatch.setattr(reading, "FEWEST_KEPT", 40)
        monkeypatch.setattr(blocks, "CHARACTERS", 1 << 15)

    return little


def test_the_same_is_found_in_little_memory(here, capsys, in_little_memory):
    frame = table()
    before = told(capsys, frame).out
    in_little_memory()
    after = told(capsys, frame).out
    assert "dates from 2024-01-05" in before and "$ passed over" in before
    assert "--group customer" in before and "about" not in before
    (texts,) = [line for line in before.splitlines() if line.startswith("zip ")]
    (about,) = [line for line in after.splitlines() if line.startswith("zip ")]
    assert about.split()[1] in (texts.split()[1], "about")
    assert shortened(after) == shortened(before)


@pytest.mark.parametrize(
    ("cell", "said"),
    [("n/k", "'n/k' is not a number"), ("1_000", "'1_000' is not a number"), ("1e999", "1e999")],
)
@pytest.mark.parametrize("column", ["size", "amount"])
def test_a_cell_far_down_that_is_no_number_is_found(
    here, capsys, in_little_memory, column, cell, said
):
    frame = table()
    frame[column] = frame[column].astype(object)
    frame.loc[3500, column] = cell
    in_little_memory()
    problem = told(capsys, frame, code=1).err
    assert "line 3502" in problem and repr(column) in problem and said in problem


def test_names_of_digits_far_down_are_no_amounts(here, capsys, in_little_memory):
    frame = table()
    frame["amount"] = np.abs(frame["amount"]).astype(str)
    frame.loc[3500, "amount"] = "0123"
    in_little_memory()
    assert "column 'amount': some whole numbers begin with 0" in told(capsys, frame).out


def test_gaps_and_marks_are_counted(here, capsys, in_little_memory):
    frame = table()
    gaps = int(frame["gaps"].isna().sum())
    frame["gaps"] = frame["gaps"].astype(object).where(frame["gaps"].notna(), "NA")
    frame["size"] = frame["size"].astype(object)
    frame.loc[3500, "size"] = "?"
    in_little_memory()
    lines = told(capsys, frame).out
    assert f"{gaps} missing: 'NA' ({gaps})" in lines
    assert "1 missing: '?' (1)" in lines and "'?' (1), first in line 3502" in lines


def test_memory_does_not_grow_with_the_rows(here, capsys, in_little_memory):
    in_little_memory()
    source = np.random.default_rng(0)
    frame = pandas.DataFrame({f"x{n}": np.round(source.normal(size=30_000), 6) for n in range(4)})
    frame["y"] = np.where(frame["x0"] > 0.3, "a", "b")
    path = here / "long.csv"
    frame.to_csv(path, index=False, lineterminator="\n")
    dialect = blocks.Dialect()
    tracemalloc.start()
    reading.count_texts(path, dialect, "y")
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used < 2_000_000  # the texts alone are 30 000 × 4 × 57 bytes


def test_numbers_are_summarised():
    values = np.array([3.0, np.nan, 1.0, 2.0, 2.0, -999.0, -999.0])
    found = numbers_of(values)
    assert (found.missing, found.different, found.rows_of_ends) == (1, 4, (2, 1))
    assert (found.low, found.high) == ((-999.0, 1.0), (3.0, 2.0))
    assert found.are_whole and not found.are_in_steps
    assert numbers_of(np.array([4.0, 3.0, 5.0])).are_in_steps
    assert numbers_of(np.array([np.nan])).different == 0
