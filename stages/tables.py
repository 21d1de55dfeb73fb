"""Reading a table from a CSV file, and checking it cell by cell.

pandas reads the numbers, correctly rounded. Only where a cell is in doubt is the file read once
more, as text, to tell what is wrong and in which line.
"""

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.errors import InputError, nearest

if TYPE_CHECKING:
    from pandas import DataFrame

MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}  # in small letters
LARGEST = 1e100  # the squares of larger numbers could add up to infinity
TOLD = 5  # problems that are told one by one

Columns = tuple[NDArray[np.float64], list[str]]  # features (rows, features), a label for each row


class Table(NamedTuple):
    """A checked table: one row or more, one feature or more, two classes or more."""

    features: NDArray[np.float64]  # (rows, features), finite
    labels: NDArray[np.int64]  # (rows,): the place in `classes` of each row's class
    feature_names: list[str]
    target: str
    classes: list[str]  # spelled as in the file, ordered by value where all are numbers


def read_table(path: str | Path, target: str) -> Table:
    """Read a CSV file: a header, classes in the column `target`, numbers in all others.

    A row with nothing in any cell is passed over. Raises InputError with a line for each of the
    first problems: the file, the line in it, the column, and what is wrong there.
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        header = _header(path, target)
        features, labels = _as_numbers(path, header, target) or _as_text(path, header, target)
        classes = _classes(labels, target)
    except InputError as error:
        problems = str(error).splitlines()
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems)) from error
    except ValueError as error:
        raise InputError(f"{path}: not a CSV file in UTF-8: {error}") from error
    number_of = {name: number for number, name in enumerate(classes)}
    numbers = np.array([number_of[label] for label in labels], dtype=np.int64)
    names = [name for name in header if name != target]
    return Table(np.ascontiguousarray(features), numbers, names, target, classes)


def _read(path: str | Path, **options: Any) -> "DataFrame":
    """Read rows just as they stand: the header and blank lines too, and no cell as missing."""
    import pandas  # here, so that whoever reads no table need not wait for it

    as_it_stands = {"header": None, "skip_blank_lines": False, "na_filter": False}
    frame: DataFrame = pandas.read_csv(path, **as_it_stands, low_memory=False, **options)
    return frame


def _header(path: str | Path, target: str) -> list[str]:
    from pandas.errors import EmptyDataError

    try:
        header: list[str] = _read(path, dtype=str, nrows=1).iloc[0].tolist()
    except EmptyDataError as error:
        raise InputError("the file is empty or begins with a blank line") from error
    for place, name in enumerate(header, start=1):
        if not name.strip():
            raise InputError(f"line 1: column {place} has no name")
        if name in header[: place - 1]:
            raise InputError(f"line 1: two columns are called {name!r}")
    if target not in header:
        raise InputError(f"no column {target!r}{nearest(target, header)}")
    if len(header) == 1:
        raise InputError(f"no column beside the target {target!r} to predict it from")
    return header


def _as_numbers(path: str | Path, header: list[str], target: str) -> Columns | None:
    """Let pandas tell which columns hold numbers (True is none); None where a cell is in doubt."""
    place = header.index(target)
    try:
        frame = _read(path, skiprows=1, dtype={place: str})
    except ValueError:
        return None
    numbers = frame.select_dtypes("number").to_numpy(np.float64)
    if (frame.shape[1], numbers.shape[1]) != (len(header), len(header) - 1):
        return None
    labels = frame[place].str.strip().tolist()
    fine = (abs(numbers) <= LARGEST).all() and not any(_problem(name, True) for name in set(labels))
    return (numbers, labels) if fine else None


def _as_text(path: str | Path, header: list[str], target: str) -> Columns:
    """Look at each cell; raises InputError that tells the first problems."""
    cells = _cells(path)
    rows = [row for row, line in enumerate(cells) if row and "".join(line).strip()]
    problems = [
        (row, f"column {name!r}: {problem}")
        for row in rows
        for name, cell in zip(header, cells[row], strict=True)
        if (problem := _problem(cell, name == target))
    ]
    if problems:
        told = [f"line {_line(cells, row)}, {problem}" for row, problem in problems[:TOLD]]
        more = [f"and {len(problems) - TOLD} more"] if len(problems) > TOLD else []
        raise InputError("\n".join(told + more))
    place = header.index(target)
    numbers = np.delete(cells[rows], place, axis=1).astype(np.float64)  # by Python's `float`
    return numbers, [label.strip() for label in cells[rows, place]]


def _cells(path: str | Path) -> NDArray[np.object_]:
    """Read the text of every cell; pandas fills a short row, with cells that are then missing."""
    try:
        return _read(path, dtype=str).to_numpy()
    except ValueError as error:
        long = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if not long:
            raise
        width, row, found = map(int, long.groups())  # what pandas calls a line is a row
        line = _line(_read(path, dtype=str, nrows=row - 1).to_numpy(), row - 1)
        raise InputError(f"line {line}: {found} cells, where the header has {width}") from error


def _line(cells: NDArray[np.object_], row: int) -> int:
    """Give the line that a row begins in: quoted cells above it may span several lines each."""
    return 1 + row + "".join(cells[:row].ravel()).count("\n")


def _problem(cell: str, is_class: bool) -> str | None:
    if cell.strip().lower() in MISSING:
        return f"a class is missing ({cell!r} cannot be one)" if is_class else "a value is missing"
    try:
        number = 0.0 if is_class else float(cell)
    except ValueError:
        number = math.nan
    if abs(number) <= LARGEST:
        return None
    if math.isnan(number):
        return f"{cell[:40]!r} is not a number"
    return f"{cell} is beyond the largest number that can be used, {LARGEST:g}"


def _classes(labels: list[str], target: str) -> list[str]:
    """Sort the classes, by value where all are numbers: 9 comes before 10."""
    classes = sorted(set(labels))
    if len(classes) < 2:
        one = f"column {target!r} holds one class only, {classes[0]!r}: two are needed" if classes else ""
        raise InputError(one or "no rows beneath the header")
    try:
        return sorted(classes, key=float)
    except ValueError:
        return classes
