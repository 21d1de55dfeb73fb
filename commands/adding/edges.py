"""Lines at a table's end that are no rows: totals, and notes on it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stages.tables.blocks import Dialect, read_blocks, split_rows
from stages.tables.cells import Chunk

LAST = 5  # lines that may stand beneath a table
TOTALS = (  # in several languages
    "total totals grand sum sums subtotal overall all average mean avg median summe gesamt "
    "gesamtsumme insgesamt mittelwert durchschnitt somme totaux ensemble moyenne totale somma "
    "media suma promedio totaal som gemiddelde totalt summa soma razem"
)


def lines_beneath(
    path: Path, dialect: Dialect, chunks: Sequence[Chunk], header: Sequence[str], target: str
) -> tuple[int, ...]:
    """Find the lines at the end that are no rows.

    A total begins with such a word where no other row has it; a note is the only cell of its line
    and more than a word. Neither has a class.
    """
    lines = [line for chunk in chunks for line in chunk.lines[-LAST:].tolist()]
    tail = _tail(path, dialect, lines[-LAST:])

    def count(name: str, text: str) -> int:
        return sum(int(np.count_nonzero(chunk.columns[name] == text)) for chunk in chunks)

    found: list[int] = []
    for line, cells in reversed(tail):
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
            and (name not in header or count(name, first) <= 1)
            and (not class_ or (len(filled) > 1 and count(target, class_) == 1))
        )
        is_note = len(filled) == 1 and place == 0 and not class_ and _is_note(first)
        if not (is_total or is_note):
            break
        found.append(line)
    return tuple(reversed(found))


def _is_note(text: str) -> bool:
    return text.startswith(("#", "*", "//", "©")) or (any(map(str.isalpha, text)) and " " in text)


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
