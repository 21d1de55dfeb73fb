"""Lines at a table's end that are no rows: totals, and notes on it."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nn.preparing.forms import MISSING, Form, Kind
from stages.tables.blocks import END_OF_FILE, Block, Dialect, read_blocks, split_header, split_rows
from stages.tables.cells import read_chunks

LAST = 5  # lines that may stand beneath a table
LINES_LOOKED_AT = 100  # at its end; many of them may be empty
TOTALS = (  # in several languages
    "total totals grand sum sums subtotal overall all average mean avg median summe gesamt "
    "gesamtsumme insgesamt mittelwert durchschnitt somme totaux ensemble moyenne totale somma "
    "media suma promedio totaal som gemiddelde totalt summa soma razem"
)


def lines_beneath(
    path: Path, dialect: Dialect, header: Sequence[str], target: str
) -> tuple[int, ...]:
    """Find the lines at the end that are no rows.

    A total begins with such a word where no other row has it; a note is the only cell of its line
    and more than a word. Neither has a class.
    """
    found: list[int] = []
    for line, cells in reversed(_tail(path, dialect)):
        filled = [(place, cell.strip()) for place, cell in enumerate(cells) if cell.strip()]
        if not filled:
            continue
        place, first = filled[0]
        words = first.lower().strip(" :=.").split()
        name = header[place] if place < len(header) else ""
        class_ = cells[header.index(target)].strip() if len(cells) == len(header) else ""
        is_total = (
            bool(words)
            and words[0] in TOTALS.split()
            and (name not in header or _rows_with(path, dialect, header, name, first) <= 1)
            and (
                not class_
                or (len(filled) > 1 and _rows_with(path, dialect, header, target, class_) == 1)
            )
        )
        is_note = len(filled) == 1 and place == 0 and not class_ and _is_note(first)
        if not (is_total or is_note):
            break
        found.append(line)
    return tuple(reversed(found))


def _is_note(text: str) -> bool:
    return text.startswith(("#", "*", "//", "©")) or (any(map(str.isalpha, text)) and " " in text)


def _tail(path: Path, dialect: Dialect) -> list[tuple[int, list[str]]]:
    """Read the last rows that have anything in them, however many cells they have."""
    with path.open("rb") as source:
        blocks = deque(read_blocks(source, dialect), maxlen=2)  # the last one may be very short
    rows = [
        row
        for block in blocks
        for row in split_rows(_ending(block), dialect.delimiter)
        if "".join(row[1]).strip().strip(END_OF_FILE.decode())
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


def _rows_with(path: Path, dialect: Dialect, header: Sequence[str], name: str, text: str) -> int:
    """Count the rows that have a text in a column."""
    kinds: dict[str, Kind] = {name: "text"}
    forms = {name: Form(not_missing=tuple(MISSING))}
    with path.open("rb") as source:
        _, blocks = split_header(read_blocks(source, dialect), dialect)
        chunks = read_chunks(blocks, header, kinds, "impute", dialect, forms)
        return sum(int(np.count_nonzero(chunk.columns[name] == text)) for chunk in chunks)
