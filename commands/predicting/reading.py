"""Reading what a model needs of a table, block after block, ahead of whoever predicts."""

from argparse import Namespace
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

from commands.predicting.notices import Notices
from commands.shared.dialects import find_dialect, look_ahead
from nn.errors import InputError, first_few, nearest
from nn.model_file import Model
from nn.preparing.forms import Kind
from stages.executing.cores import cores
from stages.tables.blocks import Block, read_blocks, split_header
from stages.tables.cells import Chunk, read_chunks
from stages.tables.parquet import MAGIC

# Threads that turn text into numbers, beside the one that predicts; each holds a block in memory.
READERS = min(max(cores() - 1, 1), 3)


def chunks_for(
    model: Model, source: BinaryIO, options: Namespace, notices: Notices
) -> Generator[Chunk, None, None]:
    """Read the columns of a model from a table; raises InputError where one is missing.

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
    absent = [name for name in model.columns if name not in header]
    if absent:
        raise InputError(
            "\n".join(first_few([f"no column {name!r}{nearest(name, header)}" for name in absent]))
        )
    notices.unused([name for name in header if name not in kinds])
    must_be_there = any(column.fill is None for column in model.preprocessing.columns)
    missing = "refuse" if must_be_there else "impute"
    in_order = {name: kinds[name] for name in header if name in kinds}
    forms = {column.name: column.form for column in model.preprocessing.columns}
    yield from read_chunks(blocks, header, in_order, missing, dialect, forms, each=_ahead)


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
