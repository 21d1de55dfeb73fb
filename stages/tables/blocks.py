"""The text of a CSV file, whatever its encoding, block by block: each some whole rows."""

import codecs
import csv
import gzip
import io
import re
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.errors import InputError
from nn.preparing.columns import LONGEST
from stages.tables import parquet

Places = NDArray[np.int64]

CHARACTERS = 1 << 22  # of a block; memory holds a few times as much
DOUBLINGS = 4  # of the first blocks, by which a reader learns how the others may be read
END = "\0end of the block\n"  # put behind a block it is a row of its own, or within open quotes
CODECS = {"utf-8": "utf-8-sig"}  # without the mark that some programs write at its start
QUOTE, LINE_END = ord('"'), ord("\n")
END_OF_FILE = (
    b"\x1a\0"  # DOS ended a text with the first, and some programs fill up with the second
)


BLANKS = re.compile(rb'"[^"]*"|[ \t]+')
BLANKS_AT_ENDS = re.compile(rb"^ | $", re.MULTILINE)

NO_TEXT = {  # how files begin that hold tables as well
    b"PK\x03\x04": "an Excel or OpenDocument file, or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"ARROW1": "an Arrow or Feather file",
    b"\x89HDF": "an HDF5 file",
    b"SQLite format 3": "an SQLite database",
    b"RDX": "an R data file",
    b"%PDF": "a PDF file",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"{": "a JSON file",
    b"[{": "a JSON file",
    b"[[": "a JSON file",
    **dict.fromkeys((b"<html", b"<HTML", b"<!doctype", b"<!DOCTYPE", b"<table"), "an HTML page"),
    b"<?xml": "an XML file",
}


class Dialect(NamedTuple):
    """How a CSV file is written."""

    delimiter: str = ","
    """A blank stands for any number of blanks and tabs, as in columns that are aligned."""
    decimal: str = "."
    encoding: str = "utf-8"
    header_line: int = 1
    """Of the file, counted from 1; what stands before it is passed over."""
    unnamed: Literal["first", "last"] | None = None
    """Which cell of each row has no name in the header, where rows have one more than it."""
    skip_lines: tuple[int, ...] = ()
    """Lines of the file that are no rows, such as units or a total."""


class Block(NamedTuple):
    """Some rows of a file, each whole."""

    line: int
    """Of the file, in which the first row begins, counted from 1."""
    data: bytes
    r"""In UTF-8, every line end as ``\n``."""


def read_blocks(source: Any, dialect: Dialect) -> Iterator[Block]:
    """Part a buffered binary stream into blocks, unpacked if it is gzipped; or a Parquet file.

    They begin with the header and are without the lines that are no rows. Raises InputError where
    it cannot be read, a quote stays open, or the encoding is UTF-16 and no mark says in which byte
    order.
    """
    for block in _blocks(source, dialect):
        yield from without_lines(block, dialect.skip_lines)


def _blocks(source: Any, dialect: Dialect) -> Iterator[Block]:
    line, left = 1, b""
    for lines in _whole_lines(source, dialect.encoding):
        lines = squeezed(lines) if dialect.delimiter == " " else lines
        while line < dialect.header_line and lines:
            _, _, lines = lines.partition(b"\n")
            line += 1
        data = left + lines
        end = _end_of_rows(data, dialect.delimiter, line)
        if end:
            yield Block(line, data[:end])
        line, left = line + _line_ends(data[:end]), data[end:]
    if left := left.rstrip(END_OF_FILE):
        yield Block(line, left)


def without_lines(block: Block, lines: tuple[int, ...]) -> Iterator[Block]:
    """Cut lines out of a block: give what is before, between and after them."""
    if lines and not block.data.endswith(b"\n"):
        block = Block(block.line, block.data + b"\n")
    for number in lines:
        if block.line <= number < block.line + _line_ends(block.data):
            *before, rest = block.data.split(b"\n", number - block.line + 1)
            if number > block.line:
                yield Block(block.line, b"\n".join([*before[:-1], b""]))
            block = Block(number + 1, rest)
    if block.data:
        yield block


def _whole_lines(source: Any, encoding: str) -> Iterator[bytes]:
    r"""Read many lines at a time, in UTF-8, every line end as ``\n``."""
    with _readable(encoding):
        if source.peek(2)[:2] == b"\x1f\x8b":
            source = io.BufferedReader(gzip.GzipFile(fileobj=source))
        beginning = source.peek()
        if beginning.startswith(parquet.MAGIC):
            yield from parquet.csv_lines(source)
            return
        refuse_no_text(beginning)
        if encoding == "utf-16" and beginning[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            raise InputError("not a CSV file in UTF-16: it does not begin with a byte order mark")
        # Most files are as they should be, and need not become text and bytes again.
        if encoding == "utf-8" and b"\r" not in beginning:
            yield from _lines_in_utf8(source)
            return
        with io.TextIOWrapper(source, CODECS.get(encoding, encoding), newline=None) as text:
            for size in _sizes():
                if not (lines := text.read(size) + text.readline()):
                    return
                yield lines.encode("utf-8")


def squeezed(lines: bytes) -> bytes:
    """Make one blank of several, and none at the ends of lines; in quotes they stay."""
    one = BLANKS.sub(lambda found: found[0] if found[0].startswith(b'"') else b" ", lines)
    return BLANKS_AT_ENDS.sub(b"", one)


def refuse_no_text(beginning: bytes) -> None:
    """Raise InputError where a file begins as one that is no CSV file."""
    for signature, kind in NO_TEXT.items():
        if beginning.startswith(signature):
            raise InputError(f"{kind}, not a CSV file: save the table as CSV and give that")


def _lines_in_utf8(source: Any) -> Iterator[bytes]:
    mark = codecs.BOM_UTF8
    for size in _sizes():
        if not (lines := (source.read(size) + source.readline()).removeprefix(mark)):
            return
        mark = b""
        if not lines.isascii():
            lines.decode("utf-8")  # raises an error where it is not
        yield lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in lines else lines


def _sizes() -> Iterator[int]:
    for doublings in count():
        yield max(CHARACTERS >> max(DOUBLINGS - doublings, 0), 1)


def split_header(blocks: Iterator[Block], dialect: Dialect) -> tuple[list[str], Iterator[Block]]:
    """Take the header off: the names in it, and the blocks of rows beneath it.

    A column without a name is called by its place, ``column 1``. Raises InputError where there is
    no header, or where a name is there twice.
    """
    first = next(blocks, None)
    if first is None:
        raise InputError("the file is empty")
    rows = split_rows(first, dialect.delimiter)
    _, cells = next(rows)
    if not "".join(cells).strip():
        raise InputError("the file is empty or begins with a blank line")
    lines = 1 + sum(cell.count("\n") for cell in cells)
    rest = Block(first.line + lines, b"\n".join(first.data.split(b"\n", lines)[lines:]))
    names = [column_name(cell) for cell in cells]
    if len(names) > 1 and not names[-1] and _first_width(rest, dialect) == len(names) - 1:
        names.pop()  # only the header ends in a delimiter
    if dialect.unnamed:
        names.insert(0 if dialect.unnamed == "first" else len(names), "")
    header = [name or f"column {place}" for place, name in enumerate(names, start=1)]
    for place, name in enumerate(header):
        if len(name) > LONGEST:
            raise InputError(
                f"line {first.line}: the name of column {place + 1}, {name[:40]!r} ..., has "
                f"{len(name)} characters: {LONGEST} are the most"
            )
        if name in header[:place]:
            raise InputError(f"line {first.line}: two columns are called {name!r}: rename one")

    def beneath() -> Iterator[Block]:
        if rest.data:
            yield rest
        yield from blocks

    return header, beneath()


def column_name(text: str) -> str:
    """Give a name in one Unicode form: programs compose letters such as é in several ways."""
    return unicodedata.normalize("NFC", text.strip())


def _first_width(block: Block, dialect: Dialect) -> int:
    """Count the cells of the first row in a block that has any."""
    return next((len(cells) for _, cells in split_rows(block, dialect.delimiter) if cells), 0)


def split_rows(block: Block, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Read a block row by row: the line that each begins in, and its cells.

    Raises InputError where a quote is opened and not closed.
    """
    text = block.data.decode("utf-8")
    for line, cells in _rows(text if text.endswith("\n") else f"{text}\n", delimiter, block.line):
        if cells == [END.strip()]:
            return
        if cells and END.strip() in cells[-1]:
            raise InputError(f"line {line}: a quote is opened and not closed")
        yield line, cells


def begins_plainly(block: Block, delimiter: str, width: int) -> bool:
    """Tell whether the first row has `width` cells, and no quote stands in any."""
    end = block.data.find(b"\n")
    delimiters = block.data.count(delimiter.encode(), 0, end if end >= 0 else None)
    return b'"' not in block.data and delimiters == width - 1


def regular_lines(block: Block, delimiter: str, width: int) -> Places | None:
    """Find the line in which each row begins; None unless all is plain.

    That is where every row has `width` cells, and quotes stand at the ends of cells alone.
    """
    data = _ended(block.data)
    borders = _regular_borders(data, delimiter, width)
    if borders is None:
        return None
    if _line_ends(data) == len(borders):
        return np.arange(block.line, block.line + len(borders))
    starts = np.concatenate([[0], borders[:-1, -1] + 1])
    every = np.flatnonzero(np.frombuffer(data, np.uint8) == LINE_END)
    return np.asarray(block.line + np.searchsorted(every, starts), dtype=np.int64)


def cell_lengths(block: Block, delimiter: str, width: int) -> Places | None:
    """Count the bytes of each cell, quotes included: (rows, width); None unless all is plain."""
    borders = _regular_borders(_ended(block.data), delimiter, width)
    if borders is None:
        return None
    return np.diff(borders.ravel(), prepend=-1).reshape(borders.shape) - 1


@contextmanager
def _readable(encoding: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"a damaged gzip file: {error}") from error
    except (UnicodeError, OSError) as error:
        name, reason = encoding.removesuffix("-sig").upper(), " ".join(str(error).split())
        raise InputError(f"not a CSV file in {name}: {reason}") from error


def _end_of_rows(data: bytes, delimiter: str, line: int) -> int:
    """Find where the last whole row ends that the data begin with."""
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    borders = _borders(data, delimiter)
    if borders is not None:
        ends = borders[np.frombuffer(data, np.uint8)[borders] == LINE_END]
        return int(ends[-1]) + 1 if len(ends) else 0
    *_, (unfinished, _) = _rows(data.decode("utf-8"), delimiter, line)
    return len(b"\n".join([*data.split(b"\n")[: unfinished - line], b""]))


def _ended(data: bytes) -> bytes:
    return data if data.endswith(b"\n") else data + b"\n"


def _regular_borders(data: bytes, delimiter: str, width: int) -> Places | None:
    """Find where each cell ends, (rows, width); None unless every row has so many, and plainly."""
    borders = _borders(data, delimiter)
    if borders is None or len(borders) % width:
        return None
    borders = borders.reshape(-1, width)
    ends_a_row = np.frombuffer(data, np.uint8)[borders] == LINE_END
    if not ends_a_row[:, -1].all() or ends_a_row[:, :-1].any():
        return None
    return borders


def _line_ends(data: bytes) -> int:
    """Count the line ends: many of them, which NumPy does faster than `bytes.count`."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == LINE_END))


def _borders(data: bytes, delimiter: str) -> Places | None:
    """Find where cells end: delimiters and line ends outside quotes; None if quotes are not plain.

    They are where each that opens is at a cell's start, and each that closes at its end or doubled.
    """
    codes = np.frombuffer(data, np.uint8)
    borders = np.flatnonzero((codes == ord(delimiter)) | (codes == LINE_END))
    quotes = np.flatnonzero(codes == QUOTE)
    if not len(quotes):
        return borders
    around = np.array([ord(delimiter), LINE_END, QUOTE], dtype=np.uint8)
    padded = np.concatenate([[LINE_END], codes, [LINE_END]]).astype(np.uint8)
    if not np.isin(padded[quotes[::2]], around).all():  # what stands before each that opens
        return None
    if not np.isin(padded[quotes[1::2] + 2], around).all():  # and behind each that closes
        return None
    outside: Places = borders[np.searchsorted(quotes, borders) % 2 == 0]
    return outside


def _rows(text: str, delimiter: str, line: int) -> Iterator[tuple[int, list[str]]]:
    """Give each row's first line and cells, and at last those of END, alone or in what is open."""
    reader = csv.reader(io.StringIO(text + END), delimiter=delimiter, skipinitialspace=True)
    while True:
        first = line + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            told = f"a quote is opened and not closed, or a cell is too long: {error}"
            raise InputError(f"line {first}: {told}") from error
        yield first, cells
