"""Lines at the end of a table to learn from that are no rows: none of them has a class."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from commands.shared.edges import EMPTY, LAST, lines_beneath
from nn.preparing.forms import RAW, Kind
from stages.tables.blocks import Block, Dialect, read_blocks, split_header, split_rows
from stages.tables.cells import read_chunks

LINES_LOOKED_AT = 100  # at its end; many of them may be empty


def lines_beneath_rows(
    path: Path, dialect: Dialect, header: Sequence[str], target: str
) -> tuple[int, ...]:
    """Find the lines at the end that are no rows: totals, and notes."""

    def is_row(cells: Sequence[str]) -> bool:
        class_ = cells[header.index(target)].strip() if len(cells) == len(header) else ""
        return bool(class_) and (
            sum(map(bool, cells)) == 1 or _is_twice(path, dialect, header, target, class_)
        )

    return lines_beneath(
        _tail(path, dialect),
        header,
        is_row,
        lambda name, text: name in header and _is_twice(path, dialect, header, name, text),
    )


def _tail(path: Path, dialect: Dialect) -> list[tuple[int, list[str]]]:
    """Read the last rows that have anything in them, however many cells they have."""
    with path.open("rb") as source:
        blocks = deque(read_blocks(source, dialect), maxlen=2)  # the last one may be very short
    rows = [
        row
        for block in blocks
        for row in split_rows(_ending(block), dialect.delimiter)
        if "".join(row[1]).strip(EMPTY)
    ]
    return rows[-LAST:]


def _ending(block: Block) -> Block:
    """Leave out most of a block, where every line is a row."""
    if b'"' in block.data:
        return block
    before, *lines = block.data.rsplit(b"\n", LINES_LOOKED_AT)
    if len(lines) < LINES_LOOKED_AT:
        return block
    return Block(block.line + before.count(b"\n") + 1, b"\n".join(lines))


def _is_twice(path: Path, dialect: Dialect, header: Sequence[str], name: str, text: str) -> bool:
    """Tell whether more than one row has a text in a column."""
    kinds: dict[str, Kind] = {name: "text"}
    rows = 0
    with path.open("rb") as source:
        _, blocks = split_header(read_blocks(source, dialect), dialect)
        for chunk in read_chunks(blocks, header, kinds, "impute", dialect, {name: RAW}):
            rows += int(np.count_nonzero(chunk.columns[name] == text))
            if rows > 1:
                return True
    return False
