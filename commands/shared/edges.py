"""Lines at a table's end that are no rows: totals, and notes on it."""

from collections.abc import Callable, Sequence

from stages.tables.blocks import END_OF_FILE

LAST = 5  # lines that may stand beneath a table
TOTALS = frozenset(  # in several languages
    str.split(
        "total totals grand sum sums subtotal overall all average mean avg median summe gesamt "
        "gesamtsumme insgesamt mittelwert durchschnitt somme totaux ensemble moyenne totale somma "
        "media suma promedio totaal som gemiddelde totalt summa soma razem "
        "std sd stdev standard min minimum max maximum count anzahl"
    )
)

EMPTY = " \t" + END_OF_FILE.decode()


def lines_beneath(
    tail: Sequence[tuple[int, Sequence[str]]],
    header: Sequence[str],
    is_row: Callable[[Sequence[str]], bool],
    repeats: Callable[[str, str], bool],
) -> tuple[int, ...]:
    """Find which of the last rows, each with its line, are none.

    A total begins with such a word where that `repeats` in no other row of its column; a note is
    the only cell of its line and more than a word. `is_row` tells what has all that a row has.
    """
    found: list[int] = []
    for line, cells in reversed([row for row in tail if "".join(row[1]).strip(EMPTY)][-LAST:]):
        filled = [(place, cell.strip()) for place, cell in enumerate(cells) if cell.strip()]
        place, first = filled[0]
        name = header[place] if place < len(header) else ""
        is_total = not TOTALS.isdisjoint(words_of(first)[:1]) and not repeats(name, first)
        is_note = len(filled) == 1 and place == 0 and _is_note(first)
        if is_row(cells) or not (is_total or is_note):
            break
        found.append(line)
    return tuple(reversed(found))


def words_of(text: str) -> list[str]:
    """Part a text into words of small letters."""
    return [word for each in text.lower().split() if (word := each.strip(":=.()"))]


def _is_note(text: str) -> bool:
    return text.startswith(("#", "*", "//", "©", "+-", "--", "==")) or (
        any(map(str.isalpha, text)) and " " in text
    )
