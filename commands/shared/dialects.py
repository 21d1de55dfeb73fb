"""Finding the delimiter, decimal mark and encoding of a CSV file from how it begins."""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Container, Iterable, Sequence
from contextlib import suppress
from typing import BinaryIO

from stages.tables.blocks import Dialect

DELIMITERS = (",", ";", "\t", "|")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", ".": "point"}
BEGINNING = 1 << 16  # bytes that are examined
ROWS = 50  # in which the decimal mark is looked for
WITH_COMMA, WITH_POINT = (re.compile(rf"\s*[-+]?\d*{mark}\d+\s*") for mark in (",", r"\."))
ONLY_CP1252 = frozenset(range(0x80, 0xA0))  # in Latin-1 these are control characters


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


def find_encoding(beginning: bytes) -> str:
    """Recognise UTF-16 by its mark and UTF-8 by its rules; anything else is Western European."""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError):
            if ONLY_CP1252 & {*beginning}:
                beginning.decode("cp1252")
                return "cp1252"
        return "latin-1"
    return "utf-8"


def find_dialect(
    beginning: bytes,
    wanted: Container[str],
    *,
    numbers: Container[str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
) -> Dialect:
    """Find encoding, delimiter and decimal mark; those that are given are not looked for.

    The delimiter is the one that finds most of the `wanted` names in the header, then most columns;
    the decimal mark is looked for in the columns `numbers` (None: in all).
    """
    encoding = encoding or find_encoding(beginning)
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    text = codecs.getincrementaldecoder(codec)("replace").decode(beginning)
    candidates = [delimiter] if delimiter else DELIMITERS
    rows = {each: _first_rows(text, each) for each in candidates}

    def fitness(candidate: str) -> tuple[int, int]:
        header = rows[candidate][0] if rows[candidate] else []
        return sum(name in wanted for name in header), len(header)

    delimiter = max(candidates, key=fitness)
    if decimal is None:
        header, *others = rows[delimiter] or [[]]
        places = [place for place, name in enumerate(header) if not numbers or name in numbers]
        cells = (row[place] for row in others for place in places if place < len(row))
        decimal = "." if delimiter == "," else find_decimal(cells, delimiter)
    return Dialect(delimiter, decimal, encoding)


def find_decimal(cells: Iterable[str], delimiter: str) -> str:
    """Find the decimal mark that most numbers have; without any, the delimiter's usual one."""
    cells = list(cells)
    commas, points = (
        sum(mark.fullmatch(cell) is not None for cell in cells) for mark in (WITH_COMMA, WITH_POINT)
    )
    if commas == points:
        return "," if delimiter == ";" else "."
    return "," if commas > points else "."


def _first_rows(text: str, delimiter: str) -> Sequence[list[str]]:
    rows = []
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline=None), delimiter=delimiter):
            rows.append(row)
            if len(rows) == ROWS:
                break
    return rows
