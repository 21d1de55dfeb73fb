import csv
import json
import math
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.running.files import (
    output_directory,
    write_array,
    write_array_in_blocks,
    write_bytes,
    write_csv,
    write_json,
)

ROOT = Path(__file__).parents[3]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("cuts", [[], [3], [0, 3, 3, 6]])
@pytest.mark.parametrize("shape", [(7, 2), (7,), (0, 2)])
def test_blocks_of_rows_make_the_same_file_as_all_at_once(tmp_path, cuts, shape):
    array = np.asfortranarray(np.arange(np.prod(shape)).reshape(shape) / 3)
    write_array(tmp_path / "whole.npy", array)
    blocks = np.split(array, [min(cut, len(array)) for cut in cuts])
    write_array_in_blocks(tmp_path / "blocks.npy", len(array), iter(blocks))
    assert (tmp_path / "blocks.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()
    assert names(tmp_path) == ["blocks.npy", "whole.npy"]


def test_a_file_and_its_folders_are_made(tmp_path):
    write_bytes(tmp_path / "a" / "b" / "c.bin", b"\r\n\x00")
    assert (tmp_path / "a" / "b" / "c.bin").read_bytes() == b"\r\n\x00"
    assert names(tmp_path / "a" / "b") == ["c.bin"]


def test_a_file_gets_the_rights_that_others_get(tmp_path):
    mask = os.umask(0o027)
    try:
        write_bytes(tmp_path / "file", b"")
        with output_directory(tmp_path / "folder"):
            pass
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o750


def test_a_file_is_replaced_at_once_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_bytes(path, b"old")

    def fill_the_disk(self, content):
        with self.open("wb") as file:
            file.write(content[:1])
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", fill_the_disk)
        with pytest.raises(OSError, match="No space"):
            write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]

    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_folder_is_replaced_whole(tmp_path):
    target = tmp_path / "out"
    for content in ("first", "second"):
        with output_directory(target) as folder:
            assert names(folder) == []
            write_bytes(folder / content, b"")
    assert names(target) == ["second"]
    assert names(tmp_path) == ["out"]


def test_a_folder_stays_as_it_is_on_an_error(tmp_path):
    target = tmp_path / "out"
    with output_directory(target) as folder:
        write_bytes(folder / "first", b"1")
    with pytest.raises(KeyboardInterrupt), output_directory(target) as folder:
        write_bytes(folder / "second", b"2")
        raise KeyboardInterrupt
    assert names(target) == ["first"]
    assert names(tmp_path) == ["out"]


def test_json_is_sorted_and_ends_its_last_line(tmp_path):
    write_json(tmp_path / "x.json", {"b": [0.1, 1], "a": {"é": None}})
    content = (tmp_path / "x.json").read_bytes().decode()
    assert content == '{\n  "a": {\n    "é": null\n  },\n  "b": [\n    0.1,\n    1\n  ]\n}\n'
    assert json.loads(content) == {"a": {"é": None}, "b": [0.1, 1]}


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_json_without_a_number_is_refused(tmp_path, value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x.json", {"a": value})
    assert names(tmp_path) == []


@pytest.mark.parametrize("dtype", [">f8", "<f8", ">i8", "<i8"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(2, 3), (0, 3), (4,), ()])
def test_an_array_is_little_endian_and_by_rows(tmp_path, dtype, order, shape):
    array = np.asarray(np.arange(np.prod(shape)).reshape(shape), dtype=dtype, order=order)
    write_array(tmp_path / "x.npy", array)
    read = np.load(tmp_path / "x.npy", mmap_mode="r" if array.size else None)
    np.testing.assert_array_equal(read, array)
    assert read.dtype.str == "<" + dtype[1:]
    assert read.flags.c_contiguous
    content = (tmp_path / "x.npy").read_bytes()
    assert content[6:8] == b"\x01\x00"  # the format's version
    assert content[128:] == array.astype("<" + dtype[1:]).tobytes(order="C")


def test_csv_numbers_read_back_as_the_same(tmp_path):
    floats = np.array([0.1, 1e-300, -0.0, 1 / 3, 5e22])
    columns: list[Any] = [floats, np.arange(5), ["a", "b,c", 'd"e', "", "f"]]
    write_csv(tmp_path / "x.csv", ["float", "int", "text"], columns)
    content = (tmp_path / "x.csv").read_bytes().decode()
    assert content.startswith('float,int,text\n0.1,0,a\n1e-300,1,"b,c"\n-0.0,2,')
    assert "\r" not in content
    rows = list(csv.DictReader(content.splitlines()))
    assert [float(row["float"]).hex() for row in rows] == [value.hex() for value in floats.tolist()]
    assert [row["text"] for row in rows] == columns[2]


def test_csv_numbers_do_not_depend_on_how_numpy_prints(tmp_path):
    with np.printoptions(legacy="1.13"):
        write_csv(tmp_path / "x.csv", ["a"], [np.array([1 / 3])])
    assert (tmp_path / "x.csv").read_text() == "a\n0.3333333333333333\n"


def test_csv_columns_of_unequal_length_are_refused(tmp_path):
    with pytest.raises(ValueError, match="zip"):
        write_csv(tmp_path / "x.csv", ["a", "b"], [[1, 2], [1]])
    assert names(tmp_path) == []


# A writer that is killed, and a disk that is full

KILLED = """
import os, signal, sys
from stages.running.files import output_directory, write_bytes
path, moment = sys.argv[1:]
if moment == "between the two replacements":
    from pathlib import Path
    replace = Path.replace
    def replace_and_die(self, target):
        replace(self, target)
        if target.name == "old":
            os.kill(os.getpid(), signal.SIGKILL)
    Path.replace = replace_and_die
with output_directory(path) as folder:
    write_bytes(folder / "file", b"new")
    if moment == "while writing":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows kills otherwise")
@pytest.mark.parametrize("moment", ["while writing", "between the two replacements"])
def test_the_next_write_takes_away_what_a_killed_one_left(tmp_path, moment):
    target = tmp_path / "out"
    with output_directory(target) as folder:
        write_bytes(folder / "file", b"old")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(target), moment], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    assert target.exists() == (moment == "while writing")
    assert len(names(tmp_path)) == 1 + target.exists()
    with pytest.raises(KeyboardInterrupt), output_directory(target):
        assert (target / "file").read_bytes() == b"old"  # put back, where it was away
        raise KeyboardInterrupt
    assert names(tmp_path) == ["out"]
    assert (target / "file").read_bytes() == b"old"


def test_a_write_leaves_those_beside_it_alone(tmp_path):
    path = tmp_path / "out"
    mine = [tmp_path / ".out.12345678", tmp_path / ".out.d", tmp_path / ".out2.12345678"]
    for folder in mine:  # a person's own folders, whatever they are called
        write_bytes(folder / "letters", b"")
    with output_directory(path) as first:
        write_bytes(first / "file", b"first")  # and it stays, while another writes the same
        with output_directory(path) as second:
            write_bytes(second / "file", b"second")
    assert (path / "file").read_bytes() == b"first"
    assert names(tmp_path) == sorted(["out", *(folder.name for folder in mine)])


def test_what_the_system_refuses_names_the_output(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space") as caught, output_directory(tmp_path / "out"):
        refuse()
    assert caught.value.filename == str(tmp_path / "out")
    monkeypatch.setattr("pathlib.Path.write_bytes", refuse)
    with pytest.raises(OSError, match="No space") as caught, output_directory(tmp_path / "o") as to:
        write_bytes(to / "file", b"")
    assert caught.value.filename == str(tmp_path / "o")
    with pytest.raises(FileNotFoundError) as missing, output_directory(tmp_path / "out"):
        (tmp_path / "input").read_bytes()
    assert missing.value.filename == str(tmp_path / "input")
    write_text_to = tmp_path / "models"
    write_text_to.touch()
    with pytest.raises(OSError) as caught, output_directory(write_text_to / "out"):
        pass
    assert "models" in str(caught.value.filename)
    assert names(tmp_path) == ["models"]
