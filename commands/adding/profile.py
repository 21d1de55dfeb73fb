"""What the columns of a table hold, and what that may mean."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from commands.adding.dates import Dated, recognise_dates
from commands.adding.edges import lines_beneath_rows
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
from nn.arithmetic import rank_correlations
from nn.errors import InputError, first_few
from nn.judging.metrics import roc_auc
from nn.preparing.columns import LARGEST
from nn.preparing.dates import date_text
from nn.preparing.forms import RAW, Form, Kind, plain_number
from stages.tables.blocks import Dialect, read_blocks, split_header
from stages.tables.cells import Chunk, read_chunks

DIGITS_HELD = 15  # of a whole number that is exact in float64
TELLING = 0.99  # of a column that gives the target away: ROC AUC, or share of rows guessed right
ALMOST_EVERY = 0.5  # of the rows: so many different texts are names of rows
FEW = 20  # rows or values that are not enough to say such things

Texts = NDArray[np.object_]


class Overview(NamedTuple):
    """A table as texts, just as they are in its file, and the dialect of that."""

    dialect: Dialect
    lines: list[int]
    columns: dict[str, Texts]


class Profile(NamedTuple):
    """What a column holds."""

    name: str
    rows: int
    counts: Counter[str]
    """How often each text is there."""
    marks: Counter[str]
    """Of the others, that say that a value is missing, how often each is there."""
    numbers: NDArray[np.float64] | None
    """(rows,), NaN where one is missing; None where it is of texts."""
    form: Form
    """How its cells are written."""
    odd: Counter[str]
    """Texts among numbers, where most of the column are numbers."""
    ambiguous: str
    """A number that may be read in two ways, where there is one; or the other format of dates."""

    @property
    def missing(self) -> int:
        """How many values are missing."""
        return self.marks.total()


def look_over(path: Path, target: str) -> Overview:
    """Read a table without knowing what its columns hold.

    Raises InputError where it is no table, rows differ in length, or the target is missing.
    """
    with path.open("rb") as source:
        beginning, stream = look_ahead(source)
        packed = beginning[:2] != stream.peek(2)[:2]
        whole = stream.read() if not packed else None
    encoding = find_encoding(beginning if whole is None else whole)
    dialect = find_dialect(beginning, {target}, encoding=encoding)
    header, chunks = _read(path, dialect)
    if target not in header:
        raise InputError(no_column(target, header))
    beneath = lines_beneath_rows(path, dialect, chunks, header, target)
    if beneath:
        dialect = dialect._replace(skip_lines=(*dialect.skip_lines, *beneath))
        header, chunks = _read(path, dialect)
    if problems := [problem for chunk in chunks for problem in chunk.problems]:
        remedy = f"put quotes around a cell in which there is a {NAMES[dialect.delimiter]}"
        raise InputError("\n".join([*first_few(problems), f"correct these lines, or {remedy}"]))
    if not any(len(chunk.lines) for chunk in chunks):
        raise InputError("no rows beneath the header")
    columns = {name: np.concatenate([chunk.columns[name] for chunk in chunks]) for name in header}
    if dialect.delimiter != ",":
        cells = [text for name in header if name != target for text in {*columns[name]}]
        dialect = dialect._replace(decimal=find_decimal(cells, "," if cells else ";"))
    return Overview(dialect, [line for chunk in chunks for line in chunk.lines.tolist()], columns)


def _read(path: Path, dialect: Dialect) -> tuple[list[str], list[Chunk]]:
    with path.open("rb") as source:
        header, blocks = split_header(read_blocks(source, dialect), dialect)
        kinds: dict[str, Kind] = dict.fromkeys(header, "text")
        forms = dict.fromkeys(header, RAW)
        return header, list(read_chunks(blocks, header, kinds, "impute", dialect, forms))


def profile(
    overview: Overview,
    name: str,
    usual: Form,
    kind: Kind | None = None,
    with_thousands: bool | None = None,
    date: str = "",
) -> Profile:
    """Find out what a column holds; a `kind` or `date` that is given need not be found out."""
    raw = Counter(overview.columns[name].tolist())
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
    are_numbers = bool(as_number) and not odd and not names_things(as_number)
    if kind == "number" or (kind is None and are_numbers):
        return column
    mostly = kind is None and _mostly_numbers(as_number, odd)
    kind = kind or "text"
    texts = {text: usual.text(text, kind) for text in raw}
    counts = Counter[str]()
    for text, n in raw.items():
        if texts[text]:
            counts[texts[text]] += n
    missing = Counter({text: n for text, n in raw.items() if not texts[text]})
    return Profile(
        name, column.rows, counts, missing, None, usual, odd if mostly else Counter(), ""
    )


def _with_numbers(
    overview: Overview, name: str, form: Form, present: Mapping[str, int], ambiguous: str
) -> Profile:
    """Profile a column of numbers or dates; `present` are the texts that are no marks."""
    texts, decimal = overview.columns[name].tolist(), overview.dialect.decimal
    read = {text: form.number(text, decimal) for text in present}
    odd = Counter(
        {x: n for x, n in present.items() if (value := read[x]) is None or abs(value) > LARGEST}
    )
    numbers = np.array(
        [np.nan if t in odd else read.get(t, np.nan) for t in texts], dtype=np.float64
    )
    counts, marks = Counter(present), Counter(text for text in texts if text not in present)
    return Profile(name, len(texts), counts, marks, numbers, form, odd, ambiguous)


def _over(usual: Form, found: Form) -> Form:
    return Form(*found.of_numbers()[:6], *usual[6:])


def _mostly_numbers(counts: Mapping[str, int], odd: Counter[str]) -> bool:
    """Tell whether most of a column, by rows or by different values, are numbers."""
    others = len(counts) - len(odd)
    most_rows = sum(counts.values()) > 2 * odd.total()
    return bool(odd) and others > 0 and (most_rows or (others >= FEW and others > 9 * len(odd)))


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
    if values is None or column.form.date or column.missing or len(values) < 3:
        return False
    return bool((np.diff(np.sort(values)) == 1).all())


def is_unnamed(column: Profile) -> bool:
    """Tell whether the file has no name for a column, which is then called by its place."""
    return re.fullmatch(r"column \d+", column.name) is not None


def names_rows(column: Profile) -> bool:
    """Tell whether a column may name rows: most texts differ, or all are other whole numbers."""
    if column.rows < FEW:
        return False
    if column.numbers is None:
        return len(column.counts) > ALMOST_EVERY * column.rows
    values = column.numbers
    return (
        not column.form.date
        and not column.missing
        and len(column.counts) == len(values)
        and bool((values % 1 == 0).all())
    )


def gives_away(column: Profile, texts: Texts, labels: NDArray[np.int64]) -> bool:
    """Tell whether a column alone predicts the classes almost without error."""
    classes = int(labels.max()) + 1
    if len(labels) < FEW:
        return False
    if column.numbers is not None and classes == 2:
        known = ~np.isnan(column.numbers)
        area = roc_auc(labels[known] == 1, column.numbers[known]) if known.any() else None
        if area is not None and max(area, 1 - area) >= TELLING:
            return True
    if len(column.counts) > len(labels) / 4:
        return False
    both: dict[str, Counter[int]] = {}
    for text, label in zip(texts.tolist(), labels.tolist(), strict=True):
        both.setdefault(text, Counter())[label] += 1
    right = sum(max(counts.values()) for counts in both.values())
    return bool(right >= TELLING * len(labels) > np.bincount(labels).max())


def orders_alike(column: Profile, texts: Texts, labels: NDArray[np.float64]) -> bool:
    """Tell whether a column alone orders the rows as the numbers to predict do, almost exactly."""
    if column.numbers is None or len(labels) < FEW:
        return False
    known = ~np.isnan(column.numbers)
    both = np.stack([column.numbers[known], labels[known]], axis=1)
    return bool(known.any()) and abs(rank_correlations(both)[0, 1]) >= TELLING


def describe(column: Profile) -> str:
    """Describe in a few words what a column holds."""
    marks = [f"{text!r} ({n})" for text, n in column.marks.most_common() if text]
    as_marks = f": {few_of(marks)}" if marks else ""
    gaps = f", {column.missing} missing{as_marks}" if column.missing else ""
    if not column.counts:
        return "nothing"
    if column.numbers is not None:
        known = column.numbers[~np.isnan(column.numbers)]
        if column.form.date:
            return f"dates from {date_text(known.min())} to {date_text(known.max())}{gaps}"
        return f"numbers from {known.min() + 0.0:g} to {known.max() + 0.0:g}{gaps}"
    return f"{_some_counts(column.counts)}{gaps}"


def _some_counts(counts: Counter[str]) -> str:
    listed: Sequence[tuple[str, int]] = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    told = ", ".join(f"{text[:20]} ({count})" for text, count in listed[:3])
    return f"{len(counts)} texts: {told}" + (", ..." if len(listed) > 3 else "")
