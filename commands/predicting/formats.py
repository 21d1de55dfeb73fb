"""The formats of predictions, written as they come: CSV, or one JSON list."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


class CsvOutput:
    """A header and a line for each row: `line,prediction`, then perhaps the probabilities."""

    def __init__(self, target: TextIO, classes: Sequence[str], with_probabilities: bool) -> None:
        names = [f"probability of {name}" for name in classes] if with_probabilities else []
        self.before = _csv_row(["line", "prediction", *names])  # the rows: written with the first
        self.target, self.with_probabilities = target, with_probabilities
        self.names = [f",{_csv_row([name])[:-1]}" for name in classes]

    def rows(self, lines: Integers, predicted: Integers, probabilities: Array) -> None:
        """Write some rows: their lines (rows,), classes (rows,), probabilities (rows, classes)."""
        if not len(lines):
            return
        columns = [lines.tolist(), [self.names[number] for number in predicted.tolist()]]
        if self.with_probabilities:
            columns += probabilities.T.tolist()
        cells: list[Any] = [None] * (len(lines) * len(columns))
        for place, column in enumerate(columns):
            cells[place :: len(columns)] = column
        row = "%d%s" + ",%r" * (len(columns) - 2) + "\n"
        # One formatting of all rows is much faster than row by row.
        self.target.write(self.before + row * len(lines) % tuple(cells))
        self.before = ""

    def end(self) -> None:
        """Write the header of a table that had no rows."""
        self.target.write(self.before)


class JsonOutput:
    """A list of objects, one a line: `line`, `prediction` and perhaps `probabilities`."""

    def __init__(self, target: TextIO, classes: Sequence[str], with_probabilities: bool) -> None:
        self.target, self.with_probabilities = target, with_probabilities
        self.classes = list(classes)
        self.between = "[\n"

    def rows(self, lines: Integers, predicted: Integers, probabilities: Array) -> None:
        """Write some rows: their lines (rows,), classes (rows,), probabilities (rows, classes)."""
        parts = []
        for line, number, row in zip(
            lines.tolist(), predicted.tolist(), probabilities.tolist(), strict=True
        ):
            told = {"line": line, "prediction": self.classes[number]}
            if self.with_probabilities:
                told["probabilities"] = dict(zip(self.classes, row, strict=True))
            parts.append(self.between + json.dumps(told, ensure_ascii=False))
            self.between = ",\n"
        self.target.write("".join(parts))

    def end(self) -> None:
        """Close the list."""
        self.target.write("[]\n" if self.between.startswith("[") else "\n]\n")


FORMATS: dict[str, type[CsvOutput | JsonOutput]] = {"csv": CsvOutput, "json": JsonOutput}


def _csv_row(cells: Sequence[str]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(cells)
    return row.getvalue()
