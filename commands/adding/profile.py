"""What the columns of a table hold, and what that may mean."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from commands.shared.dialects import find_decimal, find_dialect, find_encoding, look_ahead
from nn.errors import InputError, first_few, nearest
from nn.judging.metrics import roc_auc
from nn.preparing.columns import LARGEST
from stages.tables.blocks import Dialect, read_blocks, split_header
from stages.tables.cells import number_of, read_chunks

NEARLY_ALL = 0.9  # of a column's values: so many numbers, and the others are mistakes
TELLING = 0.99  # of a column that gives the target away: ROC AUC, or share of rows guessed right
ALMOST_EVERY = 0.5  # of the rows: so many different texts are names of rows
FEW = 20  # rows or values that are not enough to say such things

Texts = NDArray[np.object_]


class Overview(NamedTuple):
    """A table as texts, "" where a value is missing, and the dialect of its file."""

    dialect: Dialect
    lines: list[int]
    columns: dict[str, Texts]


class Profile(NamedTuple):
    """What a column holds."""

    name: str
    rows: int
    missing: int
    counts: Counter[str]
    """How often each text is there."""
    numbers: NDArray[np.float64] | None
    """(rows,), NaN where one is missing; None where it is of texts."""


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
    with path.open("rb") as source:
        header, blocks = split_header(read_blocks(source, dialect), dialect.delimiter)
        if target not in header:
            raise InputError(f"no column {target!r}{nearest(target, header)}")
        kinds = dict.fromkeys(header, "text")
        chunks = list(read_chunks(blocks, header, kinds, "impute", dialect))  # type: ignore[arg-type]
    if problems := [problem for chunk in chunks for problem in chunk.problems]:
        raise InputError("\n".join(first_few(problems)))
    if not any(len(chunk.lines) for chunk in chunks):
        raise InputError("no rows beneath the header")
    columns = {name: np.concatenate([chunk.columns[name] for chunk in chunks]) for name in header}
    if dialect.delimiter != ",":
        cells = [text for name in header if name != target for text in {*columns[name]}]
        dialect = dialect._replace(decimal=find_decimal(cells, "," if cells else ";"))
    return Overview(dialect, [line for chunk in chunks for line in chunk.lines.tolist()], columns)


def profile(overview: Overview, name: str, is_text: bool) -> Profile:
    """Find out what a column holds; with `is_text`, its numbers are names.

    Raises InputError where nearly all values are numbers, and one is not.
    """
    texts = overview.columns[name].tolist()
    counts = Counter(texts)
    missing = counts.pop("", 0)
    read = {text: number_of(text, overview.dialect.decimal) for text in counts}
    wrong = {text for text, value in read.items() if value is None or abs(value) > LARGEST}
    rows_wrong, present = sum(counts[text] for text in wrong), len(texts) - missing
    numbers = None
    if not is_text and not wrong and present:
        numbers = np.array([read[text] if text else np.nan for text in texts], dtype=np.float64)
    elif not is_text and wrong and present - rows_wrong >= NEARLY_ALL * present:
        row = next(row for row, text in enumerate(texts) if text in wrong)
        raise InputError(
            f"line {overview.lines[row]}, column {name!r}: {texts[row][:40]!r} is not a number, "
            f"which {present - rows_wrong} of {present} values are: correct it, or add --drop or "
            f"--category {name!r}"
        )
    return Profile(name, len(texts), missing, counts, numbers)


def numbers_rows(column: Profile) -> bool:
    """Tell whether a column numbers the rows: whole numbers without a gap, in whatever order."""
    values = column.numbers
    if values is None or column.missing or len(values) < 3:
        return False
    return bool((np.diff(np.sort(values)) == 1).all())


def names_rows(column: Profile) -> bool:
    """Tell whether a column may name rows: most texts differ, or all are other whole numbers."""
    if column.rows < FEW:
        return False
    if column.numbers is None:
        return len(column.counts) > ALMOST_EVERY * column.rows
    values = column.numbers
    return not column.missing and len({*values}) == len(values) and bool((values % 1 == 0).all())


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


def describe(column: Profile) -> str:
    """Describe in a few words what a column holds."""
    gaps = f", {column.missing} missing" if column.missing else ""
    if not column.counts:
        return "nothing"
    if column.numbers is not None:
        known = column.numbers[~np.isnan(column.numbers)]
        return f"numbers from {known.min():g} to {known.max():g}{gaps}"
    return f"{_some_counts(column.counts)}{gaps}"


def _some_counts(counts: Counter[str]) -> str:
    listed: Sequence[tuple[str, int]] = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    told = ", ".join(f"{text[:20]} ({count})" for text, count in listed[:3])
    return f"{len(counts)} texts: {told}" + (", ..." if len(listed) > 3 else "")
