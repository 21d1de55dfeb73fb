"""Lines at the end of a table to learn from that are no rows: none of them has a class."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from commands.shared.edges import LAST, lines_beneath
from stages.tables.blocks import Dialect, read_blocks, split_rows
from stages.tables.cells import Chunk


def lines_beneath_rows(
    path: Path, dialect: Dialect, chunks: Sequence[Chunk], header: Sequence[str], target: str
) -> tuple[int, ...]:
    """Find the lines at the end that are no rows: totals, and notes."""

    def count(name: str, text: str) -> int:
        return sum(int(np.count_nonzero(chunk.columns[name] == text)) for chunk in chunks)

    def is_row(cells: Sequence[str]) -> bool:
        class_ = cells[header.index(target)].strip() if len(cells) == len(header) else ""
        return bool(class_) and (sum(map(bool, cells)) == 1 or count(target, class_) > 1)

    lines = [line for chunk in chunks for line in chunk.lines[-LAST:].tolist()]
    return lines_beneath(
        _tail(path, dialect, lines[-LAST:]),
        header,
        is_row,
        lambda name, text: name in header and count(name, text) > 1,
    )


def _tail(path: Path, dialect: Dialect, lines: Sequence[int]) -> list[tuple[int, list[str]]]:
    """Read the rows that begin in these lines, however many cells they have."""
    if not lines:
        return []
    with path.open("rb") as source:
        last = [
            block
            for block in read_blocks(source, dialect)
            if block.line + block.data.count(b"\n") >= lines[0]
        ]
    wanted = {*lines}
    return [
        row for block in last for row in split_rows(block, dialect.delimiter) if row[0] in wanted
    ]
