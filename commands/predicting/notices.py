"""Notices beside the predictions, on standard error: once for each column, with a count."""

from collections import Counter
from collections.abc import Sequence
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from commands.shared.dialects import dialect_notes
from nn.errors import InputError, counted, shortened
from nn.model_file import Model
from nn.preparing.preprocessing import UNSEEN, Coded, Oddity, of_each_column
from stages.tables.blocks import Dialect
from stages.tables.cells import TableProblem

SEVERAL = 2  # rows of which none is known: one alone may be the first of its kind
NAMED = 20  # unused columns, or reasons to skip a row, that are told one by one
KEPT = 1000  # texts of a column that are counted one by one, the others with the first


class Notices:
    """Notices of one run: columns and rows left out at once, the rest summed up at its end."""

    def __init__(self, model: Model, target: TextIO) -> None:
        self.model, self.target = model, target
        self.rows = self.left_out = self.named = 0
        self.unnamed = Counter[str | None]()  # problems by column
        self.unseen: dict[str, dict[str, Oddity]] = {}  # by column and text; rows are lines here
        self.beyond: dict[str, Oddity] = {}
        self.filled = dict.fromkeys(model.columns, 0)
        self.present = dict.fromkeys(model.columns, 0)  # rows with a text, by column
        self.known = dict.fromkeys(model.columns, 0)

    def unused(self, names: Sequence[str]) -> None:
        """Name the columns of the table that the model does not know."""
        if names:
            told = ", ".join(map(repr, names[:NAMED])) + (", ..." if len(names) > NAMED else "")
            self._tell(f"note: columns that are not used: {told}")

    def written(self, dialect: Dialect) -> None:
        """Say how the table is written, where that is unusual."""
        for note in dialect_notes(dialect):
            self._tell(f"note: {note}")

    def beneath(self, lines: Sequence[int]) -> None:
        """Name the lines at the end that are no rows."""
        if lines:
            told = ", ".join(map(str, lines))
            self._tell(f"note: no rows, and passed over: line {told} (a total or a note)")

    def skipped(self, problems: Sequence[TableProblem]) -> None:
        """Tell the first reasons to leave out rows, and count the others."""
        for problem in problems:
            if self.named < NAMED:
                self.named += 1
                self._tell(f"skipped: {problem}")
            else:
                self.unnamed[problem.column] += 1
        self.left_out += len({problem.row for problem in problems})

    def coded(self, coded: Coded, lines: NDArray[np.int64]) -> None:
        """Count the unseen texts and the missing values in some rows."""
        self.rows += len(lines)
        self._count_known(coded)
        for each in coded.unseen:
            self._add(self.unseen.setdefault(each.column, {}), each.text, each, lines)
        for each in coded.beyond:
            self._add(self.beyond, each.column, each, lines)
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

    def _add(
        self, told: dict[str, Oddity], key: str, found: Oddity, lines: NDArray[np.int64]
    ) -> None:
        """Count what was found in some rows with what was found before."""
        if key not in told and len(told) >= KEPT:
            key = next(iter(told))
        before = told.get(key, found._replace(row=int(lines[found.row]), rows=0))
        told[key] = before._replace(rows=before.rows + found.rows)

    def _refuse_unknown(self) -> None:
        """Raise InputError where a column has texts in several rows, and training knows none."""
        for column in self.model.preprocessing.columns:
            if self.present[column.name] >= SEVERAL and self.known[column.name] == 0:
                categories = column.categories or ()
                first = next(iter(self.unseen[column.name]))
                known = ", ".join(repr(name[:20]) for name in categories[:3])
                more = ", ..." if len(categories) > 3 else ""
                raise InputError(
                    f"column {column.name!r}: {first} was not in training, nor any other text "
                    f"in it; training had {known}{more}: write these, or leave the cells empty"
                )

    def end(self) -> None:
        """Name the unseen texts and filled-in values, and how many rows were left out.

        Raises InputError where nothing in a column was known, or no row could be used.
        """
        self._refuse_unknown()
        of_texts = [each for texts in self.unseen.values() for each in texts.values()]
        for each in of_each_column(of_texts):
            self._warn_of(each, "; taken for none of its categories")
        for each in self.beyond.values():
            self._warn_of(each)
        for name, rows in self.filled.items():
            if rows:
                self._tell(
                    f"warning: column {name!r}: "
                    f"{counted(rows, 'missing value was', 'missing values were')} filled in, "
                    "of which there were none in training"
                )
        for column, count in self.unnamed.items():
            reason = "another number of cells" if column is None else f"column {column!r}"
            self._tell(f"skipped: {count} more, for {reason}")
        if self.left_out:
            if not self.rows:
                raise InputError(f"none of {counted(self.left_out, 'row')} can be used: see above")
            self._tell(f"{self.left_out} of {self.rows + self.left_out} rows were skipped")

    def _warn_of(self, each: Oddity, ending: str = "") -> None:
        more = f" and {each.rows - 1} more" if each.rows > 1 else ""
        self._tell(f"warning: line {each.row}{more}, column {each.column!r}: {each.text}{ending}")

    def _tell(self, message: str) -> None:
        print(shortened(message), file=self.target)
