"""The formats of predictions, written as they come: CSV, or one JSON list."""

import csv
import io
import json
from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Texts = NDArray[np.object_]


class Beside(NamedTuple):
    """What is told beside a prediction: a number, or several under names."""

    key: str
    """What it is, or they are together."""
    headings: Sequence[str]
    """The names in full, one for each number."""
    names: Sequence[str] = ()


class CsvOutput:
    """A header and a line for each row: `line`, kept cells, `prediction`, what is beside it."""

    def __init__(
        self,
        target: TextIO,
        classes: Sequence[str],
        beside: Sequence[Beside],
        kept: Sequence[str] = (),
    ) -> None:
        headings = [heading for each in beside for heading in each.headings]
        self.before = _csv_row(["line", *kept, "prediction", *headings])  # with the first
        self.target = target
        self.names = [_csv_cell(name) for name in classes]

    def rows(
        self, lines: Integers, predicted: NDArray[Any], beside: Array, kept: Sequence[Texts] = ()
    ) -> None:
        """Write some rows: their lines (rows,), classes or numbers (rows,), and what is beside."""
        if not len(lines):
            return
        told = predicted.tolist()
        columns = [lines.tolist(), *([_csv_cell(text) for text in each] for each in kept)]
        columns += [[self.names[n] for n in told] if self.names else told, *beside.T.tolist()]
        cells: list[Any] = [None] * (len(lines) * len(columns))
        for place, column in enumerate(columns):
            cells[place :: len(columns)] = column
        first = "%d" + ",%s" * len(kept) + (",%s" if self.names else ",%r")
        row = first + ",%r" * len(beside.T) + "\n"
        # One formatting of all rows is much faster than row by row.
        self.target.write(self.before + row * len(lines) % tuple(cells))
        self.before = ""

    def end(self) -> None:
        """Write the header of a table that had no rows."""
        self.target.write(self.before)


class JsonOutput:
    """A list of objects, one a line: `line`, `kept`, `prediction` and what is told beside it."""

    def __init__(
        self,
        target: TextIO,
        classes: Sequence[str],
        beside: Sequence[Beside],
        kept: Sequence[str] = (),
    ) -> None:
        self.target, self.beside, self.kept = target, beside, kept
        self.classes = list(classes)
        self.between = "[\n"

    def rows(
        self, lines: Integers, predicted: NDArray[Any], beside: Array, kept: Sequence[Texts] = ()
    ) -> None:
        """Write some rows: their lines (rows,), classes or numbers (rows,), and what is beside."""
        parts = []
        for place, (line, answer, row) in enumerate(
            zip(lines.tolist(), predicted.tolist(), beside.tolist(), strict=True)
        ):
            told: dict[str, Any] = {"line": line}
            if kept:
                cells = (texts[place] for texts in kept)
                told["kept"] = dict(zip(self.kept, cells, strict=True))
            told["prediction"] = self.classes[answer] if self.classes else answer
            numbers = iter(row)
            for key, headings, names in self.beside:
                own = [*islice(numbers, len(headings))]
                told[key] = dict(zip(names, own, strict=True)) if names else own[0]
            parts.append(self.between + json.dumps(told, ensure_ascii=False))
            self.between = ",\n"
        self.target.write("".join(parts))

    def end(self) -> None:
        """Close the list."""
        self.target.write("[]\n" if self.between.startswith("[") else "\n]\n")


FORMATS: dict[str, type[CsvOutput | JsonOutput]] = {"csv": CsvOutput, "json": JsonOutput}


def _csv_cell(text: str) -> str:
    return _csv_row([text])[:-1] if set(text) & {*'",\r\n'} or not text else text


def _csv_row(cells: Sequence[str]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(cells)
    return row.getvalue()
