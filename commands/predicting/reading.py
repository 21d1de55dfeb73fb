"""Reading what a model needs of a table, block after block, ahead of whoever predicts."""

from argparse import Namespace
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import tee
from typing import Any, BinaryIO

from numpy.typing import NDArray

from commands.predicting.notices import Notices
from commands.shared.dialects import find_dialect, look_ahead, no_column
from commands.shared.edges import LAST, TOTALS, lines_beneath, words_of
from nn.errors import InputError, first_few, nearest
from nn.model_file import Model
from nn.preparing.forms import RAW, Kind
from stages.executing.cores import cores
from stages.tables.blocks import (
    Block,
    Dialect,
    read_blocks,
    split_header,
    split_rows,
    without_lines,
)
from stages.tables.cells import Chunk, read_chunks
from stages.tables.parquet import MAGIC

TAIL = 50  # rows, blank ones among them, that may be beneath the last
Kept = Mapping[str, NDArray[Any]]
"""Columns of texts as they are in the table."""

# Threads that turn text into numbers, beside the one that predicts; each holds a block in memory.
READERS = min(max(cores() - 1, 1), 3)


def chunks_for(
    model: Model, source: BinaryIO, options: Namespace, notices: Notices
) -> Generator[tuple[Chunk, Kept], None, None]:
    """Read a model's columns from a table, and those that are kept; raises InputError at a gap.

    `options` may fix encoding, delimiter and decimal mark; what is None is found out.
    """
    kinds: dict[str, Kind] = {
        column.name: "number" if column.categories is None else "text"
        for column in model.preprocessing.columns
    }
    stream: BinaryIO
    beginning, stream = look_ahead(source)
    dialect = find_dialect(
        beginning,
        kinds,
        numbers={name for name, kind in kinds.items() if kind == "number"},
        encoding=options.encoding,
        delimiter=options.delimiter,
        decimal=options.decimal,
    )
    if beginning.startswith(MAGIC) and source.seekable():  # such a file is read from its end
        source.seek(0)
        stream = source
    header, blocks = split_header(read_blocks(stream, dialect), dialect)
    others = [name for name in header if name not in kinds]
    absent = [no_column(name, header, used=kinds) for name in model.columns if name not in header]
    absent += [f"no column {x!r}{nearest(x, header)}" for x in options.keep if x not in header]
    if absent:
        raise InputError("\n".join(first_few(absent)))
    notices.written(dialect)
    notices.unused([name for name in others if name not in options.keep])
    must_be_there = any(column.fill is None for column in model.preprocessing.columns)
    missing = "refuse" if must_be_there else "impute"
    in_order = {name: kinds[name] for name in header if name in kinds}
    forms = {column.name: column.form for column in model.preprocessing.columns}
    blocks = _without_totals(blocks, dialect, header, model, notices)
    blocks, again = tee(blocks) if options.keep else (blocks, iter(()))
    chunks = read_chunks(blocks, header, in_order, missing, dialect, forms, each=_ahead)
    as_texts: dict[str, Kind] = dict.fromkeys(options.keep, "text")
    raw = dict.fromkeys(options.keep, RAW)
    kept = read_chunks(again, header, as_texts, "impute", dialect, raw, each=_ahead)
    for chunk in chunks:  # of both the same rows
        yield chunk, next(kept).columns if options.keep else {}


def _without_totals(
    blocks: Iterator[Block], dialect: Dialect, header: list[str], model: Model, notices: Notices
) -> Iterator[Block]:
    """Cut off what stands beneath the last row, a total or a note, and name its lines."""
    held: deque[Block] = deque()  # the last ones, which may hold such lines
    try:
        for block in blocks:
            held.append(block)
            while sum(each.data.count(b"\n") for each in [*held][1:]) > LAST:
                yield held.popleft()
    except InputError:
        yield from held
        raise
    lines = _beneath(held, dialect, header, model)
    for block in held:
        yield from without_lines(block, lines)
    notices.beneath(lines)


def _beneath(
    last: Iterable[Block], dialect: Dialect, header: Sequence[str], model: Model
) -> tuple[int, ...]:
    """Find the lines that are no rows: they lack what a row needs, or say no more than Total."""
    categories = {each.name: each.categories or () for each in model.preprocessing.columns}
    places = [header.index(name) for name in model.columns]

    def is_row(cells: Sequence[str]) -> bool:
        first = next(cell for cell in cells if cell.strip())
        has_all = len(cells) == len(header) and all(cells[place].strip() for place in places)
        return has_all and not all(word in TOTALS for word in words_of(first) if word.isalpha())

    def is_known(name: str, text: str) -> bool:
        return text in categories.get(name, ())

    try:
        rows = deque((x for block in last for x in split_rows(block, dialect.delimiter)), TAIL)
    except InputError:  # whoever reads the block will tell
        return ()
    return lines_beneath([*rows], header, is_row, is_known)


def _ahead(read: Callable[[Block], Chunk], blocks: Iterator[Block]) -> Iterator[Chunk]:
    """Yield chunks in order, while threads read the blocks that follow."""
    with ThreadPoolExecutor(READERS) as readers:
        waiting: deque[Future[Chunk]] = deque()
        for future in _submitted(readers, read, blocks):
            waiting.append(future)
            if len(waiting) > READERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _submitted(
    readers: ThreadPoolExecutor, read: Callable[[Block], Chunk], blocks: Iterator[Block]
) -> Iterator[Future[Chunk]]:
    """Submit block after block; an error in getting one is raised after those before it."""
    try:
        for block in blocks:
            yield readers.submit(read, block)
    except InputError as error:
        failed: Future[Chunk] = Future()
        failed.set_exception(error)
        yield failed
