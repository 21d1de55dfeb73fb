import csv
import gzip
import io
import math
import random
import subprocess
import sys
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.errors import InputError
from nn.preparing.columns import Column
from stages.tables import blocks, cells
from stages.tables.blocks import regular_lines
from stages.tables.table import read_table


@pytest.fixture
def write(tmp_path):
    def write_bytes(text, encoding="utf-8"):
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write_bytes


def problems(path, target="label"):
    with pytest.raises(InputError) as error:
        read_table(path, target)
    return [line.removeprefix(f"{path}: ") for line in str(error.value).splitlines()]


def test_a_table_is_read(write):
    table = read_table(write("a,label,b\n1,yes,2.5\n-3e2,no,.5\n 4 ,yes,0\n"), "label")
    assert table.features.tolist() == [[1, 2.5], [-300, 0.5], [4, 0]]
    assert table.features.dtype == np.float64
    assert table.labels.dtype == np.int64
    assert table.features.flags.c_contiguous
    assert table.labels.tolist() == [1, 0, 1]
    assert table.feature_names == ["a", "b"]
    assert table.target == "label"
    assert table.classes == ["no", "yes"]


def test_numbers_are_read_to_the_last_bit(tmp_path):
    source = random.Random(0)
    values = [source.uniform(-1, 1) * 10.0 ** source.randrange(-300, 100) for _ in range(5000)]
    path = tmp_path / "t.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["x", "y"], *((v, i % 2) for i, v in enumerate(values))])
    assert read_table(path, "y").features[:, 0].tolist() == values


def hard_decimals(count):
    """Decimals on, or a hair beside, the point halfway between two neighbouring floats."""
    source = random.Random(1)
    with localcontext(prec=1200):
        for number in range(count):
            scale = source.choice([(-1075, -1000), (-60, 60), (-300, 330)])
            low = math.ldexp(source.uniform(0.5, 1), source.randrange(*scale))
            halfway = (Decimal(low) + Decimal(math.nextafter(low, math.inf))) / 2
            hair = halfway.scaleb(-source.randrange(17, 800)) * source.choice([-1, 0, 1])
            digits = source.choice([17, 18, 19, 20, 21, 30, 800, 1200])
            sign = source.choice(["", "-", "+"])
            form = "f" if number % 4 == 0 else f".{digits}e"
            yield f"{sign}{halfway + hair:{form}}"
    for _ in range(count):  # whole numbers, around the largest that 64 bits hold and beyond
        yield str(source.choice([-1, 1]) * source.getrandbits(source.randrange(54, 330)))


def is_nearest(number, text):
    """No neighbour of `number` is nearer to what `text` says, nor as near with an even last bit."""
    exact = Fraction(text)
    off = abs(Fraction(number) - exact)
    odd = number.hex().partition("p")[0][-1] in "13579bdf"
    others = [math.nextafter(number, side) for side in (-math.inf, math.inf)]
    return all(
        off < (there := abs(Fraction(x) - exact)) or (off == there and not odd) for x in others
    )


@pytest.mark.parametrize("beside", ["", "\n"], ids=["as numbers", "as text"])
def test_numbers_are_rounded_correctly(write, beside):
    texts = list(hard_decimals(2500))
    rows = [f"{text},{number % 2}" for number, text in enumerate(texts)]
    table = read_table(write("\n".join(["x,label", *rows]) + "\n" + beside), "label")
    read = table.features[:, 0].tolist()
    assert len(read) == 5000
    assert [
        text for number, text in zip(read, texts, strict=True) if not is_nearest(number, text)
    ] == []


@pytest.mark.parametrize("bits", [53, 63, 64, 100, 300])
def test_whole_numbers_are_rounded_correctly(write, bits):
    texts = [f"{sign}{2**bits + step}" for sign in ("", "-", "+") for step in range(-5, 6)]
    text = "x,label\n" + "".join(f"{text},{row % 2}\n" for row, text in enumerate(texts))
    read = read_table(write(text), "label").features[:, 0].tolist()
    assert all(map(is_nearest, read, texts))


@pytest.mark.parametrize(
    ("labels", "classes", "numbers"),
    [
        (["10", "9", "10"], ["9", "10"], [1, 0, 1]),
        (["1.5", "-2", "0"], ["-2", "0", "1.5"], [2, 0, 1]),
        (["b", "10", "9"], ["10", "9", "b"], [2, 0, 1]),
        ([" yes", "no ", "yes"], ["no", "yes"], [1, 0, 1]),
        (["été", "hiver, long", "été"], ["hiver, long", "été"], [1, 0, 1]),
    ],
)
def test_classes_are_sorted_by_value_or_else_by_name(write, labels, classes, numbers):
    table = read_table(write("x,label\n" + "".join(f'1,"{label}"\n' for label in labels)), "label")
    assert table.classes == classes
    assert table.labels.tolist() == numbers


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_lines_may_begin_to_end_otherwise_anywhere(write, newline, mark):
    early, late = "1,yes,größe\n" * 20_000, f"2,no,größe{newline}" * 20_000
    path = write(f"{mark}a,label,c\n{early}{late}")
    table = read_table(path, "label", categories=["c"])
    assert table.features[:, 0].tolist() == [1.0] * 20_000 + [2.0] * 20_000
    assert table.columns[1].categories == ("größe",)


def test_what_is_not_utf8_is_told_wherever_it_stands(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,label\n" + b"1,yes\n" * 500_000 + "2,nö\n".encode("latin-1"))
    (told,) = problems(path)
    assert told.startswith("not a CSV file in UTF-8: ")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_files_from_a_spreadsheet_are_read(write, newline, encoding):
    path = write(newline.join(["größe,label", "1,a", "2,b", ""]), encoding)
    assert read_table(path, "label").feature_names == ["größe"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("\n \n", "the file is empty"),
        ("a,label\n", "no rows beneath the header"),
        ("a,lable\n1,0\n", "no column 'label'; did you mean 'lable'?"),
        ("a;b;y\n1;2;0\n", "no column 'label'; there is 'a;b;y'"),
        ("label\n1\n0\n", "no column beside the target 'label' to predict it from"),
        ("a,b,a,label\n1,2,3,0\n", "line 1: two columns are called 'a'"),
        (",a,label\nx,1,0\n", "line 2, column 'column 1': 'x' is not a number"),
        ("a,label\n1,0\nabc,1\n", "line 3, column 'a': 'abc' is not a number"),
        ("a,label\n1,0\nTrue,1\n", "line 3, column 'a': 'True' is not a number"),
        ('a,label\n1,0\n"1,5",1\n', "line 3, column 'a': '1,5' is not a number"),
        ("a,label\n1,0\n,1\n", "line 3, column 'a': a value is missing"),
        ("a,label\n1,0\nNaN,1\n", "line 3, column 'a': a value is missing"),
        ("a,label\n1,0\n N/A ,1\n", "line 3, column 'a': a value is missing"),
        ("a,label\n1,0\n2,\n", "line 3, column 'label': a class is missing ('' cannot be one)"),
        ("a,label\n1,0\n2,?\n", "line 3, column 'label': a class is missing ('?' cannot be one)"),
        ("a,label\n1,0\n-inf,1\n", "line 3, column 'a': -inf is beyond the largest number"),
        ("a,label\n1,0\n1e101,1\n", "line 3, column 'a': 1e101 is beyond the largest number"),
        ("a,label\nTrue,1\nFalse,0\n", "line 2, column 'a': 'True' is not a number"),
        ("a,label\n1,0\n1\x002,1\n", "line 3, column 'a': '1\\x002' is not a number"),
        ("a,label\n1,0\n1\n", "line 3: 1 cells, where the header has 2"),
        ("label,a\n1,0\n1\n", "line 3: 1 cells, where the header has 2"),
        ("a,label\n1\n1,0\n", "line 2: 1 cells, where the header has 2"),
        ("a,label\n1,0\n2,1,3\n", "line 3: 3 cells, where the header has 2"),
        ("a,label\n1,0,\n2,1,\n", "line 2: 3 cells, where the header has 2"),
        ("a,label\n1,0,\n2,1\n", "line 2: 3 cells, where the header has 2"),
        ('a,label\n1,"0\n0"\n\n2,1,3\n', "line 5: 3 cells, where the header has 2"),
        ('"a\n",label\n1,0,1,1\n', "line 3: 4 cells, where the header has 2"),
        ("\na,label\n1,0\n2,1\n", "the file is empty or begins with a blank line"),
        (" \na,label\n1,0\n2,1\n", "the file is empty or begins with a blank line"),
        ("a,label\n1,0\n2,0\n", "column 'label' holds one class only, '0': two are needed"),
        ('a,label\n1,0\n"2,0\n', "line 3: a quote is opened and not closed"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(write, text, told):
    assert problems(write(text))[0].startswith(told)


def test_cells_are_counted_only_where_pandas_does_not(write, monkeypatch):
    counted = []

    def watch(block, delimiter, width):
        counted.append(width)
        return regular_lines(block, delimiter, width)

    monkeypatch.setattr(cells, "regular_lines", watch)
    text = "a,b,label\n1,2,0\n3,4,1\n"
    expected = read_table(write(text), "label").features.tolist()
    assert counted == []  # it takes as long as half of pandas' work
    quoted = read_table(write(text.replace("4", '"4"')), "label")
    with_gaps = read_table(write(text), "label", missing="impute")
    assert quoted.features.tolist() == with_gaps.features.tolist() == expected
    assert read_table(write(text), "label", drop=["b"]).features.tolist() == [[1], [3]]
    assert counted == [3, 3, 3]


@pytest.mark.parametrize("missing", ["refuse", "impute"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n\r\n\r\n"])
def test_empty_lines_at_the_end_cost_nothing(write, monkeypatch, missing, end):
    monkeypatch.setattr(cells, "_read_cell_by_cell", None)
    table = read_table(write(f"a,label\n1,0\n2,1{end}"), "label", missing=missing)
    assert table.features.tolist() == [[1], [2]]


def test_a_short_row_is_told_even_where_gaps_are_allowed(write):
    with pytest.raises(InputError, match="line 3: 2 cells, where the header has 3"):
        read_table(write("a,label,b\n1,0,2\n3,1\n"), "label", missing="impute")


def test_lines_count_as_in_an_editor(write):
    text = 'a,"the\nlabel"\n\n1,"two\nlines"\n   \nx,0\n'
    assert problems(write(text), "the\nlabel") == ["line 7, column 'a': 'x' is not a number"]


def test_rows_with_nothing_in_them_are_passed_over(write):
    table = read_table(write("a,label,b\n\n1,x,2\n , ,\n3,y,4\n,,\n  \n\n"), "label")
    assert table.features.tolist() == [[1, 2], [3, 4]]
    assert table.features.flags.c_contiguous
    assert table.labels.tolist() == [0, 1]
    assert problems(write("a,label\n\n,\n")) == ["no rows beneath the header"]


def test_problems_are_told_in_their_order(write):
    assert problems(write("b,label,a\n1,,x\n?,0,1e999\n")) == [
        "line 2, column 'label': a class is missing ('' cannot be one)",
        "line 2, column 'a': 'x' is not a number",
        "line 3, column 'b': a value is missing",
        "line 3, column 'a': 1e999 is beyond the largest number that can be used, 1e+100",
    ]


def test_the_first_problems_are_told_and_the_rest_counted(write):
    lines = problems(write("a,label\n" + "x,0\n" * 8))
    assert lines[:5] == [f"line {n}, column 'a': 'x' is not a number" for n in range(2, 7)]
    assert lines[5:] == ["and 3 more"]


def test_what_is_no_table_is_told(tmp_path):
    assert problems(tmp_path / "none.csv") == ["no such file"]
    assert problems(tmp_path) == ["is a folder, no table"]
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    assert problems(picture)[0].startswith("not a CSV file in UTF-8")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("beginning", "kind"), blocks.NO_TEXT.items())
def test_files_of_other_programs_are_told(tmp_path, beginning, kind, packed):
    path = tmp_path / "t.csv"
    content = beginning + b"\x14\0,label\n" * 9
    path.write_bytes(gzip.compress(content) if packed else content)
    assert problems(path) == [f"{kind}, not a CSV file: save the table as CSV and give that"]


# Texts, gaps, and other ways to write a table

MIXED = "age,color,id,label\n1,red,x,no\n,blue,x,yes\n3, ,x,no\n4,Red ,x,yes\n"


def test_texts_and_gaps(write):
    table = read_table(write(MIXED), "label", drop=["id"], categories=["color"], missing="impute")
    assert [*table.columns] == [Column("age"), Column("color", ("Red", "blue", "red"))]
    np.testing.assert_array_equal(table.features, [[1, 2], [np.nan, 1], [3, np.nan], [4, 0]])
    assert table.feature_names == ["age", "color"]


def test_gaps_are_refused_unless_allowed(write):
    with pytest.raises(InputError) as error:
        read_table(write(MIXED), "label", drop=["id"], categories=["color"])
    assert [line.partition(": ")[2] for line in str(error.value).splitlines()] == [
        "line 3, column 'age': a value is missing",
        "line 4, column 'color': a value is missing",
    ]


def test_a_class_must_be_there_even_where_gaps_are_allowed(write):
    path = write("a,label\n1,x\n2,NA\n3,y\n4,\n")
    with pytest.raises(InputError, match="line 5, column 'label': a class is missing") as error:
        read_table(path, "label", missing="impute")
    assert "line 3" not in str(error.value)  # a class may be called so
    with pytest.raises(InputError, match="line 3, column 'label': a class is missing"):
        read_table(path, "label", missing="impute", missing_marks=["NA"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"drop": ["idd"]}, "no column 'idd'; did you mean 'id'?"),
        ({"categories": ["colr"]}, "no column 'colr'; did you mean 'color'?"),
        ({"drop": ["label"]}, "the target 'label' cannot be dropped"),
        (
            {"drop": ["age", "color", "id"]},
            "no column beside the target 'label' to predict it from",
        ),
        ({"positive": "yess"}, "column 'label' has no class 'yess'; did you mean 'yes'?"),
    ],
)
def test_options_that_do_not_fit_the_table(write, options, told):
    kinds: Any = {"drop": ["id"], "categories": ["color"], "missing": "impute"}
    with pytest.raises(InputError) as error:
        read_table(write(MIXED), "label", **(kinds | options))
    assert str(error.value).partition(": ")[2] == told


@pytest.mark.parametrize(("positive", "classes"), [("0", ["1", "0"]), ("1", ["0", "1"])])
def test_the_positive_class_is_the_second(write, positive, classes):
    table = read_table(write("a,label\n5,0\n6,1\n"), "label", positive=positive)
    assert table.classes == classes
    assert [classes[number] for number in table.labels] == ["0", "1"]


def test_of_three_classes_none_is_the_positive(write):
    with pytest.raises(InputError, match="positive tells which of two classes"):
        read_table(write("a,label\n5,0\n6,1\n7,2\n"), "label", positive="1")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1", "cp1252"])
@pytest.mark.parametrize(("delimiter", "decimal"), [(";", ","), ("\t", "."), ("|", ",")])
def test_other_ways_to_write_a_table(tmp_path, packed, encoding, delimiter, decimal):
    rows = [["größe", "ort", "y"], ["-1.5e1", "Köln; Süd", "ja"], ["+2.25", 'a "b"\nc', "nein"]]
    text = io.StringIO()
    cells = [[cell.replace(".", decimal) for cell in row] for row in rows]
    csv.writer(text, delimiter=delimiter).writerows(cells)
    data = text.getvalue().encode(encoding)
    path = tmp_path / "t.csv"
    path.write_bytes(gzip.compress(data) if packed else data)
    table = read_table(
        path,
        "y",
        categories=["ort"],
        delimiter=delimiter,
        decimal=decimal,
        encoding=encoding,
    )
    assert table.features.tolist() == [[-15.0, 0.0], [2.25, 1.0]]
    assert table.columns[1].categories == ("Köln; Süd", 'a "b"\nc')
    assert table.classes == ["ja", "nein"]


def test_numbers_with_a_comma_are_rounded_correctly(write):
    texts = list(hard_decimals(1000))
    rows = [f"{text.replace('.', ',')};{number % 2}" for number, text in enumerate(texts)]
    path = write("\n".join(["x;label", *rows]) + "\n")
    read = read_table(path, "label", delimiter=";", decimal=",").features[:, 0].tolist()
    assert [t for number, t in zip(read, texts, strict=True) if not is_nearest(number, t)] == []


def test_a_point_is_no_comma(write):
    path = write("x;label\n1,5;0\n1.5;1\n1.000,5;0\n")
    with pytest.raises(InputError) as error:
        read_table(path, "label", delimiter=";", decimal=",")
    assert [line.partition(": ")[2] for line in str(error.value).splitlines()] == [
        "line 3, column 'x': '1.5' is not a number",
        "line 4, column 'x': '1.000,5' is not a number",
    ]


# Without the time in it: the name of a test is made of it, and must be the same in each process.
PACKED = gzip.compress(b"a,y\n1,0\n" * 99, mtime=0)


@pytest.mark.parametrize(
    ("data", "encoding", "told"),
    [
        ("größe,y\n1,0\n".encode("latin-1"), "utf-8", "not a CSV file in UTF-8: 'utf-8' codec"),
        ("a,y\n1,0\n".encode("utf-16-le"), "utf-16", "not a CSV file in UTF-16: it does not begin"),
        (PACKED[:-9], "utf-8", "a damaged gzip file: Compressed"),
        (b"\x1f\x8bno gzip", "utf-16", "a damaged gzip file: "),
    ],
)
def test_bytes_that_are_no_text(tmp_path, data, encoding, told):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(InputError) as error:
        read_table(path, "y", encoding=encoding)
    assert str(error.value).removeprefix(f"{path}: ").startswith(told)


@pytest.mark.parametrize("characters", [1, 7, 64, 1 << 22])
def test_a_table_does_not_depend_on_the_blocks_it_is_read_in(write, monkeypatch, characters):
    header, rows = MIXED.split("\n", 1)
    path = write(f"{header}\n{rows}" + rows.replace("red", '"r,\n""d"') + "\n" + rows * 9)
    options: Any = {"drop": ["id"], "categories": ["color"], "missing": "impute"}
    before = read_table(path, "label", **options)
    monkeypatch.setattr(blocks, "CHARACTERS", characters)
    after = read_table(path, "label", **options)
    np.testing.assert_array_equal(after.features, before.features)
    assert (after.columns, after.classes) == (before.columns, before.classes)


def test_pandas_is_imported_only_where_a_table_is_read():
    code = "import sys, stages.tables; print(*sys.modules)"
    root = Path(__file__).parents[3]
    imported = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "pandas" not in imported


@pytest.mark.parametrize("size", [20, 300])
def test_how_much_is_read_at_a_time_does_not_show_in_a_table(tmp_path, monkeypatch, size):
    words = ["red", "blue", "", "green"]
    rows = "".join(f"{row / 7},{words[row % 4]},{'zyx'[row % 3]}\n" for row in range(90))
    (tmp_path / "table.csv").write_text(f"a,word,y\n{rows}", encoding="utf-8")

    def read():
        return read_table(tmp_path / "table.csv", "y", categories=["word"], missing="impute")

    expected = read()
    assert expected.columns[1].categories == ("blue", "green", "red")
    np.testing.assert_array_equal(expected.features[:4, 1], [2.0, 0.0, np.nan, 1.0])
    assert expected.labels[:3].tolist() == [2, 1, 0]
    monkeypatch.setattr("stages.tables.blocks.CHARACTERS", size)
    monkeypatch.setattr("nn.arithmetic.mapped.NUMBERS_IN_A_BLOCK", size)
    found = read()
    np.testing.assert_array_equal(found.features, expected.features)
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert found.columns == expected.columns
