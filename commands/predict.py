"""Predict the classes of a table's rows: `python -m commands.predict MODEL TABLE`.

All that is needed is the model file. Columns are found by their names, in any order; further ones
are left alone. TABLE is a CSV file, gzipped or not, or - for standard input; how it is written
(delimiter, decimal mark, encoding) is found out from how it begins.

A row that cannot be used ends the work with its line and column, and nothing is written to FILE.
With --skip-bad-rows the others are done, and each that is left out is listed on standard error.
A text that was not in training is taken for none of its column's categories, and told of.

Output is a row for each row of the table: the line of the table in which it begins, the predicted
class, and with --proba the probability of each class.
"""

import os

# One thread for BLAS: the matrices are narrow, and threads that wait for each other cost more than
# they bring. NumPy reads it when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import io
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np
from numpy.typing import NDArray

from commands.predicting.outputs import FORMATS
from commands.predicting.report import Report
from commands.shared.cores import cores
from commands.shared.dialects import DELIMITERS, find_dialect, look_ahead
from commands.shared.parsers import parser_of
from nn.errors import InputError, nearest
from nn.judging.decisions import predicted_classes
from nn.model_file import Model, load_model
from stages.running.files import output_file
from stages.tables.blocks import Block, read_blocks, split_header
from stages.tables.cells import Chunk, Kind, read_chunks, some

# Threads that turn text into numbers, beside the one that predicts; each holds a block in memory.
READERS = min(max(cores() - 1, 1), 3)


def main(arguments: Sequence[str] | None = None) -> int:
    """Predict, and return the exit code: 0, or 1 after one line on what is wrong."""
    options = _parser().parse_args(arguments)
    try:
        model = load_model(options.model)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        to_file = nullcontext(sys.stdout) if options.output == "-" else output_file(options.output)
        with _opened(options.table) as source, to_file as target:
            predict(model, source, target, options)
    except InputError as error:
        print("\n".join(f"error: {line}" for line in str(error).splitlines()), file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"error: {error.filename or options.output}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def predict(model: Model, source: BinaryIO, target: TextIO, options: argparse.Namespace) -> None:
    """Read, predict and write chunk by chunk; raises InputError where a row cannot be used."""
    report = Report(model, sys.stderr)
    try:
        write = FORMATS[options.format](target, model.classes, options.proba)
        with closing(chunks_for(model, source, options, report)) as chunks:
            for chunk in chunks:
                if chunk.problems and not options.skip_bad_rows:
                    told = some(chunk.problems)
                    raise InputError("\n".join([*told, "--skip-bad-rows does the other rows"]))
                lines, columns = _good_rows(chunk)
                report.skipped(chunk.problems)
                coded = model.preprocessing.code(columns)
                report.coded(coded, lines)
                shares = model.probabilities(coded.values)
                write.rows(lines, predicted_classes(shares, options.threshold), shares)
        write.end()
    except InputError as error:
        name = "standard input" if options.table == "-" else options.table
        told = [f"{name}: {line}" for line in str(error).splitlines()]
        raise InputError("\n".join(told)) from error
    report.end()


def _good_rows(chunk: Chunk) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """Leave out the rows with a problem: the lines and the columns of the others."""
    if not chunk.problems:
        return chunk.lines, chunk.columns
    good = np.ones(len(chunk.lines), dtype=bool)
    good[[problem.row for problem in chunk.problems]] = False
    return chunk.lines[good], {name: values[good] for name, values in chunk.columns.items()}


def chunks_for(
    model: Model, source: BinaryIO, options: argparse.Namespace, report: Report
) -> Generator[Chunk, None, None]:
    """Read what a model needs of a table; raises InputError where a column is missing."""
    kinds: dict[str, Kind] = {
        column.name: "number" if column.categories is None else "text"
        for column in model.preprocessing.columns
    }
    beginning, stream = look_ahead(source)
    dialect = find_dialect(
        beginning,
        kinds,
        numbers={name for name, kind in kinds.items() if kind == "number"},
        encoding=options.encoding,
        delimiter=options.delimiter,
        decimal=options.decimal,
    )
    header, blocks = split_header(read_blocks(stream, dialect), dialect.delimiter)
    absent = [name for name in model.columns if name not in header]
    if absent:
        raise InputError(
            "\n".join(some([f"no column {name!r}{nearest(name, header)}" for name in absent]))
        )
    report.unused([name for name in header if name not in kinds])
    must_be_there = any(column.fill is None for column in model.preprocessing.columns)
    missing = "refuse" if must_be_there else "impute"
    in_order = {name: kinds[name] for name in header if name in kinds}
    yield from read_chunks(blocks, header, in_order, missing, dialect, each=_ahead)


def _ahead(read: Callable[[Block], Chunk], blocks: Iterator[Block]) -> Iterator[Chunk]:
    """Read the next blocks, in threads of their own, while whoever asks works on the one before."""
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
    """Submit block after block; an error in getting one is told in its turn."""
    try:
        for block in blocks:
            yield readers.submit(read, block)
    except InputError as error:
        failed: Future[Chunk] = Future()
        failed.set_exception(error)
        yield failed


@contextmanager
def _opened(table: str) -> Iterator[BinaryIO]:
    if table == "-":
        yield sys.stdin.buffer
    else:
        with Path(table).open("rb") as source:
            yield source


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("predict", __doc__)
    parser.add_argument("model", metavar="MODEL", help="a model file, as models/circles.npz")
    parser.add_argument("table", metavar="TABLE", help="a CSV file; - is standard input")
    parser.add_argument(
        "-o", "--output", metavar="FILE", default="-", help="written whole; - is standard output"
    )
    parser.add_argument("--proba", action="store_true", help="write each class's probability, too")
    parser.add_argument("--format", choices=list(FORMATS), default="csv")
    parser.add_argument(
        "--skip-bad-rows", action="store_true", help="list rows that cannot be used, do the others"
    )
    parser.add_argument(
        "--threshold",
        type=_share,
        default=0.5,
        help="of two classes, the probability from which on it is the second (0.5)",
    )
    parser.add_argument("--delimiter", choices=DELIMITERS, help="where it is not found out rightly")
    parser.add_argument("--decimal", choices=(".", ","), help="likewise")
    parser.add_argument(
        "--encoding", choices=("utf-8", "utf-16", "latin-1", "cp1252"), help="likewise"
    )
    return parser


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise ValueError
    return value


if __name__ == "__main__":
    sys.exit(main())
