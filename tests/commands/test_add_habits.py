"""Tables in the forms that other people's programs and habits give them."""

import datetime
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from commands import add, predict
from nn.model_file import Model, model_bytes
from nn.network.network import Network
from nn.preparing.preprocessing import of_numbers
from nn.preparing.scaling import Scaling
from stages.running.parameters.file import load_params
from stages.tables.table import read_table
from tests.commands.parameters import PARAMS

ROWS = 40
SOURCE = np.random.default_rng(7)
A = [round(float(x), 2) for x in SOURCE.uniform(-9, 90, ROWS)]
B = [int(x) for x in SOURCE.integers(100, 99_999, ROWS)]
C = ["red", "blue", "green", "blue"] * (ROWS // 4)
Y = ["no" if a < 40 else "yes" for a in A]
PLACES = {"blue": 0.0, "green": 1.0, "red": 2.0}
FIRST = str(A[0]), str(B[0]), C[0], Y[0]
VALUES = np.array([A, B, [PLACES[c] for c in C]]).T


NETWORK = Network((1, 1), (), "sigmoid", np.zeros(2))
NAMED = of_numbers(("a",), Scaling(np.zeros(1), np.ones(1)))


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(a=A, b=B, c=C, y=Y, delimiter=",", header="a,b,c,y", end="\n"):
    rows = [header.replace(",", delimiter)] if header else []
    rows += [delimiter.join(map(str, row)) for row in zip(a, b, c, y, strict=True)]
    return end.join([*rows, ""])


def every(texts, odd, step=5):
    """Put `odd` in place of each fifth text."""
    return [odd if place % step == 1 else text for place, text in enumerate(texts)]


def added(text, *options):
    """Add a table, and read it as the pipeline will."""
    Path("t.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert add.main(["t.csv", "--target", "y", *options]) == 0
    return read_table(**load_params().experiment("t").data.model_dump())


def refused(capsys, text, *options):
    before = Path("params.yaml").read_bytes()
    Path("t.csv").write_text(text, encoding="utf-8")
    assert add.main(["t.csv", "--target", "y", *options]) == 1
    assert Path("params.yaml").read_bytes() == before
    return capsys.readouterr().err.splitlines()


def grouped(number, sign):
    return f"{number:,}".replace(",", sign)


def comma(number):
    return str(number).replace(".", ",")


def quoted(texts):
    return [f'"{text}"' for text in texts]


def lakhs(number):
    """Write a whole number as in India: 12,34,567."""
    head, tail = divmod(number, 1000)
    return f"{head // 100},{head % 100:02d},{tail:03d}" if head >= 100 else grouped(number, ",")


WRITTEN = {  # column b, or a, as it may be written; what is said of it
    "thousands comma": ({"b": quoted(grouped(b, ",") for b in B)}, ",", "parted by comma"),
    "thousands point": ({"b": [grouped(b, ".") + ",00" for b in B]}, ";", "parted by point"),
    "thousands blank": ({"b": [grouped(b, " ") for b in B]}, ",", "parted by blank"),
    "thousands thin space": ({"b": [grouped(b, "\u2009") for b in B]}, "\t", "parted by blank"),
    "thousands no-break": ({"b": [grouped(b, "\u00a0") for b in B]}, ";", "parted by blank"),
    "thousands narrow no-break": ({"b": [grouped(b, "\u202f") for b in B]}, ";", "parted by blank"),
    "thousands apostrophe": ({"b": [grouped(b, "'") for b in B]}, ",", "parted by apostrophe"),
    "thousands curly": ({"b": [grouped(b, "\u2019") for b in B]}, ",", "parted by apostrophe"),
    "lakhs": ({"b": quoted(f"₹{lakhs(b)}" for b in B)}, ",", "₹ passed over"),
    "dollars": ({"b": quoted(f"${grouped(b, ',')}" for b in B)}, ",", "$ passed over"),
    "dollars and cents": ({"b": quoted(f"${b:,}.00" for b in B)}, ",", "$ passed over"),
    "euros behind": ({"b": [f"{grouped(b, '.')},00 €" for b in B]}, ";", "€ passed over"),
    "pounds": ({"b": [f"£{b}" for b in B]}, ",", "£ passed over"),
    "code before": ({"b": quoted(f"USD {b:,}" for b in B)}, ",", "USD passed over"),
    "code behind": ({"b": [f"{grouped(b, ' ')} kr" for b in B]}, ";", "kr passed over"),
    "Swiss": ({"b": [f"CHF {grouped(b, chr(39))}.–" for b in B]}, ",", "CHF passed over"),
    "per cent": ({"b": [f"{b}%" for b in B]}, ",", "% passed over"),
    "per cent apart": ({"a": [f"{comma(a)} %" for a in A]}, ";", "% passed over"),
    "k beside plain numbers": (
        {"b": [f"{b / 1000:.10g}k" if b > 50_000 else b for b in B]},
        ",",
        "k as times 1000",
    ),
    "K behind a currency": (
        {"b": [f"${b / 1000:.10g}K" for b in B]},
        ",",
        "K as times 1000; $ passed over",
    ),
    "Mio": ({"b": [f"{b / 1e6:.6f} Mio. €".replace(".", ",", 1) for b in B]}, ";", "€ passed over"),
    "K and M": (
        {"b": [f"{b / 1e6:.10g}M" if b > 50_000 else f"{b / 1e3:.10g}K" for b in B]},
        ",",
        "K as times 1000, M as times 1000000",
    ),
    "g and kg": (
        {"b": [f"{b / 1000:.10g} kg" if b > 50_000 else f"{b} g" for b in B]},
        ",",
        "kg as times 1000, g as times 1",
    ),
    "a unit of most": ({"b": [f"{b} kg" if b % 3 else b for b in B]}, ",", "kg passed over"),
    "a unit": ({"b": [f"{b} km/h" for b in B]}, ",", "km/h passed over"),
    "degrees": ({"a": [f"{a}°C" for a in A]}, ",", "°C passed over"),
    "minus sign": (
        {"a": [str(a).replace("-", "\u2212") for a in A]},
        ",",
        "minus written as \u2212",
    ),
    "brackets": ({"a": [f"({-a})" if a < 0 else a for a in A]}, ",", "minus written as ()"),
    "minus behind": ({"a": [f"{-a}-" if a < 0 else a for a in A]}, ",", "written as behind"),
    "dollars in brackets": (
        {"a": [f"(${-a})" if a < 0 else f"${a}" for a in A]},
        ",",
        "$ passed over",
    ),
    "decimal comma in quotes": ({"a": quoted(map(comma, A))}, ",", "a decimal comma"),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_numbers_as_written(here, capsys, kind):
    columns, delimiter, said = WRITTEN[kind]
    found = added(table(**columns, delimiter=delimiter))
    np.testing.assert_array_equal(found.features, VALUES)
    assert said in capsys.readouterr().out
    assert load_params().experiment("t").data.written[0].columns == (*columns,)


SMALL = [b % 900 + 100 for b in B[: ROWS // 2]]
POINTED = [f"{number % 9 + 1}.{number:03d}" for number in SMALL] + SMALL


@pytest.mark.parametrize(
    ("delimiter", "sign", "option", "is_whole"),
    [
        (";", ".", None, False),
        (";", ".", "--thousands", True),
        (",", ".", "--thousands", True),
        (",", ",", None, True),
        (",", ",", "--no-thousands", False),
        (";", ",", None, False),
        (";", ",", "--thousands", True),
    ],
)
def test_what_has_two_readings_is_told_with_both(here, capsys, delimiter, sign, option, is_whole):
    texts = [str(text).replace(".", sign) for text in POINTED]
    a = map(comma, A) if (sign, delimiter) == (",", ";") else A
    text = table(a=a, b=quoted(texts), delimiter=delimiter)
    found = added(text, *([option, "b"] if option else []))
    whole = [float(text.replace(sign, "")) for text in texts]
    fraction = [float(text.replace(sign, ".")) for text in texts]
    assert found.features[:, 1].tolist() == (whole if is_whole else fraction)
    said = capsys.readouterr().out
    if option is None:
        example = min(text for text in texts if sign in text)
        readings = example.replace(sign, ""), example.replace(sign, ".")
        taken, other = readings if is_whole else readings[::-1]
        remedy = "--no-thousands b" if is_whole else "--thousands b"
        assert f"{example!r} is read as {taken}; if it means {other}, add {remedy}" in said


@pytest.mark.parametrize("unit", ["K", "M", "m", "T", "B"])
def test_a_unit_that_all_have_multiplies_nothing(here, unit):
    found = added(table(b=[f"{b} {unit}" for b in B]))
    assert found.features[:, 1].tolist() == B


def test_a_factor_is_exact(here):
    cells = ["1.001k" if place % 2 else "0.29k" for place in range(ROWS)]
    assert {*added(table(b=cells)).features[:, 1]} == {1001.0, 290.0}


def test_measures_to_three_digits_are_no_riddle(here, capsys):
    found = added(table(b=[f"{b / 1000:.3f}" for b in B]))
    assert found.features[:, 1].tolist() == [b / 1000 for b in B]
    assert "is read as" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "texts",
    [
        [f"{b} {'kg' if b % 2 else 'lb'}" for b in B],
        [f"{'A' if b % 2 else 'B'}{b}" for b in B],
        [f"{b}-{b + 1}" for b in B],
        [f"1.{b % 7}.{b % 5}" for b in B],
    ],
)
def test_other_texts_with_digits_are_texts(here, texts):
    with_category = added(table(b=texts), "--category", "b")
    assert with_category.columns[1].categories == tuple(sorted({*texts}))
    assert not load_params().experiment("t").data.written


@pytest.mark.parametrize("mark", ["-", "#N/A", "#DIV/0!", "#NV", ".", "NULL", "n/a", "<NA>", "--"])
def test_known_marks_among_numbers_are_missing_and_told(here, capsys, mark):
    found = added(table(b=every(B, mark)))
    expected = np.array(every(B, np.nan), float)
    np.testing.assert_array_equal(found.features[:, 1], expected)
    said = capsys.readouterr().out
    assert (
        f"note: column 'b': 32 numbers, and {mark!r} (8), first in line 3, taken as missing" in said
    )


@pytest.mark.parametrize("count", [1, 8, 20])
@pytest.mark.parametrize("mark", ["n/k", "inf", "1e400", "unbekannt", "3+"])
def test_other_texts_among_numbers_are_asked_about(here, capsys, mark, count):
    cells = [mark if place % (ROWS // count) == 1 else b for place, b in enumerate(B)]
    (line,) = refused(capsys, table(b=cells))
    assert line.startswith(f"error: t.csv: line 3, column 'b': {mark!r} is not a number, which ")
    assert f"the others: {mark!r} ({count})" in line
    assert f"--missing-marks '{mark}'" in line
    found = added(table(b=cells), "--missing-marks", mark)
    np.testing.assert_array_equal(np.isnan(found.features[:, 1]), [b == mark for b in cells])
    assert load_params().experiment("t").data.missing_marks == (mark,)


def test_all_columns_that_ask_do_so_at_once(here, capsys):
    text = table(a=every(A, "?!"), b=every(every(B, "n/k"), "-/-", 7))
    told = refused(capsys, text)
    assert ["column 'a'" in told[0], "column 'b'" in told[1]] == [True, True]
    assert "--missing-marks 'n/k' --missing-marks='-/-'" in told[1]  # argparse: no option -/-
    found = added(text, "--missing-marks", "n/k", "?!", "--missing-marks=-/-")
    assert found.features.shape == (ROWS, 3)


def test_a_column_of_numbers_and_many_texts_is_named(here, capsys):
    tickets = [b if place % 3 else f"PC {b}" for place, b in enumerate(B)]
    added(table(b=tickets))
    said = capsys.readouterr().out
    assert "column 'b' is left out: it has 40 texts" in said
    assert "column 'b' is taken for texts: 26 numbers, and 'PC " in said


@pytest.mark.parametrize("mark", ["-999", "-99.0", "9999999"])
def test_numbers_that_mean_missing(here, capsys, mark):
    cells = every(A, mark)
    found = added(table(a=cells), "--missing-marks", mark)
    np.testing.assert_array_equal(found.features[:, 0], np.array(every(A, np.nan), float))
    again = read_table(**load_params().experiment("t").data.model_dump())
    np.testing.assert_array_equal(again.features, found.features)


@pytest.mark.parametrize("mark", ["-999", "-99", "9999", "-1", "9999.99", "1e30"])
def test_numbers_that_stand_out_are_named(here, capsys, mark):
    cells = every([round(abs(a), 1) / 10 for a in A], mark)
    found = added(table(a=cells))
    assert found.features[1, 0] == float(mark)
    said = capsys.readouterr().out
    assert f"column 'a': {mark} (8) stands apart from the other numbers" in said
    assert f"--missing-marks '{mark}'" in said


@pytest.mark.parametrize("mark", ["1900-01-01", "9999-12-31", "1970-01-01"])
def test_dates_that_stand_out_are_named(here, capsys, mark):
    cells = every([day.strftime("%Y-%m-%d") for day in DAYS], mark)
    added(table(b=cells))
    assert (
        f"column 'b': {mark} (8) stands apart from the other dates; if it means that a value is "
        f"missing, add --missing-marks '{mark}'"
    ) in capsys.readouterr().out
    found = added(table(b=cells), "--missing-marks", mark, "--name", "u")
    read = read_table(**load_params().experiment("u").data.model_dump())
    assert np.isnan(read.features[:, 1]).sum() == 8
    assert found.feature_names == ["a", "b", "c"]


def test_ordinary_numbers_do_not_stand_out(here, capsys):
    added(table(a=[place - 9 for place in range(ROWS)], b=[b % 100 for b in B]))
    assert "stands apart" not in capsys.readouterr().out


@pytest.mark.parametrize("mark", ["NA", "None", "null", "N/A"])
def test_a_category_may_be_called_as_if_it_were_missing(here, capsys, mark):
    text = table(b=every(B, "NA"), c=[c.replace("red", mark) for c in C])
    assert added(text).columns[2].categories == ("blue", "green")
    said = capsys.readouterr().out
    assert f"column 'c': {mark!r} (10) counts as missing" in said
    assert f"add --not-missing '{mark}'" in said
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    found = added(text, "--not-missing", mark)
    assert found.columns[2].categories == (*sorted([mark, "blue", "green"]),)
    assert not np.isnan(found.features[:, 2]).any()
    assert np.isnan(found.features[:, 1]).sum() == 8  # among numbers it stays a mark


@pytest.mark.parametrize("mark", ["NA", "None", "null"])
def test_a_class_may_be_called_as_if_it_were_missing(here, capsys, mark):
    found = added(table(y=[y.replace("yes", mark) for y in Y]))
    assert {*found.classes} == {"no", mark}
    assert f"column 'y': {mark!r} ({Y.count('yes')}) is a class" in capsys.readouterr().out
    (line,) = refused(
        capsys, table(y=[y.replace("yes", mark) for y in Y]), "--missing-marks", mark, "--name", "u"
    )
    first = 2 + Y.index("yes")
    assert f"{Y.count('yes')} classes are missing, the first in line {first}" in line


def numbered(name, header=""):
    """Put a cell before each row: of the header, and what `name` makes of a row's number."""
    top, *rows = table().splitlines()
    return "\n".join([header + top, *(f"{name(n)},{row}" for n, row in enumerate(rows))]) + "\n"


def aligned(side):
    """Write columns of one width."""
    rows = [("a", "b", "c", "y"), *zip(A, B, C, Y, strict=True)]
    return "".join("".join(f"{cell!s:{side}9}" for cell in row) + "\n" for row in rows)


def framed(*above):
    """Write rows between bars, some of texts first."""
    rows = [*above, *(map(str, row) for row in zip(A, B, C, Y, strict=True))]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


ROWS_OF_R = [f'{a} {b} "{c}" "{y}"' for a, b, c, y in zip(A, B, C, Y, strict=True)]
EDGES = {  # the file; what is said
    "sep": (
        "sep=;\r\n" + table(a=map(comma, A), delimiter=";", end="\r\n"),
        "the header is in line 2",
    ),
    "sep of commas": ("sep=,\n" + table(), "the header is in line 2"),
    "sep with a mark": ("\ufeffsep=|\n" + table(delimiter="|"), "the header is in line 2"),
    "sep tab": ("sep=\t\n" + table(delimiter="\t"), "the header is in line 2"),
    "comments": ("# made by hand\n# a, b and c, of y\n" + table(), "lines 1 to 2 above it"),
    "comments with quotes": ('# a "b\n% c\n' + table(), "lines 1 to 2 above it"),
    "title": ("Measurements of spring,,,\n,,,\n" + table(), "lines 1 to 2 above it"),
    "title alone": ("Measurements of spring\n\n" + table(), "lines 1 to 2 above it"),
    "head of a report": ("Title:,spring\nOf:,2024\n\n" + table(), "lines 1 to 3 above it"),
    "blank lines": ("\n\n" + table(end="\n\n"), "lines 1 to 2 above it"),
    "blanks": ("  \n" + table(), "line 1 above it"),
    "groups of columns": (",size,,\n" + table(), "line 1 above it"),
    "units": (table().replace("\n", "\nmm,g,,\n", 1), "passed over: line 2"),
    "units in all": (table().replace("\n", "\n[mm],[g],-,-\n", 1), "passed over: line 2"),
    "types": (table().replace("\n", "\ndouble,int,string,string\n", 1), "passed over: line 2"),
    "questions and units": (
        table().replace("\n", "\nHow long?,How heavy?,Which?,So?\nmm,g,,\n", 1),
        "passed over: line 2, 3",
    ),
    "total": (table() + f"Total,{sum(B)},,\n", "passed over: line 42"),
    "totals": (table() + "\nSumme:,1,,\nMittelwert,2,,\n", "passed over: line 43, 44"),
    "average": (table() + "Average,1,,\nStd. dev.,2,,\n", "passed over: line 42, 43"),
    "note": (table() + "\nSource: the office of statistics\n", "passed over: line 43"),
    "notes in all cells": (table() + ",,,\n# of 2024,,,\n", "passed over: line 43"),
    "delimiters at line ends": (table(y=[f"{y}," for y in Y]), "rows end in a delimiter"),
    "tabs at line ends": (
        table(y=[f"{y}\t" for y in Y], delimiter="\t"),
        "rows end in a delimiter",
    ),
    "a delimiter at the header's end": (table(header="a,b,c,y,"), ""),
    "delimiters at all line ends": (table(end=",\n"), "'column 5' is left out: it holds nothing"),
    "index of pandas": (numbered(str, ","), "'column 1' is left out: it looks like row numbers"),
    "index of a sample": (
        numbered(lambda n: n * 7 % 83, ","),
        "'column 1' is left out: it has no name",
    ),
    "row names of R": (
        numbered(lambda n: f'"{n + 1}"'),
        "rows have a cell more than the header: the first",
    ),
    "names in R": (numbered(lambda n: f'"car {n}"'), "'column 1' is left out: it has 40 texts"),
    "blanks behind delimiters": (table(delimiter=", "), ""),
    "quotes behind blanks": (
        table(c=quoted(C), y=quoted(Y), header='"a","b","c","y"', delimiter=", "),
        "",
    ),
    "blanks around": (table(delimiter=" ; ", a=map(comma, A)), ""),
    "end of file": (table() + "\x1a", ""),
    "end of file without a line end": (table()[:-1] + "\x1a", ""),
    "end of file in a line": (table(end="\r\n") + "\x1a\r\n", ""),
    "zeros": (table() + "\0" * 100, ""),
    "zeros behind the end of file": (table()[:-1] + "\x1a" + "\0" * 5, ""),
    "old Macs": (table(end="\r"), ""),
    "parted by blanks": (table(delimiter=" "), ""),
    "tabs and blanks": (table(delimiter=" \t "), ""),
    "aligned to the right": (aligned(">"), ""),
    "aligned to the left": (aligned("<"), ""),
    "a table of R": (
        "".join(["a b c y\n", *(f'"{n}" {row}\n' for n, row in enumerate(ROWS_OF_R))]),
        "rows have a cell more than the header: the first",
    ),
    "Markdown": (framed(["a", "b", "c", "y"], ["--", ":--", "---", "-:"]), "passed over: line 2"),
    "psql": (
        table(delimiter=" | ").replace("\n", "\n---+---+---+---\n", 1) + f"({ROWS} rows)\n",
        "passed over: line 2, 43",
    ),
    "MySQL": (
        f"+--+--+\n{framed(['a', 'b', 'c', 'y'])}+--+--+\n".replace("y |\n", "y |\n+--+--+\n"),
        "passed over: line 3, 44",
    ),
}


@pytest.mark.parametrize("kind", EDGES)
def test_headers_and_edges(here, capsys, kind):
    text, told = EDGES[kind]
    found = added(text)
    assert found.feature_names == ["a", "b", "c"]
    np.testing.assert_array_equal(found.features, VALUES)
    assert [found.classes[number] for number in found.labels] == Y
    said = capsys.readouterr().out
    assert told in said
    if not told:
        assert "note:" not in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("What,is,this,table\n" + table(), "no column 'y'; there is 'What', 'is', 'this', 'table'"),
        (table() + "17,3\n", "line 42: 2 cells, where the header has 4"),
        (table() + "# 7,3\n1,2,red,no\n", "line 42: 2 cells, where the header has 4"),
        (table().replace("\n", "\n1,2,red,no,\n", 1), "line 2: 5 cells, where the header has 4"),
        (table(header="a,b,b,y"), "line 1: two columns are called 'b': rename one"),
        (
            table(header=""),
            f"no column 'y'; there is {', '.join(map(repr, FIRST))}; the first line "
            "should name the columns",
        ),
        (
            table(delimiter="^"),
            "no column 'y'; cells are to be parted by a comma, a semicolon, a tab, a bar or blanks",
        ),
        (
            "\n".join(quoted(table().splitlines())),
            "no column 'y'; whole lines stand in quotes: take these off",
        ),
        (table() + table(), "line 42: the header is there once more: remove it"),
        ('{"a": 1, "y": 2}', "a JSON file, not a CSV file: save the table as CSV and give that"),
        ("<html>" + table(), "an HTML page, not a CSV file: save the table as CSV and give that"),
    ],
)
def test_what_is_no_edge_is_refused(here, capsys, text, told):
    assert refused(capsys, text)[0] == f"error: t.csv: {told}"


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"PK\x03\x04", "an Excel or OpenDocument file, or another zip archive"),
        (b"\xd0\xcf\x11\xe0", "an old Excel file"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"BZh9", "a bzip2 archive"),
        (b"%PDF-1.7\n", "a PDF file"),
    ],
)
def test_files_of_other_programs_are_told_as_such(here, capsys, beginning, kind):
    Path("t.csv").write_bytes(beginning + b"\x14\0\0\0" * 200)
    Path("model.npz").write_bytes(model_bytes(Model(NETWORK, NAMED, "y", ("no", "yes"))))
    assert add.main(["t.csv", "--target", "y"]) == 1
    assert predict.main(["model.npz", "t.csv"]) == 1
    line = f"error: t.csv: {kind}, not a CSV file: save the table as CSV and give that\n"
    assert capsys.readouterr().err == line * 2


def test_what_is_no_text_is_not_taken_for_one(here, capsys):
    Path("t.csv").write_bytes(np.random.default_rng(1).bytes(3000))
    Path("model.npz").write_bytes(model_bytes(Model(NETWORK, NAMED, "y", ("no", "yes"))))
    assert add.main(["t.csv", "--target", "y"]) == 1
    assert predict.main(["model.npz", "t.csv"]) == 1
    line = "error: t.csv: not a text: save the table as CSV and give that\n"
    assert capsys.readouterr().err == line * 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32", "utf-32-be"])
def test_encodings_that_are_not_read(here, capsys, encoding):
    Path("t.csv").write_bytes(table().encode(encoding))
    assert add.main(["t.csv", "--target", "y"]) == 1
    assert capsys.readouterr().err == (
        "error: t.csv: not a text in UTF-8, nor in UTF-16 with its mark: save it as UTF-8\n"
    )


def test_blanks_part_cells_and_stay_in_quotes(here):
    c = ['"dark  red"' if color == "red" else color for color in C]
    found = added(table(c=c, delimiter="   "))
    assert found.columns[2].categories == ("blue", "dark  red", "green")
    assert load_params().experiment("t").data.delimiter == " "


def test_a_header_is_not_looked_for_among_rows(here, capsys):
    """A row has a cell called as the target: the header is still the first line."""
    text = table(header="a,b,c,class").replace("red", "y")
    assert refused(capsys, text)[0].startswith("error: t.csv: no column 'y'; there is 'a', 'b'")


@pytest.mark.parametrize(
    ("spelled", "classes"),
    [
        ({"no": ["0", "0.0"], "yes": ["1", "1.0"]}, ["0", "1"]),
        ({"no": ["no", "No", " NO"], "yes": ["yes", "Yes"]}, ["no", "yes"]),
        ({"no": ["FALSE", "False", "0"], "yes": ["true", "TRUE", "1"]}, ["FALSE", "TRUE"]),
        ({"no": ["the  same", "the same"], "yes": ["cafe\u0301", "café"]}, ["café", "the same"]),
        ({"no": ["n", "no", "N"], "yes": ["y", "Yes", "yes"]}, None),
    ],
)
def test_classes_that_are_spelled_in_several_ways(here, capsys, spelled, classes):
    y = [spelled[text][place % len(spelled[text])] for place, text in enumerate(Y)]
    found = added(table(y=y))
    assert len(found.classes) == 2
    assert (found.labels == found.labels[0]).tolist() == [text == Y[0] for text in Y]
    if classes:
        assert sorted(found.classes) == classes
    said = capsys.readouterr().out
    assert "are taken for the same" in said


def test_categories_that_are_spelled_in_several_ways(here, capsys):
    c = [color.upper() if place % 3 == 0 else color for place, color in enumerate(C)]
    found = added(table(c=c))
    assert found.columns[2].categories == ("blue", "green", "red")
    np.testing.assert_array_equal(found.features, VALUES)
    assert "column 'c': 'blue' (13), 'BLUE' (7) are taken for the same" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("one", "other"),
    [("red", "red\u200b"), ("it's", "it\u2019s"), ("a-b", "a\u2013b"), ("office", "o\ufb03ce")],
)
def test_signs_that_look_alike_are_the_same(here, capsys, one, other):
    c = [one if place % 3 else other for place in range(ROWS // 2)] + ["x"] * (ROWS // 2)
    assert added(table(c=c)).columns[2].categories == (*sorted([one, "x"]),)
    assert "are taken for the same" in capsys.readouterr().out


def test_spellings_are_told_once_a_column(here, capsys):
    c = [color.upper() if place % 3 == 0 else color for place, color in enumerate(C)]
    added(table(c=c))
    said = [line for line in capsys.readouterr().out.splitlines() if "taken for the same" in line]
    assert said == [
        "warning: column 'c': 'blue' (13), 'BLUE' (7) are taken for the same, and so are "
        "'green' (7), 'GREEN' (3); 'red' (6), 'RED' (4); if they are not, take them out of "
        "data.spellings"
    ]


def test_dates_in_several_ways_are_named(here, capsys):
    cells = [
        day.strftime("%Y-%m-%d" if place % 4 else "%d.%m.%Y") for place, day in enumerate(DAYS)
    ]
    added(table(b=cells))
    said = capsys.readouterr().out
    assert "column 'b' has dates that are written in several ways, such as '" in said
    assert ": write all alike to use them" in said


def test_numbers_with_units_of_several_things_are_named(here, capsys):
    added(table(b=[f"{b} {'kg' if b % 2 else 'EUR/h'}" for b in B]))
    assert "column 'b' has numbers that are written in several ways" in capsys.readouterr().out


MONTHS = {
    "%d. {} %Y": ["Januar", "Februar", "März"],
    "%d {} %Y": ["janv.", "févr.", "mars"],
    "%d de {} de %Y": ["enero", "febrero", "marzo"],
    "%d {} %y": ["GENNAIO", "febbraio", "marzo"],
}


@pytest.mark.parametrize("form", MONTHS)
def test_months_in_other_languages(here, capsys, form):
    names = MONTHS[form]
    cells = [day.strftime(form.format(names[day.month - 1])) for day in DAYS]
    assert added(table(b=cells)).features[:, 1].tolist() == [*np.floor(SINCE)]


def test_counts_that_are_too_rare_for_classes_are_numbers(here, capsys):
    y = [place % 7 for place in range(ROWS - 1)] + [7]
    assert added(table(y=y)).labels.tolist() == y
    assert "if these name classes: --task classification" in capsys.readouterr().out
    (line,) = refused(capsys, table(y=y), "--task", "classification", "--name", "u")
    assert "'7' is the class of this row alone" in line


def test_rows_of_another_length_are_told_with_a_remedy(here, capsys):
    *lines, remedy = refused(capsys, table(c=["red, dark" if c == "red" else c for c in C]))
    assert lines[0] == "error: t.csv: line 2: 5 cells, where the header has 4"
    assert remedy == (
        "error: t.csv: correct these lines, or put quotes around a cell in which there is a comma"
    )


def test_codes_with_and_without_zeros_are_named(here, capsys):
    y = [
        {"no": "02", "yes": "01"}[x] if n % 2 else {"no": "2", "yes": "1"}[x]
        for n, x in enumerate(Y)
    ]
    assert len(added(table(y=y)).classes) == 4
    said = capsys.readouterr().out
    assert "warning: column 'y': " in said
    assert "'1' and '01'" in said or "'01' and '1'" in said
    assert "may be the same; if they are, write them alike, or add them to data.spellings" in said


def test_codes_that_end_in_a_letter_are_no_numbers_with_a_unit(here, capsys):
    added(table(b=[f"{b:09d}X" for b in B]))
    assert "column 'b' is left out: it has 40 texts" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("other", ["NFC", "NFD"])
def test_names_are_the_same_in_every_unicode_form(here, capsys, form, other):
    header = unicodedata.normalize(form, "a,b,größe,schätzung")
    Path("t.csv").write_text(table(header=header), encoding="utf-8")
    target, drop = (unicodedata.normalize(other, name) for name in ("schätzung", "größe"))
    assert add.main(["t.csv", "--target", target, "--drop", drop]) == 0
    data = load_params().experiment("t").data
    assert (data.target, data.drop) == ("schätzung", ("größe",))
    assert read_table(**data.model_dump()).feature_names == ["a", "b"]


def test_letters_of_an_alphabet_stay_apart(here):
    assert len(added(table(c=[*"abcdABCD"] * 5)).columns[2].categories or ()) == 8


def test_leading_zeros_are_names(here, capsys):
    codes = [f"{b % 5:05d}" for b in B]
    assert added(table(b=codes)).columns[1].categories == tuple(sorted({*codes}))
    assert "if they are amounts, add --number b" in capsys.readouterr().out
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    found = added(table(b=codes), "--number", "b")
    assert found.features[:, 1].tolist() == [float(code) for code in codes]


def test_long_ids_are_left_out(here, capsys):
    added(table(b=[12345678901234500000 + b for b in B]))
    assert "'b' is left out: its whole numbers have more digits" in capsys.readouterr().out


def test_few_whole_numbers_may_be_codes(here, capsys):
    added(table(a=[1 + b % 3 for b in B], b=[b % 2 for b in B]))
    said = capsys.readouterr().out
    assert "few different whole numbers in 'a': if they are codes and not amounts" in said
    assert "--category a" in said


def test_zeros_of_both_signs_are_one_value(here, capsys):
    added(table(b=every(["0"] * ROWS, "-0.0")))
    said = capsys.readouterr().out
    assert "numbers from 0 to 0" in said
    assert "'b' is left out: it holds one value only" in said


DAYS = [datetime.datetime(2023, 1, 1) + datetime.timedelta(hours=31 * n) for n in range(ROWS)]
SINCE = [(day - datetime.datetime(1970, 1, 1)) / datetime.timedelta(days=1) for day in DAYS]


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
        "%d.%m.%Y %H:%M",
        "%m/%d/%Y %I:%M %p",
        "%d %b %Y %H:%M",
        "%Y/%m/%d %H:%M",
    ],
)
def test_dates_and_times(here, capsys, form):
    found = added(table(b=[day.strftime(form) for day in DAYS]))
    assert found.features[:, 1].tolist() == SINCE
    (written,) = load_params().experiment("t").data.written
    assert (written.columns, written.date) == (("b",), form)
    said = capsys.readouterr().out
    assert "dates from 2023-01-01 to 2023-02-20 09:00:00" in said
    assert "7 numbers" in said
    assert f"note: column 'b': dates, {form}" in said


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_day_and_month_that_may_be_the_other_way_round(here, capsys, delimiter):
    cells = [f"{1 + n % 12:02d}/{1 + n % 7:02d}/2023" for n in range(ROWS)]
    a = map(comma, A) if delimiter == ";" else A
    text = table(a=[*a], b=cells, delimiter=delimiter)
    first = added(text).features[:, 1]
    said = capsys.readouterr().out
    taken, other = ("2023-12-05", "2023-05-12")[:: 1 if delimiter == "," else -1]
    remedy = "%d/%m/%Y" if delimiter == "," else "%m/%d/%Y"
    assert f"'12/05/2023' is read as {taken}" in said
    assert f"if it means {other}, add --date-format b {remedy}" in said
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    assert added(text, "--date-format", "b", remedy).features[:, 1].tolist() != first.tolist()


def test_gaps_and_other_texts_among_dates(here, capsys):
    cells = [day.strftime("%Y-%m-%d") for day in DAYS]
    found = added(table(b=every(cells, "")))
    assert np.isnan(found.features[:, 1]).sum() == 8
    (line,) = refused(capsys, table(b=every(cells, "unknown")), "--name", "u")
    assert "column 'b': 'unknown' is not a date, which 32 of 40 values are" in line
    assert "--missing-marks 'unknown'" in line


def test_numbers_that_look_like_dates_are_told(here, capsys):
    text = table(b=[day.strftime("%Y%m%d") for day in DAYS])
    added(text)
    assert "'b' looks like dates, such as 20230101; if they are, add --date-format b %Y%m%d" in (
        capsys.readouterr().out
    )
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    assert added(text, "--date-format", "b", "%Y%m%d").features[0, 1] == 19358


def test_a_format_that_is_none(here, capsys):
    (line,) = refused(capsys, table(), "--date-format", "b", "YYYY-MM-DD")
    assert line.startswith("error: t.csv: column 'b': 'YYYY-MM-DD' is no format of a date")
