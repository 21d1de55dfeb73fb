"""Every example of docs/tables.md is read as the page says."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from commands import add
from stages.running.parameters.file import load_params
from stages.running.parameters.sections import Data
from stages.tables.table import read_table
from tests.commands.parameters import PARAMS
from tests.docs.pages import ROOT

ROWS = 40
PAGE = (ROOT / "docs/tables.md").read_text(encoding="utf-8")
COLORS, CLASSES = ["red", "blue", "green", "blue"], ["no", "yes", "yes", "no", "no"]


def rows_of(heading):
    """List the rows of the table beneath a heading, each as the texts of its columns."""
    section = PAGE.split(f"### {heading}\n")[1].split("\n### ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def groups(cell):
    """List the examples of a column, parted by semicolons, each as its texts in backticks."""
    outside = re.sub(r"`[^`]*`", lambda found: found[0].replace(";", "\0"), cell)
    return [re.findall(r"`([^`]+)`", each.replace("\0", ";")) for each in outside.split(";")]


CELLS = [
    pytest.param(cells, becomes, told, option, id=" ".join(cells))
    for _, examples, told, option in rows_of("Cells")
    for cells, becomes in zip(
        groups(examples), groups(told) if "`" in told else [[]] * len(groups(examples)), strict=True
    )
]


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(cells=("5", "7", "9"), header="a,b,c,y"):
    """Write a table whose column b has these cells, over and over."""
    quoted = [f'"{cell}"' if "," in cell else cell for cell in cells]
    columns = [str(place * place % 17) for place in range(ROWS)]
    return [
        header,
        *(
            f"{a},{quoted[n % len(cells)]},{COLORS[n % 4]},{CLASSES[n % 5]}"
            for n, a in enumerate(columns)
        ),
    ]


def added(text, *options, code=0):
    Path("t.csv").write_text(text, encoding="utf-8")
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    assert add.main(["t.csv", "--target", "y", *options]) == code
    return load_params().experiments["t"].data if code == 0 else None


def column_b(data):
    """Read the column as the pipeline does: numbers, texts, and missing ones."""
    table = read_table(**data.model_dump())
    place = table.feature_names.index("b")
    categories = table.columns[place].categories
    values = table.features[:, place].tolist()
    return [
        "missing" if value != value else value if categories is None else categories[int(value)]
        for value in values
    ]


def as_read(text):
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize(("cells", "becomes", "told", "option"), CELLS)
def test_cells(here, capsys, cells, becomes, told, option):
    text = "\n".join([*lines(cells), ""])
    (chosen,) = re.findall(r"`([^`]+)`", option)
    options = shlex.split(chosen) if chosen.startswith("--") else []
    data = added(text, code=1 if told == "an error" else 0)
    said = capsys.readouterr()
    if told == "an error":
        assert f"{cells[-1]!r}" in said.err
        assert options[0] in said.err
    elif told == "left out":
        assert data.drop == ("b",)
    else:
        is_text = "b" in data.categories
        expected = [x if is_text or x == "missing" else as_read(x) for x in becomes]
        assert column_b(data) == [expected[n % len(cells)] for n in range(ROWS)]
    warned = [line for line in said.out.splitlines() if line.startswith("warning: ")]
    about_b = [line for line in warned if "'b'" in line and "--order" not in line]
    assert ("with a warning" in told) <= bool(about_b)
    if options and options[0] != "--date-format":  # which is of one of the examples
        assert added(text, *options) != data


def above(line):
    return [line, *lines()]


def beneath(line):
    first, *rest = lines()
    return [first, line, *rest]


def numbered(line):
    first, *rest = lines()
    assert line == f",{first}"
    return [line, *(f"{n},{row}" for n, row in enumerate(rest))]


def longer(line):
    first, *rest = lines()
    rows = [first, *(f'"{n}",{row}' for n, row in enumerate(rest))]
    assert re.fullmatch(r'"\d+",\d+,\d+,\w+,\w+', line)
    return rows


def ended(line):
    first, *rest = lines()
    assert line.endswith(",")
    return [first, *(f"{row}," for row in rest)]


def parted(line):
    mark = line.strip("abcy")[: line.index("b") - 1]
    rows = [row.replace(",", mark) for row in lines()]
    assert rows[0] == line
    return rows


PLACES = [above, beneath, lambda line: [*lines(), line], numbered, longer, ended, parted, parted]


@pytest.mark.parametrize(
    ("place", "line", "key"),
    [
        pytest.param(place, line, key, id=line)
        for place, (_, examples, _, key) in zip(PLACES, rows_of("Lines"), strict=True)
        for (line,) in groups(examples)
    ],
)
def test_lines(here, place, line, key):
    data = added("\n".join([*place(line), ""]))
    (name, value) = key.strip("`").split(": ")
    found = getattr(data, name)
    told = f"[{', '.join(map(str, found))}]" if isinstance(found, tuple) else str(found)
    assert told == value.strip("'") or found == value.strip("'")
    table = read_table(**data.model_dump())
    names = table.feature_names
    assert names[-3:] == ["a", "b", "c"]
    expected = [5.0, 7.0, 9.0] * ROWS
    np.testing.assert_array_equal(table.features[:, names.index("b")], expected[:ROWS])


def test_all_keys_are_listed():
    listed = {name for row in rows_of("All keys") for name in re.findall(r"`(\w+)`", row[0])}
    assert listed | {"path", "target"} == {*Data.model_fields}
