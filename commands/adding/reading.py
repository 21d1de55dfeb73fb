"""A table read from its file twice: as texts, which are counted; then as what these mean."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from commands.adding.tally import Tally
from commands.shared.numerals import can_only_be_decimal
from nn.arithmetic import distinct, even_places, row_blocks, rows_in_order, stored
from nn.errors import InputError, first_few
from nn.preparing.columns import LARGEST
from nn.preparing.forms import MISSING, NOT_NUMBERS, Form, Kind, plain_number
from stages.executing.progress import Progress
from stages.tables.blocks import Block, Dialect, cell_lengths, read_blocks, split_header
from stages.tables.cells import Chunk, read_chunks, read_frame, without_empty_end

TEXTS_KEPT, FEWEST_KEPT = 100_000, 500  # different ones: of all columns together, and of each
MOST_LOOKED_AT = 200_000  # rows, by which a column is compared with the target
RAW = Form(not_missing=tuple(MISSING))
MARKS = MISSING | NOT_NUMBERS
TENS = 10 ** np.arange(1, 16)  # whole numbers of more digits are not exact

Array = NDArray[np.float64]


class Numbers(NamedTuple):
    """The numbers of a column, as far as anything is said of them."""

    missing: int
    different: int
    low: tuple[float, ...]
    """The lowest number and the next one, as far as there are."""
    high: tuple[float, ...]
    """The highest number and the one before."""
    rows_of_ends: tuple[int, int]
    """How many rows have the lowest, and the highest."""
    are_whole: bool
    are_in_steps: bool
    """Whether each is by one larger than another, but for the lowest."""

    @property
    def extent(self) -> tuple[float, float]:
        """The lowest and the highest."""
        return self.low[0], self.high[0]


class Looked(NamedTuple):
    """A column beside the target, in the same rows."""

    values: Array
    """(rows,): numbers, NaN where one is missing; of texts a number for each."""
    labels: Array
    """(rows,): the number of the class, or the number to predict."""


class Meant(NamedTuple):
    """What the cells of the columns mean."""

    numbers: dict[str, Numbers]
    looked: dict[str, Looked]


def count_texts(
    path: Path, dialect: Dialect, target: str
) -> tuple[int, dict[str, Tally], list[str]]:
    """Count the texts of each column: rows, tallies, and rows of another length."""
    problems: list[Any] = []
    with path.open("rb") as source, Progress("add: texts counted", "rows") as progress:
        header, blocks = split_header(read_blocks(source, dialect), dialect)
        most = max(TEXTS_KEPT // len(header), FEWEST_KEPT)
        columns = {name: _Counted(Tally(most), dialect.decimal) for name in header}
        rows = 0
        for block in blocks:
            quick = [name for name in header if columns[name].is_quick and name != target]
            slow = [name for name in header if name not in quick]
            chunk = _texts(block, header, slow, dialect)
            rows += len(chunk.lines)
            problems += chunk.problems
            wrong = _count_numbers(block, header, dialect, columns, quick, len(chunk.lines))
            for part in [chunk, *([_texts(block, header, wrong, dialect)] if wrong else [])]:
                for name, texts in part.columns.items():
                    columns[name].add(texts, part.lines)
            progress.advance(len(chunk.lines))
    tallies = {name: column.tally for name, column in columns.items()}
    return rows, tallies, first_few(problems)


def read_values(
    path: Path,
    dialect: Dialect,
    rows: int,
    kinds: Mapping[str, Kind],
    forms: Mapping[str, Form],
    target: str,
) -> Meant:
    """Read columns as numbers or texts; raises InputError where one is not what its form says."""
    problems: list[Any] = []
    with path.open("rb") as source, TemporaryFile(dir=".") as room:
        header, blocks = split_header(read_blocks(source, dialect), dialect)
        columns = _OnDisk(room, [*kinds])
        classes: dict[str, float] = {}
        with Progress("add: values read", "rows", rows) as progress:
            for chunk in read_chunks(blocks, header, kinds, "impute", dialect, forms):
                problems += chunk.problems
                columns.add(
                    _coded(chunk.columns[name], classes if name == target else None)
                    for name in kinds
                )
                progress.advance(len(chunk.lines))
        if problems:
            raise InputError("\n".join(first_few(problems)))
        places = even_places(rows, MOST_LOOKED_AT)
        labels = rows_in_order(columns.column(target), places)
        numbers, looked = {}, {}
        with Progress("add: values looked over", "columns", len(kinds)) as progress:
            for name, kind in progress.over(kinds.items()):
                values = columns.column(name)
                looked[name] = Looked(rows_in_order(values, places), labels)
                if kind in ("number", "quantity"):
                    numbers[name] = numbers_of(values)
    return Meant(numbers, looked)


def numbers_of(values: Array) -> Numbers:
    """Summarise the numbers of a column, (rows,), NaN where one is missing."""
    known = (block[~np.isnan(block)] for block in row_blocks(values, 1))
    low: list[tuple[float, float]] = []  # the two lowest numbers, and how many rows have each
    high: list[tuple[float, float]] = []
    rows, different, are_whole, are_in_steps = 0, 0, True, True
    for numbers, counts in distinct((block, None) for block in known):
        here = np.column_stack([numbers, counts])
        before = [number for number, _ in high[-1:]]
        low, high = [*low, *here[:2].tolist()][:2], [*high, *here[-2:].tolist()][-2:]
        rows += int(counts.sum())
        different += len(numbers)
        are_whole &= bool((numbers % 1 == 0).all())
        are_in_steps &= bool((np.diff(numbers, prepend=before) == 1).all())
    if not rows:
        return Numbers(len(values), 0, (), (), (0, 0), True, False)
    return Numbers(
        len(values) - rows,
        different,
        tuple(number for number, _ in low),
        tuple(number for number, _ in reversed(high)),
        (int(low[0][1]), int(high[-1][1])),
        are_whole,
        are_in_steps and different == rows,
    )


class _Counted:
    """A column whose texts are counted; once all that can be odd was seen, as numbers alone."""

    def __init__(self, tally: Tally, decimal: str) -> None:
        self.tally, self.decimal = tally, decimal
        self.seen = 0
        self.example = ""
        self.marks: list[str] = []
        self.is_plain = self.is_whole = True
        self.is_decimal = False
        """Whether a text shows that the decimal mark can be nothing else."""

    @property
    def is_quick(self) -> bool:
        """Whether more numbers of the same kind tell nothing new about how they are written."""
        is_clear = self.is_plain and (self.is_decimal or self.is_whole) and len(self.marks) < 2
        return is_clear and not self.tally.is_exact

    def add(self, texts: NDArray[np.object_], lines: NDArray[np.int64]) -> None:
        """Count the texts of some rows."""
        self.tally.add(texts, lines)
        if self.tally.is_exact or not self.is_plain:
            return
        counts = self.tally.counts
        for text in islice(counts, self.seen, None):
            if text.lower() in MARKS:
                self.marks.append(text)
                continue
            number = plain_number(text, self.decimal)
            if number is None or not abs(number) <= LARGEST:
                self.is_plain = False
                return
            self.example = self.example or text
            digits = text.removeprefix("-")
            is_padded = digits.startswith("0") and len(text) > 1
            self.is_whole &= digits.isdecimal() and not is_padded and len(digits) < len(TENS)
            self.is_decimal |= can_only_be_decimal(text, self.decimal)
        self.seen = len(counts)

    def add_numbers(self, values: NDArray[Any], lengths: NDArray[np.int64]) -> bool:
        """Count numbers, NaN where one is missing, of cells of so many bytes, unless one is odd."""
        if values.dtype.kind not in "iuf":
            return False
        known = ~np.isnan(values)
        missing = len(values) - int(np.count_nonzero(known))
        sizes = np.abs(values[known])
        if (missing and not self.marks) or (sizes > LARGEST).any():
            return False
        if not self.is_decimal:
            digits = np.searchsorted(TENS, sizes, side="right") + 1 + (values[known] < 0)
            if (digits != lengths[known]).any() or (sizes >= TENS[-2]).any():
                return False
        if missing:
            self.tally.add_alike(self.marks[0], missing)
        self.tally.add_alike(self.example, len(values) - missing)
        return True


class _OnDisk:
    """Columns of numbers in a file, chunk by chunk."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        self.file, self.names = file, names
        self.starts: list[tuple[int, int]] = []
        """Where each chunk begins, and how many rows it has."""

    def add(self, columns: Iterator[Array]) -> None:
        """Write the next chunk."""
        start, rows = self.file.tell(), 0
        for values in columns:
            rows = len(values)
            self.file.write(values.tobytes())
        self.starts.append((start, rows))

    def column(self, name: str) -> Array:
        """Read a column of all chunks."""
        place = self.names.index(name)

        def by_chunks() -> Iterator[Array]:
            for start, rows in self.starts:
                self.file.seek(start + 8 * rows * place)
                yield np.frombuffer(self.file.read(8 * rows))

        return stored(by_chunks())


def _texts(block: Block, header: Sequence[str], names: Sequence[str], dialect: Dialect) -> Chunk:
    kinds: dict[str, Kind] = dict.fromkeys(names, "text")
    forms = dict.fromkeys(header, RAW)
    (chunk,) = read_chunks(iter([block]), header, kinds, "impute", dialect, forms)
    return chunk


def _count_numbers(
    block: Block,
    header: Sequence[str],
    dialect: Dialect,
    columns: Mapping[str, _Counted],
    names: Sequence[str],
    rows: int,
) -> list[str]:
    """Count the numbers of a block in these columns; return those in which they are not plain."""
    if not names:
        return []
    block = without_empty_end(block)
    marks = {name: columns[name].marks for name in names if columns[name].marks}
    lengths = cell_lengths(block, dialect.delimiter, len(header))
    try:
        frame = read_frame(
            block,
            header,
            dialect,
            usecols=names,
            na_values=marks or None,
            na_filter=bool(marks),
        )
    except ValueError:
        return [*names]
    if lengths is None or not len(frame) == len(lengths) == rows:
        return [*names]
    places = {name: place for place, name in enumerate(header)}
    return [
        name
        for name in names
        if not columns[name].add_numbers(frame[name].to_numpy(), lengths[:, places[name]])
    ]


def _coded(values: NDArray[Any], classes: dict[str, float] | None) -> Array:
    """Make numbers of texts: of classes their places, of others hashes, to tell them apart."""
    if values.dtype != object:
        return values
    from pandas import factorize
    from pandas.util import hash_array

    if classes is not None:
        places, different = factorize(values)
        for text in different:
            classes.setdefault(text, float(len(classes)))
        return np.array([classes[text] for text in different])[places]
    hashes: NDArray[np.uint64] = hash_array(values)
    return (hashes >> np.uint64(11)).astype(np.float64)  # so many bits a float holds exactly
