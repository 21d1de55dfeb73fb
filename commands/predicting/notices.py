"""Notices beside the predictions, on standard error."""

from collections.abc import Sequence
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from nn.errors import InputError, shortened
from nn.model_file import Model
from nn.preparing.preprocessing import UNSEEN, Coded
from stages.tables.cells import TableProblem

SEVERAL = 2  # rows of which none is known: one alone may be the first of its kind
NAMED = 20  # texts unseen in training, or unused columns, that are named one by one


class Notices:
    """Notices of one run: columns and rows left out at once, the rest summed up at its end."""

    def __init__(self, model: Model, target: TextIO) -> None:
        self.model, self.target = model, target
        self.rows = self.left_out = self.others = 0
        self.unseen: dict[tuple[str, str], list[int]] = {}  # first line and count of rows
        self.beyond: dict[str, tuple[int, str, int]] = {}  # first line, what it is, count of rows
        self.filled = dict.fromkeys(model.columns, 0)
        self.present = dict.fromkeys(model.columns, 0)  # rows with a text, by column
        self.known = dict.fromkeys(model.columns, 0)
        self.first_unseen: dict[str, str] = {}

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
        self._count_known(coded)
        for finding in coded.unseen:
            key = finding.column, finding.text
            if key in self.unseen:
                self.unseen[key][1] += 1
            elif len(self.unseen) < NAMED:
                self.unseen[key] = [int(lines[finding.row]), 1]
            else:
                self.others += 1
        for first, count in coded.beyond:
            line, text, rows = self.beyond.get(first.column, (int(lines[first.row]), first.text, 0))
            self.beyond[first.column] = line, text, rows + count
        for place, column in enumerate(self.model.preprocessing.columns):
            if not column.indicator:
                missing = np.isnan(coded.values[:, place])
                self.filled[column.name] += int(np.count_nonzero(missing))

    def _count_known(self, coded: Coded) -> None:
        """Count in each column of texts the rows that have one, and those that training knows."""
        for place, column in enumerate(self.model.preprocessing.columns):
            if column.categories:
                values = coded.values[:, place]
                present = values[~np.isnan(values)]
                self.present[column.name] += len(present)
                self.known[column.name] += int(np.count_nonzero(present != UNSEEN))
        for finding in coded.unseen:
            self.first_unseen.setdefault(finding.column, finding.text)

    def _refuse_unknown(self) -> None:
        """Raise InputError where a column has texts in several rows, and training knows none."""
        for column in self.model.preprocessing.columns:
            if self.present[column.name] >= SEVERAL and self.known[column.name] == 0:
                categories = column.categories or ()
                known = ", ".join(repr(name[:20]) for name in categories[:3])
                more = ", ..." if len(categories) > 3 else ""
                raise InputError(
                    f"column {column.name!r}: {self.first_unseen[column.name]}, nor any other text "
                    f"in it; training had {known}{more}: write these, or leave the cells empty"
                )

    def end(self) -> None:
        """Name the unseen texts and filled-in values, and how many rows were left out.

        Raises InputError where nothing in a column was known.
        """
        self._refuse_unknown()
        for (column, text), (line, rows) in self.unseen.items():
            others = f" and {rows - 1} more" if rows > 1 else ""
            self._tell(
                f"warning: line {line}{others}, column {column!r}: {text}; "
                "taken for none of its categories"
            )
        for column, (line, text, rows) in self.beyond.items():
            others = f" and {rows - 1} more" if rows > 1 else ""
            self._tell(f"warning: line {line}{others}, column {column!r}: {text}")
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
