"""What is odd in a table, and what was recognised: each told in a line with what to type."""

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from commands.adding.dates import COMPACT, are_compact_dates
from commands.adding.profile import DIGITS_HELD, Overview, Profile, names_things
from commands.shared.dialects import NAMES as SIGN_NAMES
from commands.shared.wording import first_few
from nn.preparing.dates import date_text, read_date
from nn.preparing.forms import NAMES, Form, form_to_json
from stages.tables.blocks import Dialect

FEW_ODD = 5  # different texts among numbers; more may be a column of both
NEARLY_ALL = 0.9  # of a column's values: so many numbers, and the others are mistakes
FEW_CODES = 10  # different whole numbers that may be codes
SENTINELS = frozenset(
    [sign * float(nines) for nines in (9, 99, 999, 9999, 99999, 999999) for sign in (1, -1)]
    + [-1.0, -8.0, -88.0, -888.0, -32768.0, -2147483648.0, 1e20, 1e30]
)


def told_apart(overview: Overview, columns: Sequence[Profile]) -> list[str]:
    """Ask what the texts mean that stand in columns of numbers: a line for each column."""
    told = []
    for column in columns:
        if not _asks(column):
            continue
        text = next(iter(column.odd))
        numbers = column.rows - column.missing - column.odd.total()
        remedy = missing_marks(sorted(column.odd)[:FEW_ODD])
        kind = "date" if column.form.date else "number"
        told.append(
            f"line {overview.line_of(column.name, column.odd)}, column {column.name!r}: "
            f"{text[:40]!r} is not a "
            f"{kind}, which {numbers} of {numbers + column.odd.total()} values are; the others: "
            f"{_counted(column.odd)}. "
            f"If they mean that a value is missing, add {remedy}; "
            f"else correct them, or add --drop or --category {shlex.quote(column.name)}"
        )
    return told


def _asks(column: Profile) -> bool:
    if not column.odd:
        return False
    if not column.is_text:
        return True
    numbers = column.rows - column.missing - column.odd.total()
    return len(column.odd) <= FEW_ODD or numbers >= NEARLY_ALL * (column.rows - column.missing)


def oddities(column: Profile, given: bool) -> Iterator[str]:
    """Warn of what a column holds that may mean something else."""
    name = shlex.quote(column.name)
    if column.odd and not given:
        numbers = sum(column.counts.values()) - column.odd.total()
        yield (
            f"column {column.name!r} is taken for texts: {numbers} numbers, and "
            f"{_counted(column.odd)}; if these mean that a value is missing, add --missing-marks"
        )
    if column.form.date and column.ambiguous:
        example = max(column.counts)
        taken, other = (
            date_text(read_date(example, form) or 0.0)
            for form in (column.form.date, column.ambiguous)
        )
        yield (
            f"column {column.name!r}: day and month may be the other way round: {example!r} is "
            f"read as {taken}; if it means {other}, add --date-format {name} "
            f"{shlex.quote(column.ambiguous)}"
        )
    elif column.ambiguous:
        mark = column.form.thousands
        point = next(sign for sign in ",." if sign in column.ambiguous)
        sign = SIGN_NAMES[point]
        whole = column.ambiguous.replace(point, "")
        fraction = column.ambiguous.replace(point, ".")
        taken, other = (whole, fraction) if mark else (fraction, whole)
        option = "--no-thousands" if mark else "--thousands"
        yield (
            f"column {column.name!r}: every number with a {sign} has three digits behind it: "
            f"{column.ambiguous!r} is read as {taken}; if it means {other}, add {option} {name}"
        )
    values = [text for text in column.marks if text.lower() in NAMES]
    if column.is_text and values:
        yield (
            f"column {column.name!r}: {_counted(Counter({v: column.marks[v] for v in values}))} "
            f"counts as missing; if it is a text like the others, add --not-missing "
            f"{' '.join(map(_quoted, values))}"
        )
    if len({unit for unit in column.form.units if unit not in "%‰"}) > 1 or (
        "%" in column.form.units and any("%" not in text for text in column.counts)
    ):
        yield (
            f"column {column.name!r}: not every number has the same unit "
            f"({', '.join(column.form.units)}): all are read alike"
        )
    if not column.is_text and are_compact_dates(column.counts) and not column.form.date:
        yield (
            f"column {column.name!r} looks like dates, such as {min(column.counts)}; if they are, "
            f"add --date-format {name} {COMPACT}"
        )
    if not column.is_text and not column.form.date and (sentinel := _sentinel(column)):
        yield (
            f"column {column.name!r}: {sentinel[0]} ({sentinel[1]}) stands apart from the "
            "other numbers; if it means that a value is missing, add "
            f"{missing_marks([sentinel[0]])}"
        )
    if (
        column.is_text
        and not given
        and names_things(column.counts)
        and min(map(len, column.counts)) <= DIGITS_HELD
    ):
        yield (
            f"column {column.name!r}: some whole numbers begin with 0, so all are names, not "
            f"amounts; if they are amounts, add --number {name}"
        )


def _sentinel(column: Profile) -> tuple[str, int] | None:
    """Find a number that often stands for a missing value, far from all others; and its rows."""
    numbers = column.numbers
    if numbers is None or numbers.different < 4:
        return None
    (lowest, second), (highest, last) = numbers.low, numbers.high
    at_ends = ((lowest, second, highest), (highest, lowest, last))
    for (value, low, high), rows in zip(at_ends, numbers.rows_of_ends, strict=True):
        gap = min(abs(low - value), abs(high - value))
        is_other_sign = value < 0 <= low and value < -1
        far = gap > max(high - low, 1) or (is_other_sign and abs(value) >= 9)
        if value in SENTINELS and far and rows > 1:
            spelled = {
                text: n for text, n in column.counts.items() if column.form.number(text) == value
            }
            return max(spelled, key=lambda text: spelled[text], default=f"{value:g}"), rows
    return None


def code_warnings(columns: Sequence[Profile]) -> list[str]:
    """Warn of whole numbers that are so few that they may be codes."""
    names = [
        column.name
        for column in columns
        if not column.is_text
        and not column.form.date
        and 2 < column.different <= FEW_CODES
        and column.rows >= 5 * column.different
        and all(text.isdigit() for text in column.counts)
    ]
    if not names:
        return []
    listed = first_few([repr(name) for name in names])
    return [
        f"few different whole numbers in {listed}: if they are codes and not amounts, add "
        f"--category {' '.join(map(shlex.quote, names))}"
    ]


def class_warnings(target: Profile) -> list[str]:
    """Warn of classes that are called as a missing value often is."""
    names = [text for text in target.counts if text.lower() in NAMES]
    return [
        f"column {target.name!r}: {text!r} ({target.counts[text]}) is a class like the others; if "
        f"it means that the class is missing, remove these rows"
        for text in names
    ]


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


def mark_notes(overview: Overview, columns: Sequence[Profile]) -> Iterator[str]:
    """Name the texts that are taken as missing in columns of numbers."""
    for column in columns:
        marks = Counter({text: n for text, n in column.marks.items() if text})
        if column.is_text or not marks:
            continue
        yield (
            f"column {column.name!r}: {sum(column.counts.values())} numbers, and "
            f"{_counted(marks)}, first in line {overview.line_of(column.name, marks)}, "
            "taken as missing"
        )


def form_notes(columns: Sequence[Profile]) -> Iterator[str]:
    """Say how the numbers of columns are written, where it is unusual."""
    for column in columns:
        form = column.form
        if form.is_plain:
            continue
        example = max(column.counts, key=lambda text: (len(text), text))
        if form.date:
            when = date_text(read_date(example, form.date) or 0.0)
            yield f"column {column.name!r}: dates, {form.date}: {example!r} is read as {when}"
            continue
        told = []
        if form.thousands:
            told.append(f"thousands parted by {SIGN_NAMES[form.thousands]}")
        if form.decimal == ",":
            told.append("a decimal comma")
        if form.units:
            told.append(f"{', '.join(form.units)} passed over")
        if form.minus:
            told.append(f"minus written as {', '.join(form.minus)}")
        yield (
            f"column {column.name!r}: {'; '.join(told) or 'a decimal point'}: {example!r} is read "
            f"as {form.number(example):.15g}"
        )


def forms_of(columns: Sequence[Profile]) -> list[dict[str, Any]]:
    """Write for params.yaml how numbers and dates are written: columns alike together."""
    alike: dict[Form, list[str]] = {}
    for column in columns:
        if not column.form.is_plain:
            alike.setdefault(column.form.of_numbers(), []).append(column.name)
    return [{"columns": names, **form_to_json(form)} for form, names in alike.items()]


def missing_marks(texts: Sequence[str]) -> str:
    """Write the option that takes texts as missing, such as a shell and argparse understand it."""
    is_option = re.compile(r"-.+")
    is_number = re.compile(r"-\d+|-\d*\.\d+")  # as argparse has it
    alone = [x for x in texts if is_option.fullmatch(x) and not is_number.fullmatch(x)]
    others = [_quoted(text) for text in texts if text not in alone]
    told = [f"--missing-marks {' '.join(others)}"] if others else []
    return " ".join([*told, *(f"--missing-marks={_quoted(text)}" for text in alone)])


def _quoted(text: str) -> str:
    """Quote a text for a command line, also where it need not be: it is easier to see."""
    quoted = shlex.quote(text)
    return quoted if quoted.startswith("'") else f"'{text}'"


def _counted(texts: Counter[str]) -> str:
    return first_few([f"{text[:40]!r} ({n})" for text, n in texts.most_common()])
