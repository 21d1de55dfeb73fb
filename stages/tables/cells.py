"""The cells of a CSV file as numbers and texts, chunk by chunk, each cell checked.

pandas reads a block in which all is well. Only where a cell is of no use is the block read once
more, cell by cell, to tell what stands there and in which line. Both give the same values.
"""

import io
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.preparing.columns import LARGEST
from nn.preparing.forms import NUMBERS, PLAIN, TARGETS, Form, Kind
from stages.tables.blocks import (
    END_OF_FILE,
    Block,
    Dialect,
    begins_plainly,
    regular_lines,
    split_rows,
)

Forms = Mapping[str, Form]
"""By column, where a form is not the usual one."""
KINDS_OF_NUMBERS = "iuf"  # of NumPy's types


class TableProblem(NamedTuple):
    """Something wrong in a row of a chunk, in one of its cells or (column None) with all of it."""

    row: int
    line: int
    column: str | None
    text: str

    def __str__(self) -> str:
        """Write it as one line."""
        place = f"line {self.line}" if self.column is None else f"line {self.line}, column "
        return f"{place}{'' if self.column is None else repr(self.column)}: {self.text}"


class Chunk(NamedTuple):
    """Some rows of a table, those left out that have nothing in any cell."""

    lines: NDArray[np.int64]
    """In which line of the file each row begins."""
    columns: dict[str, NDArray[Any]]
    """Numbers, NaN where one is missing; texts without blanks at their ends, "" where missing."""
    problems: list[TableProblem]
    """By row, then by column. What is wrong counts as missing above."""

    def only(self, names: Iterable[str]) -> "Chunk":
        """Keep some columns."""
        return Chunk(self.lines, {name: self.columns[name] for name in names}, [])


def read_chunks(
    blocks: Iterator[Block],
    header: Sequence[str],
    kinds: Mapping[str, Kind],
    missing: str,
    dialect: Dialect,
    forms: Forms,
    each: Callable[[Callable[[Block], Chunk], Iterator[Block]], Iterator[Chunk]] = map,
) -> Iterator[Chunk]:
    """Read the columns that `kinds` names; a missing value is a problem where `missing` is refuse.

    `each` calls a function with each block and gives the results in order, as `map` does. Raises
    InputError where a quote is opened and not closed.
    """

    def read(block: Block) -> Chunk:
        chunk = _read_clean(block, header, kinds, missing, dialect, forms)
        return chunk or _read_cell_by_cell(block, header, kinds, missing, dialect, forms)

    return each(read, blocks)


def _read_clean(
    block: Block,
    header: Sequence[str],
    kinds: Mapping[str, Kind],
    missing: str,
    dialect: Dialect,
    forms: Forms,
) -> Chunk | None:
    """Read a block in which nothing is wrong; give None where something is, or may be."""
    block = without_empty_end(block)
    # Where every cell is read and none may be empty, what pandas reads shows each row that is too
    # short or longer than the one before: only the first is left to look at.
    told_by_pandas = missing == "refuse" and len(kinds) == len(header)
    form_of = {name: forms.get(name, PLAIN) for name in kinds}
    numbers = {name for name, kind in kinds.items() if kind in NUMBERS and form_of[name].is_plain}
    if told_by_pandas and begins_plainly(block, dialect.delimiter, len(header)):
        lines = None
    elif (lines := regular_lines(block, dialect.delimiter, len(header))) is None:
        return None
    pandas_reads = partial(
        read_frame,
        block,
        header,
        dialect,
        usecols=None if told_by_pandas else list(kinds),
        dtype={name: str for name in kinds if name not in numbers},
    )
    # pandas prepares the marks of each column for half a millisecond: of more columns than rows, it
    # is quicker to see first whether there are any.
    is_wide = len(kinds) > block.data.count(b"\n")
    try:
        frame: Any = pandas_reads(na_filter=False) if missing == "refuse" or is_wide else None
        if frame is None or (missing == "impute" and not _are_numbers(frame, numbers)):
            frame = pandas_reads(
                na_values={name: _spelled_marks(form_of[name]) for name in numbers}
            )
    except ValueError:
        return None
    if lines is None:
        lines = np.arange(block.line, block.line + len(frame))
    columns: dict[str, NDArray[Any]] = {}
    absent = np.ones(len(lines), dtype=bool)  # rows of which nothing was found so far
    for name, kind in kinds.items():
        values = _meaning(frame[name], kind, form_of[name], dialect.decimal)
        if values is None:
            return None
        columns[name] = values
        absent_here = np.isnan(values) if kind in NUMBERS else values == ""
        if (missing == "refuse" or kind in TARGETS) and absent_here.any():
            return None
        absent &= absent_here
    return None if absent.any() else Chunk(lines, columns, [])


def _meaning(cells: Any, kind: Kind, form: Form, decimal: str) -> NDArray[Any] | None:
    """Give what the cells of a column mean, a pandas Series; None where one means nothing."""
    if kind in NUMBERS and form.is_plain:
        values = cells.to_numpy()
        if values.dtype.kind not in KINDS_OF_NUMBERS:
            return None
        values = values.astype(np.float64)
        for sentinel in form.sentinels():
            values[values == sentinel] = np.nan
    else:
        places, different = cells.factorize()
        read = (
            [form.number(str(text), decimal) for text in different]
            if kind in NUMBERS
            else [form.text(str(text), kind) for text in different]
        )
        if None in read:
            return None
        values = np.array(read, dtype=np.float64 if kind in NUMBERS else object)[places]
    is_beyond = kind in NUMBERS and (np.abs(values) > LARGEST).any()
    return None if is_beyond else values


def read_frame(block: Block, header: Sequence[str], dialect: Dialect, **options: Any) -> Any:
    """Read a block with pandas; raises ValueError where a row is longer than the one before."""
    import pandas  # here, so that whoever reads no table need not wait for it

    return pandas.read_csv(
        io.BytesIO(block.data),
        sep=dialect.delimiter,
        decimal=dialect.decimal,
        header=None,
        names=list(header),
        index_col=False,
        keep_default_na=False,
        skip_blank_lines=False,
        low_memory=False,
        **options,
    )


def _are_numbers(frame: Any, names: Container[str]) -> bool:
    """Tell whether pandas has found numbers, and nothing else, in all these columns."""
    return all(
        kind.kind in KINDS_OF_NUMBERS for name, kind in frame.dtypes.items() if name in names
    )


def without_empty_end(block: Block) -> Block:
    """Cut empty lines off, as there are at the end of many a file: they are no rows."""
    if block.data.endswith(b"\n\n"):
        block = block._replace(data=block.data.rstrip(b"\n"))
    return block


def _read_cell_by_cell(
    block: Block,
    header: Sequence[str],
    kinds: Mapping[str, Kind],
    missing: str,
    dialect: Dialect,
    forms: Forms,
) -> Chunk:
    lines: list[int] = []
    rows: list[list[str]] = []
    problems: list[TableProblem] = []
    for line, cells in split_rows(block, dialect.delimiter):
        if not "".join(cells).strip().strip(END_OF_FILE.decode()):
            continue
        if len(cells) != len(header):
            told = f"{len(cells)} cells, where the header has {len(header)}"
            problems.append(TableProblem(len(lines), line, None, told))
            cells = [""] * len(header)
        lines.append(line)
        rows.append(cells)
    broken = {problem.row for problem in problems}
    columns: dict[str, NDArray[Any]] = {}
    for name, kind in kinds.items():
        place, form = header.index(name), forms.get(name, PLAIN)
        is_number = kind in NUMBERS
        values = np.full(len(rows), np.nan if is_number else "", float if is_number else object)
        for row, cells in enumerate(rows):
            cell = cells[place]
            value = form.number(cell, dialect.decimal) if is_number else form.text(cell, kind)
            if not (problem := _problem(cell, value, kind, missing)):
                values[row] = value
            elif row not in broken:
                problems.append(TableProblem(row, lines[row], name, problem))
        columns[name] = values
    order = {name: place for place, name in enumerate(header)}
    problems.sort(key=lambda problem: (problem.row, order.get(problem.column or "", -1)))
    return Chunk(np.array(lines, dtype=np.int64), columns, problems)


@lru_cache(maxsize=64)
def _spelled_marks(form: Form) -> list[str]:
    """List the marks among numbers as they are usually spelled; others are read cell by cell."""
    marks = form.marks("number")
    return [*{spelt(mark) for mark in marks for spelt in (str, str.upper, str.title)}, "NaN"]


def _problem(cell: str, value: float | str | None, kind: Kind, missing: str) -> str | None:
    """Say why a cell is of no use, or None where it is."""
    if kind == "class":
        return None if value else f"a class is missing ({cell.strip()!r} cannot be one)"
    if value is None:
        return f"{cell[:40]!r} is not a number"
    if value == "" or value != value:
        return "a value is missing" if missing == "refuse" or kind in TARGETS else None
    if kind in NUMBERS and abs(float(value)) > LARGEST:
        return f"{cell} is beyond the largest number that can be used, {LARGEST:g}"
    return None
