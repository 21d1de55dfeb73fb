"""What the columns of a table hold, and what that may mean."""

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from functools import partial
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np

from commands.adding.dates import Dated, recognise_dates
from commands.adding.edges import lines_beneath_rows
from commands.adding.reading import Looked, Numbers, count_texts
from commands.adding.tally import Tally
from commands.shared.dialects import (
    NAMES,
    find_decimal,
    find_dialect,
    find_encoding,
    look_ahead,
    no_column,
)
from commands.shared.numerals import recognise
from commands.shared.wording import first_few as few_of
from commands.shared.wording import in_a_line
from nn.arithmetic import rank_correlations
from nn.errors import InputError
from nn.judging.metrics import roc_auc
from nn.preparing.columns import LARGEST
from nn.preparing.dates import date_text
from nn.preparing.forms import Form, Kind, plain_number
from stages.tables.blocks import Dialect, read_blocks, split_header
from stages.tables.parquet import MAGIC, columns_of_texts

DIGITS_HELD = 15  # of a whole number that is exact in float64
TELLING = 0.99  # of a column that gives the target away: ROC AUC, or share of rows guessed right
ALMOST_EVERY = 0.5  # of the rows: so many different texts are names of rows
FEW = 20  # rows or values that are not enough to say such things

PIECE = 1 << 20  # bytes of a file that are looked at together


class Overview(NamedTuple):
    """How often each text is in the columns of a table, just as in its file, and its dialect."""

    dialect: Dialect
    rows: int
    columns: dict[str, Tally]
    of_texts: Container[str]
    """Columns that the file itself says are of texts."""

    def line_of(self, name: str, texts: Mapping[str, int]) -> int:
        """Find the first line of the file in which a column has one of these texts."""
        return min(self.columns[name].first[text] for text in texts)


class Profile(NamedTuple):
    """What a column holds."""

    name: str
    rows: int
    different: int
    """How many different texts there are, but for those that say that a value is missing."""
    counts: Counter[str]
    """How often each text is there; of very many, some stand for others (`Tally`)."""
    marks: Counter[str]
    """Of the others, that say that a value is missing, how often each is there."""
    is_text: bool
    """Whether it is of texts, and neither numbers nor dates."""
    form: Form
    """How its cells are written."""
    odd: Counter[str]
    """Texts among numbers, where most of the column are numbers."""
    ambiguous: str
    """A number that may be read in two ways, where there is one; or the other format of dates."""
    numbers: Numbers | None = None
    """Of numbers or dates what they are, once they are read."""

    @property
    def missing(self) -> int:
        """How many values are missing."""
        return self.marks.total() if self.numbers is None else self.numbers.missing

    def with_numbers(self, numbers: Numbers | None) -> "Profile":
        """Add what was read."""
        if numbers is None:
            return self
        different = self.different if self.is_exact else numbers.different
        return self._replace(numbers=numbers, different=different)

    @property
    def is_exact(self) -> bool:
        """Whether every text was counted by itself."""
        return self.different == len(self.counts)


def look_over(path: Path, target: str) -> Overview:
    """Read a table without knowing what its columns hold.

    Raises InputError where it is no table, rows differ in length, or the target is missing.
    """
    with path.open("rb") as source:
        beginning, stream = look_ahead(source)
        packed = beginning[:2] != stream.peek(2)[:2]
        pieces = [beginning] if packed else iter(partial(stream.read, PIECE), b"")
        encoding = "utf-8" if beginning.startswith(MAGIC) else find_encoding(pieces)
    dialect = find_dialect(beginning, {target}, encoding=encoding)
    with path.open("rb") as source:
        of_texts = columns_of_texts(source) if beginning.startswith(MAGIC) else set[str]()
    with path.open("rb") as source:
        header, _ = split_header(read_blocks(source, dialect), dialect)
    if target not in header:
        raise InputError(no_column(target, header))
    beneath = lines_beneath_rows(path, dialect, header, target)
    dialect = dialect._replace(skip_lines=(*dialect.skip_lines, *beneath))
    rows, columns, problems = count_texts(path, dialect, target)
    if problems:
        remedy = f"put quotes around a cell in which there is a {NAMES[dialect.delimiter]}"
        raise InputError("\n".join([*problems, f"correct these lines, or {remedy}"]))
    if not rows:
        raise InputError("no rows beneath the header")
    if rows == 1:
        raise InputError("one row beneath the header, from which nothing can be learnt: add rows")
    if dialect.delimiter != ",":
        cells = [text for name in header if name != target for text in columns[name].counts]
        decimal = find_decimal(cells, "," if cells else ";")
        if decimal != dialect.decimal:
            dialect = dialect._replace(decimal=decimal)
            rows, columns, _ = count_texts(path, dialect, target)
    return Overview(dialect, rows, columns, of_texts)


def profile(
    overview: Overview,
    name: str,
    usual: Form,
    kind: Kind | None = None,
    with_thousands: bool | None = None,
    date: str = "",
) -> Profile:
    """Find out what a column holds; a `kind` or `date` that is given need not be found out."""
    tally = overview.columns[name]
    raw = tally.counts
    marks, sentinels = usual.marks("number"), {*usual.sentinels()}
    as_number = {
        text: n
        for text, n in raw.items()
        if text.lower() not in marks and not (sentinels and plain_number(text) in sentinels)
    }
    dialect = overview.dialect
    found = recognise(as_number, dialect.decimal, dialect.delimiter, with_thousands)
    dated = Dated(date, (), "") if date else None
    if kind is None and found.odd and not dated:
        dated = recognise_dates(as_number, dialect.delimiter)
    if dated:
        form = usual._replace(date=dated.format)
        return _with_numbers(overview, name, form, as_number, dated.also)
    column = _with_numbers(
        overview, name, _over(usual, found.form), as_number, found.example * found.ambiguous
    )
    odd = column.odd
    are_numbers = bool(as_number) and not names_things(as_number)
    are_numbers &= not odd or beyond(column, dialect.decimal) is not None
    if kind == "number" or (kind is None and are_numbers):
        return column
    mostly = kind is None and _mostly_numbers(as_number, odd)
    kind = kind or "text"
    texts = {text: usual.text(text, kind) for text in raw}
    counts = Counter[str]()
    for text, n in raw.items():
        if texts[text]:
            counts[texts[text]] += n
    absent = Counter({text: n for text, n in raw.items() if not texts[text]})
    different = len(counts) if tally.is_exact else tally.different
    return Profile(
        *(name, overview.rows, different, counts, absent, True, usual),
        *(odd if mostly else Counter[str](), ""),
    )


def _with_numbers(
    overview: Overview, name: str, form: Form, present: Mapping[str, int], ambiguous: str
) -> Profile:
    """Profile a column of numbers or dates; `present` are the texts that are no marks."""
    decimal, tally = overview.dialect.decimal, overview.columns[name]
    odd = Counter[str]()
    for text, n in present.items():
        value = form.number(text, decimal)
        if value is None or abs(value) > LARGEST:
            odd[text] = n
    marks = Counter({text: n for text, n in tally.counts.items() if text not in present})
    different = len(present) if tally.is_exact else tally.different
    return Profile(
        *(name, overview.rows, different, Counter(present), marks, False, form, odd, ambiguous)
    )


def _over(usual: Form, found: Form) -> Form:
    return Form(*found.of_numbers()[:6], *usual[6:])


def _mostly_numbers(counts: Mapping[str, int], odd: Counter[str]) -> bool:
    """Tell whether most of a column, by rows or by different values, are numbers."""
    others = len(counts) - len(odd)
    most_rows = sum(counts.values()) > 2 * odd.total()
    return bool(odd) and others > 0 and (most_rows or (others >= FEW and others > 9 * len(odd)))


def beyond(column: Profile, decimal: str) -> str | None:
    """Give one of the texts that keep a column from being numbers by being too large ones."""
    known = {text: column.form.number(text, decimal) for text in column.odd}
    large = {text for text, value in known.items() if value is not None and isfinite(value)}
    others = Counter({text: n for text, n in column.odd.items() if text not in large})
    are_numbers = not others or _mostly_numbers(column.counts, others)
    return next((text for text in column.odd if text in large and are_numbers), None)


def beyond_at(overview: Overview, name: str, text: str) -> str:
    """Say where a number is too large; the remedy is to follow."""
    return (
        f"line {overview.line_of(name, {text: 1})}, column {name!r}: {text[:40]} is beyond the "
        f"largest number that can be used, {LARGEST:g}: give it in a larger unit"
    )


def names_things(counts: Mapping[str, int]) -> bool:
    """Tell whether digits are a name: some begin with 0, or are too many for a number to hold."""
    digits = [text for text in counts if text.isascii() and text.isdigit()]
    if not digits or len(digits) < len(counts):
        return False
    padded = [text for text in digits if text.startswith("0") and len(text) > 1]
    return bool(padded) or any(len(text) > DIGITS_HELD for text in digits)


def numbers_rows(column: Profile) -> bool:
    """Tell whether a column numbers the rows: whole numbers without a gap, in whatever order."""
    values = column.numbers
    if values is None or column.form.date or column.missing or column.rows < 3:
        return False
    return values.are_in_steps and values.different == column.rows


def is_unnamed(column: Profile) -> bool:
    """Tell whether the file has no name for a column, which is then called by its place."""
    return re.fullmatch(r"column \d+", column.name) is not None


def names_rows(column: Profile) -> bool:
    """Tell whether a column may name rows: most texts differ, or all are other whole numbers."""
    if column.rows < FEW:
        return False
    if column.is_text:
        return column.different > ALMOST_EVERY * column.rows
    values = column.numbers
    return (
        values is not None
        and not column.form.date
        and not column.missing
        and column.different == column.rows
        and values.are_whole
    )


def gives_away(column: Profile, looked: Looked) -> bool:
    """Tell whether a column alone predicts the classes almost without error."""
    values, labels = looked.values, looked.labels.astype(np.int64)
    of_class = np.bincount(labels)
    if len(labels) < FEW:
        return False
    if not column.is_text and len(of_class) == 2:
        known = ~np.isnan(values)
        area = roc_auc(labels[known] == 1, values[known]) if known.any() else None
        if area is not None and max(area, 1 - area) >= TELLING:
            return True
    if column.different > len(labels) / 4:
        return False
    _, place = np.unique(values, return_inverse=True)
    both, counts = np.unique(place * len(of_class) + labels, return_counts=True)
    starts = np.flatnonzero(np.diff(both // len(of_class), prepend=-1))  # of each value
    right = int(np.maximum.reduceat(counts, starts).sum())
    return bool(right >= TELLING * len(labels) > of_class.max())


def orders_alike(column: Profile, looked: Looked) -> bool:
    """Tell whether a column alone orders the rows as the numbers to predict do, almost exactly."""
    if column.is_text or len(looked.labels) < FEW:
        return False
    known = ~np.isnan(looked.values)
    both = np.stack([looked.values[known], looked.labels[known]], axis=1)
    return bool(known.any()) and abs(rank_correlations(both)[0, 1]) >= TELLING


def describe(column: Profile) -> str:
    """Describe in a few words what a column holds."""
    marks = [f"{text!r} ({n})" for text, n in column.marks.most_common() if text]
    as_marks = f": {few_of(marks)}" if marks else ""
    gaps = f", {column.missing} missing{as_marks}" if column.missing else ""
    if not column.counts:
        return "nothing"
    if column.numbers is not None:
        low, high = column.numbers.extent
        if column.form.date:
            return f"dates from {date_text(low)} to {date_text(high)}{gaps}"
        return f"numbers from {low + 0.0:g} to {high + 0.0:g}{gaps}"
    return f"{_some_counts(column)}{gaps}"


def _some_counts(column: Profile) -> str:
    counts = column.counts.items()
    listed: Sequence[tuple[str, int]] = sorted(counts, key=lambda each: (-each[1], each[0]))
    told = ", ".join(f"{in_a_line(text, 20)} ({count})" for text, count in listed[:3])
    texts = "text" if column.different == 1 else "texts"
    return f"{in_words(column)} {texts}: {told}" + (", ..." if len(listed) > 3 else "")


def in_words(column: Profile) -> str:
    """Say how many different texts or numbers there are; of very many, about how many."""
    if column.is_exact or column.numbers is not None:
        return str(column.different)
    return f"about {min(float(f'{column.different:.2g}'), column.rows):.0f}"
