"""What `commands.add` says of rows that are alike: things that repeat, dates, and twins."""

import numpy as np
import pandas
import pytest
from scipy.spatial import cKDTree

from commands.adding.twins import count_twins
from stages import split
from tests.commands.test_add import added, here, run, write  # noqa: F401


def table(rows=300, seed=0):
    source = np.random.default_rng(seed)
    a, b = source.normal(size=(2, rows)).round(3)
    return pandas.DataFrame({"a": a, "b": b, "y": np.where(a + b > 0, "yes", "no")})


def warnings(capsys):
    lines = capsys.readouterr().out.splitlines()
    return [line.removeprefix("warning: ") for line in lines if line.startswith("warning: ")]


@pytest.mark.parametrize("name", ["patient_id", "PatientID", "user", "Customer No", "id", "house"])
def test_a_thing_that_repeats_is_suggested_as_a_group(here, capsys, name):  # noqa: F811
    frame = table()
    frame.insert(0, name, [f"x{row // 5}" for row in range(300)])
    write(frame)
    run("mine.csv", "--target", "y", "--dry-run")
    quoted = f"'{name}'" if " " in name else name
    told = [line for line in warnings(capsys) if f"--group {quoted}" in line]
    assert len(told) == 1
    assert told[0].startswith(f"column {name!r} names {60} things in 300 rows")
    run("mine.csv", "--target", "y", "--group", name)
    assert not [line for line in warnings(capsys) if "--group" in line]
    section = added().split
    assert (section.group, section.stratify) == (name, True)
    assert name not in added().data.drop
    split.main("mine")
    parts = [
        {row // 5 for row in np.load(f"artifacts/mine/split/{part}-rows.npy").tolist()}
        for part in ("train", "validation", "test")
    ]
    assert sum(map(len, parts)) == 60


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y %H:%M"])
def test_a_date_is_suggested_as_an_order(here, capsys, form):  # noqa: F811
    frame, days = table(), np.random.default_rng(1).permutation(300)
    frame["when"] = [(pandas.Timestamp("2023-01-15") + pandas.Timedelta(days=d)).strftime(form)
                     for d in days.tolist()]  # fmt: skip
    frame["date of birth"] = frame["when"][::-1].to_numpy()
    write(frame)
    run("mine.csv", "--target", "y", "--dry-run")
    told = [line for line in warnings(capsys) if "--order" in line]
    assert len(told) == 1
    assert "column 'when' is of dates" in told[0]
    run("mine.csv", "--target", "y", "--order", "when")
    assert not [line for line in warnings(capsys) if "--order" in line]
    assert (added().split.order, added().split.stratify) == ("when", False)
    split.main("mine")
    tested = np.load("artifacts/mine/split/test-rows.npy")
    assert sorted(days[tested]) == [*range(240, 300)]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("acid", lambda row: row // 5),  # no word for a thing, and few numbers
        ("patient", lambda row: row % 2),  # two things are two classes
        ("patient", lambda row: f"p{row}"),  # each has one row
        ("patient weight", lambda row: row // 5 + 0.5),
    ],
)
def test_what_is_no_thing_that_repeats_is_not_suggested(here, capsys, name, cells):  # noqa: F811
    frame = table()
    frame.insert(0, name, [cells(row) for row in range(300)])
    write(frame)
    run("mine.csv", "--target", "y", "--dry-run")
    assert not [line for line in warnings(capsys) if "--group" in line]


def test_copies_and_near_copies_are_counted_and_warned_of(here, capsys):  # noqa: F811
    frame = table(60)
    copies = [frame, frame, *(frame.assign(a=frame.a + 0.002 * n) for n in (1, 2, 3))]
    write(pandas.concat(copies).sample(frac=1, random_state=3))
    run("mine.csv", "--target", "y", "--dry-run")
    (told,) = [line for line in warnings(capsys) if "nearly so" in line]
    # Each of the 60 test rows has four near copies; all of them are rarely set aside, too.
    count = int(told.split()[0])
    assert 58 <= count <= 60
    equal = int(told.partition("(")[2].split()[0])
    assert 10 <= equal < count
    assert "of 60 test rows" in told


def test_what_is_equal_by_chance_is_no_copy(here, capsys):  # noqa: F811
    source = np.random.default_rng(4)
    frame = pandas.DataFrame(source.integers(0, 3, (400, 3)), columns=["a", "b", "c"])
    frame["y"] = np.where(frame.a + source.normal(size=400) > 1, "yes", "no")
    write(frame)
    run("mine.csv", "--target", "y", "--dry-run")
    assert not [line for line in warnings(capsys) if "nearly so" in line]
    write(table(2000), "line.csv")
    run("line.csv", "--target", "y", "--drop", "b", "--dry-run")
    assert not [line for line in warnings(capsys) if "nearly so" in line]


@pytest.mark.parametrize("apart", [0.0, 0.05, 0.3])
def test_twins_are_those_that_a_tree_finds(apart):
    source = np.random.default_rng(8)
    train, test = source.normal(size=(500, 3)).round(1), source.normal(size=(200, 3)).round(1)
    # In steps of 0.1, rows are at 0, 0.1, 0.2 ...; half a step keeps clear of rounding.
    found = cKDTree(train).query_ball_point(test, apart + 1e-9, p=np.inf)
    expected = sum(len(each) > 0 for each in found)
    assert count_twins(test, train, apart + 1e-9) == expected
    assert expected > 0
