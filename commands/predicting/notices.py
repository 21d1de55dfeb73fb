"""Notices beside the predictions, on standard error."""

from collections.abc import Sequence
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from nn.errors import shortened
from nn.model_file import Model
from nn.preparing.preprocessing import Coded
from stages.tables.cells import TableProblem

NAMED = 20  # texts unseen in training, or unused columns, that are named one by one


class Notices:
    """Notices of one run: columns and rows left out at once, the rest summed up at its end."""

    def __init__(self, model: Model, target: TextIO) -> None:
        self.model, self.target = model, target
        self.rows = self.left_out = self.others = 0
        self.unseen: dict[tuple[str, str], list[int]] = {}  # first line and count of rows
        self.filled = dict.fromkeys(model.columns, 0)

    def unused(self, names: Sequence[str]) -> None:
        """Name the columns of the table that the model does not know."""
        if names:
            told = ", ".join(map(repr, names[:NAMED])) + (", ..." if len(names) > NAMED else "")
            self._tell(f"note: columns that are not used: {told}")

    def skipped(self, problems: Sequence[TableProblem]) -> None:
        """Name each row that is left out, and why."""
        for problem in problems:
            self._tell(f"skipped: {problem}")
        self.left_out += len({problem.row for problem in problems})

    def coded(self, coded: Coded, lines: NDArray[np.int64]) -> None:
        """Count the unseen texts and the missing values in some rows."""
        self.rows += len(lines)
        for finding in coded.unseen:
            key = finding.column, finding.text
            if key in self.unseen:
                self.unseen[key][1] += 1
            elif len(self.unseen) < NAMED:
                self.unseen[key] = [int(lines[finding.row]), 1]
            else:
                self.others += 1
        for place, column in enumerate(self.model.preprocessing.columns):
            if not column.indicator:
                missing = np.isnan(coded.values[:, place])
                self.filled[column.name] += int(np.count_nonzero(missing))

    def end(self) -> None:
        """Name the unseen texts and filled-in values, and how many rows were left out."""
        for (column, text), (line, rows) in self.unseen.items():
            others = f" and {rows - 1} more" if rows > 1 else ""
            self._tell(
                f"warning: line {line}{others}, column {column!r}: {text}; "
                "taken for none of its categories"
            )
        if self.others:
            self._tell(f"warning: {self.others} more cells hold texts that were not in training")
        for name, rows in self.filled.items():
            if rows:
                self._tell(
                    f"warning: column {name!r}: {rows} missing values were filled in, "
                    "of which there were none in training"
                )
        if self.left_out:
            self._tell(f"{self.left_out} of {self.rows + self.left_out} rows were skipped")

    def _tell(self, message: str) -> None:
        print(shortened(message), file=self.target)
