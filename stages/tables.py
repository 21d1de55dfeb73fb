"""Reading a table from a CSV file, and checking it cell by cell.

pandas reads the numbers, correctly rounded. Only where a cell is of no use is the file read once
more, as text, to tell what stands there and in which line.
"""

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
        return _parse(path, target)
    except InputError as error:
        problems = str(error).splitlines()
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems)) from error
    except ValueError as error:
        raise InputError(f"{path}: not a CSV file in UTF-8: {error}") from error


def _parse(path: str | Path, target: str) -> Table:
    import pandas  # here, so that whoever reads no table need not wait for it

    _check_header(_read(path, header=None, dtype=str, nrows=1).iloc[0].tolist(), target)
    frame = _read(path, dtype={target: str})
    if not isinstance(frame.index, pandas.RangeIndex):  # rows too long: it took cells as row names
        _read(path, header=None, dtype=str)  # raises InputError
    labels = frame[target].str.strip().to_numpy()
    frame[target] = np.where([label.lower() in MISSING for label in labels], np.nan, 0)
    for name in frame.select_dtypes(exclude="number"):  # to_numeric misrounds some with a +
        frame[name] = [_number(str(cell)) for cell in frame[name]]
    values = np.ascontiguousarray(frame, dtype=np.float64)
    if not (abs(values) <= LARGEST).all():
        cells = _read(path, header=None, dtype=str).to_numpy()
        filled = _check_cells(cells, values, target)
        values, labels = values[filled], labels[filled]
    classes = _classes(labels, target)
    number_of = {name: number for number, name in enumerate(classes)}
    return Table(
        features=np.delete(values, frame.columns.get_loc(target), axis=1),
        labels=np.array([number_of[label] for label in labels], dtype=np.int64),
        feature_names=frame.columns.drop(target).tolist(),
        target=target,
        classes=classes,
    )


def _read(path: str | Path, **options: Any) -> "DataFrame":
    """Read each row as it stands, blank ones too; raises InputError where one is too long."""
    import pandas

    options |= {"na_filter": False, "skip_blank_lines": False, "low_memory": False}
    try:
        frame: DataFrame = pandas.read_csv(path, **options)
    except pandas.errors.EmptyDataError as error:
        raise InputError("the file is empty or begins with a blank line") from error
    except pandas.errors.ParserError as error:
        too_long = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if not too_long:
            raise
        width, row, found = map(int, too_long.groups())  # what pandas calls a line is a row
        above = _read(path, header=None, dtype=str, nrows=row - 1).to_numpy()
        message = f"line {_line(above, row - 1)}: {found} cells, where the header has {width}"
        raise InputError(message) from error
    return frame


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _check_header(header: list[str], target: str) -> None:
    for place, name in enumerate(header, start=1):
        if not name.strip():
            raise InputError(f"line 1: column {place} has no name")
        if name in header[: place - 1]:
            raise InputError(f"line 1: two columns are called {name!r}")
    if target not in header:
        raise InputError(f"no column {target!r}{nearest(target, header)}")
    if len(header) == 1:
        raise InputError(f"no column beside the target {target!r} to predict it from")


def _check_cells(cells: NDArray[Any], values: NDArray[Any], target: str) -> NDArray[np.bool_]:
    """Tell which rows have anything in them; raises InputError where a value there is unusable."""
    filled = np.array(["".join(row).strip() != "" for row in cells[1:]])
    wrong = np.argwhere(~(abs(values) <= LARGEST) & filled[:, np.newaxis])
    problems = [
        f"line {_line(cells, row + 1)}, column {cells[0, column]!r}: "
        + _problem(cells[row + 1, column], values[row, column], cells[0, column] == target)
        for row, column in wrong[:TOLD]
    ]
    if len(wrong) > TOLD:
        problems.append(f"and {len(wrong) - TOLD} more")
    if problems:
        raise InputError("\n".join(problems))
    return filled


def _line(cells: NDArray[Any], row: int) -> int:
    """Give the line that a row begins in: a quoted cell above it may span several."""
    return 1 + row + "".join(cells[:row].ravel()).count("\n")


def _problem(cell: str, value: float, is_class: bool) -> str:
    if is_class:
        return f"a class is missing ({cell.strip()!r} cannot be one)"
    if cell.strip().lower() in MISSING:
        return "a value is missing"
    if np.isnan(value):
        return f"{cell[:40]!r} is not a number"
    return f"{cell} is beyond the largest number that can be used, {LARGEST:g}"


def _classes(labels: NDArray[Any], target: str) -> list[str]:
    """Sort the classes, by value where all are numbers: 9 comes before 10."""
    classes = sorted(set(labels))
    if not classes:
        raise InputError("no rows beneath the header")
    if len(classes) == 1:
        raise InputError(f"column {target!r} holds one class only, {classes[0]!r}: two are needed")
    try:
        return sorted(classes, key=float)
    except ValueError:
        return classes
