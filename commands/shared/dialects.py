"""Finding the delimiter, decimal mark and encoding of a CSV file from how it begins."""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO, Literal, NamedTuple

from commands.shared.numerals import recognise
from nn.errors import InputError, nearest
from nn.preparing.forms import PLAIN
from stages.tables import parquet
from stages.tables.blocks import Dialect, column_name, refuse_no_text, squeezed

DELIMITERS = (",", ";", "\t", "|", " ")
NAMES = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    ".": "point",
    " ": "blank",
    "'": "apostrophe",
}
BEGINNING = 1 << 16  # bytes that are examined
ROWS = 50  # in which the decimal mark is looked for
LINES_ABOVE = 40  # that may stand above a header
SEPARATOR_LINE = re.compile(
    r'"?sep=(.|\\t)"?[,;\t ]*', re.IGNORECASE
)  # as Excel writes and obeys it
RULER = re.compile(r"[-=+: ]*[-=]{2}[-=+: ]*")
WITH_COMMA, WITH_POINT = (re.compile(rf"\s*[-+]?\d*{mark}\d+\s*") for mark in (",", r"\."))
ONLY_CP1252 = frozenset(range(0x80, 0xA0))  # in Latin-1 these are control characters
NOT_CP1252 = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})
# Control characters but blanks and the marks of files' ends, and 1, which parts cells in Hive.
NO_TEXT = bytes({*range(0x02, 0x20)} - {*b"\t\n\v\f\r\x1a"})


class Rejoined(io.RawIOBase):
    """A stream of which the beginning was read already, read from its beginning again."""

    def __init__(self, beginning: bytes, rest: BinaryIO) -> None:
        self.beginning, self.rest = io.BytesIO(beginning), rest

    def readable(self) -> bool:
        """Say that the stream can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer, and return the number of bytes."""
        data = self.beginning.read(len(buffer)) or self.rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def look_ahead(source: BinaryIO) -> tuple[bytes, io.BufferedReader]:
    """Return the beginning of a stream, unpacked where it is gzipped, and the whole stream."""
    beginning = source.read(BEGINNING)
    unpacked = beginning
    if beginning[:2] == b"\x1f\x8b":
        with suppress(EOFError, OSError, zlib.error):  # whoever reads the stream will tell
            unpacked = gzip.GzipFile(fileobj=io.BytesIO(beginning)).read1(BEGINNING)
    return unpacked, io.BufferedReader(Rejoined(beginning, source), BEGINNING)


def find_encoding(pieces: Iterable[bytes]) -> str:
    """Recognise UTF-16 by its mark and UTF-8 by its rules; anything else is Western European.

    The pieces are a file's, or its beginning. Raises InputError where every other byte is zero, as
    in UTF-16 without its mark and in UTF-32, and where many bytes are of no text, as in pictures.
    """
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    telling: set[int] = set()
    for number, piece in enumerate(pieces):
        if number == 0 and _begins_in_utf16(piece):
            return "utf-16"
        if not piece.isascii():
            telling |= ONLY_CP1252 & {*piece}
        if decoder:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                decoder = None
    if decoder:
        return "utf-8"
    return "cp1252" if telling and not telling & NOT_CP1252 else "latin-1"


def _begins_in_utf16(beginning: bytes) -> bool:
    refuse_no_text(beginning)
    zeros = beginning[:1000].count(0) / max(len(beginning[:1000]), 1)
    has_mark = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if zeros > (0.7 if has_mark else 0.3):
        raise InputError("not a text in UTF-8, nor in UTF-16 with its mark: save it as UTF-8")
    if not has_mark and len(beginning.translate(None, NO_TEXT)) < 0.98 * len(beginning):
        raise InputError("not a text: save the table as CSV and give that")
    return has_mark


def find_dialect(
    beginning: bytes,
    wanted: Container[str],
    *,
    numbers: Container[str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
) -> Dialect:
    """Find how a file is written from its beginning; what is given is not looked for.

    Delimiter and header are those with most of the `wanted` names, then with most columns; blanks
    are delimiters where nothing else is. The decimal mark is looked for in the columns `numbers`
    (None: in all); lines that are no rows, beneath the header.
    """
    if beginning.startswith(parquet.MAGIC):
        return Dialect()  # as which its rows are written
    encoding = encoding or find_encoding([beginning])
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    text = codecs.getincrementaldecoder(codec)("replace").decode(beginning)
    lines = io.StringIO(text, newline=None).read().split("\n")
    if len(beginning) >= BEGINNING and len(lines) > 1:
        lines = lines[:-1]  # the last one may be cut
    said = SEPARATOR_LINE.fullmatch(lines[0])
    if delimiter is None and said:
        delimiter = said[1].replace("\\t", "\t")
    looks = [
        Look.at(lines, each, wanted, 2 if said else 1)
        for each in ([delimiter] if delimiter else DELIMITERS)
    ]
    look = max(looks, key=_likelihood)
    header, rows, unnamed = look.header, look.rows, _unnamed(look)
    if unnamed == "first":
        header = ["", *header]
    places = [place for place, name in enumerate(header) if not numbers or name in numbers]
    if decimal is None:
        cells = (row[place] for _, row in rows for place in places if place < len(row))
        decimal = "." if look.delimiter == "," else find_decimal(cells, look.delimiter)
    skipped = units_lines(rows, decimal, look.delimiter)
    return Dialect(look.delimiter, decimal, encoding, look.line, unnamed, skipped)


def no_column(name: str, header: Sequence[str], used: Container[str] = ()) -> str:
    """Say that a column is not in a header, and what may be the reason; it is none that is used."""
    told = nearest(name, header, used)
    if len(header) == 1:
        told = "; cells are to be parted by a comma, a semicolon, a tab, a bar or blanks"
        if any(delimiter in header[0] for delimiter in DELIMITERS[:-1]):
            told = "; whole lines stand in quotes: take these off"
    elif any(re.fullmatch(r"-?\d*[.,]\d+", each) for each in header):
        told += "; the first line should name the columns"
    return f"no column {name!r}{told}"


def _likelihood(look: "Look") -> tuple[int, bool, int]:
    columns = len(look.header)
    return look.found, columns > 1 and look.delimiter != " ", columns


class Look(NamedTuple):
    """What a file begins with, if its delimiter is this one."""

    delimiter: str
    line: int
    """The header's."""
    header: list[str]
    rows: list[tuple[int, list[str]]]
    """Some rows beneath it that have anything in them, each with its line."""
    found: int
    """How many names of the header were wanted."""

    @classmethod
    def at(cls, lines: Sequence[str], delimiter: str, wanted: Container[str], start: int) -> "Look":
        """Find the header: the first row with most wanted names, if what is above is no row."""
        if delimiter == " ":
            lines = squeezed("\n".join(lines).encode()).decode().split("\n")
        best = max(
            (_header_at(lines, line, delimiter) for line in _possible_headers(lines, start)),
            key=lambda row: (sum(name in wanted for name in row[1]), -row[0]),
        )
        found = sum(name in wanted for name in best[1])
        first = _first_row(lines, delimiter, start)
        if not found or any(
            _looks_like_a_row(line, best, delimiter) for line in lines[start - 1 : best[0] - 1]
        ):
            best = first
            found = sum(name in wanted for name in best[1])
        line, header = best
        height = 1 + sum(name.count("\n") for name in header)
        rows = [
            (line + height - 1 + number, row)
            for number, row in _first_rows(lines[line - 1 + height :], delimiter)
            if "".join(row).strip().strip("\x1a\0")
        ]
        return cls(delimiter, line, header, rows, found)


def _possible_headers(lines: Sequence[str], start: int) -> range:
    return range(start, max(start, min(len(lines), start + LINES_ABOVE)) + 1)


def _header_at(lines: Sequence[str], line: int, delimiter: str) -> tuple[int, list[str]]:
    for _, row in _first_rows(lines[line - 1 :], delimiter, 1):
        return line, [column_name(name) for name in row]
    return line, []


def _first_row(lines: Sequence[str], delimiter: str, start: int) -> tuple[int, list[str]]:
    """Find the first row that is neither blank nor a comment; with fewer cells, a title."""
    rows = [
        _header_at(lines, line, delimiter)
        for line in _possible_headers(lines, start)
        if line <= len(lines)
        and lines[line - 1].strip(f" \t{delimiter}")
        and not _is_comment(lines[line - 1])
    ]
    if not rows:
        return start, []
    widest = max(_filled(row) for _, row in rows)
    # A title has one cell, and lines that belong to it few: they are no header of a wide table.
    if _filled(rows[0][1]) == 1 < widest:
        return next(row for row in rows if _filled(row[1]) > 1)
    return rows[0]


def _looks_like_a_row(line: str, header: tuple[int, list[str]], delimiter: str) -> bool:
    if _is_comment(line):
        return False
    return any(_filled(row) >= _filled(header[1]) for _, row in _first_rows([line], delimiter, 1))


def _is_comment(line: str) -> bool:
    return line.lstrip(' "\t').startswith(("#", "%", "//"))


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _unnamed(look: Look) -> Literal["first", "last"] | None:
    """Tell which cell the header has no name for, where every row has one cell more."""
    if not look.rows or any(len(row) != len(look.header) + 1 for _, row in look.rows):
        return None
    return "last" if not any(row[-1].strip() for _, row in look.rows) else "first"


def units_lines(
    rows: Sequence[tuple[int, list[str]]], decimal: str, delimiter: str
) -> tuple[int, ...]:
    """Find the lines beneath the header that rule it off, or say what units or types columns have.

    These have a text wherever nearly all beneath it are numbers, or nothing, and nothing that
    occurs beneath it.
    """
    found: list[int] = []
    while len(rows) > 3 and len(found) < 2:
        (line, first), *rows = rows
        if RULER.fullmatch("".join(first)):
            found.append(line)
            continue
        is_unit = False
        for place, cell in enumerate(first):
            text = cell.strip()
            below = Counter(row[place].strip() for _, row in rows if place < len(row))
            if not text or text.lower() in PLAIN.marks("number"):
                continue
            known = {
                each: n for each, n in below.items() if each.lower() not in PLAIN.marks("number")
            }
            if text in below or recognise({text: 1}, decimal, delimiter).odd.total() == 0:
                return tuple(found)
            wrong = recognise(known, decimal, delimiter).odd.total() if known else 1
            is_unit |= bool(known) and wrong <= sum(known.values()) / 10
        if not is_unit:
            break
        found.append(line)
    return tuple(found)


def find_decimal(cells: Iterable[str], delimiter: str) -> str:
    """Find the decimal mark that most numbers have; without any, the delimiter's usual one."""
    cells = list(cells)
    commas, points = (
        sum(mark.fullmatch(cell) is not None for cell in cells) for mark in (WITH_COMMA, WITH_POINT)
    )
    if commas == points:
        return "," if delimiter == ";" else "."
    return "," if commas > points else "."


def _first_rows(
    lines: Sequence[str], delimiter: str, count: int = ROWS
) -> list[tuple[int, list[str]]]:
    """Read some rows, each with its line among these, counted from 1."""
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, skipinitialspace=True)
    with suppress(csv.Error):
        while len(rows) < count:
            before = reader.line_num
            row = next(reader, None)
            if row is None:
                break
            rows.append((before + 1, row))
    return rows


def dialect_notes(dialect: Dialect) -> Iterator[str]:
    """Say how the file is written, where it is unusual."""
    if dialect.header_line > 1:
        above = "line 1" if dialect.header_line == 2 else f"lines 1 to {dialect.header_line - 1}"
        yield f"the header is in line {dialect.header_line}; {above} above it passed over"
    if dialect.unnamed == "first":
        yield "rows have a cell more than the header: the first, without a name, is 'column 1'"
    if dialect.unnamed == "last":
        yield "rows end in a delimiter, the header does not: the last cell is empty"
    if dialect.skip_lines:
        lines = ", ".join(map(str, dialect.skip_lines))
        yield f"no rows of the table, and passed over: line {lines} (units, a total or a note)"
