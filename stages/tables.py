"""Reading a table from a CSV file, and checking it cell by cell.

Python's own reader serves better here than pandas: it knows the line of every cell, renames no
column, drops no cell, takes no True for 1, and `float` rounds correctly in every version.
"""

import csv
import math
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.errors import InputError, nearest

MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}  # in small letters
LARGEST = 1e100  # the squares of larger numbers could add up to infinity
TOLD = 5  # problems that are told one by one

Line = tuple[int, list[str]]  # its number in the file, the header being line 1, and its cells


class Table(NamedTuple):
    """A checked table: one row or more, one feature or more, two classes or more."""

    features: NDArray[np.float64]  # (rows, features), finite
    labels: NDArray[np.int64]  # (rows,): the place in `classes` of each row's class
    feature_names: list[str]
    target: str
    classes: list[str]  # spelled as in the file, ordered by value where all are numbers


def read_table(path: str | Path, target: str) -> Table:
    """Read a CSV file: a header, classes in the column `target`, numbers in all others.

    Raises InputError with a line for each of the first problems: the file, the line in it, the
    column, and what is wrong there.
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            return _parse(_lines(file), target)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not a CSV file in UTF-8: {error}") from error
    except InputError as error:
        problems = str(error).splitlines()
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems)) from error


def _lines(file: Iterable[str]) -> Iterator[Line]:
    """Pass over blank lines; of the lines that a quoted cell spans, the first one counts."""
    reader = csv.reader(file, strict=True)
    number = 1
    for cells in reader:
        if len(cells) > 1 or "".join(cells).strip():
            yield number, cells
        number = reader.line_num + 1


def _parse(lines: Iterator[Line], target: str) -> Table:
    _, header = next(lines, (1, []))
    _check_header(header, target)
    numbers, labels, problems = array("d"), list[str](), list[str]()
    for line, cells in lines:
        if len(cells) != len(header):
            problems.append(f"line {line}: {len(cells)} cells, where the header has {len(header)}")
            continue
        for name, cell in zip(header, cells, strict=True):
            try:
                if name == target:
                    labels.append(_label(cell))
                else:
                    numbers.append(_number(cell))
            except InputError as error:
                problems.append(f"line {line}, column {name!r}: {error}")
    if problems:
        more = [f"and {len(problems) - TOLD} more"] if len(problems) > TOLD else []
        raise InputError("\n".join(problems[:TOLD] + more))
    if not labels:
        raise InputError("no rows beneath the header")
    classes = _in_order(set(labels))
    if len(classes) == 1:
        raise InputError(f"column {target!r} holds one class only, {classes[0]!r}: two are needed")
    number_of = {name: number for number, name in enumerate(classes)}
    return Table(
        features=np.array(numbers).reshape(len(labels), -1),
        labels=np.array([number_of[label] for label in labels], dtype=np.int64),
        feature_names=[name for name in header if name != target],
        target=target,
        classes=classes,
    )


def _check_header(header: list[str], target: str) -> None:
    if not header:
        raise InputError("the file is empty")
    for place, name in enumerate(header, start=1):
        if not name.strip():
            raise InputError(f"line 1: column {place} has no name")
        if name in header[: place - 1]:
            raise InputError(f"line 1: two columns are called {name!r}")
    if target not in header:
        raise InputError(f"no column {target!r}{nearest(target, header)}")
    if len(header) == 1:
        raise InputError(f"no column beside the target {target!r} to predict it from")


def _number(cell: str) -> float:
    """Read a feature; raises InputError that says what is wrong with it."""
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if abs(number) <= LARGEST:
        return number
    if cell.strip().lower() in MISSING:
        raise InputError("a value is missing")
    if math.isnan(number):
        raise InputError(f"{cell[:40]!r} is not a number")
    raise InputError(f"{cell} is beyond the largest number that can be used, {LARGEST:g}")


def _label(cell: str) -> str:
    """Read a class; raises InputError where it is missing."""
    label = cell.strip()
    if label.lower() in MISSING:
        raise InputError(f"a class is missing ({label!r} cannot be one)")
    return label


def _in_order(classes: set[str]) -> list[str]:
    """Sort classes, by value where all are numbers: 9 comes before 10."""
    try:
        return sorted(classes, key=lambda label: (float(label), label))
    except ValueError:
        return sorted(classes)
